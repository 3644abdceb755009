import { Client, type ClientConfig } from 'pg'

/**
 * A connection of its own, not yet connected: the only place that makes one. One that breaks, however it breaks, rejects
 * what is asked of it; that it broke while nothing was asked would end the process, were it not heard here.
 */
export function createClient(config: ClientConfig): Client {
  const client = new Client(config)
  client.on('error', () => {})
  return client
}

import { Pool } from 'pg'

export interface PoolOptions {
  /** most connections at once; a GraphQL request holds one while it is answered */
  max?: number
  /** shown in pg_stat_activity */
  applicationName?: string
  /** longest wait for a connection, ms */
  connectMs?: number
  /** longest wait for an answer, ms; none unless given */
  answerMs?: number
}

/**
 * A pool of connections to the Postgres at `url`. Connections are made when first needed.
 *
 * A connection that breaks rejects what is asked of it, and the pool replaces it when next needed. It also reports to the
 * pool while it is idle, and to itself from the moment that it is given out: a server that shuts down says so in any of
 * them, between two statements too, and unheard that would end the process.
 */
export function createPool(url: string, options: PoolOptions = {}): Pool {
  const pool = new Pool({
    connectionString: url,
    max: options.max ?? 10,
    application_name: options.applicationName ?? 'provenance',
    connectionTimeoutMillis: options.connectMs ?? 10_000,
    query_timeout: options.answerMs,
    idleTimeoutMillis: 30_000,
  })
  pool.on('error', () => {})
  pool.on('connect', client => client.on('error', () => {}))
  return pool
}

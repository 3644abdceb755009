import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Readers } from './readers'

/** Connections at once, a subscription being one. More are closed as they come. */
const MOST_CONNECTIONS = 8000

export interface HttpServer {
  server: Server
  /** stops to watch over readers; close the server before */
  stop(): void
}

/** An HTTP server that no client can hold up: by sending slowly, by reading slowly, or by opening ever more. */
export function httpServer(
  answer: (request: IncomingMessage, response: ServerResponse) => unknown,
): HttpServer {
  const readers = new Readers()
  const server = createServer(
    {
      // Until the head, and the whole request, are there; server-sent events are not requests that go on.
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      connectionsCheckingInterval: 2000,
      keepAliveTimeout: 10_000,
    },
    (request, response) => {
      if (!hasUrl(request)) return refuse(response)
      readers.watch(request, response)
      answer(request, response)
    },
  )
  server.maxConnections = MOST_CONNECTIONS
  return { server, stop: () => readers.stop() }
}

const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i

/** Whether host and path make a URL, as everything behind takes for granted. Without a host, Yoga takes the address. */
function hasUrl({ headers: { host }, url = '' }: IncomingMessage): boolean {
  if (host && !HOST.test(host)) return false
  return url.startsWith('/') && URL.canParse(`http://${host || 'localhost:1'}${url}`)
}

function refuse(response: ServerResponse): void {
  const error = {
    code: 'BAD_REQUEST',
    message: 'host and path are no URL',
    fix: 'send the host that was connected to, and a path that begins with /',
  }
  response.writeHead(400, { 'content-type': 'application/json', connection: 'close' })
  response.end(JSON.stringify({ error }))
}

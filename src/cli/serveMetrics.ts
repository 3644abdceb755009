import { createServer } from 'node:http'
import { collectDefaultMetrics, type Registry } from 'prom-client'

/** Serves a registry, with Node's own figures, at `/metrics`: on loopback, or the interface of API_HOST (in a container). */
export async function serveMetrics(registry: Registry, port: number): Promise<void> {
  collectDefaultMetrics({ register: registry })
  const server = createServer(async (request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, { 'content-type': registry.contentType }).end(await registry.metrics())
  })
  server.unref()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, process.env.API_HOST || '127.0.0.1', resolve)
  })
}

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { collectDefaultMetrics, type Registry } from 'prom-client'
import { ConfigError } from '../config/configError'

/** Gauges of Node's that are named as counters, which `promtool check metrics` refuses; each kind is counted besides. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
]

/**
 * Serves a registry, with Node's own figures, at `/metrics`: on loopback, or the interface of API_HOST (in a container).
 *
 * @param port 0: a free one
 * @returns its URL
 */
export async function serveMetrics(registry: Registry, port: number): Promise<string> {
  collectDefaultMetrics({ register: registry })
  for (const name of MISNAMED) registry.removeSingleMetric(name)
  const server = createServer((request, response) => {
    if (request.url?.split('?', 1)[0] !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    registry.metrics().then(
      text => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    )
  })
  server.unref()
  const host = process.env.API_HOST || '127.0.0.1'
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(host, port, error)))
    server.listen(port, host, resolve)
  })
  const shown = host.includes(':') ? `[${host}]` : host
  return `http://${shown}:${(server.address() as AddressInfo).port}/metrics`
}

function cannotListen(host: string, port: number, { code, message }: NodeJS.ErrnoException): ConfigError {
  return new ConfigError(
    'metricsPort',
    code === 'EADDRINUSE'
      ? `port ${port} of ${host} is taken`
      : `cannot listen on ${host}:${port}: ${message}`,
    'choose another: `metricsPort` of the chain in the config file, --metrics-port or PROMETHEUS_PORT; 0 is a free one',
  )
}

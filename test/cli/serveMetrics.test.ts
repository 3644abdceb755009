import { spawnSync } from 'node:child_process'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { createLogger } from '@subsquid/logger'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ApiMetrics } from '../../src/api/metrics'
import { serveMetrics } from '../../src/cli/serveMetrics'
import { createProjectorMetrics } from '../../src/graph/projectorMetrics'
import { IndexerMetrics } from '../../src/indexer/metrics'
import type { Progress } from '../../src/indexer/progress'
import { RpcPool } from '../../src/rpc/rpcPool'

const rpc = new RpcPool([{ url: 'http://127.0.0.1:1' }], 1, createLogger('test:quiet'))
const progress = { head: 12, indexed: 10, blocksPerSecond: 3.5 } as Progress

/** Each process's figures, with one of each kind of event. */
function registries(): [string, Registry][] {
  const reader = { figures: { kept: 3, returned: 2, reverted: 1, unanswered: 0 } }
  const indexer = new IndexerMetrics('eip155:1', progress, rpc, reader)
  const projector = new Registry()
  createProjectorMetrics(projector).upToDate()
  const api = new ApiMetrics()
  api.requestStarted('query')('ok')
  api.responded('/graphql', 200)
  return [
    ['a processor', indexer.registry],
    ['the projector', projector],
    ['the API', api.registry],
  ]
}

describe.each(registries())('the metrics of %s', (_, registry) => {
  let url: string
  let text: string
  let types: Map<string, string>

  beforeAll(async () => {
    url = await serveMetrics(registry, 0)
    text = await (await fetch(url)).text()
    types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(match => [match[1]!, match[2]!]))
  })

  test('are of the type that Prometheus 3 takes: one charset, said once', async () => {
    const type = (await fetch(url)).headers.get('content-type')
    expect(type).toBe('text/plain; version=0.0.4; charset=utf-8')
  })

  test('have names by the rules: a counter, and nothing else, ends in _total; each has help; base units; no camelCase', () => {
    expect(types.size).toBeGreaterThan(10)
    for (const [name, type] of types) {
      expect(name.endsWith('_total'), `${name} ${type}`).toBe(type === 'counter')
      expect(text, name).toMatch(new RegExp(`^# HELP ${name} \\S`, 'm'))
      expect(name).toMatch(/^[a-z][a-z0-9_]*$/)
      expect(name).not.toMatch(/_(ms|millis\w*|minutes|hours|days|kilo\w*|mega\w*|percent|count)(_|$)/)
    }
  })

  test('break no rule that promtool knows, where there is one (Debian: prometheus)', () => {
    const { error, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text })
    if (!error) expect(`${stdout}${stderr}`).toBe('')
  })
})

describe('the server of metrics', () => {
  let url: URL

  beforeAll(async () => {
    url = new URL(await serveMetrics(new Registry(), 0))
  })

  test('is reached from this machine alone', async () => {
    expect(url.hostname).toBe('127.0.0.1')
    const others = Object.values(networkInterfaces())
      .flatMap(addresses => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4')
    for (const { address } of others) {
      await expect(fetch(`http://${address}:${url.port}/metrics`)).rejects.toThrow()
    }
  })

  test('has nothing but the metrics, with or without a query', async () => {
    const statusOf = (path: string) =>
      new Promise<number | undefined>((resolve, reject) =>
        get({ host: url.hostname, port: url.port, path }, response => {
          response.resume()
          resolve(response.statusCode)
        }).on('error', reject),
      )
    expect(await statusOf('/metrics?name=x')).toBe(200)
    expect(await statusOf('/')).toBe(404)
    expect(await statusOf('//[')).toBe(404) // no URL
    expect(await statusOf('/metrics')).toBe(200)
  })

  test('says who to ask where its port is taken', async () => {
    const taken = createServer()
    await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as AddressInfo
    await expect(serveMetrics(new Registry(), port)).rejects.toThrow(
      new RegExp(`metricsPort: port ${port} of 127.0.0.1 is taken\\n {2}fix: .*metricsPort.*PROMETHEUS_PORT`),
    )
    taken.close()
  })
})

afterAll(() => rpc.close())

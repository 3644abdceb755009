import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { packageRoot } from '../../src/config/packageRoot'
import { requireNeo4j, testNeo4j } from '../fixtures/neo4j'

const run = promisify(execFile)

interface Result {
  name: string
  value: number
  unit: string
  comparedWith: string | null
  ratio: number | null
}

/** Runs the benchmarks on what `npm test` built. */
async function bench(...args: string[]): Promise<Map<string, Result>> {
  const script = join(packageRoot, 'bench/run.mjs')
  const { stdout } = await run(process.execPath, [script, '--no-build', ...args], { cwd: packageRoot })
  const results = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Result)
  for (const result of results) {
    expect(Object.keys(result)).toEqual(['name', 'value', 'unit', 'comparedWith', 'ratio'])
    expect(result.value).toBeGreaterThanOrEqual(0)
  }
  return new Map(results.map(result => [result.name, result]))
}

/** Small enough for seconds; the figures themselves mean nothing then. */
describe('npm run bench', () => {
  test('measures ingest beside the floor and the stock SDK, whose rows are the same', async () => {
    const results = await bench('ingest', '--logs', '400', '--runs', '1')
    for (const shape of ['dense', 'sparse']) {
      const ours = results.get(`ingest.${shape}.ours.rate`)
      expect(ours).toMatchObject({ unit: 'logs/s', comparedWith: `ingest.${shape}.stock.rate` })
      expect(ours!.ratio).toBeGreaterThan(0)
      expect(results.get(`ingest.${shape}.stock.rate`)?.comparedWith).toBe(`ingest.${shape}.floor.rate`)
      expect(results.get(`ingest.${shape}.ours.nodeCpu`)?.unit).toBe('s')
      expect(results.get(`ingest.${shape}.ours.peakMemory`)?.unit).toBe('MB')
    }
  }, 180_000)

  test('measures ingest into large tables, and from an endpoint far away', async () => {
    const args = ['--logs', '400', '--runs', '1', '--long', '1000,2000', '--rpc-delay', '20']
    const results = await bench('ingest', ...args)
    expect([...results.keys()]).toEqual(['ingest.long.1000.cost', 'ingest.long.2000.cost'])
    expect(results.get('ingest.long.2000.cost')?.comparedWith).toBe('ingest.long.1000.cost')
  }, 180_000)

  test('measures lineage queries at three depths, and over HTTP beside the bare recursive SQL', async () => {
    const results = await bench('lineage', '--models', '300', '--samples', '3', '--no-neo4j')
    for (const depth of [3, 5, 10]) {
      expect(results.get(`lineage.depth${depth}.postgres.p95`)?.unit).toBe('ms')
    }
    expect(results.get('lineage.depth5.http.p95')).toMatchObject({ comparedWith: 'lineage.depth5.sql.p95' })
    expect(results.get('lineage.common.http.p95')?.unit).toBe('ms')
  }, 300_000)

  test('measures how long Neo4j takes to be made anew, beside bare statements', async context => {
    const found = await testNeo4j()
    requireNeo4j(context, found)
    await found.close()
    const results = await bench('rebuild', '--models', '300', '--runs', '1')
    expect(results.get('rebuild.ours')).toMatchObject({ unit: 's', comparedWith: 'rebuild.bare' })
  }, 180_000)

  test('measures what an event of each protocol costs, beside one of Story', async () => {
    const results = await bench('adapters', '--runs', '1')
    for (const name of ['adapters.eigenlayer', 'adapters.virtuals'])
      expect(results.get(name)).toMatchObject({ unit: 'µs an event', comparedWith: 'adapters.story' })
    expect(results.get('adapters.eigenlayer.reads')!.value).toBeLessThan(5)
  }, 180_000)

  test('measures how long a block takes to its answer', async () => {
    const results = await bench('latency', '--blocks', '2', '--poll', '100', '--no-neo4j')
    expect(results.get('latency.graphql.p50')?.value).toBeGreaterThan(0)
  }, 180_000)

  test('measures how long a commit takes to its last subscriber, and the memory of all', async () => {
    const results = await bench('live', '--subscribers', '50')
    expect(results.get('live.last.p95')?.unit).toBe('ms')
    expect(results.get('live.memory.served')?.comparedWith).toBe('live.memory.none')
  }, 300_000)

  test('measures statements in each format, and their pages', async () => {
    const results = await bench('statement', '--lines', '2000')
    for (const format of ['csv', 'json', 'xlsx', 'parquet', 'beancount']) {
      expect(results.get(`statement.${format}`)).toMatchObject({ unit: 's' })
      expect(results.get(`statement.${format}.peakMemory`)).toMatchObject({ unit: 'MB' })
    }
    expect(results.get('statement.csv.priced')).toMatchObject({ comparedWith: 'statement.csv' })
    expect(results.get('statement.page.p95')).toMatchObject({ unit: 'ms' })
  }, 180_000)

  test('explains itself, and says which names there are', async () => {
    const script = join(packageRoot, 'bench/run.mjs')
    const { stdout } = await run(process.execPath, [script, '--help'])
    expect(stdout).toContain('--rpc-delay <ms>')
    await expect(run(process.execPath, [script, '--no-build', 'speed'])).rejects.toThrow(
      /no benchmark speed\n {2}fix: name one of ingest, adapters, lineage, rebuild, latency, api, live, statement/,
    )
  })
})

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Child } from '../../src/sandbox/childProcess'
import { cuttableProxy } from '../fixtures/cuttableProxy'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { kill9, Pipeline } from './pipeline'
import { type ScenarioChains, scenarioChains } from './scenarioChains'

let chains: ScenarioChains
let database: TestDatabase
let reference: TestDatabase
const pipelines: Pipeline[] = []

beforeAll(async () => {
  chains = await scenarioChains()
})

afterAll(() => chains?.close())

beforeEach(async () => {
  ;[database, reference] = await Promise.all([freshDatabase(), freshDatabase()])
})

afterEach(async () => {
  await Promise.all(pipelines.splice(0).map(pipeline => pipeline.stop()))
  await Promise.all([database.drop(), reference.drop()])
})

function pipelineOn(on: TestDatabase, url = on.url): Pipeline {
  const pipeline = new Pipeline({
    database: { url, pool: on.pool },
    chains: { alpha: chains.alpha.url },
    finality: 20,
  })
  pipelines.push(pipeline)
  return pipeline
}

async function expectFreshRows(pipeline: Pipeline): Promise<void> {
  const undisturbed = pipelineOn(reference)
  await undisturbed.index('alpha')
  await undisturbed.caughtUp()
  expect(await pipeline.rows()).toEqual(await undisturbed.rows())
}

async function expectRefused(child: Child): Promise<void> {
  expect((await child.exited).code).toBe(1)
  expect(child.tail()).toMatch(
    /ChainInUse: eip155:31337: another process writes this chain's rows: process \d+ of Postgres, provenance-index-alpha, connected from/,
  )
  expect(child.tail()).toMatch(/fix: one processor a chain/)
}

describe('a second processor of a chain', () => {
  test('stops with a message that names the first, which goes on', async () => {
    const pipeline = pipelineOn(database)
    const first = await pipeline.index('alpha')
    await pipeline.caughtUp()
    await expectRefused(await pipeline.index('alpha'))
    await chains.liveOn(10)
    await pipeline.caughtUp()
    expect(first.tail()).not.toMatch(/ChainInUse/)
  })

  test('that starts together with the first, where nothing is indexed yet: one of them stops, the other indexes', async () => {
    const pipeline = pipelineOn(database)
    const both = await Promise.all([pipeline.index('alpha'), pipeline.index('alpha')])
    await expectRefused(await Promise.race(both.map(child => child.exited.then(() => child))))
    await pipeline.caughtUp()
    await expectFreshRows(pipeline)
  })

  test('takes over at once from one that was killed', async () => {
    const pipeline = pipelineOn(database)
    await kill9(await pipeline.index('alpha'))
    await pipeline.index('alpha')
    await pipeline.caughtUp()
    await expectFreshRows(pipeline)
  })

  test('and a reset: it is refused while a processor runs, and leaves nothing of the chain when none does', async () => {
    const pipeline = pipelineOn(database)
    const first = await pipeline.index('alpha')
    await pipeline.caughtUp()
    const rows = await pipeline.rows()
    await expectRefused(await pipeline.index('alpha', '--reset'))
    expect(await pipeline.rows()).toEqual(rows)
    await first.stop()

    const again = await pipeline.index('alpha', '--reset')
    await expect
      .poll(() => again.tail(), { timeout: 30_000 })
      .toMatch(/all its rows are deleted, \d+ of them/)
    await pipeline.caughtUp()
    expect(again.tail()).toMatch(/[1-9]\d* requests\)/) // the answers that were kept are gone
    await expectFreshRows(pipeline)
  })

  test('finds a reset that was cut off: it says so, until the reset is done', async () => {
    const pipeline = pipelineOn(database)
    await (await pipeline.index('alpha')).stop()
    await database.pool.query(
      'CREATE SCHEMA IF NOT EXISTS squid_31337; CREATE TABLE squid_31337.resetting ()',
    )
    const child = await pipeline.index('alpha')
    expect((await child.exited).code).toBe(1)
    expect(child.tail()).toMatch(/alpha: a reset of it has not ended/)
    await pipeline.index('alpha', '--reset')
    await pipeline.caughtUp()
    await expectFreshRows(pipeline)
  })
})

describe('Postgres that goes away', () => {
  test('for a moment, again and again, ends no processor: it says so once, and goes on', async () => {
    const proxy = await cuttableProxy(database.url)
    const pipeline = pipelineOn(database, proxy.url)
    try {
      const processor = await pipeline.index('alpha')
      for (const blocks of [0, 15, 15]) {
        await chains.liveOn(blocks)
        await expect.poll(() => connections(), { timeout: 30_000 }).toBeGreaterThan(0)
        proxy.cut()
        await chains.liveOn(20)
        proxy.mend()
        await pipeline.caughtUp()
      }
      expect(processor.tail()).toMatch(/alpha: goes on/)
      await expectFreshRows(pipeline)
    } finally {
      await proxy.stop()
    }
  })

  test('cuts the connection that writes: it takes the lock again', async () => {
    const pipeline = pipelineOn(database)
    await pipeline.index('alpha')
    await pipeline.caughtUp()
    await database.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'provenance-index-alpha' AND datname = current_database()`,
    )
    await chains.liveOn(20)
    await pipeline.caughtUp()
    await expectRefused(await pipeline.index('alpha'))
    await expectFreshRows(pipeline)
  })

  async function connections(): Promise<number> {
    const { rows } = await database.pool.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_stat_activity
        WHERE application_name = 'provenance-index-alpha' AND datname = current_database()`,
    )
    return rows[0]!.n
  }
})

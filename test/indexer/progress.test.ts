import { createLogger } from '@subsquid/logger'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readiness } from '../../src/api/readiness'
import type { ChainConfig } from '../../src/config/config'
import { sayLastWords, sayLastWordsTo } from '../../src/indexer/lastWords'
import { type ChainView, Progress } from '../../src/indexer/progress'
import { ChainInUse } from '../../src/indexer/store/chainLock'
import { CHAIN, setHeights } from '../api/apiFixture'
import { freshDatabase, type TestDatabase } from '../fixtures/database'

const chain = { id: 31337, caip2: CHAIN, name: 'local' } as ChainConfig
/** so long that only the beginning counts */
const NEVER = new Promise<never>(() => {})

let database: TestDatabase
let progress: Progress
/** what the endpoint and the sources do, changed by the tests */
let view: ChainView
let current: string | null

beforeAll(async () => {
  database = await freshDatabase()
})

afterAll(() => database.drop())

beforeEach(async () => {
  await database.pool.query('DELETE FROM indexer_progress')
  await setHeights(database.pool, { height: 100, finalized: 95 })
  current = null
  view = {
    endpoint: 'node.example',
    head: async () => 100,
    finalized: () => 95,
    hashAt: async h => `0xb${h}`,
  }
  progress = new Progress({
    pool: database.pool,
    log: createLogger('test:quiet'),
    chain: CHAIN,
    name: 'local',
    stateSchema: 'squid_31337',
    startBlock: 0,
    problems: {
      get current() {
        return current
      },
    },
    view: {
      endpoint: 'node.example',
      head: () => view.head(),
      finalized: () => view.finalized(),
      hashAt: height => view.hashAt(height),
    },
    intervalMs: 50,
  })
})

afterEach(() => progress.end())

async function reasons(maxLagSeconds = 5): Promise<{ reason: string; message: string }[]> {
  return readiness({ pool: database.pool, chains: [{ caip2: CHAIN, name: 'local' }], maxLagSeconds })
}

/** Reasons, once there are some; ms that it took. */
async function untilNotReady(): Promise<{ reasons: { reason: string; message: string }[]; took: number }> {
  for (const start = Date.now(); ; await new Promise(resolve => setTimeout(resolve, 20))) {
    const met = await reasons()
    if (met.length > 0) return { reasons: met, took: Date.now() - start }
  }
}

const untilReady = () => expect.poll(() => reasons(), { timeout: 10_000 }).toEqual([])

describe('/ready tells what is so now', () => {
  test('a processor that starts at the head, with no block to handle, is ready', async () => {
    await progress.start()
    await untilReady()
    const row = async () =>
      (await database.pool.query('SELECT head, indexed, seconds_left FROM indexer_progress')).rows[0]
    await expect.poll(row).toEqual({ head: 100, indexed: 100, seconds_left: 0 })
  })

  test('the index stands still while the chain goes on: not ready once the limit is reached, and for how long', async () => {
    for (let height = 0; height <= 100; height++)
      progress.note({ height, hash: `0xb${height}`, time: Date.now() })
    await progress.start()
    await untilReady()
    view = { ...view, head: async () => 140 } // 40 blocks ahead, after a backfill that took no time
    const { reasons: met, took } = await untilNotReady()
    expect(met).toMatchObject([
      { reason: 'lagging', message: expect.stringMatching(/^40 blocks behind; .* the limit is 5 s$/) },
    ])
    expect(took).toBeLessThan(20_000)
    progress.note({ height: 140, hash: '0xb140', time: Date.now() })
    await setHeights(database.pool, { height: 140, finalized: 95 })
    await untilReady()
  })

  test('an endpoint that hangs is said to, while it does, and not that the processor is to be started', async () => {
    await progress.start()
    await untilReady()
    let answer = (_: number) => {}
    view = {
      ...view,
      head: () =>
        new Promise(resolve => {
          answer = resolve
        }),
    }
    const { reasons: met } = await untilNotReady()
    expect(met).toEqual([
      {
        chain: CHAIN,
        reason: 'problem',
        message: expect.stringMatching(/^node\.example: .*has not answered for \d+ s$/),
      },
    ])
    view = { ...view, head: async () => 100 }
    answer(100)
    await untilReady()
  })

  test('an endpoint that hangs from the start on', async () => {
    view = { ...view, head: () => NEVER }
    await progress.start()
    const { reasons: met } = await untilNotReady()
    expect(met[0]!.message).toMatch(/has not answered/)
  })

  test('what keeps the sources waiting, as long as it does', async () => {
    await progress.start()
    await untilReady()
    current = 'new blocks: node.example: HTTP 503'
    expect((await untilNotReady()).reasons).toMatchObject([{ reason: 'problem', message: current }])
    current = null
    await untilReady()
  })

  test('a lost fork, until another block is handled: by then it is another state', async () => {
    await progress.start()
    await untilReady()
    view = { ...view, hashAt: async () => '0xother' }
    expect((await untilNotReady()).reasons[0]!.message).toMatch(
      /^on a lost fork: block 100 is 0xb100 here and 0xother/,
    )
    view = { ...view, hashAt: () => NEVER } // nothing more is learned of the old one
    progress.note({ height: 101, hash: '0xother', time: Date.now() })
    expect(progress.problem).toBeNull()
  })

  test('a processor that ended: why, how to go on, and nothing else, at once and for as long as nobody starts it', async () => {
    await progress.start()
    await untilReady()
    await progress.end()
    await sayLastWords(database.pool, chain, new Error('block 90 was replaced\n  fix: index it anew'))
    const words =
      /^its processor ended \d+ s ago: block 90 was replaced; fix: index it anew; start it again with: provenance index --chain local$/
    expect(await reasons()).toEqual([
      { chain: CHAIN, reason: 'ended', message: expect.stringMatching(words) },
    ])
    await database.pool.query(`UPDATE indexer_progress SET updated_at = now() - interval '1 day'`)
    expect(await reasons()).toMatchObject([{ reason: 'ended' }])
  })

  test('a processor that was started again after it ended', async () => {
    await sayLastWords(database.pool, chain, new Error('no'))
    expect(await reasons()).toMatchObject([{ reason: 'ended' }])
    await progress.start()
    await untilReady()
  })

  test('a processor that could not begin: why', async () => {
    await database.pool.query('DELETE FROM indexer_progress')
    await sayLastWordsTo(database.url, chain, new Error('chains[0].rpc: nobody there'))
    expect(await reasons()).toMatchObject([
      { reason: 'ended', message: expect.stringContaining('nobody there') },
    ])
  })

  test('a second processor that gave up says nothing of the first', async () => {
    await progress.start()
    await untilReady()
    await sayLastWords(database.pool, chain, new ChainInUse('local', 'another'))
    expect(await reasons()).toEqual([])
  })

  test('a processor that was killed: that it is silent, and what it said last as what it said last', async () => {
    await setHeights(database.pool, {
      height: 100,
      finalized: 95,
      problem: 'HTTP 503',
      updatedAt: new Date(Date.now() - 12_000),
    })
    expect(await reasons()).toEqual([
      {
        chain: CHAIN,
        reason: 'stalled',
        message: expect.stringMatching(
          /^its processor has not reported for 1\d s, so it was stopped, or hangs; start it with: provenance index --chain local; the last it said: HTTP 503$/,
        ),
      },
    ])
  })

  test('a database that does not answer is no reason not to end', async () => {
    await sayLastWordsTo('postgres://postgres:x@127.0.0.1:1/none', chain, new Error('no'))
  })
})

import { setTimeout as sleep } from 'node:timers/promises'
import { createLogger } from '@subsquid/logger'
import type { Hex } from 'viem'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load'
import { sourcesOf } from '../../src/indexer/chainSources'
import { entityTables } from '../../src/indexer/entities'
import { mendChain } from '../../src/indexer/refold/mend'
import { ChainStore } from '../../src/indexer/store/chainStore'
import { protocols } from '../../src/protocols/registry'
import type { Child } from '../../src/sandbox/childProcess'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { address, StoryChain } from '../protocols/story/emitters'
import { type ChainEntry, kill9, Pipeline } from './pipeline'
import { type ScenarioChains, scenarioChains } from './scenarioChains'

let chains: ScenarioChains
let story: StoryChain
/** in the middle of the scenario */
let middle: number
const databases: TestDatabase[] = []
const pipelines: Pipeline[] = []

/** The reference protocol and its scenario, then Story's events, of which the newest are not final. */
beforeAll(async () => {
  chains = await scenarioChains()
  middle = Math.floor(Number(await chains.alpha.rpc<string>('eth_blockNumber')) / 2)
  story = await StoryChain.on(chains.alpha)
  await tellStory(1)
  await chains.liveOn(40)
  await tellStory(11)
})

afterEach(async () => {
  await Promise.all(pipelines.splice(0).map(pipeline => pipeline.stop()))
  await Promise.all(databases.splice(0).map(database => database.drop()))
})

afterAll(() => chains?.close())

/** Two IPs, a link, a vault, a payment. */
async function tellStory(first: number): Promise<void> {
  const ips: Hex[] = []
  for (const nft of [first, first + 1]) {
    const ip = address(0x1000 + nft)
    await story.send(
      story.call('nft', 'move', `0x${'0'.repeat(40)}`, address(0x0123), nft),
      story.call('registry', 'register', ip, 31337, story.at.nft, nft, `Model ${nft}`),
    )
    ips.push(ip)
  }
  const [parent, child] = ips as [Hex, Hex]
  await story.send(story.call('royalty', 'deployVault', child, child))
  await story.send(
    story.call('royalty', 'link', child, [parent], [story.at.lap], [25_000_000], 25_000_000),
    story.call('licensing', 'derive', child, [parent], [2]),
  )
  await story.send(
    story.call('royalty', 'pay', child, `0x${'0'.repeat(40)}`, address(0x9a1), address(0xc01), 1000n, 0n),
  )
}

async function pipelineOf(change: (alpha: ChainEntry) => void = () => {}): Promise<Pipeline> {
  const database = await freshDatabase()
  databases.push(database)
  const pipeline = new Pipeline({ database, chains: { alpha: chains.alpha.url }, finality: 20 })
  pipelines.push(pipeline)
  pipeline.configure(([alpha]) => change(alpha!))
  return pipeline
}

/** Starts the processor, and waits until it has read a block that is new to it. */
async function goOn(pipeline: Pipeline): Promise<Child> {
  await chains.alpha.rpc('evm_mine')
  const processor = await pipeline.index('alpha')
  await pipeline.caughtUp()
  return processor
}

/** Rows of a fresh index. */
async function freshly(change: (alpha: ChainEntry) => void = () => {}): Promise<Record<string, string[]>> {
  const fresh = await pipelineOf(change)
  await fresh.index('alpha')
  await fresh.caughtUp()
  return fresh.rows()
}

const late = (alpha: ChainEntry) => {
  alpha.protocols.reference!.firstBlock = middle
}
const withStory = (alpha: ChainEntry) => {
  alpha.protocols.story = { firstBlock: 1, contracts: story.contracts }
}

/** Sets of filters that answers are kept of. */
async function keptSets(pipeline: Pipeline): Promise<number> {
  const { rows } = await pipeline.options.database.pool.query(
    `SELECT count(DISTINCT filter)::int AS n FROM rpc_cache.log_range`,
  )
  return rows[0].n
}

describe('a chain that is indexed, whose configuration then asks for more', () => {
  test.each([
    ['another protocol', () => {}, withStory],
    ['an earlier first block', late, () => {}],
    [
      'both, and one protocol from a later block than the other',
      late,
      (alpha: ChainEntry) => {
        late(alpha)
        withStory(alpha)
      },
    ],
  ])('%s: its processor brings it in by itself', async (_, before, after) => {
    const pipeline = await pipelineOf(before)
    await goOn(pipeline)
    await pipeline.stop()
    const former = await pipeline.rows()

    pipeline.configure(([alpha]) => after(alpha!))
    const processor = await goOn(pipeline)
    const fresh = await freshly(after)
    expect(fresh).not.toEqual(former)
    expect(await pipeline.rows()).toEqual(fresh)
    expect(await pipeline.verify()).toMatchObject({ code: 0, differences: [] })
    // Answers to the former filters were read again, and none is kept of them alone.
    expect(await keptSets(pipeline)).toBe(1)

    await processor.stop()
    const again = await goOn(pipeline)
    expect(again.tail()).not.toMatch(/folded again/)
  })

  test('an event that a new version reads is read of the past too', async () => {
    const pipeline = await pipelineOf()
    await goOn(pipeline)
    await pipeline.stop()
    const whole = await pipeline.rows()

    await asOlderCode(pipeline, new Set(['ModelForked', 'Staked']))
    const { lineage_edge: edges, stake_event: events } = await pipeline.rows()
    expect(edges).toEqual([])
    expect(events!.length).toBeLessThan(whole.stake_event!.length)

    const processor = await goOn(pipeline)
    expect(processor.tail()).toMatch(/new: reference\.pool 0x[0-9a-f]{64}, reference\.registry 0x/)
    expect(await pipeline.rows()).toEqual(whole)
  })

  test('and is killed in the middle of bringing it in: the next start does it', async () => {
    const pipeline = await pipelineOf()
    const { pool } = pipeline.options.database
    await goOn(pipeline)
    await pipeline.stop()

    pipeline.configure(([alpha]) => withStory(alpha!))
    const client = await pool.connect()
    await client.query('BEGIN; LOCK TABLE royalty_vault IN SHARE MODE')
    const processor = await pipeline.index('alpha')
    await waiting(pool)
    await told(pool, /^new: protocol story: the chain's logs are folded again/)
    await kill9(processor)
    await client.query('ROLLBACK')
    client.release()
    const half = await pipeline.rows()
    const fresh = await freshly(withStory)
    expect(half).not.toEqual(fresh)

    // A `verify` of the same chain is waited for.
    const verifying = await pool.connect()
    try {
      await verifying.query('SELECT pg_advisory_lock(7305772, 31337)')
      await pipeline.index('alpha')
      await told(pool, /another process folds this chain again/)
    } finally {
      verifying.release(true)
    }
    await chains.alpha.rpc('evm_mine')
    await pipeline.caughtUp()
    expect(await pipeline.rows()).toEqual(fresh)
  })

  test('and is killed, and configured as it was: nothing of it stays', async () => {
    const pipeline = await pipelineOf()
    const { pool } = pipeline.options.database
    await goOn(pipeline)
    await pipeline.stop()
    const former = await pipeline.rows()

    pipeline.configure(([alpha]) => withStory(alpha!))
    const client = await pool.connect()
    await client.query('BEGIN; LOCK TABLE royalty_vault IN SHARE MODE')
    const processor = await pipeline.index('alpha')
    await waiting(pool)
    await kill9(processor)
    await client.query('ROLLBACK')
    client.release()

    pipeline.configure(() => {})
    await goOn(pipeline)
    expect(await pipeline.rows()).toEqual(former)
  })
})

describe('a chain that is indexed, whose configuration then asks for less', () => {
  test('is refused, until its rows are removed', async () => {
    const pipeline = await pipelineOf(withStory)
    await goOn(pipeline)
    await pipeline.stop()
    const former = await pipeline.rows()

    pipeline.configure(() => {})
    const refused = await pipeline.index('alpha')
    expect((await refused.exited).code).toBe(1)
    expect(refused.tail()).toMatch(
      /alpha: there are rows of what the configuration no longer names: protocol story/,
    )
    expect(refused.tail()).toMatch(/fix: .*provenance verify --chain alpha --repair/)
    expect(await pipeline.rows()).toEqual(former)

    expect(await pipeline.verify('--chain', 'alpha', '--repair')).toMatchObject({ code: 0 })
    await goOn(pipeline)
    expect(await pipeline.rows()).toEqual(await freshly())
  })
})

/** Resolves once somebody waits for a lock. */
async function waiting(pool: TestDatabase['pool']): Promise<void> {
  for (;;) {
    const { rows } = await pool.query(
      `SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
        WHERE NOT l.granted AND d.datname = current_database()`,
    )
    if (rows.length > 0) return
    await sleep(20)
  }
}

/** Resolves once the processor says, to `/ready` among others, what keeps it. */
async function told(pool: TestDatabase['pool'], what: RegExp): Promise<void> {
  let problem = ''
  for (const start = Date.now(); !what.test(problem); await sleep(20)) {
    if (Date.now() - start > 60_000) throw new Error(`it says: ${problem}`)
    const { rows } = await pool.query('SELECT problem FROM indexer_progress')
    problem = rows[0]?.problem ?? ''
  }
}

/** Leaves the tables as code leaves them that does not read some of the reference protocol's events. */
async function asOlderCode(pipeline: Pipeline, unread: Set<string>): Promise<void> {
  const config = loadConfig(pipeline.config, protocols)
  const chain = config.chains[0]!
  const sources = sourcesOf(chain).map(({ protocol, deployment }) => ({
    deployment,
    protocol: {
      ...protocol,
      handlers: Object.fromEntries(
        Object.entries(protocol.handlers).map(([role, handlers]) => [
          role,
          Object.fromEntries(
            Object.entries(handlers).filter(([, { event }]) => !unread.has(event.split('(')[0]!)),
          ),
        ]),
      ),
    },
  }))
  const { url, pool } = pipeline.options.database
  const store = new ChainStore({ url, chain, maxRewind: 0, entities: await entityTables() })
  await store.open()
  const log = createLogger('test:quiet')
  const options = { url, pool, chain, sources, log, signal: new AbortController().signal }
  expect(await mendChain(options, store, store.final!)).not.toMatchObject({ differing: 0 })
  await store.close()
}

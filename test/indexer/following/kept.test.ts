import { createLogger } from '@subsquid/logger'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Source } from '../../../src/indexer/contracts'
import { Following } from '../../../src/indexer/following/following'
import { followTables } from '../../../src/indexer/following/foundInTables'
import { Rules } from '../../../src/indexer/following/rules'
import type { RangeBlock } from '../../../src/rpc/chainLogs'
import { RangeCache } from '../../../src/rpc/rangeCache'
import { freshDatabase, type TestDatabase } from '../../fixtures/database'
import { sourcesOf } from '../../fixtures/sources'
import { CHAIN_ID, ForkableNode } from '../sources/forkableNode'
import { allLogs, announcingChain, eventsIn, eventsOf, foundIn, sources } from './announcingChain'

const CHAIN = `eip155:${CHAIN_ID}`
const log = createLogger('test:quiet')
const [family, rivals] = sources as [Source, Source]
const chain = announcingChain('kept')
chain.mine(300)

let database: TestDatabase
let node: ForkableNode

beforeAll(async () => {
  database = await freshDatabase()
  node = await ForkableNode.start(chain)
})

afterEach(async () => {
  await database.pool.query('DELETE FROM rpc_cache.log_range; DELETE FROM discovered_contract')
})

afterAll(async () => {
  await node.stop()
  await database.drop()
})

/** Reads the chain from the beginning, with answers kept. */
async function read(of: Source[]): Promise<{ blocks: RangeBlock[]; questions: number }> {
  const before = node.asked('eth_getLogs').length
  const rules = Rules.of(CHAIN, of)
  const { cold, pool } = sourcesOf({
    urls: [node.url],
    chainId: CHAIN_ID,
    follow: async () => new Following(rules),
    finality: 0,
    cacheOn: () =>
      new RangeCache({ pool: database.pool, log, chain: CHAIN, asked: rules.kept, mostBytes: 1e9 }),
  })
  const blocks: RangeBlock[] = []
  for await (const batch of cold.getFinalizedBlocks([{ range: { from: 0 } }], true))
    blocks.push(...batch.blocks)
  pool.close()
  return { blocks, questions: node.asked('eth_getLogs').length - before }
}

describe('kept answers hold what announced contracts emit', () => {
  test('and nothing is asked for again', async () => {
    const first = await read(sources)
    const second = await read(sources)
    expect(second.questions).toBe(0)
    expect(eventsIn(second.blocks)).toEqual(eventsIn(first.blocks))
    expect(eventsIn(first.blocks)).toEqual(eventsOf(allLogs(chain, chain.head.number)))
  })

  test.each([
    ['a protocol is added, which may be the first to announce what was another', [family], sources],
    ['one is removed, whose contracts may then be another', sources, [rivals]],
    ['there are others altogether', [rivals], [family]],
  ])('also where %s', async (_, former, now) => {
    await read(former)
    const { blocks } = await read(now)
    expect(eventsIn(blocks, now)).toEqual(eventsOf(allLogs(chain, chain.head.number), now))
  })
})

test('after a restart the tables tell which contracts are followed, up to a bound of each role', async () => {
  const { blocks } = await read(sources)
  const found = foundIn(blocks)
  await database.pool.query(
    `INSERT INTO discovered_contract (id, chain, protocol, contract, address, role, block, time, "transaction", log_index)
     SELECT $1 || ':' || address, $1, protocol, by, address, role, block, now(), '0x', place
       FROM jsonb_to_recordset($2) AS f (protocol text, by text, address text, role text, block int, place int)`,
    [CHAIN, JSON.stringify(found.map((one, place) => ({ ...one, place })))],
  )
  const height = Math.floor(chain.head.number / 2)
  const asked = async (mostOfRole?: number) => {
    const following = await followTables(database.pool, CHAIN, Rules.of(CHAIN, sources, mostOfRole))(height)
    return following.known().wanted({ from: height + 1, to: height + 1 }).filters
  }
  const early = found.filter(({ block }) => block <= height)
  expect(early.length).toBeGreaterThan(2)
  const addresses = (await asked()).flatMap(({ addresses = [] }) => addresses)
  expect(addresses).toEqual(expect.arrayContaining(early.map(({ address }) => address)))
  expect((await asked()).every(({ addresses }) => addresses)).toBe(true)
  expect((await asked(1)).some(({ addresses }) => !addresses)).toBe(true)
})

import { createLogger } from '@subsquid/logger'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Replay, replayServer } from '../../src/replay/replayServer'
import type { LogFilter, RangeBlock } from '../../src/rpc/chainLogs'
import { RangeCache } from '../../src/rpc/rangeCache'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { sourcesOf } from '../fixtures/sources'
import { line, recordingOf, word } from '../replay/recordings'
import { type Front, frontOf } from './proxy'

const CHAIN = 777
const log = createLogger('test:quiet')
const filters: LogFilter[] = [{ topics: [word(1), word(2)], fromBlock: 0 }]
const lines = Array.from({ length: 300 }, (_, n) =>
  line({ blockNumber: n, logIndex: n % 4, topics: [word(1), word(n)], data: `0x${'ab'.repeat(n % 70)}` }),
)

let database: TestDatabase
const open: { close(): Promise<void> }[] = []

beforeAll(async () => {
  database = await freshDatabase()
})

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
  await database.pool.query('DELETE FROM rpc_cache.log_range')
})

afterAll(() => database.drop())

async function chainOf(recorded: typeof lines): Promise<Front> {
  const node: Replay = await replayServer({ files: [recordingOf(recorded)], chainId: CHAIN })
  open.push({ close: () => node.stop() })
  const front = await frontOf(node.url)
  open.push(front)
  return front
}

interface Reading {
  from?: number
  finality?: number
  asked?: LogFilter[]
  mostBytes?: number
}

async function read(
  front: Front,
  { from = 0, finality = 10, asked = filters, mostBytes = 1e9 }: Reading = {},
): Promise<{ blocks: RangeBlock[]; requests: string[] }> {
  front.seen.length = 0
  const { pool, cold } = sourcesOf({
    urls: [front.url],
    chainId: CHAIN,
    filters: asked,
    finality,
    cacheOn: () =>
      new RangeCache({
        pool: database.pool,
        log,
        chain: 'eip155:777',
        asked: { filters: asked, rules: [] },
        mostBytes,
      }),
  })
  const blocks: RangeBlock[] = []
  for await (const batch of cold.getFinalizedBlocks([{ range: { from } }], true)) blocks.push(...batch.blocks)
  pool.close()
  return { blocks, requests: front.seen.map(({ method }) => method) }
}

const withLogs = (blocks: RangeBlock[]) => blocks.filter(({ logs }) => logs.length > 0)
const of = (method: string, requests: string[]) => requests.filter(one => one === method)

test('a second reading asks for no log and for two headers by height, the last kept one and the final one, and gives the same', async () => {
  const front = await chainOf(lines)
  const first = await read(front)
  expect(withLogs(first.blocks)).toHaveLength(290)
  expect(of('eth_getLogs', first.requests).length).toBeGreaterThan(3)
  const second = await read(front)
  expect(withLogs(second.blocks)).toEqual(withLogs(first.blocks))
  expect(of('eth_getLogs', second.requests)).toEqual([])
  const byHeight = front.seen.filter(
    ({ method, params }) => method === 'eth_getBlockByNumber' && params[0] !== 'latest',
  )
  expect(byHeight).toHaveLength(2)
})

test('a reading that begins in the middle, and one that goes farther, ask for what is not there only', async () => {
  const front = await chainOf(lines)
  const whole = await read(front, { finality: 1 })
  await database.pool.query('DELETE FROM rpc_cache.log_range')
  await read(front, { finality: 200 })
  const middle = await read(front, { from: 57, finality: 1 })
  expect(withLogs(middle.blocks)).toEqual(withLogs(whole.blocks).slice(57))
  const heights = front.seen
    .filter(({ method }) => method === 'eth_getLogs')
    .map(({ params }) => Number((params[0] as { fromBlock: string }).fromBlock))
  expect(Math.min(...heights)).toBe(100)
})

/** Topics and addresses of the queries that a front saw. */
const askedOf = (front: Front) =>
  new Set(
    front.seen
      .filter(({ method }) => method === 'eth_getLogs')
      .flatMap(({ params }) => {
        const { topics, address } = params[0] as { topics: string[][]; address?: string[] }
        return topics[0]!.map(topic => `${topic} of ${address ?? 'any'}`)
      }),
  )

const MIXED = lines.map((one, n) => ({ ...one, topics: [word(1 + (n % 3))] }))
const topic = (...numbers: number[]): LogFilter => ({ topics: numbers.map(word), fromBlock: 0 })

test('filters that ask for nothing in common are asked for', async () => {
  const front = await chainOf(lines)
  await read(front)
  const other = await read(front, { asked: [topic(3)] })
  expect(withLogs(other.blocks)).toEqual([])
  expect(askedOf(front)).toEqual(new Set([`${word(3)} of any`]))
})

test('of filters that ask for more, only what is more is asked for, once', async () => {
  const front = await chainOf(MIXED)
  const whole = await read(front, { asked: [topic(1, 2, 3)] })
  await database.pool.query('DELETE FROM rpc_cache.log_range')
  await read(front, { asked: [topic(1)] })
  const more = await read(front, { asked: [topic(1, 2, 3)] })
  expect(askedOf(front)).toEqual(new Set([`${word(2)} of any`, `${word(3)} of any`]))
  expect(withLogs(more.blocks)).toEqual(withLogs(whole.blocks))
  const again = await read(front, { asked: [topic(1, 2, 3)] })
  expect(askedOf(front)).toEqual(new Set())
  expect(withLogs(again.blocks)).toEqual(withLogs(whole.blocks))
  // Each is kept once.
  const { rows } = await database.pool.query(
    'SELECT count(DISTINCT filter)::int AS n FROM rpc_cache.log_range',
  )
  expect(rows[0].n).toBe(1)
})

test('of filters that ask for less nothing is asked for', async () => {
  const front = await chainOf(MIXED)
  await read(front, { asked: [topic(1, 2, 3)] })
  const less = await read(front, { asked: [topic(2)] })
  expect(askedOf(front)).toEqual(new Set())
  expect(withLogs(less.blocks).map(({ header }) => header.height)).toEqual(
    MIXED.filter(({ topics, blockNumber }) => topics[0] === word(2) && blockNumber < 290).map(
      ({ blockNumber }) => blockNumber,
    ),
  )
})

test('a first block that moves back asks for the blocks before the former one', async () => {
  const front = await chainOf(MIXED)
  const late = [{ topics: [word(1)], fromBlock: 120 }]
  const whole = await read(front, { asked: [topic(1)] })
  await database.pool.query('DELETE FROM rpc_cache.log_range')
  await read(front, { from: 120, asked: late })
  const early = await read(front, { asked: [topic(1)] })
  expect(withLogs(early.blocks)).toEqual(withLogs(whole.blocks))
  const heights = front.seen
    .filter(({ method }) => method === 'eth_getLogs')
    .map(({ params }) => Number((params[0] as { toBlock: string }).toBlock))
  expect(Math.max(...heights)).toBe(119)
})

test('what former filters asked for stays where it is of use, however full the room is', async () => {
  const front = await chainOf(MIXED)
  await read(front, { asked: [topic(1)] })
  await read(front, { asked: [topic(1, 2)], mostBytes: 1 })
  expect(askedOf(front)).toEqual(new Set([`${word(2)} of any`]))
})

test('another chain of the same id, and a fork, are not answered from it', async () => {
  await read(await chainOf(lines))
  const changed = lines.map(one => ({
    ...one,
    blockHash: word(1_000_000 + one.blockNumber),
    data: one.blockNumber > 280 ? '0xff' : one.data,
  }))
  const again = await read(await chainOf(changed))
  expect(of('eth_getLogs', again.requests).length).toBeGreaterThan(0)
  expect(again.blocks.filter(({ logs }) => logs.some(({ data }) => data === '0xff'))).toHaveLength(9)
})

test('what is over the limit is not kept, and asked for again', async () => {
  const front = await chainOf(lines)
  await read(front, { mostBytes: 1 })
  const { rows } = await database.pool.query('SELECT count(*)::int AS n FROM rpc_cache.log_range')
  expect(rows[0].n).toBeLessThanOrEqual(6) // those under way when the limit was met
  const again = await read(front)
  expect(withLogs(again.blocks)).toHaveLength(290)
})

test('a kept answer that cannot be read any more is asked for again', async () => {
  const front = await chainOf(lines)
  const first = await read(front)
  await database.pool.query(`UPDATE rpc_cache.log_range SET body = '\\x00'`)
  const again = await read(front)
  expect(withLogs(again.blocks)).toEqual(withLogs(first.blocks))
})

import type { Hex } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Source } from '../../../src/indexer/contracts'
import { chainlink } from '../../../src/protocols/chainlink/chainlink'
import type { TestPipeline } from '../../indexer/pipeline/fixture'
import { rowsOf } from '../../system/pipeline'
import { FeedChain } from './feedChain'

const USD = 10n ** 8n
const HOUR = 3600n

let feeds: FeedChain
let indexed: TestPipeline
let source: Source
/** `old` announces nothing when its aggregator changes; `young` does */
let old: Hex
let young: Hex
let stranger: Hex
const pipelines: TestPipeline[] = []

const report = (aggregator: Hex, usd: bigint, age = 0n) =>
  feeds.does('Aggregator', aggregator, 'report', usd, age)

beforeAll(async () => {
  feeds = await FeedChain.start()
  ;[old, young] = [await feeds.proxy(), await feeds.proxy()]
  const [a1, a2, b1, b2] = [
    await feeds.aggregator(8),
    await feeds.aggregator(18),
    await feeds.aggregator(8),
    await feeds.aggregator(6),
  ]
  stranger = await feeds.aggregator(8)

  await report(a1, 1n * USD) // before the proxy points to it
  await feeds.does('Proxy', old, 'confirm', a1, false)
  await report(a1, 2_000n * USD)
  await report(a1, 2_001n * USD, HOUR)
  await report(a1, 0n)
  await report(a1, -5n)
  await feeds.does('Aggregator', a1, 'foretell', 9n * USD)
  await report(stranger, 666n * USD)
  await report(a2, 7n * 10n ** 18n) // not confirmed yet
  await feeds.does('Proxy', old, 'confirm', a2, false)
  await report(a1, 1_999n * USD) // not behind the proxy any more
  await report(a2, 2_100n * 10n ** 18n)

  await feeds.does('Proxy', young, 'confirm', b1, true) // without a round
  await report(b1, 3n * USD)
  await report(b2, 4_000_000n)
  await feeds.does('Proxy', young, 'confirm', b2, true) // with one that was told before
  await report(b1, 5n * USD)
  await report(b2, 4_100_000n)

  source = {
    protocol: chainlink,
    deployment: { contracts: {}, firstBlock: 1, feeds: { [old]: [a1, a2], [young]: [] } },
  }
  indexed = await feeds.pipeline(source)
  pipelines.push(indexed)
  await feeds.index(indexed, source, 1_000)
})
afterAll(async () => {
  for (const pipeline of pipelines) await pipeline.close()
  await feeds?.close()
})

interface PriceRow {
  feed_id: string
  block: number
  round: string
  value: string
  decimals: number
  reported_at: Date
}

async function prices(feed: Hex): Promise<PriceRow[]> {
  const text = `SELECT * FROM price WHERE feed_id = $1 ORDER BY id`
  return (await indexed.database.pool.query<PriceRow>(text, [`eip155:31337:${feed}`])).rows
}

/** A proxy that announces nothing has its new aggregator's earlier round as well, which no log tells. */
function isSilent(feed: Hex, said: { round: bigint }, rows: PriceRow[], block: number): boolean {
  const first = rows.find(row => BigInt(row.round) >> 64n === said.round >> 64n)
  return feed === old && (!first || first.block > block)
}

describe('the price of a feed', () => {
  test('is at every block what latestRoundData() says there, through phases, announced or not', async () => {
    const head = await feeds.height()
    for (const feed of [old, young]) {
      const rows = await prices(feed)
      const told = (block: number) => rows.findLast(row => row.block <= block)
      for (let block = 1; block <= head; block++) {
        const row = told(block)
        const said = await feeds.latest(feed, block)
        if (row?.block === block) {
          const updatedAt = BigInt(row.reported_at.getTime() / 1000)
          expect(said).toEqual({ round: BigInt(row.round), value: BigInt(row.value), updatedAt })
        } else if (said && said.value > 0n && !isSilent(feed, said, rows, block)) {
          expect(said.value).toBe(BigInt(row!.value))
        }
      }
    }
    expect((await prices(old)).map(({ value, decimals }) => [value, decimals])).toEqual([
      [String(2_000n * USD), 8],
      [String(2_001n * USD), 8],
      [String(2_100n * 10n ** 18n), 18],
    ])
    expect(
      (await prices(young)).map(({ value, decimals, round }) => [value, decimals, BigInt(round)]),
    ).toEqual([
      [String(3n * USD), 8, (1n << 64n) + 1n],
      ['4000000', 6, (2n << 64n) + 1n],
      ['4100000', 6, (2n << 64n) + 2n],
    ])
  })

  test('is nothing of 0, below 0, from the future, or of a contract that no proxy names', async () => {
    const { rows } = await indexed.database.pool.query(`SELECT reason FROM rejected_log ORDER BY id`)
    expect(rows.map(({ reason }) => reason)).toEqual([
      `the answer of eip155:31337:${old} is no price: 0`,
      `the answer of eip155:31337:${old} is no price: -5`,
      `eip155:31337:${old} reports from the future`,
    ])
    const { rows: all } = await indexed.database.pool.query(`SELECT count(*)::int AS n FROM price`)
    expect(all[0].n).toBe(6)
  })
})

test('a block a batch, and a reorganisation that takes a phase back, make the rows of a fresh index', async () => {
  const slow = await feeds.pipeline(source)
  pipelines.push(slow)
  await feeds.index(slow, source, 1)
  expect(await rowsOf(slow.database.pool)).toEqual(await rowsOf(indexed.database.pool))

  const head = await feeds.height()
  const kept = head - 3 // the announcement of young's second phase goes
  await slow.pipeline.undo(await feeds.block(kept))
  await feeds.chain.rpc('anvil_rollback', [3])
  await report(stranger, 1n)
  const b3 = await feeds.aggregator(4)
  await feeds.does('Proxy', young, 'confirm', b3, true)
  await report(b3, 52_000n)
  await feeds.index(slow, source, 2)

  const fresh = await feeds.pipeline(source)
  pipelines.push(fresh)
  await feeds.index(fresh, source, 1_000)
  expect(await rowsOf(slow.database.pool)).toEqual(await rowsOf(fresh.database.pool))
  indexed = fresh
  expect((await prices(young)).map(({ value }) => value)).toEqual([String(3n * USD), '52000'])
})

import { afterEach, describe, expect, test } from 'vitest'
import type { LogFilter } from '../../src/rpc/chainLogs'
import { word } from '../replay/recordings'
import { CONTRACT, type LongChain, longChain } from './longChain'
import { problemOf, readCold } from './reading'

const filters: LogFilter[] = [{ topics: [word(1)], fromBlock: 0 }]
const open: LongChain[] = []

afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

async function chain(options: Parameters<typeof longChain>[0]): Promise<LongChain> {
  const made = await longChain(options)
  open.push(made)
  return made
}

/** Reads all of it, and says how many queries that took. */
async function costOf(one: LongChain, asked = filters): Promise<{ queries: number; logs: number }> {
  const { done } = readCold({ endpoints: [one], chainId: 1, filters: asked, finality: 0 })
  const { logs } = await done
  expect(new Set(logs).size).toBe(logs.length)
  return { queries: one.queries.length, logs: logs.length }
}

const spanOf = ({ from, to }: { from: number; to: number }) => to - from + 1

describe('an endpoint that allows so many blocks, in words that nobody knows: the queries are near the fewest', () => {
  test.each([
    ['Cannot fulfill request', 1000, 2_000_000],
    ['Unable to perform request', 1024, 1_000_000],
    ['nope', 10_000, 4_000_000],
    ['invalid params', 37, 40_000],
    ['limited to a 5 range', 5, 5_000],
    ['please ask for less', 1, 500],
  ])('%s: %i', async (message, most, blocks) => {
    const one = await chain({ head: blocks, refuses: query => (spanOf(query) > most ? message : undefined) })
    const { queries } = await costOf(one)
    const fewest = blocks / most
    expect(queries).toBeGreaterThanOrEqual(fewest)
    expect(queries).toBeLessThan(fewest * 1.06 + 60)
  })

  test('and raises its limit later: that is found out', async () => {
    let most = 100
    const one = await chain({
      head: 1_000_000,
      refuses: query => {
        if (query.from > 50_000) most = 10_000
        return spanOf(query) > most ? 'no' : undefined
      },
    })
    // 500 up to there, 200 until it is noticed and 95 after, where 9,500 would be needed without.
    expect((await costOf(one)).queries).toBeLessThan(1500)
  })

  test('and lowers its limit later', async () => {
    const one = await chain({
      head: 200_000,
      refuses: query => (spanOf(query) > (query.from > 100_000 ? 100 : 1000) ? 'no' : undefined),
    })
    expect((await costOf(one)).queries).toBeLessThan(100 + 1000 * 1.1 + 150)
  })

  test('a passing fault is not taken for a limit for long', async () => {
    let faults = 0
    const one = await chain({
      head: 3_000_000,
      refuses: ({ from }) => (from > 1000 && faults++ < 2 ? 'unexpected' : undefined),
    })
    expect((await costOf(one)).queries).toBeLessThan(30 + 200)
  })
})

describe('an endpoint that allows so many logs, in words that nobody knows', () => {
  const limits: [string, (most: number) => string][] = [
    ['known', most => `logs matched by query exceeds limit of ${most}`],
    ['of bytes', most => `response size should not greater than ${most * 300} bytes`],
    ['unknown', () => 'Cannot fulfill request'],
  ]
  describe.each(limits)('words: %s', (_, words) => {
    test.each<[string, (block: number) => number, number]>([
      ['one log a block', () => 1, 4_000],
      ['a log in a hundred blocks', block => (block % 100 === 0 ? 1 : 0), 200_000],
      ['seven logs a block', () => 7, 700],
      [
        'dense, then sparse, then dense',
        block => (block % 4000 < 2000 ? 2 : block % 50 === 0 ? 1 : 0),
        12_000,
      ],
    ])('%s', async (__, logsOf, head) => {
      const one = await chain({
        head,
        logsOf,
        refuses: (_query, logs) => (logs > 20 ? words(20) : undefined),
      })
      const { queries, logs } = await costOf(one)
      let held = 0
      for (let block = 0; block <= head; block++) held += logsOf(block)
      expect(logs).toBe(held)
      expect(queries).toBeLessThan((held / 20) * 2.2 + 60)
    })
  })

  test('one block holds more than it gives at once: it is asked for topic by topic', async () => {
    const asked = [{ topics: [word(1), word(2), word(3)], fromBlock: 0 }]
    const one = await chain({
      head: 50,
      logsOf: block => (block === 20 ? 30 : 1),
      refuses: ({ topics }, logs) => (logs > 20 && topics.length > 1 ? 'Cannot fulfill request' : undefined),
    })
    expect((await costOf(one, asked)).logs).toBe(80)
  })
})

test('an endpoint that takes few addresses is asked with few', async () => {
  const addresses = [CONTRACT, ...Array.from({ length: 40 }, (_, n) => `0x${String(n).padStart(40, '0')}`)]
  const one = await chain({
    head: 1000,
    logsOf: block => (block % 10 === 0 ? 1 : 0),
    refuses: ({ addresses: asked }) =>
      asked!.length > 10 ? 'Please specify less number of addresses' : undefined,
  })
  const { logs } = await costOf(one, [{ addresses, topics: [word(1)], fromBlock: 0 }])
  expect(logs).toBe(101)
  expect(one.refused).toBeLessThan(30)
})

test('an endpoint that has no such history says so, with the fix, and goes on once it has', async () => {
  let isPruned = true
  const one = await chain({
    head: 1000,
    refuses: ({ from }) => (isPruned && from < 500 ? 'pruned history unavailable' : undefined),
  })
  const { pool, done } = readCold({ endpoints: [one], chainId: 1, filters, finality: 0 })
  expect(await problemOf(pool)).toMatch(
    /it does not keep history that old \(pruned history unavailable\): name an archive endpoint in `rpc`, or a later `firstBlock`$/,
  )
  expect(Math.min(...one.queries.map(spanOf)), 'it is not asked for less').toBe(8)
  isPruned = false
  await done
  expect(pool.problem()).toBeNull()
})

test('an endpoint that wants an address in each query leaves it to the next one, and says so where there is none', async () => {
  let isPicky = true
  const picky = await chain({
    head: 1000,
    refuses: ({ addresses }) =>
      isPicky && !addresses ? 'Please specify an address in your request' : undefined,
  })
  const other = await chain({ head: 1000 })
  const both = readCold({ endpoints: [picky, other], chainId: 1, filters, finality: 0 })
  await both.done
  expect(picky.refused).toBeLessThanOrEqual(10)
  const alone = readCold({ endpoints: [picky], chainId: 1, filters, finality: 0 })
  expect(await problemOf(alone.pool)).toMatch(
    /it answers for named addresses only \(Please specify .*\), .*: name another endpoint in `rpc`$/,
  )
  expect(Math.min(...picky.queries.map(spanOf)), 'it is not asked for less').toBe(8)
  isPicky = false
  await alone.done
})

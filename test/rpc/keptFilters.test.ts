import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type LogFilter, matcherOf, type RangeBlock } from '../../src/rpc/chainLogs'
import { mergeBlocks, missingFilters } from '../../src/rpc/keptFilters'

const SPAN = { from: 10, to: 19 }
const hash = (n: number) => `0x${n.toString(16).padStart(64, '0')}`

/** Three addresses emit three topics, each in each block, two of them in one transaction. */
const CHAIN: RangeBlock[] = Array.from({ length: SPAN.to - SPAN.from + 1 }, (_, i) => {
  const height = SPAN.from + i
  return {
    header: { height, hash: hash(height), parentHash: hash(height - 1), timestamp: height * 1000 },
    logs: ['a', 'b', 'c'].flatMap((address, x) =>
      ['1', '2', '3'].map((topic, y) => ({
        address,
        topics: [topic],
        data: '0x',
        transactionHash: hash(height * 100 + Math.floor((x * 3 + y) / 2)),
        logIndex: x * 3 + y,
      })),
    ),
  }
})

/** What an endpoint answers: blocks with logs, and the last. */
function answer(filters: LogFilter[]): RangeBlock[] {
  const matches = matcherOf(filters)
  return CHAIN.map(({ header, logs }) => ({
    header,
    logs: logs.filter(log => matches(log.address, log.topics[0], header.height)),
  })).filter(({ header, logs }) => logs.length > 0 || header.height === SPAN.to)
}

const filter = fc.record({
  addresses: fc.option(fc.subarray(['a', 'b', 'c'], { minLength: 1 }), { nil: undefined }),
  topics: fc.subarray(['1', '2', '3'], { minLength: 1 }),
  fromBlock: fc.integer({ min: 5, max: 22 }),
})
const filters = fc.array(filter, { minLength: 1, maxLength: 4 })

test('what is kept and what is missing make together what is wanted', () => {
  fc.assert(
    fc.property(filters, filters, (wanted, asked) => {
      const kept = answer(asked)
      const missing = missingFilters(wanted, asked, SPAN)
      const matches = matcherOf(wanted)
      const merged = mergeBlocks(kept, answer(missing))!
        .map(({ header, logs }) => ({
          header,
          logs: logs.filter(log => matches(log.address, log.topics[0], header.height)),
        }))
        .filter(({ header, logs }) => logs.length > 0 || header.height === SPAN.to)
      expect(merged).toEqual(answer(wanted))
    }),
    { numRuns: 500 },
  )
})

test('nothing is missing where the same, or more, was asked for', () => {
  fc.assert(
    fc.property(filters, filters, (wanted, more) => {
      expect(missingFilters(wanted, [...more, ...wanted], SPAN)).toEqual([])
    }),
  )
})

test('answers of two forks are not put together', () => {
  const [a, b] = [answer([{ topics: ['1'], fromBlock: 0 }]), answer([{ topics: ['2'], fromBlock: 0 }])]
  const fork = b.map(block => ({ ...block, header: { ...block.header, hash: hash(7) } }))
  expect(() => mergeBlocks(a, fork)).toThrow(/block 10 is 0x0+a in what was kept, 0x0+7 on the chain/)
})

test.each([
  ['two logs have one index', [1, 1], [1, 2]],
  ['one transaction stands within another', [0, 1, 2, 1], [1, 2]],
  ['an index is beyond what a block counts', [65_536, 1], [65_537, 2]],
])('answers are not put together where %s: the endpoint counts anew in each transaction', (_, a, b) => {
  const block = (...places: number[]): RangeBlock[] => [
    {
      header: CHAIN[0]!.header,
      logs: places.flatMap((logIndex, i) =>
        i % 2 === 1
          ? []
          : [{ address: 'a', topics: ['1'], data: '0x', transactionHash: hash(places[i + 1]!), logIndex }],
      ),
    },
  ]
  expect(mergeBlocks(block(...a), block(...b))).toBeUndefined()
})

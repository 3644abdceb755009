import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { logsOf } from '../../src/rpc/readLogs'
import { word } from '../replay/recordings'

const ADDRESS = `0x${'ab'.repeat(20)}`
const all: Parameters<typeof logsOf>[3] = () => true

interface Place {
  block: number
  transaction: number
  index: number
  topic?: number
}

function log({ block, transaction, index, topic = 1 }: Place, changes: object = {}): Record<string, unknown> {
  return {
    blockNumber: `0x${block.toString(16)}`,
    blockHash: word(block + 1000),
    transactionHash: word(block * 1000 + transaction),
    transactionIndex: `0x${transaction.toString(16)}`,
    logIndex: `0x${index.toString(16)}`,
    address: ADDRESS,
    topics: [word(topic)],
    data: '0x',
    ...changes,
  }
}

const read = (logs: unknown, matches = all) => logsOf([logs], 0, 100, matches)
const indexes = (logs: unknown, matches = all) =>
  read(logs, matches).flatMap(({ height, logs: found }) =>
    found.map(({ logIndex }) => `${height}-${logIndex}`),
  )

/** Blocks of transactions of logs, counted through the block. */
const chains = fc
  .array(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }), { maxLength: 5 })
  .map(blocks =>
    blocks.flatMap((transactions, block) => {
      let index = 0
      return transactions.flatMap((count, transaction) =>
        Array.from({ length: count }, () => ({ block, transaction, index: index++ })),
      )
    }),
  )

describe('what can be meant one way only is read so', () => {
  test('null for no logs, and for no topics', () => {
    expect(read(null)).toEqual([])
    expect(read([log({ block: 1, transaction: 0, index: 0 }, { topics: null })])[0]!.logs[0]!.topics).toEqual(
      [],
    )
  })

  test('logs in any order, and some of them twice', () => {
    fc.assert(
      fc.property(
        chains.chain(places =>
          fc.tuple(
            fc.constant(places),
            fc.shuffledSubarray(places, { minLength: places.length }),
            fc.subarray(places),
          ),
        ),
        ([places, shuffled, twice]) => {
          const given = [...shuffled, ...twice].map(place => log(place))
          expect(indexes(given)).toEqual(places.map(({ block, index }) => `${block}-${index}`))
        },
      ),
    )
  })

  test('the same log in two answers', () => {
    const one = log({ block: 1, transaction: 0, index: 3 })
    const other = log({ block: 1, transaction: 0, index: 2 })
    const found = logsOf([[one], [one, other]], 0, 100, all)
    expect(found[0]!.logs.map(({ logIndex }) => logIndex)).toEqual([2, 3])
  })

  test('numbers instead of hex, leading zeros, capitals, and no transaction’s place', () => {
    const odd = {
      blockNumber: 7,
      logIndex: '0x002',
      transactionIndex: undefined,
      address: ADDRESS.toUpperCase().replace('X', 'x'),
    }
    const [block] = read([log({ block: 7, transaction: 0, index: 2 }, odd)])
    expect(block).toMatchObject({ height: 7, logs: [{ logIndex: 2, address: ADDRESS }] })
  })
})

describe('an index that begins anew in each transaction', () => {
  const anew = [
    log({ block: 5, transaction: 0, index: 0 }),
    log({ block: 5, transaction: 2, index: 0 }),
    log({ block: 5, transaction: 2, index: 1, topic: 2 }),
    log({ block: 6, transaction: 0, index: 0 }),
  ]

  test('is made one that no other log of the block has, in the order of the chain', () => {
    expect(indexes(anew)).toEqual(['5-0', '5-131072', '5-131073', '6-0'])
  })

  test('is seen where it only falls from one transaction to the next', () => {
    const falls = [log({ block: 5, transaction: 1, index: 3 }), log({ block: 5, transaction: 2, index: 1 })]
    expect(indexes(falls)).toEqual(['5-65539', '5-131073'])
    expect(indexes([...falls].reverse())).toEqual(['5-65539', '5-131073'])
  })

  test('does not depend on what else an answer brings that is not asked for', () => {
    const asked = (_: string, topic: string | undefined) => topic === word(2)
    expect(indexes(anew, asked)).toEqual(indexes([anew[2]], asked))
  })

  test('is refused where the transaction’s place is not told', () => {
    const untold = anew.map(one => ({ ...one, transactionIndex: undefined }))
    expect(() => read(untold)).toThrow('there are two logs 0 of block 5')
  })

  test('is refused where it does not fit', () => {
    const far = [
      log({ block: 5, transaction: 0, index: 7 }),
      log({ block: 5, transaction: 40_000, index: 0 }),
    ]
    expect(() => read(far)).toThrow('block 5 has log 0 of transaction 40000, out of order with the others')
  })

  test('of a sound endpoint, whatever the filter, the index is kept', () => {
    fc.assert(
      fc.property(chains.chain(fc.subarray), places => {
        expect(indexes(places.map(place => log(place)))).toEqual(
          places.map(({ block, index }) => `${block}-${index}`),
        )
      }),
    )
  })
})

test('an index beyond Postgres’s integers is told as it is', () => {
  expect(indexes([log({ block: 1, transaction: 0, index: 0xffffffe2 })])).toEqual(['1-4294967266'])
})

test.each<[string, object, RegExp]>([
  ['a log of another block', { blockNumber: '0x65' }, /brings log 0 of block 101/],
  ['a pending log', { logIndex: null }, /not a mined log/],
  ['a log that was removed', { removed: true }, /not a mined log/],
  ['an empty index', { logIndex: '0x' }, /not a mined log/],
  ['no transaction', { transactionHash: null }, /not a mined log/],
  ['a short address', { address: '0xab' }, /not a mined log/],
  ['a topic that is none', { topics: ['0x1'] }, /not a mined log/],
])('%s is refused', (_, changes, message) => {
  expect(() => read([log({ block: 1, transaction: 0, index: 0 }, changes)])).toThrow(message)
})

test('two hashes of one block, and two logs in one place, are refused', () => {
  const one = log({ block: 1, transaction: 0, index: 0 })
  expect(() => read([one, { ...one, logIndex: '0x1', blockHash: word(7) }])).toThrow(/block 1 is both/)
  expect(() => read([one, { ...one, data: '0x01' }])).toThrow('two logs 0 of block 1')
  expect(() => read('none')).toThrow('eth_getLogs answers "none", no list')
})

import { createLogger } from '@subsquid/logger'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Source } from '../../../src/indexer/contracts'
import { ChainReader } from '../../../src/indexer/reads/chainReader'
import { KeptAnswers } from '../../../src/indexer/reads/keptAnswers'
import { PendingReads, pendingKeys } from '../../../src/indexer/reads/pendingReads'
import type { Protocol } from '../../../src/protocols/protocol'
import type { RangeBlock } from '../../../src/rpc/chainLogs'
import { dropAnswers } from '../../../src/rpc/rangeCache'
import { RpcPool } from '../../../src/rpc/rpcPool'
import { type TestChain, testChain } from '../../fixtures/chain'
import { type Front, frontOf } from '../../rpc/proxy'
import { finalBatch, type TestPipeline, testPipeline } from '../pipeline/fixture'

const CHAIN = { id: 31337, caip2: 'eip155:31337' }
const ASKS = '0xa5'
const SPEAKER = `0x${'50'.repeat(20)}`
/** Keeps the word that it is sent, and returns it where it is sent none. */
const KEEPER = `0x${'c0'.repeat(20)}`
const log = createLogger('test:quiet')

/** A log asks a contract for an address; a block's end asks once more, and notes it under another role. */
const protocol: Protocol = {
  name: 'toy',
  revision: 1,
  deployments: {},
  roles: { speaker: { required: true, doc: '' } },
  discovers: [],
  handlers: {
    speaker: {
      [ASKS]: {
        event: 'Asks()',
        reads: () => [{ to: KEEPER, call: '0x' }],
        handle: (_, origin, __, [answer]) =>
          answer?.kind === 'returned'
            ? [{ kind: 'contractDiscovered', origin, address: `0x${answer.data.slice(26)}`, role: 'asked' }]
            : [],
      },
    },
  },
  atBlockEnd: {
    speaker: {
      reads: () => [{ to: KEEPER, call: '0x' }],
      handle: (contract, origin, _, answers) => {
        ends.push(`${contract}-${origin.block}-${origin.logIndex}-${answers[0]!.kind}`)
        return []
      },
    },
  },
}
const sources: Source[] = [{ protocol, deployment: { contracts: { speaker: SPEAKER }, firstBlock: 0 } }]

let chain: TestChain
let node: Front
let set: TestPipeline
let reader: ChainReader
let blocks: RangeBlock[]
let ends: string[] = []
let hasState = true
const pools: RpcPool[] = []

beforeAll(async () => {
  chain = await testChain({ chainId: CHAIN.id })
  await chain.rpc('anvil_setCode', [KEEPER, '0x36600f5760005460005260206000f35b60003560005500'])
  node = await frontOf(chain.url, {
    before: ({ method }) =>
      method === 'eth_call' && !hasState
        ? { error: { code: -32000, message: 'missing trie node' } }
        : undefined,
  })
  const [from] = await chain.rpc<string[]>('eth_accounts')
  await chain.rpc('evm_setAutomine', [false])
  blocks = []
  for (const value of [1, 2, 3]) {
    const data = `0x${value.toString(16).padStart(64, '0')}`
    await chain.rpc('eth_sendTransaction', [{ from, to: KEEPER, data }])
    await chain.rpc('anvil_mine', ['0x1'])
    const head = await chain.rpc<{ number: string; hash: string; parentHash: string }>(
      'eth_getBlockByNumber',
      ['latest', false],
    )
    const header = {
      height: Number(head.number),
      hash: head.hash,
      parentHash: head.parentHash,
      timestamp: 1000,
    }
    const logs = [0, 1].map(logIndex => ({
      address: SPEAKER,
      topics: [ASKS],
      data: '0x',
      transactionHash: `0x${value}`,
      logIndex,
    }))
    blocks.push({ header, logs })
  }
})

beforeEach(async () => {
  hasState = true
  ends = []
  node.seen.length = 0
  set = await testPipeline(CHAIN, { sources, reader: { answer: questions => reader.answer(questions) } })
  reader = readerOn(node.url)
})

afterEach(async () => {
  for (const pool of pools.splice(0)) pool.close()
  await set.close()
})

afterAll(async () => {
  await node.close()
  await chain.close()
})

function readerOn(url: string, pending?: ReadonlySet<string>): ChainReader {
  const rpc = new RpcPool([{ url }], CHAIN.id, log)
  pools.push(rpc)
  const { pool } = set.database
  const kept = new KeptAnswers({ pool, log, chain: CHAIN.caip2, mostBytes: 1_000_000 })
  return new ChainReader({ rpc, log, chain: 'test', kept, pending })
}

const calls = () => node.seen.filter(({ method }) => method === 'eth_call').length

async function column(sql: string): Promise<unknown[]> {
  return (await set.database.pool.query<{ value: unknown }>(sql)).rows.map(({ value }) => value)
}

const found = () => column('SELECT right(address, 2) AS value FROM discovered_contract ORDER BY 1')

test('a read is answered at its log’s block, once for all that ask it there, and kept for whoever reads the log again', async () => {
  await set.pipeline.run([finalBatch(blocks)])
  expect(await found()).toEqual(['01', '02', '03'])
  expect(calls()).toBe(3)
  expect(reader.figures).toEqual({ kept: 0, returned: 3, reverted: 0, unanswered: 0 })
  expect(ends.filter((end, i) => ends.indexOf(end) === i)).toEqual(
    blocks.map(({ header }) => `${SPEAKER}-${header.height}-1-returned`),
  )

  const again = readerOn('http://127.0.0.1:1') // an endpoint that would be waited for without end
  const questions = blocks.map(({ header: { height, hash } }) => ({
    to: KEEPER,
    call: '0x',
    block: height,
    blockHash: hash,
  }))
  expect((await again.answer(questions)).map(({ kind }) => kind)).toEqual([
    'returned',
    'returned',
    'returned',
  ])
  expect(again.figures.kept).toBe(3)

  await dropAnswers(set.database.pool, CHAIN.caip2, blocks[0]!.header.height)
  expect(await column('SELECT count(*)::int AS value FROM rpc_cache.call_answer')).toEqual([1])
})

test('a read that no endpoint answers is kept as pending, the chain goes on, and it is asked again', async () => {
  hasState = false
  await set.pipeline.run([finalBatch(blocks.slice(0, 2))])
  hasState = true
  await set.pipeline.run([finalBatch(blocks.slice(2))])
  expect(await found()).toEqual(['03'])
  expect(await column('SELECT DISTINCT block AS value FROM pending_read ORDER BY 1')).toEqual(
    blocks.slice(0, 2).map(({ header }) => header.height),
  )
  expect(reader.figures.unanswered).toBe(2)

  const { pool } = set.database
  const reads = new PendingReads({ pool, log, chain: CHAIN.caip2, reader })
  hasState = false
  expect(await reads.ask()).toBe(false)
  hasState = true
  expect(await reads.ask()).toBe(true)
  expect(reads.isDue).toBe(true)
  expect((await pendingKeys(pool, CHAIN.caip2)).size).toBe(2) // until the chain is folded again
})

test('who compares rows takes pending reads as they were, and wants all others answered', async () => {
  hasState = false
  await set.pipeline.run([finalBatch(blocks.slice(0, 1))])
  const pending = await pendingKeys(set.database.pool, CHAIN.caip2)
  const strict = readerOn(node.url, pending)
  const question = ({ header }: RangeBlock) => ({
    to: KEEPER,
    call: '0x',
    block: header.height,
    blockHash: header.hash,
  })
  node.seen.length = 0
  expect(await strict.answer([question(blocks[0]!)])).toEqual([{ kind: 'unanswered' }])
  expect(calls()).toBe(0)
  await expect(strict.answer([question(blocks[1]!)])).rejects.toThrow(/name an archive endpoint/)
})

test('blocks are undone with the reads that were pending in them', async () => {
  hasState = false
  await set.pipeline.run([finalBatch(blocks.slice(0, 1)), finalBatch(blocks.slice(1, 2))])
  const { height, hash } = blocks[0]!.header
  await set.pipeline.undo({ height, hash })
  expect(await column('SELECT DISTINCT block AS value FROM pending_read')).toEqual([height])
})

import { createLogger } from '@subsquid/logger'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type CallAtBlock, callsAtBlocks } from '../../src/rpc/callsAtBlocks'
import { RpcPool } from '../../src/rpc/rpcPool'
import { type TestChain, testChain } from '../fixtures/chain'
import { type Behaviour, type Front, frontOf } from './proxy'

const CHAIN = 31337
/** Keeps the word that it is sent, and returns it where it is sent none. */
const KEEPER = `0x${'c0'.repeat(20)}`
const REVERTS = `0x${'c1'.repeat(20)}`
const LOOPS = `0x${'c2'.repeat(20)}`
const LONG = `0x${'c3'.repeat(20)}`
const NOBODY = `0x${'c4'.repeat(20)}`

let chain: TestChain
const blocks: { block: number; blockHash: string }[] = []
const fronts: Front[] = []
const pools: RpcPool[] = []

beforeAll(async () => {
  chain = await testChain({ chainId: CHAIN })
  await chain.rpc('anvil_setCode', [KEEPER, '0x36600f5760005460005260206000f35b60003560005500'])
  await chain.rpc('anvil_setCode', [REVERTS, '0x60006000fd'])
  await chain.rpc('anvil_setCode', [LOOPS, '0x5b600056'])
  await chain.rpc('anvil_setCode', [LONG, '0x620100006000f3'])
  const [from] = await chain.rpc<string[]>('eth_accounts')
  await chain.rpc('evm_setAutomine', [false])
  for (const value of [1, 2, 3]) {
    await chain.rpc('eth_sendTransaction', [{ from, to: KEEPER, data: word(value) }])
    await chain.rpc('anvil_mine', ['0x1'])
    const head = await chain.rpc<{ number: string; hash: string }>('eth_getBlockByNumber', ['latest', false])
    blocks.push({ block: Number(head.number), blockHash: head.hash })
  }
})

afterEach(async () => {
  for (const pool of pools.splice(0)) pool.close()
  for (const front of fronts.splice(0)) await front.close()
})

afterAll(() => chain.close())

function word(n: number): string {
  return `0x${n.toString(16).padStart(64, '0')}`
}

async function front(behaviour: Behaviour = {}): Promise<Front> {
  const made = await frontOf(chain.url, behaviour)
  fronts.push(made)
  return made
}

function poolOn(...urls: string[]): RpcPool {
  const pool = new RpcPool(
    urls.map(url => ({ url })),
    CHAIN,
    createLogger('test:quiet'),
  )
  pools.push(pool)
  return pool
}

const at = (n: number, to = KEEPER): CallAtBlock => ({ to, data: '0x', ...blocks[n]! })
const isCall = ({ method }: { method: string }) => method === 'eth_call'
const error = (message: string, code = -32000) => ({ error: { code, message } })
const isByHash = (params: unknown[]) => typeof params[1] === 'object'

test('each call is answered by the state of its own block, all in one request', async () => {
  const sound = await front()
  expect(
    await callsAtBlocks(poolOn(sound.url), [at(2), at(0), at(1), at(1, REVERTS), at(1, NOBODY)]),
  ).toEqual([
    { kind: 'returned', data: word(3) },
    { kind: 'returned', data: word(1) },
    { kind: 'returned', data: word(2) },
    { kind: 'reverted' },
    { kind: 'returned', data: '0x' },
  ])
  expect(sound.seen.filter(isCall)).toHaveLength(5)
})

test('what a contract does to whoever asks it is an answer: it uses up the gas, or returns a flood', async () => {
  const answers = await callsAtBlocks(poolOn(chain.url), [at(1, LOOPS), at(1, LONG)])
  expect(answers.map(({ kind }) => kind)).toEqual(['reverted', 'reverted'])
})

test('over a WebSocket too', async () => {
  expect(await callsAtBlocks(poolOn(chain.url.replace('http', 'ws')), [at(0), at(0, REVERTS)])).toEqual([
    { kind: 'returned', data: word(1) },
    { kind: 'reverted' },
  ])
})

test('an endpoint that refuses blocks by hash is asked by number, and must have that very block', async () => {
  const old = await front({
    before: ({ method, params }) =>
      method === 'eth_call' && isByHash(params)
        ? error('invalid argument 1: json: cannot unmarshal object into Go value of type string', -32602)
        : undefined,
  })
  const pool = poolOn(old.url)
  expect(await callsAtBlocks(pool, [at(0), at(1)])).toEqual([
    { kind: 'returned', data: word(1) },
    { kind: 'returned', data: word(2) },
  ])
  old.seen.length = 0
  expect(await callsAtBlocks(pool, [at(2), { ...at(1), blockHash: word(7) }])).toMatchObject([
    { kind: 'returned', data: word(3) },
    { kind: 'unanswered', why: expect.stringContaining('has another block') },
  ])
  expect(old.seen.filter(({ params }) => isByHash(params))).toEqual([])
}, 20_000)

test('one that gave the state up is asked once, and another has it', async () => {
  const pruned = await front({
    before: ({ method }) =>
      method === 'eth_call' ? error('missing trie node 1234 (path ) state is not available') : undefined,
  })
  const archive = await front()
  expect(await callsAtBlocks(poolOn(pruned.url, archive.url), [at(0)])).toEqual([
    { kind: 'returned', data: word(1) },
  ])
  expect(pruned.seen.filter(isCall)).toHaveLength(1)
  expect(await callsAtBlocks(poolOn(pruned.url), [at(0)])).toMatchObject([{ kind: 'unanswered' }])
})

test('a node that has not got a new block yet is asked again', async () => {
  let times = 0
  const lags = await front({
    before: ({ method }) => (method === 'eth_call' && times++ < 2 ? error('header not found') : undefined),
  })
  expect(await callsAtBlocks(poolOn(lags.url), [at(2)])).toEqual([{ kind: 'returned', data: word(3) }])
})

test('an endpoint at its limit of requests is waited for', async () => {
  let times = 0
  const busy = await front({
    http(requests, response) {
      if (!requests.some(isCall) || times++ > 0) return false
      response.writeHead(429).end()
      return true
    },
  })
  expect(await callsAtBlocks(poolOn(busy.url), [at(0)])).toEqual([{ kind: 'returned', data: word(1) }])
})

test('a batch of any size goes in requests that the endpoint takes', async () => {
  const small = await front({
    http(requests, response) {
      if (requests.length <= 10) return false
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ jsonrpc: '2.0', id: null, ...error('batch too large') }))
      return true
    },
  })
  const many = Array.from({ length: 250 }, (_, i) => at(i % 3))
  const answers = await callsAtBlocks(poolOn(small.url), many)
  expect(answers).toEqual(many.map((_, i) => ({ kind: 'returned', data: word((i % 3) + 1) })))
})

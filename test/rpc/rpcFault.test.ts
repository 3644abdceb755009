import { RpcError } from '@subsquid/rpc-client'
import { describe, expect, test } from 'vitest'
import { faultOf } from '../../src/rpc/rpcFault'

const fault = (code: number, message: string, method = 'eth_getLogs') =>
  faultOf(new RpcError({ code, message }), method)

describe('a query over too much is told from other refusals', () => {
  test.each<[string, number, string, number?, [number, number]?]>([
    [
      'Infura',
      -32005,
      'query returned more than 10000 results. Try with this block range [0x64, 0xc8].',
      undefined,
      [100, 200],
    ],
    [
      'Alchemy',
      -32602,
      'Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range and no limit on the response size, or you can request any block range with a cap of 10K logs in the response. Based on your parameters and the response size limit, this block range should work: [0x1, 0x20]',
      2000,
      [1, 32],
    ],
    [
      'Alchemy, free',
      -32600,
      'Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block range. Based on your parameters, this block range should work: [0x1, 0xa].',
      10,
      [1, 10],
    ],
    ['QuickNode', -32614, 'eth_getLogs is limited to a 10,000 range', 10_000],
    ['Ankr', -32062, 'block range is too wide'],
    ['dRPC', 35, 'ranges over 10000 blocks are not supported on freetier', 10_000],
    [
      'Chainstack',
      -32000,
      'Block range limit exceeded. See more details at https://docs.chainstack.com/limits',
    ],
    ['PublicNode', -32701, 'exceed maximum block range: 50000', 50_000],
    ['BNB Chain', -32000, 'exceed maximum block range: 5000', 5000],
    ['1RPC', -32000, 'eth_getLogs is limited to 0 - 50000 blocks range', 50_000],
    ['reth', -32602, 'query exceeds max results 20000, retry with the range 100-200', undefined, [100, 200]],
    ['reth', -32602, 'query exceeds max block range 100000', 100_000],
    ['Avalanche', -32000, 'requested too many blocks from 1 to 5000, maximum is set to 2048', 2048],
    ['Moonbeam', -32603, 'block range is too wide (maximum 1024)', 1024],
    ['geth', -32000, 'query timeout exceeded'],
    [
      'Morph',
      -32000,
      'block range is larger than max block range, block range = 5120, max block range = 5000',
      5000,
    ],
    ['a proxy', -32000, 'context deadline exceeded'],
    ['QuickNode, free', -32614, 'eth_getLogs is limited to a 5 range', 5],
    [
      'our replay',
      -32602,
      'query exceeds max block range 100. Try with this block range [0x1, 0x64].',
      100,
      [1, 100],
    ],
  ])('%s: %s %s', (_, code, message, blocks, suggestion) => {
    const found = fault(code, message)
    expect(found).toMatchObject({ kind: 'tooMuch' })
    if (found.kind !== 'tooMuch') return
    if (blocks !== undefined) expect(found.blocks).toBe(blocks)
    if (suggestion) expect(found.suggestion).toEqual({ from: suggestion[0], to: suggestion[1] })
  })

  test.each<[string, string]>([
    ['logs matched by query exceeds limit of 20', 'logs'],
    ['response size should not greater than 10000000 bytes', 'logs'],
    ['query returned more than 10000 results', 'logs'],
    ['eth_getLogs is limited to a 5 range', 'blocks'],
    ['block range is too wide', 'blocks'],
    ['query timeout exceeded', 'something'],
  ])('what is limited by "%s": %s', (message, limited) => {
    expect(fault(-32005, message)).toMatchObject({ kind: 'tooMuch', limited })
  })

  test('of other methods the same words are no reason to ask for less', () => {
    expect(fault(-32000, 'execution timeout', 'eth_call').kind).toBe('unwell')
  })
})

test.each([
  [429, 'Too Many Requests'],
  [-32005, 'daily request count exceeded, request rate limited'],
  [-32029, 'Your app has exceeded its compute units per second capacity'],
  [-32005, 'limit exceeded'],
  [-32000, 'You have exceeded your monthly quota'],
  [-32052, 'this method is not available on your plan, please upgrade'],
  [35, 'Free tier: please add credits to your account'],
])('asked too often: %s %s', (code, message) => {
  expect(fault(code, message)).toMatchObject({ kind: 'rateLimited' })
})

test.each([
  [4444, 'pruned history unavailable'],
  [-32000, 'old data not available due to pruning: from tx: 1962853355, min tx: 2662500000'],
  [-32602, 'history has been pruned for this block'],
  [-32000, 'this request needs an archive node'],
])('history that is not kept any more: %s %s', (code, message) => {
  expect(fault(code, message).kind).toBe('pruned')
})

test.each([
  'block range extends beyond current head block',
  'beyond latest head',
  'toBlock is greater than latest block 100',
  'requested block 200 is after last accepted block 100',
])('asked past its head, another may be further: %s', message => {
  expect(fault(-32000, message).kind).toBe('unwell')
})

test.each([
  'Please specify less number of addresses',
  'too many addresses in filter',
  'exceed max addresses or topics per search position: addresses 1000',
])('too many addresses: %s', message => {
  expect(fault(-32000, message).kind).toBe('tooManyAddresses')
})

test.each([
  'Please specify an address in your request or, to remove restrictions, order a dedicated full node here: https://www.allnodes.com/eth/host',
  'error deserializing parameter: missing field `address`',
  'eth_getLogs requires a contract address',
  'address must be specified',
])('an address is wanted: %s', message => {
  expect(fault(-32701, message).kind).toBe('needsAddress')
})

test.each(['Cannot fulfill request', 'Unable to perform request', 'nope'])(
  'words that are not known are a refusal, which of several blocks is asked for in parts: %s',
  message => {
    expect(fault(-32000, message).kind).toBe('refused')
  },
)

test.each([
  [-32603, 'internal error'],
  [-32000, 'header not found'],
  [-32000, 'missing trie node 0xabc'],
  [-32001, 'resource not found'],
])('another endpoint may know: %s %s', (code, message) => {
  expect(fault(code, message, 'eth_call').kind).toBe('unwell')
})

test.each([
  [3, 'execution reverted: no symbol'],
  [-32601, 'the method eth_call does not exist'],
  [-32602, 'invalid argument 0'],
])('refused, whoever is asked: %s %s', (code, message) => {
  expect(fault(code, message, 'eth_call').kind).toBe('refused')
})

test.each([
  [-32600, 'Batch of more than 3 requests are not allowed on free tier'],
  [-32000, 'batch too large'],
])('a batch that is too large: %s %s', (code, message) => {
  expect(fault(code, message, 'eth_getBlockByNumber').kind).toBe('batchTooLarge')
})

import { createPublicClient, http } from 'viem'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Replay, type ReplayOptions, replayServer } from '../../src/replay/replayServer'
import { testChain } from '../fixtures/chain'
import { AENEID, line, rawLines, recordingOf, STORY, word } from './recordings'

let replay: Replay | undefined

afterEach(async () => {
  await replay?.stop()
  replay = undefined
  vi.useRealTimers()
})

async function serve(options: ReplayOptions): Promise<Replay> {
  replay = await replayServer(options)
  return replay
}

type Rpc = { result?: unknown; error?: { code: number; message: string }; id?: unknown }

async function post(body: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(replay!.url, { method: 'POST', body })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
}

async function call(method: string, ...params: unknown[]): Promise<Rpc> {
  return (await post(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))).body as Rpc
}

async function result<T>(method: string, ...params: unknown[]): Promise<T> {
  const { result, error } = await call(method, ...params)
  if (error) throw new Error(error.message)
  return result as T
}

type Block = { number: string; hash: string; parentHash: string; timestamp: string; transactions: string[] }

describe('a dump of a chain’s logs is served as that chain', () => {
  test('the same logs for every filter, the same blooms, hashes and times as the node they came from', async () => {
    const chain = await testChain({ chainId: 10 })
    for (const topics of [[1], [1, 2], [], [3, 2], [1, 2, 3, 4], [2]]) await emit(chain.rpc, topics)
    await chain.rpc('anvil_mine', ['0x3'])
    await emit(chain.rpc, [1, 9])
    const logs = () => chain.rpc<Record<string, string>[]>('eth_getLogs', [{ fromBlock: '0x0' }])
    // anvil answers a transaction before it has mined it.
    await expect.poll(logs, { timeout: 30_000 }).toHaveLength(7)
    const dump = await logs()
    await serve({ files: [recordingOf(dump)], chainId: 10 })

    const [first, second] = [dump[0]!.address, dump[1]!.address]
    const filters: object[] = [
      {},
      { address: first },
      { address: [first, second?.toUpperCase().replace('0X', '0x')] },
      { address: [] },
      { topics: [word(1)] },
      { topics: [null, word(2)] },
      { topics: [[word(1), word(3)], word(2)] },
      { topics: [[], [word(9), word(2)]] },
      { topics: [null, null, null, word(4)] },
      { topics: [] },
      { topics: [word(7)] },
      { address: second, topics: [word(1), [word(2)]] },
      { fromBlock: '0x2', toBlock: '0x3' },
      { fromBlock: '0x5', toBlock: 'latest' },
      { fromBlock: '0x2', toBlock: '0xffffff' },
      { fromBlock: 'earliest', toBlock: '0x1' },
    ]
    for (const filter of filters) {
      const query = { fromBlock: '0x0', ...filter }
      expect(await result('eth_getLogs', query), JSON.stringify(filter)).toEqual(
        await chain.rpc('eth_getLogs', [query]),
      )
    }
    // Nodes differ here: for geth a log with fewer topics than the filter has places never matches, for anvil it may.
    expect(await result('eth_getLogs', { fromBlock: '0x0', topics: [null] })).toHaveLength(6)
    const blockHash = dump[3]!.blockHash
    expect(await result('eth_getLogs', { blockHash })).toEqual(
      await chain.rpc('eth_getLogs', [{ blockHash }]),
    )
    for (const log of dump) {
      const params = [log.blockNumber, false]
      const { number, hash, timestamp, logsBloom, transactions } = await chain.rpc<Record<string, unknown>>(
        'eth_getBlockByNumber',
        params,
      )
      expect(await result('eth_getBlockByNumber', ...params)).toMatchObject({
        ...{ number, hash, timestamp, logsBloom, transactions },
      })
      const theirs = await chain.rpc<Record<string, unknown>>('eth_getTransactionReceipt', [
        log.transactionHash,
      ])
      const ours = await result<Record<string, unknown>>('eth_getTransactionReceipt', log.transactionHash)
      for (const key of ['blockHash', 'blockNumber', 'logs', 'logsBloom', 'status', 'transactionIndex']) {
        expect(ours[key], key).toEqual(theirs[key])
      }
    }
    await chain.close()
  })
})

describe('the blocks are one chain', () => {
  test('every parent hash is the hash of the block before, and every hash leads back to its block', async () => {
    await serve({ files: [STORY], chainId: 1514 })
    let parent = word(0)
    for (let height = 0; height <= 186; height++) {
      const block = await result<Block>('eth_getBlockByNumber', `0x${height.toString(16)}`, false)
      expect(block.parentHash).toBe(parent)
      expect(await result('eth_getBlockByHash', block.hash, false)).toEqual(block)
      parent = block.hash
    }
    const used = rawLines(STORY).map(({ transactionHash }) => transactionHash)
    expect(await result('eth_getBlockByNumber', '0xbb', false)).toBeNull()
    expect(await result('eth_getTransactionByHash', used[5])).toMatchObject({ hash: used[5] })
    expect(await result('eth_getTransactionReceipt', word(5))).toBeNull()
    expect(await result('eth_getBlockByHash', word(5), false)).toBeNull()
  })

  test('the same recording has the same hashes each time, another chain id others', async () => {
    const at = async (options: ReplayOptions) => {
      await serve(options)
      const block = await result<Block>('eth_getBlockByNumber', 'latest', false)
      await replay!.stop()
      return block.hash
    }
    const once = await at({ files: [STORY], chainId: 1514 })
    expect(await at({ files: [STORY], chainId: 1514 })).toBe(once)
    expect(await at({ files: [STORY], chainId: 1515 })).not.toBe(once)
  })

  test('a recording that grew keeps the hashes it had, and one whose past changed does not', async () => {
    const blockAt20 = async (lines: object[]) => {
      await serve({ files: [recordingOf([...lines, line({ blockNumber: 30, logIndex: 0 })])], chainId: 1 })
      const block = await result<Block>('eth_getBlockByNumber', '0x14', false)
      await replay!.stop()
      return block.hash
    }
    const two = [line({ blockNumber: 3, logIndex: 0 }), line({ blockNumber: 9, logIndex: 0 })]
    const before = await blockAt20(two)
    expect(await blockAt20([...two, line({ blockNumber: 25, logIndex: 0 })])).toBe(before)
    expect(await blockAt20([{ ...two[0]!, data: '0x01' }, two[1]!])).not.toBe(before)
  })

  test('recorded hashes are kept, and the block after one has it as its parent', async () => {
    await serve({ files: [AENEID], tailBlocks: 5 })
    const recorded = rawLines(AENEID)[0]!
    const block = await result<Block>('eth_getBlockByHash', recorded.blockHash, false)
    expect(Number(block.number)).toBe(recorded.blockNumber)
    const next = await result<Block>(
      'eth_getBlockByNumber',
      `0x${(recorded.blockNumber + 1).toString(16)}`,
      false,
    )
    expect(next.parentHash).toBe(recorded.blockHash)
  })

  test('times: recorded where known, on a line between, counted by the block time beyond, never falling', async () => {
    const lines = [
      { ...line({ blockNumber: 100, logIndex: 0 }), blockTime: '2024-12-14 04:05:00.000000' },
      { ...line({ blockNumber: 110, logIndex: 0 }), blockTime: 1_734_149_160 },
      line({ blockNumber: 120, logIndex: 0 }),
    ]
    await serve({ files: [recordingOf(lines)], chainId: 1, blockTime: 12 })
    const time = async (height: number) =>
      Number((await result<Block>('eth_getBlockByNumber', `0x${height.toString(16)}`, false)).timestamp)
    expect(await time(100)).toBe(Date.UTC(2024, 11, 14, 4, 5) / 1000)
    expect(await time(105)).toBe(1_734_149_100 + 30)
    expect(await time(110)).toBe(1_734_149_160)
    expect(await time(120)).toBe(1_734_149_160 + 120)
    expect(await time(90)).toBe(1_734_149_100 - 120)
  })
})

describe('viem reads it as any node', () => {
  test('chain id, blocks with transactions, logs, receipts, in one batch', async () => {
    await serve({ files: [STORY], chainId: 1514 })
    const client = createPublicClient({ transport: http(replay!.url, { batch: true }) })
    const lines = rawLines(STORY)
    const busy = lines[40]!
    const [chainId, head, block, logs, receipt, transaction, code, none] = await Promise.all([
      client.getChainId(),
      client.getBlockNumber(),
      client.getBlock({ blockNumber: BigInt(busy.blockNumber), includeTransactions: true }),
      client.getLogs({ fromBlock: 0n, toBlock: 'latest' }),
      client.getTransactionReceipt({ hash: busy.transactionHash as `0x${string}` }),
      client.getTransaction({ hash: busy.transactionHash as `0x${string}` }),
      client.getCode({ address: busy.address as `0x${string}` }),
      client.getCode({ address: `0x${'12'.repeat(20)}` }),
    ])
    expect([chainId, head]).toEqual([1514, 186n])
    expect(block.transactions.map(({ hash }) => hash)).toContain(busy.transactionHash)
    expect(logs.map(log => log.data)).toEqual(lines.map(({ data }) => data))
    expect(receipt.logs).toEqual(logs.filter(log => log.transactionHash === busy.transactionHash))
    expect(receipt.status).toBe('success')
    expect(transaction.blockHash).toBe(block.hash)
    expect([code, none]).toEqual(['0xfe', undefined])
  })

  test('a contract call is refused with the reason', async () => {
    await serve({ files: [STORY], chainId: 1514 })
    const { error } = await call('eth_call', { to: `0x${'11'.repeat(20)}`, data: '0x95d89b41' }, 'latest')
    expect(error).toEqual({
      code: -32000,
      message: expect.stringContaining('is not recorded'),
    })
  })
})

describe('limits are told in the words clients look for', () => {
  test('too many results: with a range that fits, by which a client gets through', async () => {
    await serve({ files: [STORY], chainId: 1514, maxResults: 20 })
    const got: unknown[] = []
    for (let from = '0x0', to = '0xba'; ; ) {
      const { result: logs, error } = await call('eth_getLogs', { fromBlock: from, toBlock: to })
      if (error) {
        expect(error.code).toBe(-32005)
        expect(error.message).toMatch(/^query returned more than 20 results\. Try with this block range \[/)
        to = /\[(0x[0-9a-f]+), (0x[0-9a-f]+)\]/.exec(error.message)![2]!
        continue
      }
      got.push(...(logs as unknown[]))
      if (to === '0xba') break
      from = `0x${(Number(to) + 1).toString(16)}`
      to = '0xba'
    }
    expect(got).toHaveLength(330)
  })

  test('one block is answered whole, however many logs it has', async () => {
    const lines = [0, 1, 2, 3, 4].map(logIndex => line({ blockNumber: 5, logIndex }))
    await serve({ files: [recordingOf(lines)], chainId: 1, maxResults: 2 })
    expect(await result('eth_getLogs', { fromBlock: '0x0', toBlock: 'latest' })).toHaveLength(5)
  })

  test('too many blocks', async () => {
    await serve({ files: [AENEID], maxBlockRange: 1000 })
    const { error } = await call('eth_getLogs', { fromBlock: '0x0', toBlock: 'latest' })
    expect(error).toEqual({
      code: -32602,
      message: 'query exceeds max block range 1000. Try with this block range [0x0, 0x3e7].',
    })
  })
})

describe('a request that is wrong', () => {
  test.each([
    ['eth_getBlockByNumber', [], -32602, 'params[0] is missing'],
    ['eth_getBlockByNumber', ['7', false], -32602, 'params[0] is "7", expected a quantity'],
    ['eth_getBlockByNumber', ['0x07', false], -32602, 'expected a quantity'],
    ['eth_getBlockByNumber', ['newest', false], -32602, 'latest, finalized'],
    ['eth_getBlockByNumber', ['0x1', 'yes'], -32602, 'params[1] is "yes"'],
    ['eth_getBlockByHash', ['0x12', false], -32602, '64 hex digits'],
    ['eth_getBlockReceipts', [{}], -32602, 'blockNumber is missing'],
    ['eth_getTransactionReceipt', [5], -32602, 'params[0] is 5'],
    ['eth_getLogs', [], -32602, 'params[0] is missing, expected an object'],
    ['eth_getLogs', [{ address: '0x12' }], -32602, 'address is "0x12"'],
    ['eth_getLogs', [{ topics: 'x' }], -32602, 'topics is "x"'],
    ['eth_getLogs', [{ topics: [['0x1']] }], -32602, 'topics[0][0] is "0x1"'],
    ['eth_getLogs', [{ topics: [null, null, null, null, null] }], -32602, 'at most 4'],
    ['eth_getLogs', [{ fromBlock: '0x9', toBlock: '0x8' }], -32602, 'fromBlock 0x9 is after toBlock 0x8'],
    ['eth_getLogs', [{ blockHash: word(1), fromBlock: '0x1' }], -32602, 'excludes'],
    ['eth_getLogs', [{ blockHash: word(1) }], -32000, 'unknown block'],
    ['eth_subscribe', ['logs'], -32601, 'eth_subscribe does not exist'],
    ['toString', [], -32601, 'toString does not exist'],
  ])('%s %j', async (method, params, code, message) => {
    await serve({ files: [STORY], chainId: 1514 })
    const { error } = await call(method, ...params)
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) })
  })

  test('not JSON, not a request, an empty batch, a batch too long, a body too large, a GET', async () => {
    await serve({ files: [STORY], chainId: 1514 })
    const code = async (body: string) => ((await post(body)).body as Rpc).error?.code
    expect(await code('{"jsonrpc"')).toBe(-32700)
    expect(await code('7')).toBe(-32600)
    expect(await code('{"id":1}')).toBe(-32600)
    expect(await code('{"id":1,"method":"eth_chainId","params":{}}')).toBe(-32600)
    expect(await code('[]')).toBe(-32600)
    expect(await code(JSON.stringify(Array(1001).fill({ id: 1, method: 'eth_chainId' })))).toBe(-32600)
    expect(await post(`"${'x'.repeat(6_000_000)}"`)).toMatchObject({
      status: 413,
      body: { error: { code: -32600 } },
    })
    expect((await fetch(replay!.url)).status).toBe(405)
    expect(await result('eth_chainId')).toBe('0x5ea')
  })

  test('does not spoil the others of its batch; notifications are not answered', async () => {
    await serve({ files: [STORY], chainId: 1514 })
    const batch = [
      { id: 'a', method: 'eth_chainId' },
      { id: 2, method: 'eth_nothing' },
      { method: 'eth_chainId' },
      5,
      { id: 3, method: 'net_version', params: [] },
    ]
    expect((await post(JSON.stringify(batch))).body).toMatchObject([
      { id: 'a', result: '0x5ea' },
      { id: 2, error: { code: -32601 } },
      { id: null, error: { code: -32600 } },
      { id: 3, result: '1514' },
    ])
    expect(await post('{"jsonrpc":"2.0","method":"eth_chainId"}')).toEqual({ status: 204, body: undefined })
  })
})

describe('pacing', () => {
  test('the head moves from the first recorded block to the end, and what lies past it is not there yet', async () => {
    const startedAt = Date.UTC(2026, 0, 1)
    vi.useFakeTimers({ toFake: ['Date'], now: startedAt })
    const lines = [10, 20, 30].map(blockNumber => line({ blockNumber, logIndex: 0 }))
    const options = { files: [recordingOf(lines)], chainId: 1, finalityDepth: 4, tailBlocks: 5 }
    await serve({ ...options, pacing: { blocksPerSecond: 0.5, startedAt } })
    const all = async () =>
      (await result<unknown[]>('eth_getLogs', { fromBlock: '0x0', toBlock: '0xff' })).length
    expect([await result('eth_blockNumber'), await all()]).toEqual(['0xa', 1])

    vi.setSystemTime(startedAt + 21_000)
    expect([await result('eth_blockNumber'), await all()]).toEqual(['0x14', 2])
    expect((await result<Block>('eth_getBlockByNumber', 'finalized', false)).number).toBe('0x10')
    expect(await result('eth_getBlockByNumber', '0x15', false)).toBeNull()
    expect(await result('eth_getTransactionReceipt', lines[2]!.transactionHash)).toBeNull()

    vi.setSystemTime(startedAt) // a clock set back
    expect(await result('eth_blockNumber')).toBe('0x14')
    vi.setSystemTime(startedAt + 3_600_000)
    expect([await result('eth_blockNumber'), await all()]).toEqual(['0x23', 3])
  })
})

type Send = <T>(method: string, params?: readonly unknown[]) => Promise<T>

/** A transaction whose creation code emits one log with these topics and no data, from the new address. */
async function emit(rpc: Send, topics: readonly number[]): Promise<void> {
  const push = (value: number) => `60${value.toString(16).padStart(2, '0')}`
  const code =
    [...topics].reverse().map(push).join('') + push(0) + push(0) + (0xa0 + topics.length).toString(16)
  await rpc('eth_sendTransaction', [
    { from: '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266', data: `0x${code}` },
  ])
}

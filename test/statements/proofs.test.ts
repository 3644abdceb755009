import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { concat, type Hex, hexToBytes, numberToHex, toRlp } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CliStatementOptions, cliStatement } from '../../src/statements/cliStatement'
import { encodeReceipt, type RpcReceipt } from '../../src/statements/proofs/receipt'
import { cliVerify } from '../../src/statements/verify/cliVerify'
import { type TestChain, testChain } from '../fixtures/chain'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { type Answer, type Behaviour, frontOf } from '../rpc/proxy'
import { A, ALICE, account, accrual, insert, setHeights, token, USDC } from './rows'

/** Emits two logs, of 42 and 43. */
const EMITTER = '0x6e602a60206000a1602b60206000a100600052600f6011f3'
const folder = mkdtempSync(join(tmpdir(), 'proofs-'))
let chain: TestChain
let database: TestDatabase
let out = 0

type Mined = RpcReceipt & { blockNumber: Hex; contractAddress: Hex; blockHash: Hex }

beforeAll(async () => {
  ;[chain, database] = await Promise.all([testChain({ chainId: 31337 }), freshDatabase()])
  const { pool } = database
  const [from] = await chain.rpc<Hex[]>('eth_accounts')
  const send = async (transaction: object) =>
    chain.rpc<Hex>('eth_sendTransaction', [{ from, gas: '0x186a0', ...transaction }])
  const receiptOf = async (hash: Hex): Promise<Mined> => {
    for (;;) {
      const receipt = await chain.rpc<Mined | null>('eth_getTransactionReceipt', [hash])
      if (receipt) return receipt
      await sleep(20) // mined in a moment
    }
  }
  const { contractAddress: to } = await receiptOf(await send({ data: EMITTER }))
  // A block of each kind of transaction, and one that holds enough receipts for a trie of several levels.
  const hashes = [
    await send({ to, gasPrice: '0x77359400' }),
    await send({ to, gasPrice: '0x77359400', accessList: [] }),
    await send({ to, maxFeePerGas: '0x77359400', maxPriorityFeePerGas: '0x1' }),
  ]
  await chain.rpc('evm_setAutomine', [false])
  for (let i = 0; i < 20; i++)
    hashes.push(await send({ to, maxFeePerGas: '0x77359400', maxPriorityFeePerGas: '0x1' }))
  await chain.rpc('evm_mine')
  await chain.rpc('evm_setAutomine', [true])
  const receipts = await Promise.all(hashes.map(receiptOf))
  expect(new Set(receipts.map(({ type }) => Number(type)))).toEqual(new Set([0, 1, 2]))
  const last = Number(receipts.at(-1)!.blockNumber)
  const block = async (number: number) =>
    chain.rpc<{ timestamp: Hex; hash: Hex }>('eth_getBlockByNumber', [numberToHex(number), false])
  await setHeights(pool, A, last)
  const { hash, timestamp } = await block(last)
  await pool.query('UPDATE final_block SET hash = $1, time = to_timestamp($2)', [hash, Number(timestamp)])
  await insert(pool, 'account', [account(A, ALICE)])
  await insert(pool, 'token', [token(USDC, 'USDC', 6)])
  for (const receipt of receipts) {
    const number = Number(receipt.blockNumber)
    const time = new Date(Number((await block(number)).timestamp) * 1000).toISOString()
    const rows = receipt.logs.map(({ logIndex }, i) => ({
      ...accrual(A, number, Number(logIndex), { to: 'm', by: ALICE, amount: 42 + i }),
      time,
      transaction: receipt.transactionHash,
    }))
    await insert(pool, 'royalty_accrual', rows)
  }
}, 60_000)
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await Promise.all([chain?.close(), database?.drop()])
})

const fileOf = async (urls: string[], options: Partial<CliStatementOptions> = {}) => {
  const file = join(folder, `${++out}.json`)
  const period = { account: `${A}:${ALICE}`, from: '2026-01-01', to: '2027-01-01', partial: true }
  const endpoints = new Map([[A, urls.map(url => ({ url }))]])
  await cliStatement({
    postgresUrl: database.url,
    ...period,
    format: 'json',
    proofs: true,
    endpoints,
    out: file,
    ...options,
  })
  return file
}

async function throughFront(behaviour: Behaviour): Promise<string> {
  const front = await frontOf(chain.url, behaviour)
  try {
    return await fileOf([front.url])
  } finally {
    await front.close()
  }
}

const wrong = (text: string) => text.split('\n').filter(line => line.startsWith('WRONG'))

describe('a statement with proofs', () => {
  test('holds offline, on receipts of each type and of a full block, and its blocks are the chain’s', async () => {
    const file = await fileOf([chain.url])
    const { proofs, statement } = JSON.parse(readFileSync(file, 'utf8'))
    expect(statement.lineCount).toBe(46)
    expect(proofs).toHaveLength(23)
    expect(proofs.flatMap(({ of }: { of: number[] }) => of)).toEqual(
      Array.from({ length: 46 }, (_, i) => i + 1),
    )
    const offline = await cliVerify({ file })
    expect(offline.text).toContain('each receipt is in its block, by the hashes of the blocks')
    expect(offline.holds).toBe(true)
    const asked = await cliVerify({ file, rpc: [chain.url] })
    expect(asked.text).toContain('5 blocks are as those chains have them')
    expect(asked.holds).toBe(true)
  })

  test('is the same statement as without, to its hash', async () => {
    const bare = JSON.parse(readFileSync(await fileOf([], { proofs: false }), 'utf8'))
    const { statement, verification } = JSON.parse(readFileSync(await fileOf([chain.url]), 'utf8'))
    expect({ statement, verification }).toEqual(bare)
  })

  test('is made from an endpoint that gives receipts one by one, and from the next where the first is down', async () => {
    const expected = readFileSync(await fileOf([chain.url]), 'utf8')
    const none = { error: { code: -32601, message: 'no such method' } }
    const slow = await throughFront({
      before: ({ method }) => (method === 'eth_getBlockReceipts' ? none : undefined),
    })
    expect(readFileSync(slow, 'utf8')).toBe(expected)
    expect(readFileSync(await fileOf(['http://127.0.0.1:1/secret', chain.url]), 'utf8')).toBe(expected)
  })

  test('is made from an endpoint that asks for a rest first', async () => {
    const asked = new Set<string>()
    const busy = await throughFront({
      before: ({ method }) => {
        if (asked.has(method)) return undefined
        asked.add(method)
        return { error: { code: -32005, message: 'rate limit exceeded' } }
      },
    })
    expect(readFileSync(busy, 'utf8')).toBe(readFileSync(await fileOf([chain.url]), 'utf8'))
    expect(asked.size).toBe(2)
  })

  test('is refused in a format that has no place for it', async () => {
    await expect(fileOf([chain.url], { format: 'csv' })).rejects.toThrow(
      'a file of csv has no place for proofs\n  fix: take --format json with --proofs',
    )
  })
})

describe('an endpoint that lies is found out before anything is written', () => {
  const changed = (of: string, change: (result: Answer) => Answer): Behaviour => ({
    after: ({ method }, result) => (method === of ? change(result) : result),
  })
  const firstLog = (receipts: Answer, change: object) =>
    receipts.map((one: Answer) => ({ ...one, logs: one.logs.map((log: Answer) => ({ ...log, ...change })) }))

  test.each([
    [
      'a log with another amount',
      changed('eth_getBlockReceipts', all => firstLog(all, { data: numberToHex(99, { size: 32 }) })),
      /line 1, block 2 of eip155:31337: the endpoint's receipts are not those of the block/,
    ],
    [
      'a header that is not the block’s',
      changed('eth_getBlockByNumber', block => ({ ...block, stateRoot: `0x${'1'.repeat(64)}` })),
      /line 1, block 2 .*: the endpoint's header is not of block 0x/,
    ],
    [
      'a receipt without the log',
      changed('eth_getBlockReceipts', all => firstLog(all, { logIndex: '0x63' })),
      /line 1, .*the endpoint's block has no log 0 of 0x/,
    ],
    ['no block', changed('eth_getBlockByNumber', () => null), /line 1, .*the endpoint has no such block/],
  ])('%s', async (_, behaviour, message) => {
    await expect(throughFront(behaviour)).rejects.toThrow(message)
  })

  test('one that is down is told without its keys', async () => {
    const error = await fileOf(['http://user:hunter2@127.0.0.1:1/key-hunter2']).catch(e => String(e))
    expect(error).toMatch(/line 1, .*http:\/\/127.0.0.1:1 does not answer/)
    expect(error).not.toContain('hunter2')
  })
})

describe('a file that was tampered with names the line', () => {
  type Proof = Record<string, Answer>
  const verified = async (change: (proofs: Proof[]) => void, rpc: string[] = []) => {
    const text = readFileSync(await fileOf([chain.url]), 'utf8')
    const proofs = JSON.parse(text).proofs as Proof[]
    change(proofs)
    const file = join(folder, 'changed.json')
    writeFileSync(file, `{"proofs":${JSON.stringify(proofs)},${text.slice(text.indexOf('"statement":'))}`)
    const verdict = await cliVerify({ file, rpc })
    expect(verdict.holds).toBe(false)
    return wrong(verdict.text)[0]
  }

  test('a receipt of another block', async () => {
    const found = await verified(proofs => {
      Object.assign(proofs[1]!, { header: proofs[0]!.header, nodes: proofs[0]!.nodes })
    })
    expect(found).toMatch(/^WRONG line 3: its proof is of block 2/)
  })

  test('a receipt of another place in its block', async () => {
    const found = await verified(proofs => {
      proofs[9]!.nodes = proofs[8]!.nodes
    })
    expect(found).toMatch(/^WRONG line 19: its receipt is not in its block/)
  })

  test('a log with another amount, a proof cut short, one made longer', async () => {
    const changes: ((nodes: string[]) => string[])[] = [
      nodes => [...nodes.slice(0, -1), nodes.at(-1)!.replace(/.$/, '1')], // which ends in the last log's data, of zeros
      nodes => nodes.slice(0, -1),
      nodes => [...nodes, nodes.at(-1)!],
    ]
    for (const change of changes) {
      const found = await verified(proofs => {
        proofs[5]!.nodes = change(proofs[5]!.nodes)
      })
      expect(found).toMatch(/^WRONG line 11: its receipt is not in its block/)
    }
  })

  test('a header with another root, a proof that is missing, two in the wrong order', async () => {
    const header = (proofs: Proof[]) => {
      const { header } = proofs[2]!
      proofs[2]!.header = `${header.slice(0, 200)}${header[200] === 'a' ? 'b' : 'a'}${header.slice(201)}`
    }
    expect(await verified(header, [chain.url])).toMatch(/^WRONG line 5: block 4 of eip155:31337 is 0x/)
    expect(await verified(proofs => proofs.splice(3, 1))).toMatch(
      /^WRONG line 9: its proof is not in its place/,
    )
    expect(await verified(proofs => proofs.reverse())).toMatch(
      /^WRONG line 4\d: its proof is not in its place/,
    )
  })

  test('a log that is not in its receipt', async () => {
    expect(
      await verified(proofs => {
        proofs[0]!.firstLogIndex = 1
      }),
    ).toMatch(/^WRONG line 1: log 0 is not in its receipt/)
  })

  test('blocks that another chain of the same number has not', async () => {
    const other = await testChain({ chainId: 31337, timestamp: 1_700_000_000 })
    try {
      for (let i = 0; i < 6; i++) await other.rpc('evm_mine')
      const { text, holds } = await cliVerify({ file: await fileOf([chain.url]), rpc: [other.url] })
      expect(holds).toBe(false)
      expect(wrong(text)[1]).toMatch(/^WRONG line 1: block 2 of eip155:31337 is 0x[0-9a-f]{64}, not 0x/)
    } finally {
      await other.close()
    }
  })
})

test('a deposit of the OP stack has its nonce and version in the trie from Canyon on, and not before', () => {
  const receipt = {
    type: '0x7e',
    status: '0x1',
    cumulativeGasUsed: '0xb6f5',
    logsBloom: `0x${'0'.repeat(512)}`,
    logs: [],
    depositNonce: '0x0',
  } as unknown as RpcReceipt
  const fields: Hex[] = ['0x01', '0xb6f5', receipt.logsBloom]
  const typed = (...more: Hex[]) => hexToBytes(concat(['0x7e', toRlp([...fields, [] as never, ...more])]))
  expect(encodeReceipt(receipt)).toEqual(typed())
  expect(encodeReceipt({ ...receipt, depositReceiptVersion: '0x1' })).toEqual(typed('0x', '0x01'))
  expect(encodeReceipt({ ...receipt, depositNonce: '0x9', depositReceiptVersion: '0x1' })).toEqual(
    typed('0x09', '0x01'),
  )
})

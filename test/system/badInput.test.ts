import { execFile } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeAbiParameters, encodeEventTopics, parseAbi, parseAbiParameters } from 'viem'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { stringify } from 'yaml'
import { packageRoot } from '../../src/config/packageRoot'
import { replayServer } from '../../src/replay/replayServer'
import { startChild } from '../../src/sandbox/childProcess'
import { type TestChain, testChain } from '../fixtures/chain'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { Pipeline } from './pipeline'

/** Every mistake below is met by a message with the value and the fix, without a stack trace, before anything is written. */

let chain: TestChain
let database: TestDatabase

beforeAll(async () => {
  ;[chain, database] = await Promise.all([testChain({ chainId: 31337 }), freshDatabase()])
})

afterAll(async () => {
  await Promise.all([chain?.close(), database?.drop()])
})

function provenance(...args: string[]): Promise<{ code: number; out: string }> {
  return new Promise(resolve => {
    execFile(
      process.execPath,
      [join(packageRoot, 'bin/provenance.js'), ...args],
      { timeout: 30_000 },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), out: stdout + stderr }),
    )
  })
}

const ADDRESS = `0x${'ab'.repeat(20)}`

function configFile(changes: object): string {
  const file = join(mkdtempSync(join(tmpdir(), 'bad-')), 'config.yaml')
  const contracts = { registry: ADDRESS, poolFactory: ADDRESS, router: ADDRESS }
  const alpha = {
    id: 31337,
    name: 'alpha',
    rpc: chain.url,
    protocols: { reference: { contracts } },
    ...changes,
  }
  writeFileSync(file, stringify({ postgres: { url: database.url }, chains: [alpha] }))
  return file
}

describe('provenance index', () => {
  test.each<[string, () => object, RegExp]>([
    [
      'an endpoint that does not answer',
      () => ({ rpc: 'http://key:secret@127.0.0.1:1/path-key' }),
      /chains\[0\]\.rpc: http:\/\/127\.0\.0\.1:1 does not answer/,
    ],
    [
      'an endpoint of another chain',
      () => ({ id: 8453 }),
      /chains\[0\]\.rpc: http:\/\/\S+ answers for chain 31337, expected 8453/,
    ],
    [
      'a contract that is not there',
      () => ({}),
      /chains\[0\]\.protocols\.reference\.contracts\.registry: there is no contract at 0xabab/,
    ],
  ])('%s', async (_, changes, message) => {
    const { code, out } = await provenance('index', '--chain', 'alpha', '--config', configFile(changes()))
    expect(code).toBe(1)
    expect(out).toMatch(message)
    expect(out).toMatch(/\n {2}fix: \S/)
    expect(out).not.toMatch(/\n\s+at /)
    expect(out).not.toMatch(/secret|path-key/)
  })

  test('a first block past the head is waited for, since a node that was just started has no more', async () => {
    const head = Number(await chain.rpc<string>('eth_blockNumber'))
    const contracts = { registry: ADDRESS, poolFactory: ADDRESS, router: ADDRESS }
    const file = configFile({ protocols: { reference: { firstBlock: head + 3, contracts } } })
    const child = await startChild({
      name: 'index',
      command: process.execPath,
      args: [join(packageRoot, 'bin/provenance.js'), 'index', '--chain', 'alpha', '--config', file],
    })
    try {
      await vi.waitFor(
        () =>
          expect(child.tail()).toMatch(
            `chains[0].protocols.reference.firstBlock: ${head + 3} is past the head, ${head}`,
          ),
        { timeout: 60_000, interval: 100 },
      )
      await chain.rpc('anvil_mine', ['0x3'])
      await child.exited
      expect(child.tail()).toMatch(/there is no contract at 0xabab/)
    } finally {
      await child.stop()
    }
  })

  test('a chain that the file does not have', async () => {
    const { code, out } = await provenance('index', '--chain', 'nope', '--config', configFile({}))
    expect(code).toBe(1)
    expect(out).toMatch(/has no chain "nope"\n {2}fix: use one of: alpha \(31337\)/)
  })

  test('a file that does not exist', async () => {
    const { code, out } = await provenance('index', '--chain', 'alpha', '--config', '/nope.yaml')
    expect(code).toBe(1)
    expect(out).toMatch(/--config: \/nope\.yaml does not exist\n {2}fix:/)
  })
})

test('every command explains itself', async () => {
  const { out } = await provenance('--help')
  for (const command of ['sandbox', 'migrate', 'index', 'graph', 'serve', 'statement', 'replay']) {
    expect(out).toContain(command)
    const help = await provenance(command, '--help')
    expect(help.code).toBe(0)
    expect(help.out).toMatch(/Usage: provenance/)
  }
})

test('a log of ours that cannot be decoded is kept with the reason, and nothing after it is lost', async () => {
  const registry = '0x77319b4031e6ef1250907aa00018b8b1c67a244b'
  const abi = parseAbi([
    'event IPRegistered(address ipId, uint256 indexed chainId, address indexed tokenContract, uint256 indexed tokenId, string name, string uri, uint256 registrationDate)',
  ])
  const topics = encodeEventTopics({
    abi,
    args: { chainId: 1514n, tokenContract: ADDRESS as `0x${string}`, tokenId: 7n },
  })
  const data = encodeAbiParameters(parseAbiParameters('address, string, string, uint256'), [
    ADDRESS as `0x${string}`,
    'whole',
    'ipfs://whole',
    1n,
  ])
  const log = (blockNumber: number, payload: string) =>
    JSON.stringify({
      blockNumber,
      logIndex: 0,
      transactionHash: `0x${String(blockNumber).padStart(64, '0')}`,
      address: registry,
      topics,
      data: payload,
    })
  const file = join(mkdtempSync(join(tmpdir(), 'torn-')), 'torn.jsonl')
  writeFileSync(file, `${log(5, data.slice(0, 100))}\n${log(6, data)}\n`)
  const replay = await replayServer({ files: [file], chainId: 1514, tailBlocks: 5 })
  const own = await freshDatabase()
  const pipeline = new Pipeline({ database: own, chains: { story: replay.url }, finality: 2 })
  // The recording's chain has logs of one contract only; the others are not checked by code.
  const config = {
    postgres: { url: own.url },
    chains: [
      {
        id: 1514,
        name: 'story',
        rpc: replay.url,
        finality: 2,
        pollIntervalMs: 100,
        protocols: {
          story: {
            contracts: Object.fromEntries(
              [
                'licensingModule',
                'royaltyModule',
                'royaltyPolicyLap',
                'royaltyPolicyLrp',
                'disputeModule',
                'groupingModule',
                'licenseRegistry',
              ].map(role => [role, registry]),
            ),
          },
        },
      },
    ],
  }
  writeFileSync(pipeline.config, stringify(config))
  try {
    await pipeline.index('story')
    await pipeline.caughtUp()
    const { rows: kept } = await own.pool.query(
      'SELECT block, contract, topics, data, reason FROM rejected_log',
    )
    expect(kept).toHaveLength(1)
    expect(kept[0]).toMatchObject({ block: 5, contract: registry, topics, data: data.slice(0, 100) })
    expect(kept[0].reason).toMatch(/^IPRegistered/)
    const { rows: models } = await own.pool.query('SELECT name FROM model')
    expect(models).toEqual([{ name: 'whole' }])
  } finally {
    await pipeline.stop()
    await replay.stop()
    await own.drop()
  }
})

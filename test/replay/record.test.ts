import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '@subsquid/logger'
import { afterEach, expect, test } from 'vitest'
import type { ChainConfig } from '../../src/config/config'
import { recordChain } from '../../src/indexer/recordChain'
import type { Protocol } from '../../src/protocols/protocol'
import { protocols } from '../../src/protocols/registry'
import { type Replay, replayServer } from '../../src/replay/replayServer'
import { callsAtBlocks } from '../../src/rpc/callsAtBlocks'
import { RpcPool } from '../../src/rpc/rpcPool'
import { type TestChain, testChain } from '../fixtures/chain'

const CHAIN = 31337
/** Keeps the word that it is sent and logs it as a topic; returns it where it is sent none, and reverts for one byte. */
const KEEPER = `0x${'c0'.repeat(20)}`
const CODE = '0x36801560185760011460245760003580600055600080a1005b60005460005260206000f35b600080fd'
const log = createLogger('test:quiet')

const word = (n: number) => `0x${n.toString(16).padStart(64, '0')}`

const toy: Protocol = {
  name: 'toy',
  revision: 1,
  deployments: {},
  roles: { keeper: { required: true, doc: '' } },
  discovers: [],
  handlers: {
    keeper: Object.fromEntries(
      [1, 2].map(n => [
        word(n),
        {
          event: 'Kept()',
          reads: () => [
            { to: KEEPER, call: '0x' },
            { to: KEEPER, call: '0x00' },
          ],
          handle: () => [],
        },
      ]),
    ),
  },
}

let node: TestChain | undefined
let replay: Replay | undefined
afterEach(async () => {
  Reflect.deleteProperty(protocols, 'toy')
  await replay?.stop()
  await node?.close()
})

async function linesOf(chain: ChainConfig): Promise<string[]> {
  const lines: string[] = []
  for await (const line of recordChain({ chain, log })) lines.push(line)
  return lines
}

test('what is recorded of a chain is what its replay tells, answers of contracts too', async () => {
  protocols.toy = toy
  node = await testChain({ chainId: CHAIN })
  await node.rpc('anvil_setCode', [KEEPER, CODE])
  await node.rpc('evm_setAutomine', [false])
  const [from] = await node.rpc<string[]>('eth_accounts')
  for (const value of [1, 2, 3]) {
    await node.rpc('eth_sendTransaction', [{ from, to: KEEPER, data: word(value), gas: '0x30d40' }])
    await node.rpc('anvil_mine', ['0x1'])
  }
  await node.rpc('anvil_mine', ['0x2'])
  const chain: ChainConfig = {
    id: CHAIN,
    caip2: `eip155:${CHAIN}`,
    name: 'toy',
    endpoints: [{ url: node.url }],
    finality: 1,
    maxRewind: 10,
    pollIntervalMs: 20,
    rpcCacheMegabytes: 0,
    protocols: { toy: { contracts: { keeper: KEEPER }, firstBlock: 0 } },
    tokens: {},
  }
  const lines = await linesOf(chain)
  expect(
    lines.map(line => JSON.parse(line).result ?? JSON.parse(line).reverted ?? JSON.parse(line).topics),
  ).toEqual([[word(1)], [word(2)], word(1), true, word(2), true])

  const file = join(mkdtempSync(join(tmpdir(), 'record-')), 'toy.jsonl')
  writeFileSync(file, lines.join('\n'))
  replay = await replayServer({ files: [file], tailBlocks: 3 })
  expect(await linesOf({ ...chain, endpoints: [{ url: replay.url }] })).toEqual(lines)

  const rpc = new RpcPool([{ url: replay.url }], CHAIN, log)
  const { blockNumber: block, blockHash } = JSON.parse(lines[0]!)
  expect(await callsAtBlocks(rpc, [{ to: KEEPER, data: '0x1234', block, blockHash }])).toMatchObject([
    { kind: 'unanswered', why: expect.stringContaining('is not recorded') },
  ])
  rpc.close()
})

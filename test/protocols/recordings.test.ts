import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load'
import { packageRoot } from '../../src/config/packageRoot'
import { decodeEach } from '../../src/indexer/decode'
import { Answers } from '../../src/indexer/reads/answers'
import {
  Attestation,
  BondingCurve,
  Contribution,
  ExitRequest,
  OperatorSlash,
  RevenueSplit,
  StakePool,
  UsageFee,
  VoteLock,
} from '../../src/model'
import { protocols } from '../../src/protocols/registry'
import { replayServer } from '../../src/replay/replayServer'
import { Memory } from '../ledger/memory'

/** What `npm start -- --protocols all` shows: each recording with the answers that its reads get from it. */

const { chains } = loadConfig(join(packageRoot, 'config/replays.yaml'), protocols, {})

async function fold(name: string) {
  const chain = chains.find(one => one.name === name)!
  const file = join(packageRoot, 'src/sandbox/recordings', `${name}.jsonl`)
  const replay = await replayServer({ files: [file], chainId: chain.id })
  try {
    const rpc = async <T>(method: string, params: unknown[]): Promise<T> => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
      const headers = { 'content-type': 'application/json' }
      return (await (await fetch(replay.url, { method: 'POST', headers, body })).json()).result
    }
    const raw = await rpc<Record<string, string>[]>('eth_getLogs', [{ fromBlock: '0x0', toBlock: 'latest' }])
    const logs = raw.map(log => ({
      address: log.address!,
      topics: log.topics as unknown as string[],
      data: log.data!,
      block: Number(log.blockNumber),
      blockHash: log.blockHash!,
      time: Number(log.blockTimestamp ?? log.blockNumber) * 1000,
      transaction: log.transactionHash!,
      logIndex: Number(log.logIndex),
    }))
    const sources = Object.entries(chain.protocols).map(([protocol, deployment]) => ({
      protocol: protocols[protocol]!,
      deployment,
    }))
    const answers = new Answers()
    const read = () =>
      [...decodeEach(`eip155:${chain.id}`, sources, logs, new Map(), undefined, answers)].flat()
    read()
    const asked = answers.takeMissing()
    for (const question of asked) {
      const block = `0x${question.block.toString(16)}`
      const data = await rpc<string>('eth_call', [{ to: question.to, data: question.call }, block])
      answers.learn(question, data ? { kind: 'returned', data } : { kind: 'unanswered' })
    }
    const events = read()
    expect(events.filter(({ kind }) => kind === 'readUnanswered')).toEqual([])
    const memory = new Memory()
    expect((await memory.batch(events)).rejections()).toEqual([])
    return { memory, readsOfThousand: (1000 * asked.length) / logs.length }
  } finally {
    await replay.stop()
  }
}

describe('the recording of', () => {
  test('EigenLayer folds without a rejected log', async () => {
    const { memory, readsOfThousand } = await fold('eigenlayer')
    expect(memory.rows(StakePool)).toHaveLength(3) // of two tokens, and of beacon chain ETH
    expect(memory.rows(OperatorSlash).length).toBeGreaterThan(2)
    expect(new Set(memory.rows(ExitRequest).map(({ status }) => status)).size).toBeGreaterThan(1)
    expect(readsOfThousand).toBeLessThan(5)
  })

  test('Virtuals folds without a rejected log, with an answer to each read', async () => {
    const { memory, readsOfThousand } = await fold('virtuals')
    expect(memory.rows(BondingCurve).length).toBeGreaterThan(0)
    expect(memory.rows(VoteLock).some(({ permanent }) => permanent)).toBe(true)
    expect(memory.rows(Contribution).every(row => !row.modelId || row.isModel !== null)).toBe(true)
    expect(readsOfThousand).toBeLessThan(100)
  })

  test('agents, splits and attestations folds without a rejected log, with an answer to each read', async () => {
    const { memory } = await fold('standards')
    expect(new Set(memory.rows(UsageFee).map(({ modelId }) => modelId)).size).toBe(2)
    const schemas = new Set(memory.rows(Attestation).map(({ protocol }) => protocol))
    expect(schemas).toEqual(new Set(['erc8004', 'eas']))
    expect(memory.rows(RevenueSplit).filter(({ modelId }) => modelId)).toHaveLength(3)
  })
})

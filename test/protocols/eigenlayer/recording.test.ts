import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../../src/config/packageRoot'
import { decode } from '../../../src/indexer/decode'
import { misfitOf } from '../../../src/indexer/guard'
import { MagnitudeCheckpoint, OperatorSlash, OperatorStake } from '../../../src/model'
import { eigenlayer } from '../../../src/protocols/eigenlayer/eigenlayer'
import { Memory } from '../../ledger/memory'

/** Logs of the AllocationManager of a test network, where they are at hand. */
const FILE = join(packageRoot, '../shared/recordings/eigenlayer-holesky.jsonl')

test.runIf(existsSync(FILE))(
  'a public recording folds without a rejected log, to what its last logs say',
  async () => {
    const lines = readFileSync(FILE, 'utf8')
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    const logs = lines.map(line => ({
      address: line.address,
      topics: line.topics,
      data: line.data,
      block: line.blockNumber,
      blockHash: line.blockHash,
      time: Date.parse(`${line.blockTime.slice(0, 19).replace(' ', 'T')}Z`),
      transaction: line.transactionHash,
      logIndex: line.logIndex,
    }))
    const deployment = { contracts: { allocationManager: logs[0]!.address }, firstBlock: 0 }
    const events = decode('eip155:17000', [{ protocol: eigenlayer, deployment }], logs, new Map())
    const memory = new Memory(misfitOf)
    expect((await memory.batch(events)).rejections()).toEqual([])

    const last = new Map<string, bigint>()
    for (const { event, args } of lines)
      if (event === 'MaxMagnitudeUpdated')
        last.set(
          `${args.strategy.toLowerCase()}|operator:${args.operator.toLowerCase()}`,
          BigInt(args.maxMagnitude),
        )
    for (const stake of memory.rows(OperatorStake))
      expect(stake.maxMagnitude).toBe(last.get(stake.id.slice(stake.id.indexOf('0x'))) ?? 10n ** 18n)
    expect(memory.rows(MagnitudeCheckpoint).length).toBeGreaterThan(0)
    const slashedStrategies = lines
      .filter(({ event }) => event === 'OperatorSlashed')
      .reduce((n, { args }) => n + args.strategies.length, 0)
    expect(memory.rows(OperatorSlash)).toHaveLength(slashedStrategies)
  },
)

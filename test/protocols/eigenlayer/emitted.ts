import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AbiEvent, encodeAbiParameters, encodeEventTopics, type Hex } from 'viem'
import { packageRoot } from '../../../src/config/packageRoot'
import { decodeEach } from '../../../src/indexer/decode'
import { misfitOf } from '../../../src/indexer/guard'
import { Answers } from '../../../src/indexer/reads/answers'
import type { Row } from '../../../src/ledger/state'
import { eigenlayer } from '../../../src/protocols/eigenlayer/eigenlayer'
import type { ProtocolLog } from '../../../src/protocols/protocol'
import { Memory } from '../../ledger/memory'

/** Logs in the order in which EigenLayer's contracts emit them, folded in memory, with the rows that come of it. */

export const CHAIN = 'eip155:1'
export const WAD = 10n ** 18n
/** Blocks that a withdrawal waits. */
export const DELAY = 4
export const address = (n: number): Hex => `0x${n.toString(16).padStart(40, '0')}`
export const zero = address(0)
export const beacon: Hex = '0xbeac0eeeeeeeeeeeeeeeeeeeeeeeeeeeeeebeac0'
export const [ann, ben, oscar, olga, avs] = [0xa, 0xb, 0x0c, 0x0d, 0xe].map(address) as [
  Hex,
  Hex,
  Hex,
  Hex,
  Hex,
]
export const [token, strategy, burner] = [0x70, 0x51, 0xdead].map(address) as [Hex, Hex, Hex]
export const account = (of: Hex) => `${CHAIN}:${of}`
export const pool = (of: Hex) => `${CHAIN}/pool:${of}`
export const position = (of: Hex, who: Hex) => `${pool(of)}|${account(who)}`
export const stakeOf = (of: Hex, operator: Hex) => `${pool(of)}|operator:${operator}`
export const root = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`
export const request = (n: number, part = 0) => `${CHAIN}/withdrawal:${root(n)}/${part}`

const at = {
  strategyManager: address(0x101),
  delegationManager: address(0x102),
  allocationManager: address(0x103),
  eigenPodManager: address(0x104),
  rewardsCoordinator: address(0x105),
}
const abis = Object.fromEntries(
  [...Object.keys(at), 'strategyManagerV1', 'strategy', 'token'].map(name => [
    name,
    JSON.parse(readFileSync(join(packageRoot, 'abi/eigenlayer', `${name}.json`), 'utf8')) as AbiEvent[],
  ]),
)

export type Emitted = Pick<ProtocolLog, 'address' | 'topics' | 'data'>

function emit(from: Hex, abi: string, name: string, args: unknown[]): Emitted {
  const event = abis[abi]!.find(one => one.name === name)!
  const indexed = Object.fromEntries(event.inputs.map((input, i) => [input.name, args[i]]))
  const rest = event.inputs.flatMap((input, i) => (input.indexed ? [] : [{ input, value: args[i] }]))
  return {
    address: from,
    topics: encodeEventTopics({ abi: [event], args: indexed } as never) as string[],
    data: encodeAbiParameters(
      rest.map(({ input }) => input),
      rest.map(({ value }) => value) as never,
    ),
  }
}

const manager = (name: string, ...args: unknown[]) => emit(at.strategyManager, 'strategyManager', name, args)
export const delegation = (name: string, ...args: unknown[]) =>
  emit(at.delegationManager, 'delegationManager', name, args)
export const allocation = (name: string, ...args: unknown[]) =>
  emit(at.allocationManager, 'allocationManager', name, args)
export const pods = (name: string, ...args: unknown[]) =>
  emit(at.eigenPodManager, 'eigenPodManager', name, args)
export const rewards = (name: string, ...args: unknown[]) =>
  emit(at.rewardsCoordinator, 'rewardsCoordinator', name, args)

export const move = (from: Hex, to: Hex, value: bigint, of = token) =>
  emit(of, 'token', 'Transfer', [from, to, value])
export const rate = (of = strategy) => emit(of, 'strategy', 'ExchangeRateEmitted', [WAD])
export const begun = (of = strategy) => emit(of, 'strategy', 'StrategyTokenSet', [token, 18])
export const deposit = (who: Hex, shares: bigint, of = strategy) => manager('Deposit', who, of, shares)
/** As of before the slashing release. */
export const depositV1 = (who: Hex, shares: bigint) =>
  emit(at.strategyManager, 'strategyManagerV1', 'Deposit', [who, token, strategy, shares])
export const factor = (who: Hex, value: bigint, of = strategy) =>
  delegation('DepositScalingFactorUpdated', who, of, value)
export const burnable = (name: 'Increased' | 'Decreased', slash: number, shares: bigint) =>
  manager(`BurnOrRedistributableShares${name}`, { avs, id: 1 }, slash, strategy, shares)

/** New money of a staker, and of his operator. */
export const staked = (who: Hex, amount: bigint, shares = amount, operator?: Hex) => [
  move(who, strategy, amount),
  rate(),
  deposit(who, shares),
  factor(who, WAD),
  ...(operator ? [delegation('OperatorSharesIncreased', operator, who, strategy, shares)] : []),
]

/** A withdrawal's last log. */
export function queued(
  n: number,
  who: Hex,
  operator: Hex,
  block: number,
  parts: { of?: Hex; scaled: bigint; now: bigint }[],
): Emitted {
  return delegation(
    'SlashingWithdrawalQueued',
    root(n),
    {
      staker: who,
      delegatedTo: operator,
      withdrawer: who,
      nonce: n,
      startBlock: block,
      strategies: parts.map(({ of = strategy }) => of),
      scaledShares: parts.map(({ scaled }) => scaled),
    },
    parts.map(({ now }) => now),
  )
}

export const completed = (n: number) => delegation('SlashingWithdrawalCompleted', root(n))

/** What the contracts did, a transaction a block, and the rows that came of it. */
export class Played {
  readonly memory = new Memory(misfitOf)
  readonly rejections: string[] = []
  block = 0

  async transaction(...emitted: Emitted[]): Promise<void> {
    await this.at(this.block + 1, ...emitted)
  }

  async at(block: number, ...emitted: Emitted[]): Promise<void> {
    this.block = block
    const hash = `0x${block.toString(16).padStart(64, '0')}`
    const place = { block, blockHash: hash, transaction: hash, time: 1_767_225_600_000 + block * 12_000 }
    const logs = emitted.map((log, logIndex) => ({ ...log, ...place, logIndex }))
    const deployment = { contracts: at, firstBlock: 0, settings: { withdrawalDelayBlocks: DELAY } }
    const sources = [{ protocol: eigenlayer, deployment }]
    const events = [...decodeEach(CHAIN, sources, logs, new Map(), undefined, new Answers())].flat()
    const state = await this.memory.batch(events)
    this.rejections.push(...state.rejections().map(({ reason }) => reason))
  }

  one<T extends Row>(entity: new (props?: Partial<T>) => T, id: string): T | undefined {
    return this.memory.tables.get(entity)?.get(id) as T | undefined
  }
}

import { encodeAbiParameters, encodeEventTopics, type Hex, parseAbi } from 'viem'
import type { Discovered } from '../../../src/indexer/contracts'
import { decodeEach } from '../../../src/indexer/decode'
import { Answers } from '../../../src/indexer/reads/answers'
import type { Row } from '../../../src/ledger/state'
import type { Answer, ProtocolLog, Read } from '../../../src/protocols/protocol'
import { roles } from '../../../src/protocols/virtuals/deployments'
import { virtuals } from '../../../src/protocols/virtuals/virtuals'
import { Memory } from '../../ledger/memory'

/** Logs in the order in which the protocol's contracts emit them, with their arithmetic, folded in memory. */
export const abi = parseAbi([
  'event NewPersona(uint256 virtualId, address token, address dao, address tba, address veToken, address lp)',
  'event AgentMigrated(uint256 virtualId, address dao, address token, address lp, address veToken)',
  'event AgentBlacklisted(uint256 indexed virtualId, bool value)',
  'event NewContribution(uint256 tokenId, uint256 virtualId, uint256 parentId, uint256 datasetId)',
  'event CoreServiceUpdated(uint256 virtualId, uint8 coreType, uint256 serviceId)',
  'event NewService(uint256 tokenId, uint8 coreId, uint256 maturity, uint256 impact, bool isModel)',
  'event SetServiceScore(uint256 serviceId, uint256 eloRating, uint256 impact)',
  'event DelegateChanged(address indexed delegator, address indexed fromDelegate, address indexed toDelegate)',
  'event DelegateVotesChanged(address indexed delegate, uint256 previousVotes, uint256 newVotes)',
  'event Prompt(address indexed sender, bytes32 promptHash, uint256 agentId, uint256 cost, uint8[] coreIds)',
  'event SwapExecuted(uint256 indexed agentId, uint256 taxTokenAmount, uint256 assetTokenAmount)',
  'event ServiceRewardsClaimed(uint256 nftId, address account, uint256 total, uint256 childrenAmount)',
  'event Launched(address indexed token, address indexed pair, uint256 count)',
  'event Graduated(address indexed token, address agentToken)',
  'event Stake(address indexed user, uint256 id, uint256 amount, uint8 numWeeks)',
  'event Withdraw(address indexed user, uint256 id, uint256 amount)',
  'event Mint(uint256 reserve0, uint256 reserve1)',
  'event Swap(uint256 amount0In, uint256 amount0Out, uint256 amount1In, uint256 amount1Out)',
])
const erc20 = parseAbi(['event Transfer(address indexed from, address indexed to, uint256 value)'])
const erc721 = parseAbi(['event Transfer(address indexed from, address indexed to, uint256 indexed tokenId)'])
export const v3 = parseAbi([
  'event StakerRewardClaimed(uint256 indexed virtualId, address indexed staker, uint256 numRewards, uint256 amount)',
])

export const address = (n: number): Hex => `0x${n.toString(16).padStart(40, '0')}`
export const at = Object.fromEntries(
  Object.keys(roles).map((role, i) => [role, address(0x100 + i)]),
) as Record<string, Hex>
export const CHAIN = 'eip155:8453'
export const [ann, ben, vault, zero] = [address(0xa), address(0xb), address(0xc), address(0)]
export const [token, dao, tba, ve, lp] = [1, 2, 3, 4, 5].map(n => address(0x10 + n)) as [
  Hex,
  Hex,
  Hex,
  Hex,
  Hex,
]
export const account = (of: Hex) => `${CHAIN}:${of}`
export const agent = `${CHAIN}/virtuals:1`
export const contribution = (id: bigint) => `${CHAIN}/virtuals:contribution-${id}`

export type Emitted = Pick<ProtocolLog, 'address' | 'topics' | 'data'>
export function emit(from: Hex, eventName: string, args: unknown[], of: readonly unknown[] = abi): Emitted {
  const event = (of as typeof abi).find(one => one.name === eventName)!
  const indexed = Object.fromEntries(event.inputs.map((input, i) => [input.name, args[i]]))
  const rest = event.inputs
    .map((input, i) => ({ input, value: args[i] }))
    .filter(({ input }) => !('indexed' in input && input.indexed))
  return {
    address: from,
    topics: encodeEventTopics({ abi: [event], args: indexed } as never) as string[],
    data: encodeAbiParameters(
      rest.map(({ input }) => input),
      rest.map(({ value }) => value) as never,
    ),
  }
}
export const move = (of: Hex, from: Hex, to: Hex, value: bigint) =>
  emit(of, 'Transfer', [from, to, value], erc20)
export const give = (of: Hex, from: Hex, to: Hex, id: bigint) => emit(of, 'Transfer', [from, to, id], erc721)

export function stake(of: Hex, account: Hex, amount: bigint, former: Hex, votes: bigint): Emitted[] {
  return [
    move(lp, account, of, amount),
    move(of, zero, account, amount),
    emit(of, 'DelegateChanged', [account, former, account]),
    emit(of, 'DelegateVotesChanged', [account, votes - amount, votes]),
  ]
}

export const created = (agentToken = token) => [
  give(at.agentNft!, zero, vault, 1n),
  ...stake(ve, ann, 1000n, zero, 1000n),
  emit(at.agentFactoryV3!, 'NewPersona', [1n, agentToken, dao, tba, ve, lp]),
]

export const source = { protocol: virtuals, deployment: { contracts: at, firstBlock: 0 } }

/** A transaction's logs, in a block of its own. */
export function inBlock(block: number, emitted: Emitted[]): ProtocolLog[] {
  const hash = `0x${block.toString(16).padStart(64, '0')}`
  const place = { block, blockHash: hash, transaction: hash, time: 1_767_225_600_000 + block * 1000 }
  return emitted.map((log, logIndex) => ({ ...log, ...place, logIndex }))
}

/** What the protocol's contracts did, and the rows that came of it. */
export class Played {
  readonly memory = new Memory()
  readonly discovered: Discovered = new Map()
  readonly rejections: string[] = []
  block = 0
  /** What the contracts say that are asked; nobody does, unless a test has it otherwise. */
  answer: (read: Read) => Answer = () => ({ kind: 'reverted' })

  /** One transaction in a block of its own. */
  async transaction(...emitted: Emitted[]): Promise<void> {
    const logs = inBlock(++this.block, emitted)
    const answers = new Answers()
    const read = () => [...decodeEach(CHAIN, [source], logs, this.discovered, undefined, answers)].flat()
    read()
    for (const question of answers.takeMissing()) answers.learn(question, this.answer(question))
    const events = read()
    for (const event of events) {
      if (event.kind === 'contractDiscovered')
        this.discovered.set(event.address, { protocol: 'virtuals', role: event.role })
    }
    const state = await this.memory.batch(events)
    this.rejections.push(...state.rejections().map(({ reason }) => reason))
  }

  one<T extends Row>(entity: new (props?: Partial<T>) => T, id: string): T | undefined {
    return this.memory.tables.get(entity)?.get(id) as T | undefined
  }
}

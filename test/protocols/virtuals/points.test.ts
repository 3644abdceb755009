import { parseAbi } from 'viem'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  BondingCurve,
  Contribution,
  CurveTrade,
  DelegateVotes,
  LineageEdge,
  Model,
  ModelContract,
  ModelVersion,
  StakeEvent,
  StakePool,
  StakePosition,
  UsageFee,
  VoteLock,
} from '../../../src/model'
import {
  account,
  address,
  agent,
  ann,
  at,
  ben,
  CHAIN,
  contribution,
  created,
  emit,
  give,
  lp,
  move,
  Played,
  stake,
  tba,
  token,
  vault,
  ve,
  zero,
} from './emitted'

/**
 * Points 1 to 33 of what Virtuals' contracts mean (README.md of src/protocols/virtuals), on their logs in their order, with
 * figures by hand. Rewards: rewards.test.ts. Collisions and clones: announced.test.ts.
 */

let played: Played
beforeEach(() => {
  played = new Played()
})
afterEach(() => {
  expect(played.rejections).toEqual([])
})
const transaction: Played['transaction'] = (...emitted) => played.transaction(...emitted)
const one: Played['one'] = (entity, id) => played.one(entity, id)
const pool = `${CHAIN}/pool:${ve}`
const locks = parseAbi([
  'event Extend(address indexed user, uint256 id, uint8 numWeeks)',
  'event AutoRenew(address indexed user, uint256 id, bool autoRenew)',
])
const word = (value: bigint) => value.toString(16).padStart(64, '0')

describe('agents', () => {
  test('1. each factory announces by the same event', async () => {
    const made = created()
    const last = made.pop()!
    await transaction(...made, { ...last, address: at.agentFactoryV7! })
    expect(one(Model, agent)).toMatchObject({ kind: 'MODEL' })
  })

  test('2. its announcement is the last log: what the clones logged before it is theirs, each at its place', async () => {
    await transaction(...created())
    expect(played.memory.rows(StakeEvent)).toMatchObject([{ logIndex: 2, poolId: pool, activeDelta: 1000n }])
  })

  test('3. a vault owns its NFT; the founder is who got the first stake, and stays so when the NFT moves', async () => {
    await transaction(...created())
    expect(one(Model, agent)).toMatchObject({ ownerId: account(vault), creatorId: account(ann) })
    await transaction(give(at.agentNft!, vault, ben, 1n))
    expect(one(Model, agent)).toMatchObject({ ownerId: account(ben), creatorId: account(ann) })
  })

  test('5. migrated: new clones and pool; stake in the old one counts for nothing, and can be taken back', async () => {
    await transaction(...created())
    const [token2, dao2, ve2, lp2] = [address(0x21), address(0x22), address(0x24), address(0x25)]
    await transaction(
      ...stake(ve2, ann, 7n, zero, 7n),
      emit(at.agentMigrator!, 'AgentMigrated', [1n, dao2, token2, lp2, ve2]),
    )
    await transaction(move(ve, ann, zero, 400n), move(lp, ve, ann, 400n))
    expect(one(StakePool, pool)).toMatchObject({ activeAssets: 600n })
    expect(one(StakePool, pool)!.retiredAt).not.toBeNull()
    const contracts = played.memory.rows(ModelContract).filter(({ current }) => !current)
    expect(contracts.map(({ role }) => role).sort()).toEqual(['dao', 'lp', 'token', 'veToken'])
  })

  test('6. blacklisted it is suspended; withdrawals go on', async () => {
    await transaction(...created())
    await transaction(emit(at.agentNft!, 'AgentBlacklisted', [1n, true]))
    await transaction(move(ve, ann, zero, 1000n), move(lp, ve, ann, 1000n))
    expect(one(Model, agent)!.suspended).toBe(true)
    expect(one(StakePool, pool)).toMatchObject({ activeAssets: 0n, patronCount: 0 })
    await transaction(emit(at.agentNft!, 'AgentBlacklisted', [1n, false]))
    expect(one(Model, agent)!.suspended).toBe(false)
  })
})

describe('contributions', () => {
  const make = (id: bigint, of: bigint, parent: bigint, dataset: bigint) => [
    give(at.contributionNft!, zero, ben, id),
    emit(at.contributionNft!, 'NewContribution', [id, of, parent, dataset]),
  ]
  const accept = (id: bigint, core: number, maturity: bigint, impact: bigint, isModel: boolean) =>
    emit(at.serviceNft!, 'NewService', [id, core, maturity, impact, isModel])
  const edges = (role: string) =>
    played.memory
      .rows(LineageEdge)
      .flatMap(edge => (edge.role === role ? [[edge.childId, edge.parentId]] : []))
  /** What isModel and getCore answer, for whatever contribution. */
  const says = (isModel: bigint, core: bigint) => {
    let n = 0
    played.answer = () => ({ kind: 'returned', data: `0x${word(n++ % 2 === 0 ? isModel : core)}` })
  }
  beforeEach(() => transaction(...created()))

  test('7. the proposal’s 256 bits are its id everywhere', async () => {
    const id = 2n ** 256n - 1n
    await transaction(...make(id, 1n, 0n, 0n))
    expect(one(Contribution, contribution(id))).toMatchObject({ number: id, modelId: agent })
    expect(one(Model, contribution(id))!.ownerId).toBe(account(ben))
  })

  test('8. what it is, the contract is asked: a dataset has no dataset, whatever its log says', async () => {
    says(0n, 2n)
    await transaction(...make(70n, 1n, 0n, 69n))
    expect(one(Contribution, contribution(70n))).toMatchObject({ isModel: false, core: 2 })
    expect(edges('DATASET')).toEqual([])
    says(1n, 2n)
    await transaction(...make(71n, 1n, 0n, 70n))
    expect(edges('DATASET')).toEqual([[contribution(71n), contribution(70n)]])
  })

  test('10. a parent of another agent, that nobody made, or that makes a cycle, is an edge; parent 0 is none', async () => {
    await transaction(...make(70n, 1n, 71n, 0n), ...make(71n, 2n, 70n, 0n), ...make(72n, 1n, 999n, 0n))
    await transaction(...make(73n, 1n, 0n, 0n))
    expect(edges('PARENT')).toEqual([
      [contribution(70n), contribution(71n)],
      [contribution(71n), contribution(70n)],
      [contribution(72n), contribution(999n)],
    ])
  })

  test('11. made is not accepted; accepted before it is made it is said to be a dataset of core 0, and is not', async () => {
    says(1n, 3n)
    await transaction(...make(70n, 1n, 0n, 0n))
    expect(one(Contribution, contribution(70n))!.accepted).toBe(false)
    expect(one(ModelVersion, `${agent}/v2`)).toBeUndefined()
    await transaction(accept(71n, 0, 91n, 91n, false))
    await transaction(...make(71n, 1n, 0n, 0n))
    expect(one(Contribution, contribution(71n))).toMatchObject({
      accepted: true,
      isModel: true,
      core: 3,
      serviceCore: 0,
    })
    expect(one(ModelVersion, `${agent}/v2`)!.sourceId).toBe(contribution(71n))
  })

  test('12. the last score of an id holds: a dataset’s impact is replaced, and is a share of its edge', async () => {
    says(0n, 0n)
    await transaction(...make(70n, 1n, 0n, 0n), accept(70n, 0, 0n, 0n, false))
    for (const impact of [25n, 10n]) {
      await transaction(emit(at.serviceNft!, 'SetServiceScore', [70n, 100n, impact]))
    }
    expect(one(Contribution, contribution(70n))).toMatchObject({ maturity: 100n, impact: 10n })
    const edge = one(LineageEdge, `${contribution(70n)}|SERVICE|${agent}`)!
    expect([edge.shareNumerator, edge.shareDenominator]).toEqual([10n, 10_000n])
  })

  test('13. anybody may have an impact worked out anew, also of what is no service', async () => {
    await transaction(emit(at.serviceNft!, 'SetServiceScore', [88n, 5n, 0n]))
    expect(one(Contribution, contribution(88n))).toMatchObject({ accepted: false, impact: 0n, modelId: null })
  })
})

describe('stake in agents', () => {
  beforeEach(() => transaction(...created()))

  test('16. is the receiver’s, whoever pays, and moves all of his votes to the delegatee', async () => {
    await transaction(
      move(lp, ben, ve, 30n),
      move(ve, zero, ann, 30n),
      emit(ve, 'DelegateVotesChanged', [ann, 1000n, 0n]),
      emit(ve, 'DelegateChanged', [ann, ann, ben]),
      emit(ve, 'DelegateVotesChanged', [ben, 0n, 1030n]),
    )
    expect(one(StakePosition, `${pool}|${account(ann)}`)).toMatchObject({
      shares: 1030n,
      delegateId: account(ben),
    })
    expect(one(DelegateVotes, `${pool}|${account(ann)}`)!.votes).toBe(0n)
    expect(one(DelegateVotes, `${pool}|${account(ben)}`)!.votes).toBe(1030n)
    expect(one(StakePool, pool)!.patronCount).toBe(1)
  })

  test('18. votes may be delegated to nobody', async () => {
    await transaction(
      emit(ve, 'DelegateChanged', [ann, ann, zero]),
      emit(ve, 'DelegateVotesChanged', [ann, 1000n, 0n]),
    )
    expect(one(StakePosition, `${pool}|${account(ann)}`)!.delegateId).toBe(account(zero))
  })

  test('19. LP sent to a veToken without a mint is a gift: no stake', async () => {
    await transaction(move(lp, ben, ve, 30n))
    expect(one(StakePool, pool)).toMatchObject({ activeAssets: 1000n })
  })
})

describe('veVIRTUAL', () => {
  const WEEK_MS = 604_800_000
  const lock = () => played.memory.rows(VoteLock)[0]!
  const startOf = (block: number) => 1_767_225_600_000 + block * 1000

  test('22. Extend adds to the end; AutoRenew begins anew, on and off; Withdraw takes all', async () => {
    await transaction(emit(at.veVirtual!, 'Stake', [ann, 5n, 900n, 10]))
    expect(lock().endsAt.getTime()).toBe(startOf(1) + 10 * WEEK_MS)
    await transaction(emit(at.veVirtual!, 'Extend', [ann, 5n, 4], locks))
    expect(lock().endsAt.getTime()).toBe(startOf(1) + 14 * WEEK_MS)
    expect(lock().startsAt.getTime()).toBe(startOf(1))
    for (const permanent of [true, false]) {
      await transaction(emit(at.veVirtual!, 'AutoRenew', [ann, 5n, permanent], locks))
      expect(lock()).toMatchObject({ permanent })
      expect(lock().startsAt.getTime()).toBe(startOf(played.block))
      expect(lock().endsAt.getTime()).toBe(startOf(played.block) + 104 * WEEK_MS)
    }
    await transaction(emit(at.veVirtual!, 'Withdraw', [ann, 5n, 900n]))
    expect(lock().amount).toBe(0n)
  })

  test('24. votes are the amounts of who delegated, and nobody’s before', async () => {
    await transaction(emit(at.veVirtual!, 'Stake', [ann, 5n, 900n, 10]))
    expect(played.memory.rows(DelegateVotes)).toEqual([])
    await transaction(
      emit(at.veVirtual!, 'DelegateChanged', [ann, zero, ben]),
      emit(at.veVirtual!, 'DelegateVotesChanged', [ben, 0n, 900n]),
    )
    expect(played.memory.rows(DelegateVotes)).toMatchObject([{ delegateId: account(ben), votes: 900n }])
  })
})

describe('a bonding curve', () => {
  const [fun, pair, taxed] = [address(0x31), address(0x32), address(0x33)]
  const curve = `${CHAIN}/curve:${fun}`
  /** 1,000,000 tokens against a virtual 6,000: k = 6 × 10^9. */
  const launch = () => [
    move(fun, zero, at.bonding!, 1_000_000n),
    move(fun, at.bonding!, pair, 1_000_000n),
    emit(pair, 'Mint', [1_000_000n, 6_000n]),
    emit(at.bonding!, 'Launched', [fun, pair, 1n]),
    // The creator pays 100, 1 of it tax: 1,000,000 - floor(6 × 10^9 / 6,099) = 16,233.
    move(at.virtual!, at.bonding!, pair, 99n),
    move(at.virtual!, at.bonding!, taxed, 1n),
    move(fun, pair, at.bonding!, 16_233n),
    emit(pair, 'Swap', [0n, 16_233n, 99n, 0n]),
    move(fun, at.bonding!, ann, 16_233n),
  ]
  beforeEach(() => transaction(...launch()))

  test('25. its reserves are said before its launch; the creator is whom Bonding gives its tokens', () => {
    expect(one(BondingCurve, curve)).toMatchObject({
      creatorId: account(ann),
      initialReserveToken: 1_000_000n,
      initialReserveAsset: 6_000n,
    })
  })

  test('26. at the start the pair holds nothing: the pool has what was really paid in', () => {
    expect(one(BondingCurve, curve)).toMatchObject({ reserveAsset: 6_099n, virtualAsset: 6_000n })
    expect(one(StakePool, `${CHAIN}/pool:${pair}`)).toMatchObject({ activeAssets: 99n, totalShares: 16_233n })
  })

  test('27. a sale is told before its tax; one of 0 is one', async () => {
    // 1,000 tokens: 6,099 - floor(6 × 10^9 / (983,767 + 1,000)) = 7.
    await transaction(
      move(fun, ann, pair, 1_000n),
      move(at.virtual!, pair, ann, 6n),
      move(at.virtual!, pair, taxed, 1n),
      emit(pair, 'Swap', [1_000n, 0n, 0n, 7n]),
    )
    await transaction(
      move(fun, ann, pair, 0n),
      move(at.virtual!, pair, ann, 0n),
      move(at.virtual!, pair, taxed, 0n),
      emit(pair, 'Swap', [0n, 0n, 0n, 0n]),
    )
    const trades = played.memory
      .rows(CurveTrade)
      .map(({ side, tokens, assets, tax }) => [side, tokens, assets, tax])
    expect(trades).toEqual([
      ['BUY', 16_233n, 99n, 1n],
      ['SELL', 1_000n, 7n, 1n],
      ['SELL', 0n, 0n, 0n],
    ])
  })

  test('28. the price is that of the reserves after each trade', () => {
    expect(one(BondingCurve, curve)!.price).toBe((6_099n * 10n ** 18n) / 983_767n)
  })

  test('29, 30. graduated its assets are elsewhere, counted once; each token is a claim until it is unwrapped', async () => {
    await transaction(
      ...created(),
      move(fun, pair, zero, 983_767n),
      emit(at.bonding!, 'Graduated', [fun, token]),
    )
    expect(one(BondingCurve, curve)).toMatchObject({ graduatedModelId: agent, reserveAsset: 6_099n })
    expect(one(StakePool, `${CHAIN}/pool:${pair}`)).toMatchObject({ activeAssets: 0n, totalShares: 16_233n })
    await transaction(move(fun, ann, zero, 16_233n), move(token, pair, ann, 16_233n))
    expect(one(StakePool, `${CHAIN}/pool:${pair}`)).toMatchObject({ totalShares: 0n, patronCount: 0 })
  })
})

describe('taxes and prompts', () => {
  beforeEach(() => transaction(...created()))

  test('32. a swap pays the creator, and the treasury its part; a book entry is no payment, nor is a swap of nothing', async () => {
    await transaction(
      emit(at.agentTax!, 'SwapExecuted', [1n, 900n, 100n]),
      move(at.virtual!, at.agentTax!, ann, 70n),
      move(at.virtual!, at.agentTax!, address(0xfe), 30n),
      emit(at.agentTax!, 'SwapExecuted', [1n, 0n, 0n]),
    )
    expect(played.memory.rows(UsageFee)).toMatchObject([
      { kind: 'TAX', gross: 100n, net: 70n, protocolFee: 30n },
    ])
  })

  test('33. the whole cost of a prompt is the agent’s; agent 0 is that of the entry before, 0 a cost', async () => {
    const prompt = (id: bigint, cost: bigint) => [
      move(at.virtual!, ben, tba, cost),
      emit(at.agentInference!, 'Prompt', [ben, `0x${'1'.repeat(64)}`, id, cost, [9]]),
    ]
    await transaction(...prompt(1n, 5n), ...prompt(0n, 7n), ...prompt(1n, 0n))
    expect(played.memory.rows(UsageFee).map(({ modelId, net }) => [modelId, net])).toEqual([
      [agent, 5n],
      [agent, 7n],
      [agent, 0n],
    ])
  })
})

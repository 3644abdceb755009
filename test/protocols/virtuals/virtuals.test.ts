import type { Hex } from 'viem'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  BondingCurve,
  Contribution,
  CurveTrade,
  DelegateVotes,
  LineageEdge,
  Model,
  ModelContract,
  ModelVersion,
  RewardClaim,
  RoyaltyBalance,
  StakeEvent,
  StakePool,
  StakePosition,
  UsageFee,
} from '../../../src/model'
import type { Memory } from '../../ledger/memory'
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
  dao,
  type Emitted,
  emit,
  give,
  lp,
  move,
  Played,
  stake,
  tba,
  token,
  v3,
  vault,
  ve,
  zero,
} from './emitted'

let played: Played
let memory: Memory
let rejections: string[]
beforeEach(() => {
  played = new Played()
  ;({ memory, rejections } = played)
})
const transaction = (...emitted: Emitted[]) => played.transaction(...emitted)
const one: Played['one'] = (entity, id) => played.one(entity, id)

describe('an agent', () => {
  beforeEach(() => transaction(...created()))

  test('is its NFT owner’s, its founder’s who staked first, and has its clones', () => {
    expect(one(Model, agent)).toMatchObject({
      ownerId: account(vault),
      creatorId: account(ann),
      kind: 'MODEL',
    })
    expect(
      memory
        .rows(ModelContract)
        .map(({ role, accountId }) => [role, accountId])
        .sort(),
    ).toEqual([
      ['dao', account(dao)],
      ['lp', account(lp)],
      ['tba', account(tba)],
      ['token', account(token)],
      ['veToken', account(ve)],
    ])
    expect(rejections).toEqual([])
  })

  test('has the stake that came before its announcement, and what follows; votes by delegate', async () => {
    const pool = `${CHAIN}/pool:${ve}`
    await transaction(...stake(ve, ben, 30n, zero, 30n))
    await transaction(
      emit(ve, 'DelegateChanged', [ben, ben, ann]),
      emit(ve, 'DelegateVotesChanged', [ben, 30n, 0n]),
      emit(ve, 'DelegateVotesChanged', [ann, 1000n, 1030n]),
    )
    await transaction(move(ve, ann, zero, 400n), emit(ve, 'DelegateVotesChanged', [ann, 1030n, 630n]))
    expect(one(StakePool, pool)).toMatchObject({ activeAssets: 630n, totalShares: 630n, patronCount: 2 })
    expect(one(StakePosition, `${pool}|${account(ann)}`)).toMatchObject({ shares: 600n })
    expect(one(StakePosition, `${pool}|${account(ben)}`)).toMatchObject({
      shares: 30n,
      delegateId: account(ann),
    })
    expect(one(DelegateVotes, `${pool}|${account(ann)}`)).toMatchObject({ votes: 630n })
    expect(memory.rows(StakeEvent).map(({ logIndex }) => logIndex)).toEqual([2, 1, 0])
    expect(rejections).toEqual([])
  })

  test('migrated has new clones, and the old pool counts for nothing; blacklisted it is suspended', async () => {
    const [token2, dao2, ve2, lp2] = [0x21, 0x22, 0x24, 0x25].map(address) as [Hex, Hex, Hex, Hex]
    await transaction(
      ...stake(ve2, ann, 7n, zero, 7n),
      emit(at.agentMigrator!, 'AgentMigrated', [1n, dao2, token2, lp2, ve2]),
    )
    await transaction(emit(at.agentNft!, 'AgentBlacklisted', [1n, true]))
    const current = memory.rows(ModelContract).filter(row => row.current)
    expect(current.map(({ accountId }) => accountId).sort()).toEqual(
      [tba, token2, dao2, ve2, lp2].map(account).sort(),
    )
    expect(one(StakePool, `${CHAIN}/pool:${ve}`)!.retiredAt).not.toBeNull()
    expect(one(StakePool, `${CHAIN}/pool:${ve2}`)).toMatchObject({ retiredAt: null, activeAssets: 7n })
    expect(one(Model, agent)).toMatchObject({ suspended: true })
    expect(rejections).toEqual([])
  })

  test('is paid for prompts at once, also for those that name agent 0', async () => {
    const prompt = (id: bigint, cost: bigint) => [
      move(at.virtual!, ben, tba, cost),
      emit(at.agentInference!, 'Prompt', [ben, `0x${'1'.repeat(64)}`, id, cost, [0]]),
    ]
    await transaction(...prompt(1n, 5n), ...prompt(0n, 7n), ...prompt(1n, 0n))
    expect(memory.rows(UsageFee).map(({ modelId, net }) => [modelId, net])).toEqual([
      [agent, 5n],
      [agent, 7n],
      [agent, 0n],
    ])
    expect(memory.rows(RoyaltyBalance)).toMatchObject([
      { accountId: account(tba), accrued: 12n, claimed: 12n },
    ])
    expect(rejections).toEqual([])
  })

  test('is paid the tax of its token less the treasury’s part; patrons are paid rewards', async () => {
    await transaction(
      emit(at.agentTax!, 'SwapExecuted', [1n, 900n, 101n]),
      move(at.virtual!, at.agentTax!, ann, 71n),
      move(at.virtual!, at.agentTax!, address(0xfe), 30n),
    )
    await transaction(emit(at.agentRewardV3!, 'StakerRewardClaimed', [1n, ann, 2n, 55n], v3))
    await transaction(emit(at.agentRewardV3!, 'StakerRewardClaimed', [1n, ann, 2n, 0n], v3))
    expect(memory.rows(UsageFee)).toMatchObject([{ kind: 'TAX', gross: 101n, protocolFee: 30n, net: 71n }])
    expect(memory.rows(RewardClaim)).toMatchObject([{ kind: 'STAKER', modelId: agent, amount: 55n }])
    expect(rejections).toEqual([])
  })
})

test('a contribution has edges to what it serves, builds on and is trained on; its impact is a share', async () => {
  const make = (id: bigint, parent: bigint, dataset: bigint) => [
    give(at.contributionNft!, zero, ben, id),
    emit(at.contributionNft!, 'NewContribution', [id, 1n, parent, dataset]),
  ]
  await transaction(...created())
  await transaction(...make(70n, 0n, 0n), emit(at.serviceNft!, 'NewService', [70n, 0, 0n, 0n, false]))
  await transaction(...make(2n ** 255n, 80n, 70n))
  await transaction(
    emit(at.serviceNft!, 'CoreServiceUpdated', [1n, 3, 2n ** 255n]),
    emit(at.serviceNft!, 'SetServiceScore', [70n, 100n, 25n]),
    emit(at.serviceNft!, 'SetServiceScore', [2n ** 255n, 100n, 75n]),
    emit(at.serviceNft!, 'NewService', [2n ** 255n, 3, 100n, 75n, true]),
  )
  const id = contribution(2n ** 255n)
  expect(one(Contribution, id)).toMatchObject({
    core: 3,
    isModel: true,
    accepted: true,
    current: true,
    impact: 75n,
  })
  expect(one(Model, contribution(70n))).toMatchObject({ kind: 'DATASET', ownerId: account(ben) })
  expect(memory.rows(LineageEdge).map(({ id, sharePpm }) => [id, sharePpm])).toEqual([
    [`${id}|DATASET|${contribution(70n)}`, null],
    [`${id}|PARENT|${contribution(80n)}`, null],
    [`${id}|SERVICE|${agent}`, 7500],
    [`${contribution(70n)}|SERVICE|${agent}`, 2500],
  ])
  expect(one(ModelVersion, `${agent}/v2`)).toMatchObject({ sourceId: id })
  await transaction(
    move(at.virtual!, at.agentRewardV2!, ben, 90n),
    emit(at.agentRewardV2!, 'ServiceRewardsClaimed', [70n, ben, 90n, 20n]),
  )
  expect(memory.rows(RoyaltyBalance)).toMatchObject([{ accountId: account(ben), accrued: 90n, claimed: 90n }])
  expect(rejections).toEqual([])
})

test('a curve has the pair’s reserves and price after each trade, graduates, and is unwrapped: nothing counts twice', async () => {
  const [fun, pair, tax] = [address(0x31), address(0x32), address(0x33)]
  const [start0, start1] = [1_000_000n, 6_000n]
  const k = start0 * start1
  let [r0, r1] = [start0, start1]
  const buy = (who: Hex, paid: bigint) => {
    const taxed = paid / 100n
    const assets = paid - taxed
    const out = r0 - k / (r1 + assets)
    ;[r0, r1] = [r0 - out, r1 + assets]
    return [
      move(at.virtual!, who, pair, assets),
      move(at.virtual!, who, tax, taxed),
      move(fun, pair, who, out),
      emit(pair, 'Swap', [0n, out, assets, 0n]),
    ]
  }
  const sell = (who: Hex, tokens: bigint) => {
    const out = r1 - k / (r0 + tokens)
    ;[r0, r1] = [r0 + tokens, r1 - out]
    return [
      move(fun, who, pair, tokens),
      move(at.virtual!, pair, who, out - out / 100n),
      move(at.virtual!, pair, tax, out / 100n),
      emit(pair, 'Swap', [tokens, 0n, 0n, out]),
    ]
  }
  const bonding = at.bonding!
  const first = buy(bonding, 1_000n)
  const bought = start0 - r0
  await transaction(
    move(fun, zero, bonding, start0),
    move(fun, bonding, pair, start0),
    emit(pair, 'Mint', [start0, start1]),
    emit(bonding, 'Launched', [fun, pair, 1n]),
    ...first,
    move(fun, bonding, ann, bought),
  )
  const curve = `${CHAIN}/curve:${fun}`
  const pool = `${CHAIN}/pool:${pair}`
  expect(one(BondingCurve, curve)).toMatchObject({
    creatorId: account(ann),
    reserveToken: r0,
    reserveAsset: r1,
  })
  await transaction(...buy(ben, 2_000n))
  await transaction(...sell(ben, 50_000n))
  await transaction(move(fun, ann, ben, 5n))
  expect(one(BondingCurve, curve)).toMatchObject({
    reserveToken: r0,
    reserveAsset: r1,
    price: (r1 * 10n ** 18n) / r0,
    tradeCount: 3,
  })
  expect(memory.rows(CurveTrade).map(({ side, tax: paid }) => [side, paid > 0n])).toEqual([
    ['BUY', true],
    ['BUY', true],
    ['SELL', true],
  ])
  expect(one(StakePool, pool)).toMatchObject({
    activeAssets: r1 - start1,
    totalShares: start0 - r0,
    patronCount: 2,
  })
  await transaction(
    ...buy(ben, 10_000n),
    ...created(),
    move(fun, pair, zero, r0),
    emit(bonding, 'Graduated', [fun, token]),
  )
  expect(one(BondingCurve, curve)).toMatchObject({
    graduatedModelId: agent,
    reserveToken: r0,
    reserveAsset: r1,
  })
  expect(one(StakePool, pool)).toMatchObject({ activeAssets: 0n, totalShares: start0 - r0 })
  await transaction(move(fun, ann, zero, bought - 5n), move(token, pair, ann, bought - 5n))
  expect(one(StakePool, pool)).toMatchObject({ totalShares: start0 - r0 - bought + 5n, patronCount: 1 })
  expect(rejections).toEqual([])
})

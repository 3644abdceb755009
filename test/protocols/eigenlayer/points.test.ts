import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  AllocationDelay,
  AllocationDelayChange,
  BurnableShares,
  ExitRequest,
  MagnitudeCheckpoint,
  OperatorAllocation,
  OperatorAllocationChange,
  OperatorSlash,
  OperatorStake,
  RestakedPosition,
  Restaker,
  RestakingReward,
  RestakingRewardTotal,
  Slash,
  StakeEvent,
  StakePool,
} from '../../../src/model'
import {
  account,
  allocation,
  ann,
  avs,
  beacon,
  begun,
  ben,
  burnable,
  burner,
  completed,
  DELAY,
  delegation,
  deposit,
  depositV1,
  factor,
  move,
  olga,
  oscar,
  Played,
  pods,
  pool,
  position,
  queued,
  rate,
  request,
  rewards,
  root,
  staked,
  stakeOf,
  strategy,
  token,
  WAD,
  zero,
} from './emitted'

/** What EigenLayer's events mean, point by point (README.md of src/protocols/eigenlayer), each with figures by hand. */

let played: Played
beforeEach(() => {
  played = new Played()
})
afterEach(() => {
  expect(played.rejections).toEqual([])
})
const one: Played['one'] = (entity, id) => played.one(entity, id)
const shares = (of = strategy, who = ann) => one(RestakedPosition, position(of, who))!.depositShares
const slashedTo = (magnitude: bigint, of = strategy) =>
  allocation('MaxMagnitudeUpdated', oscar, of, magnitude)
const slash = (wad: bigint, of = strategy) =>
  allocation('OperatorSlashed', oscar, { avs, id: 1 }, [of], [wad], 'late')

/** Ann has 1000 shares with Oscar, from block 2 on. */
async function delegated(): Promise<void> {
  await played.transaction(begun(), delegation('StakerDelegated', ann, oscar))
  await played.transaction(...staked(ann, 1000n, 1000n, oscar))
}

describe('1. a slash', () => {
  test('emits nothing for a staker: his deposit shares and factor stay, the magnitude has what is left', async () => {
    await delegated()
    await played.transaction(
      slashedTo((WAD * 3n) / 4n),
      delegation('OperatorSharesDecreased', oscar, zero, strategy, 250n),
      delegation('OperatorSharesSlashed', oscar, strategy, 250n),
      slash(WAD / 4n),
    )
    expect(one(RestakedPosition, position(strategy, ann))).toMatchObject({
      depositShares: 1000n,
      scalingFactor: WAD,
    })
    expect(one(OperatorStake, stakeOf(strategy, oscar))).toMatchObject({
      shares: 750n,
      maxMagnitude: (WAD * 3n) / 4n,
    })
  })
})

describe('2. queueing takes deposit shares that no event tells', () => {
  test('the scaled shares over the factor, rounded up', async () => {
    await delegated()
    await played.transaction(factor(ann, (WAD * 3n) / 2n))
    // 333 × 1.5 = 499.5, floored to 499; back: 499 / 1.5 = 332.67, rounded up.
    await played.transaction(
      delegation('OperatorSharesDecreased', oscar, ann, strategy, 499n),
      queued(1, ann, oscar, 4, [{ scaled: 499n, now: 499n }]),
    )
    expect(shares()).toBe(667n)
    expect(one(ExitRequest, request(1))).toMatchObject({ shares: 333n, exitShares: 499n, status: 'PENDING' })
  })

  test('all that was left where the factor was reset, by the factor before the reset', async () => {
    await delegated()
    await played.transaction(factor(ann, 3n * WAD), ...staked(ben, 2000n, 2000n, oscar))
    await played.transaction(
      delegation('OperatorSharesDecreased', oscar, ann, strategy, 3000n),
      factor(ann, WAD),
      queued(1, ann, oscar, 4, [{ scaled: 3000n, now: 3000n }]),
    )
    expect(one(RestakedPosition, position(strategy, ann))).toMatchObject({
      depositShares: 0n,
      scalingFactor: WAD,
    })
    expect(one(ExitRequest, request(1))!.shares).toBe(1000n)
  })

  test('not where a deposit, or delegating, set the factor to 1', async () => {
    await delegated()
    await played.transaction(
      ...staked(ann, 10n, 10n, oscar),
      delegation('OperatorSharesDecreased', oscar, ann, strategy, 300n),
      queued(1, ann, oscar, 3, [{ scaled: 300n, now: 300n }]),
    )
    expect(shares()).toBe(710n)
    await played.transaction(
      factor(ann, WAD),
      delegation('OperatorSharesIncreased', oscar, ann, strategy, 710n),
      queued(2, ann, oscar, 4, [{ scaled: 10n, now: 10n }]),
    )
    expect(shares()).toBe(700n)
  })
})

describe('3. a withdrawal pays by the magnitude at its last slashable block', () => {
  test.each([
    ['the block itself is the last', 3 + DELAY, 150n],
    ['one block later it does not count', 4 + DELAY, 300n],
  ])('%s', async (_, block, paid) => {
    await delegated()
    await played.transaction(queued(1, ann, oscar, 3, [{ scaled: 300n, now: 300n }]))
    await played.at(block, slashedTo(WAD / 2n), slash(WAD / 2n))
    await played.at(20, slashedTo(WAD / 10n), slash((WAD * 4n) / 5n))
    await played.at(21, completed(1), rate(), move(strategy, ann, paid))
    expect(one(ExitRequest, request(1))).toMatchObject({
      readyBlock: 3 + DELAY + 1,
      paidShares: paid,
      paidAssets: paid,
      status: 'PAID',
    })
  })

  test('of however many slashes', async () => {
    await delegated()
    await played.transaction(...staked(ben, 10n ** 6n))
    // Block n leaves 1000 - n thousandths: the last of a withdrawal of block b is that of b + 4.
    for (let block = 4; block < 400; block++) {
      await played.at(
        block,
        slashedTo((WAD * BigInt(1000 - block)) / 1000n),
        slash(WAD / 1000n),
        ...(block % 60 === 0 ? [queued(block, ann, oscar, block, [{ scaled: 100_000n, now: 1n }])] : []),
      )
    }
    expect(played.memory.rows(MagnitudeCheckpoint)).toHaveLength(396)
    await played.at(1000, ...[60, 120, 180, 240, 300, 360].flatMap(n => [completed(n), rate()]))
    const paid = [60, 120, 180, 240, 300, 360].map(n => one(ExitRequest, request(n))!.paidShares)
    expect(paid).toEqual([60, 120, 180, 240, 300, 360].map(n => BigInt(100 * (1000 - n - DELAY))))
  })
})

describe('4. the log after a completion tells as what it was paid', () => {
  beforeEach(async () => {
    await delegated()
    await played.transaction(
      queued(1, ann, oscar, 3, [{ scaled: 300n, now: 300n }]),
      queued(2, ann, oscar, 3, [{ scaled: 200n, now: 200n }]),
      queued(3, ann, oscar, 3, [{ scaled: 100n, now: 100n }]),
    )
  })

  test('a rate: tokens; a deposit: shares, counted once; one transaction holds both', async () => {
    await played.at(
      20,
      completed(1),
      rate(),
      move(strategy, ann, 299n),
      completed(2),
      deposit(ann, 200n),
      factor(ann, WAD),
      delegation('OperatorSharesIncreased', oscar, ann, strategy, 200n),
    )
    expect(one(ExitRequest, request(1))).toMatchObject({ status: 'PAID', paidAssets: 299n })
    expect(one(ExitRequest, request(2))).toMatchObject({
      status: 'RESTAKED',
      paidAssets: 0n,
      paidShares: 200n,
    })
    expect(one(ExitRequest, request(3))).toMatchObject({ status: 'PENDING', paidAssets: null })
    expect(shares()).toBe(600n)
    expect(one(StakePool, pool(strategy))).toMatchObject({ totalShares: 700n, activeAssets: 701n })
  })

  test('neither: it paid nothing', async () => {
    await played.at(4, slashedTo(0n), slash(WAD))
    await played.at(20, completed(1))
    expect(one(ExitRequest, request(1))).toMatchObject({ status: 'PAID', paidShares: 0n, paidAssets: 0n })
    expect(one(StakePool, pool(strategy))!.totalShares).toBe(1000n)
  })
})

describe('5. new money', () => {
  test('is a deposit just after its strategy’s rate; burned shares leave the strategy', async () => {
    await delegated()
    await played.transaction(deposit(ann, 40n)) // nothing came in: not new
    expect(one(StakePool, pool(strategy))!.totalShares).toBe(1000n)
    await played.transaction(burnable('Increased', 0, 70n))
    expect(one(StakePool, pool(strategy))!.totalShares).toBe(1000n)
    await played.transaction(burnable('Decreased', 0, 70n), rate(), move(strategy, burner, 70n))
    expect(one(StakePool, pool(strategy))).toMatchObject({ totalShares: 930n, activeAssets: 930n })
    expect(played.memory.rows(BurnableShares)).toMatchObject([{ shares: 0n }])
  })
})

describe('6. tokens of shares', () => {
  test('are by the balance, to which a gift adds with nothing but its Transfer', async () => {
    await delegated()
    await played.transaction(move(ben, strategy, 500n))
    const gifted = one(StakePool, pool(strategy))!
    expect(gifted).toMatchObject({ activeAssets: 1500n, totalShares: 1000n, compoundedAssets: 500n })
    // (1500 + 1000) × 1000 / (1000 + 1000): what StrategyBase.sharesToUnderlying(1000) says
    const { activeAssets, virtualAssets, totalShares, virtualShares } = gifted
    expect((1000n * (activeAssets + virtualAssets)) / (totalShares + virtualShares)).toBe(1250n)
  })
})

describe('7. of a slash', () => {
  test('the operator loses its own part, and never the queue’s with it', async () => {
    await delegated()
    await played.transaction(
      delegation('OperatorSharesDecreased', oscar, ann, strategy, 300n),
      queued(1, ann, oscar, 3, [{ scaled: 300n, now: 300n }]),
    )
    await played.transaction(
      slashedTo((WAD * 9n) / 10n),
      delegation('OperatorSharesDecreased', oscar, zero, strategy, 70n),
      delegation('OperatorSharesSlashed', oscar, strategy, 100n),
      burnable('Increased', 0, 100n),
      slash(WAD / 10n),
    )
    expect(one(OperatorStake, stakeOf(strategy, oscar))!.shares).toBe(630n)
    expect(played.memory.rows(OperatorSlash)).toMatchObject([
      { operatorShares: 70n, queuedShares: 30n, wadSlashed: WAD / 10n, avsId: account(avs) },
    ])
    expect(played.memory.rows(Slash)).toMatchObject([{ activeAssets: 70n, exitingAssets: 30n }])
    expect(one(StakePool, pool(strategy))).toMatchObject({ slashedAssets: 100n, activeAssets: 1000n })
  })

  test('where nothing was allocated wadSlashed is 0, and there is no magnitude event', async () => {
    await delegated()
    await played.transaction(slash(0n))
    expect(played.memory.rows(OperatorSlash)).toMatchObject([
      { operatorShares: 0n, queuedShares: 0n, wadSlashed: 0n },
    ])
    expect(one(OperatorStake, stakeOf(strategy, oscar))!.maxMagnitude).toBe(WAD)
  })
})

describe('8. an allocation', () => {
  const set = (magnitude: bigint, effect: number) =>
    allocation('AllocationUpdated', oscar, { avs, id: 1 }, strategy, magnitude, effect)
  const now = () => {
    const { currentMagnitude, targetMagnitude, effectBlock } = played.memory.rows(OperatorAllocation)[0]!
    return [currentMagnitude, targetMagnitude, effectBlock]
  }

  test('has its effect later; a slash meanwhile gives the current value, and an increase still waits', async () => {
    await played.at(10, set(400n, 10))
    await played.at(11, set(700n, 30))
    expect(now()).toEqual([400n, 700n, 30n])
    await played.at(12, set(300n, 12))
    expect(now()).toEqual([300n, 600n, 30n])
  })

  test('that waits to decrease has its new target just before', async () => {
    await played.at(10, set(400n, 10))
    await played.at(11, set(100n, 30))
    await played.at(12, set(75n, 30), set(300n, 12))
    expect(now()).toEqual([300n, 75n, 30n])
    expect(
      played.memory
        .rows(OperatorAllocationChange)
        .map(({ block, currentMagnitude, targetMagnitude }) => [block, currentMagnitude, targetMagnitude]),
    ).toEqual([
      [10, 400n, 400n],
      [11, 400n, 100n],
      [12, 400n, 75n],
      [12, 300n, 75n],
    ])
  })

  test('waits as long as its operator set, which has its effect later too', async () => {
    const delay = (blocks: number, effect: number) => allocation('AllocationDelaySet', oscar, blocks, effect)
    await played.at(10, delay(0, 20))
    expect(played.memory.rows(AllocationDelay)).toMatchObject([{ current: null, next: 0n, effectBlock: 20n }])
    // Replaced before its effect: as if it had never been.
    await played.at(15, delay(7, 25))
    expect(played.memory.rows(AllocationDelay)).toMatchObject([{ current: null, next: 7n, effectBlock: 25n }])
    await played.at(25, delay(9, 35))
    expect(played.memory.rows(AllocationDelay)).toMatchObject([{ current: 7n, next: 9n, effectBlock: 35n }])
    expect(played.memory.rows(AllocationDelayChange)).toHaveLength(3)
  })
})

describe('9. order', () => {
  test('of undelegating: first that, then a withdrawal for each strategy; a forced one is told besides', async () => {
    await delegated()
    await played.transaction(
      delegation('StakerUndelegated', ann, oscar),
      delegation('StakerForceUndelegated', ann, oscar),
      delegation('OperatorSharesDecreased', oscar, ann, strategy, 1000n),
      factor(ann, WAD),
      queued(1, ann, oscar, 3, [{ scaled: 1000n, now: 1000n }]),
    )
    expect(played.memory.rows(Restaker)).toMatchObject([{ operatorId: null }])
    expect(shares()).toBe(0n)
    expect(one(OperatorStake, stakeOf(strategy, oscar))!.shares).toBe(0n)
  })

  test('of delegating to another: the withdrawal stays with the former operator, whose slashes reach it', async () => {
    await delegated()
    await played.transaction(
      delegation('StakerUndelegated', ann, oscar),
      delegation('OperatorSharesDecreased', oscar, ann, strategy, 1000n),
      factor(ann, WAD),
      queued(1, ann, oscar, 3, [{ scaled: 1000n, now: 1000n }]),
      delegation('StakerDelegated', ann, olga),
    )
    await played.transaction(
      allocation('MaxMagnitudeUpdated', olga, strategy, WAD / 4n),
      slashedTo(WAD / 2n),
      slash(WAD / 2n),
    )
    // 500 come back, to an operator that has a quarter left: the factor says so.
    await played.at(
      20,
      completed(1),
      deposit(ann, 500n),
      factor(ann, 4n * WAD),
      delegation('OperatorSharesIncreased', olga, ann, strategy, 500n),
    )
    expect(one(RestakedPosition, position(strategy, ann))).toMatchObject({
      depositShares: 500n,
      scalingFactor: 4n * WAD,
    })
    expect(one(OperatorStake, stakeOf(strategy, olga))!.shares).toBe(500n)
    expect(one(ExitRequest, request(1))).toMatchObject({ status: 'RESTAKED', paidShares: 500n })
  })

  test('one withdrawal may name a strategy twice: the last part is the one that took all', async () => {
    await delegated()
    await played.transaction(factor(ann, 2n * WAD), ...staked(ben, 1000n, 1000n, oscar))
    await played.transaction(
      delegation('OperatorSharesDecreased', oscar, ann, strategy, 600n),
      delegation('OperatorSharesDecreased', oscar, ann, strategy, 1400n),
      factor(ann, WAD),
      queued(1, ann, oscar, 4, [
        { scaled: 600n, now: 600n },
        { scaled: 1400n, now: 1400n },
      ]),
    )
    expect([0, 1].map(part => one(ExitRequest, request(1, part))!.shares)).toEqual([300n, 700n])
    await played.at(20, completed(1), rate(), move(strategy, ann, 600n), rate(), move(strategy, ann, 1390n))
    expect([0, 1].map(part => one(ExitRequest, request(1, part))!.paidAssets)).toEqual([600n, 1390n])
  })
})

describe('10. not equal by design', () => {
  test('an operator’s shares exceed its stakers’ by the dust of rounding, and nothing is rejected', async () => {
    await delegated()
    // 1000 - ceil(1000 × 2/3) = 333; the staker has floor(1000 × 0.666…) = 666.
    const left = (WAD * 2n) / 3n
    await played.transaction(
      slashedTo(left),
      delegation('OperatorSharesDecreased', oscar, zero, strategy, 333n),
      delegation('OperatorSharesSlashed', oscar, strategy, 333n),
      slash(WAD / 3n),
    )
    const { shares: held } = one(OperatorStake, stakeOf(strategy, oscar))!
    expect(held - (1000n * left) / WAD).toBe(1n)
  })
})

describe('beacon chain ETH', () => {
  const moved = (delta: bigint, total: bigint) => [
    pods('PodSharesUpdated', ann, delta),
    pods('NewTotalShares', ann, total),
  ]
  const restaked = (amount: bigint, total = amount) => [...moved(amount, total), factor(ann, WAD, beacon)]
  const queue = (n: number, scaled: bigint, left: bigint) => [
    pods('NewTotalShares', ann, left),
    queued(n, ann, zero, played.block + 1, [{ of: beacon, scaled, now: scaled }]),
  ]
  const held = () => one(StakePool, pool(beacon))!

  test('has a pool of the chain’s coin: deposit shares, and those of the queue until they are paid', async () => {
    await played.transaction(...restaked(32n))
    await played.transaction(...restaked(8n, 40n))
    expect(held()).toMatchObject({ assetId: 'eip155:1/slip44:60', activeAssets: 40n, patronCount: 1 })
    await played.transaction(...queue(1, 15n, 25n))
    expect([shares(beacon), held().activeAssets]).toEqual([25n, 40n])
    await played.at(20, completed(1))
    expect(one(ExitRequest, request(1))).toMatchObject({ status: 'PAID', paidAssets: 15n, paidShares: 15n })
    expect(held()).toMatchObject({ activeAssets: 25n, totalShares: 25n })
    const deltas = played.memory.rows(StakeEvent).map(({ kind, activeDelta }) => [kind, activeDelta])
    expect(deltas).toEqual([
      ['STAKE', 32n],
      ['STAKE', 8n],
      ['EXIT_PAID', -15n],
    ])
  })

  test('comes back as shares where a scaling factor follows, less what slashes took', async () => {
    await played.transaction(...restaked(40n))
    await played.transaction(...queue(1, 20n, 20n))
    await played.transaction(pods('BeaconChainSlashingFactorDecreased', ann, WAD, WAD / 2n))
    await played.at(20, completed(1), ...moved(10n, 30n), factor(ann, WAD, beacon))
    expect(one(ExitRequest, request(1))).toMatchObject({
      status: 'RESTAKED',
      paidShares: 10n,
      paidAssets: 0n,
    })
    expect([shares(beacon), held().activeAssets]).toEqual([30n, 30n])
  })

  test('that a pod earns after a payment, in the same transaction, is no withdrawal that came back', async () => {
    await played.transaction(...restaked(40n))
    await played.transaction(...queue(1, 20n, 20n))
    const paid = move(zero, ann, 0n, ben) // the pod's own log of the payment is between
    await played.at(
      20,
      completed(1),
      { ...paid, topics: [root(1)] },
      ...moved(20n, 40n),
      factor(ann, WAD, beacon),
    )
    expect(one(ExitRequest, request(1))).toMatchObject({ status: 'PAID', paidAssets: 20n })
    expect([shares(beacon), held().activeAssets]).toEqual([40n, 40n])
  })

  test('may be below 0 since before the slashing release: it is no stake, and what is paid fills it first', async () => {
    await played.transaction(...restaked(32n))
    await played.transaction(...queue(1, 30n, 2n))
    await played.transaction(...moved(-10n, -8n))
    expect(one(RestakedPosition, position(beacon, ann))!.depositShares).toBe(-8n)
    expect(held()).toMatchObject({ activeAssets: 30n, patronCount: 0 })
    await played.at(20, completed(1), ...moved(8n, 0n))
    expect(one(ExitRequest, request(1))).toMatchObject({ status: 'PAID', paidShares: 30n, paidAssets: 22n })
    expect([shares(beacon), held().activeAssets]).toEqual([0n, 0n])
  })

  test('that is slashed waits to be burned, and is told as a slash of the pool', async () => {
    await played.transaction(delegation('StakerDelegated', ann, oscar), ...restaked(40n))
    await played.transaction(delegation('OperatorSharesIncreased', oscar, ann, beacon, 40n))
    await played.transaction(
      slashedTo(WAD / 2n, beacon),
      delegation('OperatorSharesDecreased', oscar, zero, beacon, 20n),
      delegation('OperatorSharesSlashed', oscar, beacon, 20n),
      pods('BurnableETHSharesIncreased', 20n),
      slash(WAD / 2n, beacon),
    )
    expect(played.memory.rows(BurnableShares)).toMatchObject([{ shares: 20n }])
    expect(played.memory.rows(Slash)).toMatchObject([{ activeAssets: 20n }])
    expect(held()).toMatchObject({ slashedAssets: 20n, activeAssets: 40n })
  })
})

describe('before the slashing release', () => {
  const legacy = (n: number, amount: bigint) =>
    delegation('WithdrawalQueued', root(n), {
      staker: ann,
      delegatedTo: oscar,
      withdrawer: ann,
      nonce: n,
      startBlock: 3,
      strategies: [strategy],
      shares: [amount],
    })
  const done = (n: number) => delegation('WithdrawalCompleted', root(n))

  beforeEach(async () => {
    await played.transaction(begun())
    // No rate was told then; a token may log more than its Transfer.
    await played.transaction(move(ann, strategy, 1000n), rate(ben), depositV1(ann, 1000n))
    await played.transaction(legacy(1, 300n), legacy(2, 200n))
  })

  test('a deposit is new where tokens came in', () => {
    expect(one(StakePool, pool(strategy))).toMatchObject({
      activeAssets: 1000n,
      totalShares: 1000n,
      assetId: `eip155:1/erc20:${token}`,
      compoundedAssets: 0n,
    })
    expect(shares()).toBe(500n)
  })

  test('the completion is the last log: what came back or was paid, is before it', async () => {
    await played.at(20, move(strategy, ann, 300n), done(1), depositV1(ann, 200n), done(2))
    expect(one(ExitRequest, request(1))).toMatchObject({ status: 'PAID', paidAssets: 300n })
    expect(one(ExitRequest, request(2))).toMatchObject({ status: 'RESTAKED', paidAssets: 0n })
    expect(one(StakePool, pool(strategy))).toMatchObject({ activeAssets: 700n, totalShares: 700n })
    expect(shares()).toBe(700n)
  })

  test('a withdrawal queued then is completed as any, once the contract is a new one', async () => {
    await played.at(20, completed(1), rate(), move(strategy, ann, 300n))
    expect(one(ExitRequest, request(1))).toMatchObject({ status: 'PAID', paidShares: 300n, paidAssets: 300n })
  })
})

test('rewards are counted by earner and token, whoever claims and whoever is paid', async () => {
  const claim = (amount: bigint, claimer = ann) =>
    rewards('RewardsClaimed', root(1), ann, claimer, ben, token, amount)
  await played.transaction(claim(5n), claim(7n, ben))
  expect(played.memory.rows(RestakingRewardTotal)).toMatchObject([{ earnerId: account(ann), claimed: 12n }])
  expect(played.memory.rows(RestakingReward).map(({ recipientId }) => recipientId)).toEqual([
    account(ben),
    account(ben),
  ])
})

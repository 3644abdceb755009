/** Stake along curves and votes that steer, done on purpose where chance might leave a corner out. */
import { functions as curveFunctions } from '../../abi/reference/curvePool'
import { functions as tokenFunctions } from '../../abi/reference/testToken'
import { theCast } from '../cast'
import { UNIT } from './chance'
import * as curve from './curveVerbs'
import { curves, plannedId, plannedSide, type Side } from './lineage'
import type { Scene } from './stage'
import * as votes from './voteVerbs'
import type { ChainWorld, KnownPool } from './world'

const HOUR = 3600
const WEEK = 7 * 24 * HOUR

export async function playStakeKinds(side: Side, scene: Scene): Promise<void> {
  const own = Object.keys(curves).filter(key => plannedSide(key) === side)
  for (const key of own) {
    const pool = scene.world.model(plannedId(key)).curve
    if (!pool) throw new Error(`${key} has no curve`)
    await patronsTrade(scene.world, pool)
    if (key === own[0]) await theBondIsForfeited(scene.world, pool)
    else await itGraduates(scene.world, pool)
  }
  await votesSteer(scene)
}

/** Each pays more than the one before; one sells half, one passes some on, and a benefactor gives. */
async function patronsTrade(world: ChainWorld, pool: KnownPool): Promise<void> {
  const patrons = theCast().patrons.slice(0, 6)
  for (const [index, patron] of patrons.entries()) {
    curve.buy(world, patron, pool, BigInt(250 + 50 * index) * UNIT + BigInt(index))
    await world.mine(HOUR)
  }
  const [first, second, third] = patrons
  const [user] = theCast().users
  if (!first || !second || !third || !user) return
  curve.sell(world, second, pool, (await curve.tokensOf(world, pool, second)) / 2n)
  curve.passTokens(world, third, pool, first.address, (await curve.tokensOf(world, pool, third)) / 3n)
  await world.mine(HOUR)
  world.driver.call(user, pool.asset, tokenFunctions.approve, {
    spender: pool.address,
    value: 77n * UNIT + 7n,
  })
  world.driver.call(user, pool.address, curveFunctions.compound, { assets: 77n * UNIT + 7n })
  await world.mine(HOUR)
}

/** A tenth of what patrons paid in is gone at once, and the price with it; trade goes on. */
async function theBondIsForfeited(world: ChainWorld, pool: KnownPool): Promise<void> {
  const { slasher, patrons } = theCast()
  const [first] = patrons
  if (!first) return
  world.driver.call(slasher, pool.address, curveFunctions.slash, { ppm: 100_000, reason: 'licence violated' })
  await world.mine(HOUR)
  curve.sell(world, first, pool, (await curve.tokensOf(world, pool, first)) / 10n)
  await world.mine(HOUR)
}

/** Patrons buy until it is enough; then all of it is liquid stake, and one of them takes his part. */
async function itGraduates(world: ChainWorld, pool: KnownPool): Promise<void> {
  const [first, second] = theCast().patrons
  const [user] = theCast().users
  if (!first || !second || !user || world.hasGraduated(pool)) return
  curve.buy(world, second, pool, 2_500n * UNIT)
  await world.mine(HOUR)
  curve.graduate(world, user, pool)
  await world.mine(HOUR)
  curve.redeem(world, first, pool, (await curve.tokensOf(world, pool, first)) / 3n)
  await world.mine(HOUR)
}

/** Locks of every length, for models here and on the other chain; one changes its votes, a short one ends. */
async function votesSteer({ world, other }: Scene): Promise<void> {
  const free = theCast().patrons.filter(({ address }) => !world.locks.has(address.toLowerCase()))
  const voters = free.slice(0, 5)
  const now = world.driver.head.time + HOUR
  for (const [index, voter] of voters.entries()) {
    votes.lockVotes(
      world,
      voter,
      BigInt(100 * (index + 1)) * UNIT + BigInt(index),
      now + (2 + 12 * index) * WEEK,
    )
  }
  await world.mine(HOUR)
  for (const [index, voter] of voters.entries()) {
    votes.vote(world, voter, world.modelId(BigInt(1 + (index % 3))), 6_000)
    votes.vote(world, voter, other.modelId(BigInt(1 + (index % 2))), 4_000 - index)
  }
  await world.mine(HOUR)
  const [leaver, changer, saver] = voters
  if (!leaver || !changer || !saver) return
  votes.vote(world, changer, world.modelId(2n), 1_000)
  votes.vote(world, changer, other.modelId(1n), 5_000)
  votes.increaseLock(world, saver, 50n * UNIT)
  votes.extendLock(world, saver, now + 50 * WEEK)
  await world.mine(HOUR)
  await world.mine(2 * WEEK, true)
  votes.withdrawLock(world, leaver)
  await world.mine(HOUR)
}

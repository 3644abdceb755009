/** Acts that chance might leave out, done on purpose so that the sandbox shows every corner of the protocol. */
import type { LocalAccount } from 'viem'
import * as directAbi from '../../abi/reference/directPool'
import { theCast } from '../cast'
import { UNBONDING_SECONDS } from '../deploy'
import { plannedId } from './lineage'
import type { Stage } from './stage'
import { playStakeKinds } from './stakeKinds'
import * as verbs from './verbs'
import type { ChainWorld, KnownPool } from './world'

const UNIT = 10n ** 18n
const DOLLAR = 10n ** 6n
const HOUR = 3600
const WHOLE_PPM = 1_000_000

/** Plays on both chains what they have in common, then what is of chain `a` alone. */
export async function playHighlights(stage: Stage): Promise<void> {
  for (const side of ['a', 'b'] as const) {
    const { world } = stage[side]
    await everybodyStakes(world)
    await slashWhileExiting(world)
    await influenceMoves(world)
    await liquidSharesMove(world)
    await statementsAreMade(world)
    await playStakeKinds(side, stage[side])
  }
  await ownerChangesBetweenFees(stage.a.world)
  await aPoolIsWiped(stage.a.world)
  await feesThroughTheCycle(stage)
  await creatorsClaim(stage)
}

/** Each patron stakes on a model of his own choice by number, so that all of them have a position. */
async function everybodyStakes(world: ChainWorld): Promise<void> {
  const pools = world.directPools()
  for (const [index, patron] of theCast().patrons.entries()) {
    const pool = pools[index % pools.length]
    if (pool) verbs.stake(world, patron, pool, BigInt(100 + 37 * index) * UNIT + BigInt(index))
  }
  await world.mine(HOUR)
}

/** Exits are requested, the pool is slashed while they wait, and one of the two is paid what is left of it. */
async function slashWhileExiting(world: ChainWorld): Promise<void> {
  const { patrons, slasher } = theCast()
  const [first, second, third] = patrons
  const pool = directPoolOf(world, 1n)
  if (!first || !second || !third) return
  for (const patron of [first, second, third]) verbs.stake(world, patron, pool, 333n * UNIT + 7n)
  await world.mine(HOUR)
  verbs.requestExit(world, first, pool, (await sharesOf(world, pool, first.address)) / 2n)
  verbs.requestExit(world, second, pool, (await sharesOf(world, pool, second.address)) / 3n)
  await world.mine(HOUR)
  verbs.slash(world, slasher, pool, 100_000, 'failed evaluation')
  await world.mine(HOUR)
  // Another exit joins the slashed queue at its new rate, then everything is slashed once more.
  verbs.requestExit(world, third, pool, (await sharesOf(world, pool, third.address)) / 4n)
  await world.mine(HOUR)
  verbs.slash(world, slasher, pool, 33_333, 'downtime')
  await world.mine(HOUR)
  const [oldest] = [...world.exits.values()].filter(exit => exit.pool === pool.address)
  await world.mine(UNBONDING_SECONDS, true)
  if (oldest) verbs.completeExit(world, first, oldest)
  await world.mine(HOUR)
}

/** One delegate gathers several patrons' influence; one patron changes his mind, one takes it back. */
async function influenceMoves(world: ChainWorld): Promise<void> {
  const [speaker, rival, ...others] = theCast().patrons
  const pool = directPoolOf(world, 2n)
  if (!speaker || !rival) return
  const followers = others.slice(0, 4)
  for (const [index, follower] of followers.entries()) {
    verbs.stake(world, follower, pool, BigInt(50 + index) * UNIT)
    await delegateUnlessSo(world, pool, follower, speaker)
  }
  await world.mine(HOUR)
  const [changing, returning] = followers
  if (changing) await delegateUnlessSo(world, pool, changing, rival)
  if (returning) verbs.delegate(world, returning, pool, returning.address)
  await world.mine(HOUR)
}

/** Shares of a liquid pool change hands, partly and wholly, and the new holder leaves with them. */
async function liquidSharesMove(world: ChainWorld): Promise<void> {
  const patrons = theCast().patrons.slice(-3)
  const [seller, buyer, heir] = patrons
  const pool = world.liquidPools()[0]
  if (!pool || !seller || !buyer || !heir) return
  const assets = pool.asset === world.contracts.usd ? 5_000n * DOLLAR : 500n * UNIT
  verbs.depositLiquid(world, seller, pool, assets)
  await world.mine(HOUR)
  verbs.transferLiquid(world, seller, pool, buyer.address, assets / 3n)
  verbs.transferLiquid(world, buyer, pool, heir.address, assets / 7n)
  verbs.compound(world, theCast().users[0] ?? seller, pool, assets / 11n)
  await world.mine(HOUR)
  verbs.redeemLiquid(world, heir, pool, assets / 9n)
  await world.mine(HOUR)
}

/** Versions, statements about models, and one that is withdrawn. */
async function statementsAreMade(world: ChainWorld): Promise<void> {
  const [auditor, critic] = theCast().users
  if (!auditor || !critic) return
  for (const id of [1n, 2n, 3n]) {
    const model = world.model(id)
    const owner = world.account(model.owner)
    if (owner) verbs.publishVersion(world, owner, model, 'revised')
    verbs.attest(world, auditor, model, 'inference-proof')
  }
  const withdrawn = verbs.attest(world, critic, world.model(1n), 'benchmark')
  await world.mine(HOUR)
  verbs.revokeAttestation(world, critic, withdrawn)
  await world.mine(HOUR)
}

/** The same fee before and after the sale goes to two owners. */
async function ownerChangesBetweenFees(world: ChainWorld): Promise<void> {
  const [user] = theCast().users
  const model = world.model(plannedId('aurora-7b-chat'))
  const owner = world.account(model.owner)
  const buyer = theCast().creators.find(one => one.address.toLowerCase() !== model.owner)
  if (!user || !owner || !buyer) return
  const fee = 1_234_567_891n
  verbs.payFee(world, user, model, world.contracts.usd, fee)
  await world.mine(HOUR)
  verbs.transferModel(world, owner, model, buyer.address)
  await world.mine(HOUR)
  verbs.payFee(world, user, model, world.contracts.usd, fee)
  await world.mine(HOUR)
}

/** All stake on one model is lost: its shares remain, worth nothing, and nobody can join. */
async function aPoolIsWiped(world: ChainWorld): Promise<void> {
  const pool = directPoolOf(world, plannedId('lost-heritage'))
  verbs.slash(world, theCast().slasher, pool, WHOLE_PPM, 'the weights were stolen')
  await world.mine(HOUR)
}

/** Money for each of the two models that claim to come from the other. */
async function feesThroughTheCycle(stage: Stage): Promise<void> {
  const [user] = theCast().users
  if (!user) return
  for (const [side, key] of [
    ['a', 'ouroboros-a'],
    ['b', 'ouroboros-b'],
  ] as const) {
    const { world } = stage[side]
    verbs.payFee(world, user, world.model(plannedId(key)), world.contracts.usd, 900_000_000n)
    verbs.payFee(world, user, world.model(plannedId(key)), world.contracts.stakeToken, 50n * UNIT + 3n)
    await world.mine(HOUR)
  }
  // To the ghost: owed, and never to arrive.
  const { world } = stage.a
  verbs.payFee(world, user, world.model(plannedId('lost-heritage')), world.contracts.usd, 77_000_001n)
  await world.mine(HOUR)
}

/** Patrons ask for their stake, and the story ends before the queue pays. */
export async function patronsLeave(world: ChainWorld): Promise<void> {
  let asked = 0
  for (const patron of theCast().patrons) {
    const pool = directPoolOf(world, BigInt(1 + (asked % 3)))
    const shares = await sharesOf(world, pool, patron.address)
    if (shares < UNIT || asked >= 5) continue
    verbs.requestExit(world, patron, pool, shares / 5n)
    asked++
  }
  await world.mine(HOUR)
}

/** Half of the creators collect what they earned in both tokens, as far as it is anything. */
async function creatorsClaim(stage: Stage): Promise<void> {
  for (const side of ['a', 'b'] as const) {
    const { world } = stage[side]
    for (const creator of theCast().creators.slice(0, 5)) {
      for (const token of [world.contracts.stakeToken, world.contracts.usd]) {
        if (await verbs.hasClaim(world, creator.address, token)) verbs.claim(world, creator, token)
      }
    }
    await world.mine(HOUR)
  }
}

function directPoolOf(world: ChainWorld, id: bigint): KnownPool {
  const pool = world.model(id).direct
  if (!pool) throw new Error(`model ${id} of chain ${world.driver.chainId} has no direct pool`)
  return pool
}

function sharesOf(world: ChainWorld, pool: KnownPool, patron: string): Promise<bigint> {
  return world.driver.read(pool.address, directAbi.functions.sharesOf, { patron })
}

/** Chance may have done it before, and a pool refuses what changes nothing. */
async function delegateUnlessSo(world: ChainWorld, pool: KnownPool, patron: LocalAccount, to: LocalAccount) {
  const { delegateOf } = directAbi.functions
  const now = await world.driver.read(pool.address, delegateOf, { patron: patron.address })
  if (now !== to.address.toLowerCase()) verbs.delegate(world, patron, pool, to.address)
}

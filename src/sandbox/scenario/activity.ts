/** Acts that people do at random, each only when the chain would let them. */
import * as directAbi from '../../abi/reference/directPool'
import * as liquidAbi from '../../abi/reference/liquidPool'
import { theCast } from '../cast'
import { CENT, idle, ownerOf, part, pickPool, stakeAmount, UNIT } from './chance'
import { buyOnCurve, endCurve, leaveCurve } from './curveActs'
import type { Prng } from './prng'
import type { Scene } from './stage'
import * as verbs from './verbs'
import { castVote, changeLock } from './voteActs'
import type { ChainWorld } from './world'

/**
 * Queues an act for the next block, whose time is `time`; false when it is not possible then. `busy`: who acts in that
 * block already, and what can be acted on once a block.
 */
type Act = (scene: Scene, busy: Set<string>, time: number) => boolean | Promise<boolean>

/** Forks of longer lineages would make fees that the router, which passes 64 models at most, refuses. */
const LINEAGE_BOUND = 40
const ROYALTY_STEPS = [10_000, 25_000, 40_000, 50_000, 75_000, 100_000]

/** How often, out of the sum. */
const acts: [weight: number, Act][] = [
  [38, pay],
  [14, stakeDirect],
  [9, stakeLiquid],
  [7, leaveDirect],
  [8, collectExit],
  [8, claimRoyalties],
  [4, redeem],
  [4, passShares],
  [4, delegate],
  [7, buyOnCurve],
  [4, leaveCurve],
  [1, endCurve],
  [4, changeLock],
  [5, castVote],
  [2, give],
  [2, release],
  [1, sell],
  [1, state],
  [1, slash],
]

/** Acts of the story as it goes on by itself: forks are rare, so that the lineage grows slowly. */
const livingActs: [weight: number, Act][] = [...acts, [2, forkAnything]]

/** Queues up to `count` acts for the next block, which comes after `seconds`, and mines nothing. */
export async function act(scene: Scene, count: number, seconds: number, living = false): Promise<void> {
  const time = scene.world.driver.head.time + seconds
  const busy = new Set<string>()
  const choice = living ? livingActs : acts
  const total = choice.reduce((sum, [weight]) => sum + weight, 0)
  for (let done = 0, tries = 0; done < count && tries < count * 4; tries++) {
    let at = scene.rng.int(1, total)
    const chosen = choice.find(([weight]) => {
      at -= weight
      return at <= 0
    })
    if (chosen && (await chosen[1](scene, busy, time))) done++
  }
}

/**
 * Queues the delivery of what the other chain has sent here, and of which the model exists. The first message that
 * either chain ever sent is lost for good: money may be owed and never arrive.
 */
export function deliverMessages({ world, other }: Scene, most = Number.POSITIVE_INFINITY): void {
  let delivered = 0
  for (const message of other.sent.slice(1)) {
    if (world.received.has(message.guid) || delivered >= most) continue
    const toModel = world.modelOf(message.toModel)
    if (!toModel) continue
    verbs.deliver(world, theCast().bridge, message, toModel)
    delivered++
  }
}

/** A fork of one to three models here, at times of one that exists on the other chain too. */
export function forkAnything({ world, other, rng }: Scene, busy: Set<string>): boolean {
  const who = idle(rng, theCast().creators, busy)
  const parents = rng.sample([...world.models.keys()], rng.int(1, 3))
  if (!who || world.lineageSize(parents) > LINEAGE_BOUND) return false
  const foreignParents = rng.chance(30)
    ? [{ id: other.modelId(rng.pick([...other.models.keys()])), sharePpm: rng.pick(ROYALTY_STEPS) }]
    : []
  const base = world.model(parents[0] as bigint).name.replace(/-r\d+$/, '')
  const name = `${base}-r${world.models.size + 1}`
  const roles = [...parents, ...foreignParents].map(() => (rng.chance(80) ? 0 : rng.int(1, 3)))
  const draft = { name, forkRoyaltyPpm: rng.pick(ROYALTY_STEPS) }
  verbs.fork(world, who, draft, parents, foreignParents, roles)
  return true
}

function pay({ world, rng }: Scene): boolean {
  const model = rng.pick([...world.models.values()])
  const inUsd = rng.chance(60)
  const token = inUsd ? world.contracts.usd : world.contracts.stakeToken
  const gross = inUsd ? rng.amount(50n * CENT, 200_000n * CENT) : rng.amount(UNIT / 2n, 400n * UNIT)
  verbs.payFee(world, rng.pick(theCast().users), model, token, gross)
  return true
}

async function stakeDirect({ world, rng }: Scene, busy: Set<string>): Promise<boolean> {
  const pool = pickPool(rng, world.directPools())
  const who = idle(rng, theCast().patrons, busy)
  if (!pool || !who) return false
  const { activeAssets, totalShares } = directAbi.functions
  const wiped = (await world.driver.read(pool.address, activeAssets, {})) === 0n
  if (wiped && (await world.driver.read(pool.address, totalShares, {})) > 0n) return false
  verbs.stake(world, who, pool, stakeAmount(world, rng, pool))
  return true
}

function stakeLiquid({ world, rng }: Scene, busy: Set<string>): boolean {
  const pool = pickPool(rng, world.liquidPools())
  const who = idle(rng, theCast().patrons, busy)
  if (!pool || !who) return false
  verbs.depositLiquid(world, who, pool, stakeAmount(world, rng, pool))
  return true
}

async function leaveDirect({ world, rng }: Scene, busy: Set<string>): Promise<boolean> {
  const pool = pickPool(rng, world.directPools())
  const who = idle(rng, theCast().patrons, busy)
  if (!pool || !who) return false
  const { sharesOf, activeAssets, exitingAssets, exitSharesTotal } = directAbi.functions
  const shares = await world.driver.read(pool.address, sharesOf, { patron: who.address })
  const active = await world.driver.read(pool.address, activeAssets, {})
  const exiting = await world.driver.read(pool.address, exitingAssets, {})
  const queued = await world.driver.read(pool.address, exitSharesTotal, {})
  if (shares < UNIT / 100n || active === 0n || (exiting === 0n && queued > 0n)) return false
  verbs.requestExit(world, who, pool, part(rng, shares, 15, 60))
  return true
}

function collectExit({ world, rng }: Scene, busy: Set<string>): boolean {
  const ready = [...world.exits.values()].filter(({ readyAt }) => readyAt <= world.driver.head.time)
  if (ready.length === 0) return false
  const exit = rng.pick(ready)
  const key = `${exit.pool}/${exit.requestId}`
  if (busy.has(key)) return false
  busy.add(key)
  verbs.completeExit(world, rng.pick(theCast().patrons), exit)
  return true
}

async function claimRoyalties({ world, rng }: Scene, busy: Set<string>): Promise<boolean> {
  const who = idle(rng, theCast().creators, busy)
  if (!who) return false
  const token = rng.pick([world.contracts.usd, world.contracts.stakeToken])
  if (!(await verbs.hasClaim(world, who.address, token))) return false
  verbs.claim(world, who, token)
  return true
}

async function redeem({ world, rng }: Scene, busy: Set<string>): Promise<boolean> {
  const held = await liquidHolding(world, rng, busy)
  if (!held) return false
  verbs.redeemLiquid(world, held.who, held.pool, part(rng, held.shares, 10, 50))
  return true
}

async function passShares({ world, rng }: Scene, busy: Set<string>): Promise<boolean> {
  const held = await liquidHolding(world, rng, busy)
  if (!held) return false
  const to = rng.pick(theCast().patrons.filter(one => one !== held.who))
  verbs.transferLiquid(world, held.who, held.pool, to.address, part(rng, held.shares, 5, 100))
  return true
}

async function delegate({ world, rng }: Scene, busy: Set<string>): Promise<boolean> {
  const pool = pickPool(rng, world.directPools())
  const who = idle(rng, theCast().patrons, busy)
  if (!pool || !who) return false
  const args = { patron: who.address }
  if ((await world.driver.read(pool.address, directAbi.functions.sharesOf, args)) === 0n) return false
  const now = await world.driver.read(pool.address, directAbi.functions.delegateOf, args)
  const to = rng.pick(theCast().patrons)
  // To oneself while nobody is the delegate changes nothing, and the pool refuses it.
  const isNoChange = to === who ? BigInt(now) === 0n : to.address.toLowerCase() === now
  if (isNoChange) return false
  verbs.delegate(world, who, pool, to.address)
  return true
}

async function give({ world, rng }: Scene, busy: Set<string>): Promise<boolean> {
  const pool = pickPool(rng, [...world.directPools(), ...world.liquidPools()])
  const who = idle(rng, theCast().users, busy)
  if (!pool || !who) return false
  if (!(await world.driver.read(pool.address, directAbi.functions.acceptsRewards, {}))) return false
  verbs.compound(world, who, pool, stakeAmount(world, rng, pool) / 20n)
  return true
}

function release({ world, rng }: Scene, busy: Set<string>): boolean {
  const model = rng.pick([...world.models.values()])
  const owner = ownerOf(world, model.owner, busy)
  if (!owner) return false
  verbs.publishVersion(world, owner, model, `b${world.driver.head.number}`)
  return true
}

function sell({ world, rng }: Scene, busy: Set<string>): boolean {
  const model = rng.pick([...world.models.values()])
  const owner = ownerOf(world, model.owner, busy)
  if (!owner) return false
  const buyer = rng.pick(theCast().creators.filter(one => one !== owner))
  verbs.transferModel(world, owner, model, buyer.address)
  return true
}

function state({ world, rng }: Scene, busy: Set<string>): boolean {
  const who = idle(rng, theCast().users, busy)
  if (!who) return false
  verbs.attest(world, who, rng.pick([...world.models.values()]), `evaluation/b${world.driver.head.number}`)
  return true
}

async function slash({ world, rng }: Scene, busy: Set<string>): Promise<boolean> {
  const { slasher } = theCast()
  const pool = pickPool(rng, world.directPools())
  if (!pool || busy.has(slasher.address)) return false
  if (!(await world.driver.read(pool.address, directAbi.functions.acceptsRewards, {}))) return false
  busy.add(slasher.address)
  verbs.slash(
    world,
    slasher,
    pool,
    rng.int(5_000, 80_000),
    rng.pick(['downtime', 'failed evaluation', 'leaked data']),
  )
  return true
}

async function liquidHolding(world: ChainWorld, rng: Prng, busy: Set<string>) {
  const pool = pickPool(rng, world.liquidPools())
  const who = idle(rng, theCast().patrons, busy)
  if (!pool || !who) return undefined
  const shares = await world.driver.read(pool.address, liquidAbi.functions.balanceOf, {
    account: who.address,
  })
  return shares < 1_000n ? undefined : { pool, who, shares }
}

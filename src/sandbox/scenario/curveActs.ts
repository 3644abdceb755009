/** Acts on curves, at random: one a block on each curve, since the next one's outcome depends on it. */
import * as curveAbi from '../../abi/reference/curvePool'
import { theCast } from '../cast'
import { idle, part, pickPool, stakeAmount } from './chance'
import * as verbs from './curveVerbs'
import type { Scene } from './stage'
import type { KnownPool } from './world'

export async function buyOnCurve({ world, rng }: Scene, busy: Set<string>): Promise<boolean> {
  const curve = freeOf(pickPool(rng, world.curves()), busy)
  const who = idle(rng, theCast().patrons, busy)
  if (!curve || !who || world.hasGraduated(curve)) return false
  if ((await world.driver.read(curve.address, curveAbi.functions.reserveAsset, {})) === 0n) return false
  verbs.buy(world, who, curve, stakeAmount(world, rng, curve) / 4n)
  return true
}

/** Sells, passes tokens on, or takes liquid shares for them where the curve has graduated. */
export async function leaveCurve({ world, rng }: Scene, busy: Set<string>): Promise<boolean> {
  const curve = freeOf(pickPool(rng, world.curves()), busy)
  const who = idle(rng, theCast().patrons, busy)
  if (!curve || !who) return false
  const tokens = await verbs.tokensOf(world, curve, who)
  if (tokens < 1_000n) return false
  const some = part(rng, tokens, 10, 60)
  if (world.hasGraduated(curve)) verbs.redeem(world, who, curve, some)
  else if (rng.chance(25)) {
    const to = rng.pick(theCast().patrons.filter(one => one !== who))
    verbs.passTokens(world, who, curve, to.address, some)
  } else verbs.sell(world, who, curve, some)
  return true
}

/** Anybody may let a curve graduate that holds enough. */
export async function endCurve({ world, rng }: Scene, busy: Set<string>): Promise<boolean> {
  const curve = freeOf(pickPool(rng, world.curves()), busy)
  const who = idle(rng, theCast().users, busy)
  if (!curve || !who || world.hasGraduated(curve)) return false
  // The owner may have opened a liquid pool for another asset.
  const { liquid } = world.model(curve.model)
  if (liquid && liquid.asset !== curve.asset) return false
  const { realAssets, graduationAssets } = curveAbi.functions
  const assets = await world.driver.read(curve.address, realAssets, {})
  if (assets === 0n || assets < (await world.driver.read(curve.address, graduationAssets, {}))) return false
  verbs.graduate(world, who, curve)
  return true
}

function freeOf(curve: KnownPool | undefined, busy: Set<string>): KnownPool | undefined {
  if (!curve || busy.has(curve.address)) return undefined
  busy.add(curve.address)
  return curve
}

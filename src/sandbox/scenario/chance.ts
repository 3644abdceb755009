/** Who and what chance picks, of those that can act. Amounts in the token's smallest unit. */
import type { LocalAccount } from 'viem'
import type { Prng } from './prng'
import type { ChainWorld, KnownPool } from './world'

export const UNIT = 10n ** 18n
export const CENT = 10n ** 4n

/** One who does nothing else in this block, so that what was read of his holdings stays true in it. */
export function idle(rng: Prng, people: LocalAccount[], busy: Set<string>): LocalAccount | undefined {
  const who = rng.pick(people)
  if (busy.has(who.address)) return undefined
  busy.add(who.address)
  return who
}

export function ownerOf(world: ChainWorld, address: string, busy: Set<string>): LocalAccount | undefined {
  const owner = world.account(address)
  if (!owner || busy.has(owner.address)) return undefined
  busy.add(owner.address)
  return owner
}

export function pickPool(rng: Prng, pools: KnownPool[]): KnownPool | undefined {
  return pools.length === 0 ? undefined : rng.pick(pools)
}

export function stakeAmount(world: ChainWorld, rng: Prng, pool: KnownPool): bigint {
  const inUsd = pool.asset === world.contracts.usd
  return inUsd ? rng.amount(2_000n * CENT, 500_000n * CENT) : rng.amount(5n * UNIT, 2_000n * UNIT)
}

export function part(rng: Prng, whole: bigint, fromPercent: number, toPercent: number): bigint {
  return (whole * BigInt(rng.int(fromPercent, toPercent))) / 100n
}

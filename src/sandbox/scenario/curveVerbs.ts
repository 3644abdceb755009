/** What a player can do on a curve: each queues the transactions of one act. Amounts in the token's smallest unit. */
import type { LocalAccount } from 'viem'
import { functions as curve } from '../../abi/reference/curvePool'
import { functions as factory } from '../../abi/reference/poolFactory'
import { allow, CREATION_GAS } from './verbs'
import type { ChainWorld, KnownModel, KnownPool } from './world'

export interface CurveTerms {
  asset: string
  virtualAsset: bigint
  graduationAssets: bigint
}

export function openCurve(world: ChainWorld, who: LocalAccount, model: KnownModel, terms: CurveTerms): void {
  const args = { modelId: model.id, ...terms }
  world.driver.call(who, world.contracts.poolFactory, factory.createCurve, args, CREATION_GAS)
}

/** At whatever price. */
export function buy(world: ChainWorld, who: LocalAccount, pool: KnownPool, assets: bigint): void {
  allow(world, who, pool, assets)
  world.driver.call(who, pool.address, curve.buy, { assets, leastTokens: 0n })
}

/** At whatever price. */
export function sell(world: ChainWorld, who: LocalAccount, pool: KnownPool, tokens: bigint): void {
  world.driver.call(who, pool.address, curve.sell, { tokens, leastAssets: 0n })
}

export function passTokens(
  world: ChainWorld,
  who: LocalAccount,
  pool: KnownPool,
  to: string,
  value: bigint,
): void {
  world.driver.call(who, pool.address, curve.transfer, { to, value })
}

/** It makes the model's liquid pool where there is none. */
export function graduate(world: ChainWorld, who: LocalAccount, pool: KnownPool): void {
  world.driver.call(who, pool.address, curve.graduate, {}, CREATION_GAS)
}

export function redeem(world: ChainWorld, who: LocalAccount, pool: KnownPool, tokens: bigint): void {
  world.driver.call(who, pool.address, curve.redeem, { tokens })
}

/** What an account holds of a curve's token. */
export function tokensOf(world: ChainWorld, pool: KnownPool, who: LocalAccount): Promise<bigint> {
  return world.driver.read(pool.address, curve.balanceOf, { account: who.address })
}

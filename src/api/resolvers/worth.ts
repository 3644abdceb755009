import { curveSale, exitValue, positionAssets } from '../../measures/poolValue'
import type { ApiContext } from '../context'
import type { Row } from '../entities/columns'
import type { EntityModel } from '../entities/entityModel'
import type { ResolverMap } from '../entities/entityResolvers'
import { amounts, POOL_AMOUNTS } from './amounts'
import { curveOf } from './curveReader'
import { LAST_BLOCK, payableShares } from './restakingQueue'

export const worthDefs = /* GraphQL */ `
  extend type StakePosition {
    "what its shares are worth in the pool's asset now, wei: see StakePool; on a curve what selling all of them would pay"
    assets: BigInt!
  }

  extend type ExitRequest {
    "what it would be paid now, after the slashes so far, wei; what it was paid, once it is"
    value: BigInt!
  }

  extend type RoyaltyBalance {
    "accrued - claimed, wei: what the contract would pay now"
    claimable: BigInt!
  }
`

/** Worths that follow from two rows. */
export function worthResolvers(model: EntityModel): ResolverMap {
  const pools = model.entity('StakePool')
  const poolOf = async (source: Row, scope: ApiContext['scope']) => {
    const pool = await scope.entities.row(pools, source.poolId as string)
    return pool && amounts(pool, POOL_AMOUNTS)
  }
  return {
    StakePosition: {
      assets: async (source, _, { scope }) => {
        const shares = BigInt(source.shares as string)
        const pool = await scope.entities.row(pools, source.poolId as string)
        if (!pool) return 0n
        const curve = pool.kind === 'BONDING_CURVE' ? await curveOf(scope, pool.id) : undefined
        return curve ? curveSale(shares, curve) : positionAssets(shares, amounts(pool, POOL_AMOUNTS))
      },
    },
    ExitRequest: {
      value: async (source, _, { scope }) => {
        if (source.paidAssets !== null) return source.paidAssets
        const pool = await poolOf(source, scope)
        if (source.withdrawalId)
          return pool ? positionAssets(BigInt(await payableShares(scope, source, LAST_BLOCK)), pool) : 0n
        return pool ? exitValue(BigInt(source.exitShares as string), pool) : 0n
      },
    },
    RoyaltyBalance: {
      claimable: source => BigInt(source.accrued as string) - BigInt(source.claimed as string),
    },
  }
}

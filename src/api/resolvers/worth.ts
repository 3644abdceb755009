import { exitValue, positionAssets } from '../../measures/poolValue'
import type { ApiContext } from '../context'
import type { Row } from '../entities/columns'
import type { EntityModel } from '../entities/entityModel'
import type { ResolverMap } from '../entities/entityResolvers'
import { LAST_BLOCK, payableShares } from './restakingQueue'

export const worthDefs = /* GraphQL */ `
  extend type StakePosition {
    "what its shares are worth in the pool's asset now, wei: see StakePool"
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
        const pool = await poolOf(source, scope)
        return pool ? positionAssets(BigInt(source.shares as string), pool) : 0n
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

const POOL_AMOUNTS = [
  'activeAssets',
  'exitingAssets',
  'totalShares',
  'totalExitShares',
  'virtualAssets',
  'virtualShares',
] as const

/** Amounts of a row as bigint. */
export function amounts<K extends string>(
  row: Record<string, unknown>,
  fields: readonly K[],
): Record<K, bigint> {
  return Object.fromEntries(fields.map(field => [field, BigInt(row[field] as string)])) as Record<K, bigint>
}

import DataLoader from 'dataloader'
import { stakeShare } from '../../measures/influence'
import { curveValue, positionAssets } from '../../measures/poolValue'
import { premium, yearlyRate } from '../../measures/yield'
import type { EntityModel } from '../entities/entityModel'
import type { ResolverMap } from '../entities/entityResolvers'
import type { RequestScope } from '../scope'
import { userError } from '../userError'
import { amounts, POOL_AMOUNTS } from './amounts'
import { curveOf } from './curveReader'

export const patronageDefs = /* GraphQL */ `
  extend type StakePool {
    """
    What was added without shares (fees, rewards) over the time-weighted stake, a year; slashes are no part of it. From the
    pool's first change on, or from; until its chain's newest indexed block, or to. Null: nothing was staked.
    """
    apr(from: DateTime, to: DateTime): Float
    "position of who staked first; null: nobody has"
    earlyPatron: StakePosition
  }

  extend type StakePosition {
    """
    What its shares are worth now (on a curve at the curve's price) and what it has taken out, over what it paid in: 1 is as
    much as it paid. Null: it paid nothing.
    """
    premium: Float
    "shares it steers with, its own unless delegated and those delegated to it, over all shares of the pool; null: there are none"
    influence: Float
  }
`

export function patronageResolvers(model: EntityModel): ResolverMap {
  const pools = model.entity('StakePool')
  const positions = model.entity('StakePosition')
  return {
    StakePool: {
      apr: async (source, { from, to }: { from?: Date | null; to?: Date | null }, { scope }) => {
        if (from && to && from >= to)
          throw userError('BAD_USER_INPUT', 'from is not before to', 'give an earlier from, or a later to')
        const { gained, assetSeconds } = await earningsOf(scope, source.id, from ?? null, to ?? null)
        return yearlyRate(gained, assetSeconds)
      },
      earlyPatron: async (source, _, { scope }) => {
        const account = await firstPatron(scope, source.id)
        return account && ((await scope.entities.row(positions, `${source.id}|${account}`)) ?? null)
      },
    },
    StakePosition: {
      premium: async (source, _, { scope }) => {
        const pool = await scope.entities.row(pools, source.poolId as string)
        if (!pool) return null
        const { shares, depositedAssets, withdrawnAssets } = amounts(source, [
          'shares',
          'depositedAssets',
          'withdrawnAssets',
        ])
        const curve = pool.kind === 'BONDING_CURVE' ? await curveOf(scope, pool.id) : undefined
        const value = curve ? curveValue(shares, curve) : positionAssets(shares, amounts(pool, POOL_AMOUNTS))
        return premium(value, withdrawnAssets, depositedAssets)
      },
      influence: async (source, _, { scope }) => {
        const pool = await scope.entities.row(pools, source.poolId as string)
        if (!pool) return null
        const steered = await sharesSteered(scope, `${source.poolId} ${source.accountId}`)
        return stakeShare(steered, BigInt(pool.totalShares as string))
      },
    },
  }
}

interface Earnings {
  gained: bigint
  assetSeconds: bigint
}

/**
 * What the pool had gained and the integral of its stake at the end, less what they were at the begin: two entries of the
 * primary key of stake_pool_at for each pool, however many changes there are.
 */
function earningsOf(
  scope: RequestScope,
  pool: string,
  from: Date | null,
  to: Date | null,
): Promise<Earnings> {
  const times = [from?.toISOString() ?? null, to?.toISOString() ?? null]
  const loaders = scope.once(earningsOf, () => new Map<string, DataLoader<string, Earnings>>())
  const key = times.join(' ')
  let loader = loaders.get(key)
  if (!loader) {
    loader = new DataLoader(async pools => {
      const rows = await scope.query<{ id: string; gained: string; seconds: string }>({
        name: 'pool-earnings',
        text: `SELECT p.id, (z.compounded - coalesce(a.compounded, 0))::text AS gained,
                 floor(z.active * extract(epoch FROM t.finish) - z.moment
                   - coalesce(a.active * extract(epoch FROM $2::timestamptz) - a.moment, 0))::text AS seconds
               FROM stake_pool p
               CROSS JOIN LATERAL (SELECT coalesce($3::timestamptz,
                 (SELECT h.indexed_time FROM indexer_progress h WHERE h.chain = p.chain), now()) AS finish) t
               CROSS JOIN LATERAL (${sumsBefore('t.finish')}) z
               LEFT JOIN LATERAL (${sumsBefore('$2::timestamptz')}) a ON true
               WHERE p.id = ANY($1::text[]) AND coalesce($2::timestamptz < t.finish, true)`,
        values: [pools, ...times],
      })
      const found = new Map(rows.map(row => [row.id, row]))
      return pools.map(id => {
        const row = found.get(id)
        return { gained: BigInt(row?.gained ?? 0), assetSeconds: BigInt(row?.seconds ?? 0) }
      })
    })
    loaders.set(key, loader)
  }
  return loader.load(pool)
}

/** Of a pool `p`: what its changes before a time come to. */
function sumsBefore(time: string): string {
  return `SELECT s.compounded, s.active, s.moment FROM stake_pool_at s
                 WHERE s.pool_id = p.id AND s.time < ${time} ORDER BY s.time DESC, s.block DESC LIMIT 1`
}

/** By the pool's first stake, whoever paid: the first of its entries in the index stake_event_first_patron. */
function firstPatron(scope: RequestScope, pool: string): Promise<string | null> {
  const loader = scope.once(firstPatron, () => {
    return new DataLoader<string, string | null>(async pools => {
      const rows = await scope.query<{ poolId: string; accountId: string }>({
        name: 'first-patrons',
        text: `SELECT p.id AS "poolId", e.account_id AS "accountId"
                 FROM unnest($1::text[]) p (id)
                CROSS JOIN LATERAL (SELECT account_id FROM stake_event
                  WHERE pool_id = p.id AND kind = 'STAKE' AND account_id IS NOT NULL
                  ORDER BY time, id COLLATE "C" LIMIT 1) e`,
        values: [pools],
      })
      const found = new Map(rows.map(row => [row.poolId, row.accountId]))
      return pools.map(one => found.get(one) ?? null)
    })
  })
  return loader.load(pool)
}

/** Shares that an account steers with in a pool, by `<pool> <account>`: index on delegate_id. */
function sharesSteered(scope: RequestScope, key: string): Promise<bigint> {
  const loader = scope.once(sharesSteered, () => {
    return new DataLoader<string, bigint>(async keys => {
      const split = keys.map(one => one.split(' ') as [string, string])
      const rows = await scope.query<{ key: string; shares: string }>({
        name: 'shares-steered',
        text: `SELECT s.pool_id || ' ' || s.delegate_id AS key, sum(s.shares) AS shares
                 FROM unnest($1::text[], $2::text[]) AS a(pool, delegate)
                 JOIN stake_position s ON s.delegate_id = a.delegate AND s.pool_id = a.pool
                GROUP BY 1`,
        values: [split.map(([pool]) => pool), split.map(([, account]) => account)],
      })
      const found = new Map(rows.map(row => [row.key, BigInt(row.shares)]))
      return keys.map(one => found.get(one) ?? 0n)
    })
  })
  return loader.load(key)
}

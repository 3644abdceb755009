import { positionAssets } from '../measures/poolValue'
import type { Snapshot } from '../postgres/snapshot'
import type { Moment } from './lookup'

/** Shares of a pool whose contract is a token itself: an ERC-4626 vault, a liquid pool. */
export interface ShareAsk {
  tokenId: string
  amount: bigint
  at: Moment
}

export interface Held {
  assetId: string
  /** floored, as the pool's convertToAssets */
  amount: bigint
}

interface Found {
  n: number
  asset_id: string
  active: string | null
  shares: string | null
  virtual_assets: string
  virtual_shares: string
}

/** Above any block. */
const NO_BLOCK = 2_147_483_647

/**
 * What shares were worth in the pool's asset at their moments, by what the pool's events up to there add up to.
 * Each pool's events are walked over once, however many asks there are: index of stake_event on pool_id.
 *
 * @param heights see PriceBounds
 * @returns in the order of the asks; undefined: the token is no pool's, or the pool has no shares that could be worth anything
 */
export async function assetsOfShares(
  db: Pick<Snapshot, 'query'>,
  asks: readonly ShareAsk[],
  heights?: ReadonlyMap<string, number>,
): Promise<(Held | undefined)[]> {
  const pools = asks.map(({ tokenId }) => tokenId.replace('/erc20:', '/pool:'))
  const chains = asks.map(({ tokenId }) => tokenId.slice(0, tokenId.indexOf('/')))
  const blocks = asks.map(({ at }, n) => (at.chain === chains[n] ? (at.block ?? NO_BLOCK) : NO_BLOCK))
  const newest = chains.map(chain => (heights ? (heights.get(chain) ?? -1) : NO_BLOCK))
  const rows = await db.query<Found>({
    name: 'prices-shares',
    text: `WITH asked AS (
        SELECT a.n, a.block, a.newest, a.time, p.id AS pool_id, p.asset_id, p.virtual_assets, p.virtual_shares
          FROM unnest($1::int[], $2::text[], $3::int[], $4::int[], $5::timestamptz[]) AS a (n, pool, block, newest, time)
          JOIN stake_pool p ON p.id = a.pool AND p.block <= a.newest),
      walked AS (
        SELECT n, sum(active_delta) OVER upto AS active, sum(shares_delta) OVER upto AS shares
          FROM (SELECT NULL::int AS n, pool_id, time, block, active_delta, shares_delta
                  FROM stake_event JOIN (SELECT pool_id, max(newest) AS newest FROM asked GROUP BY 1) pools USING (pool_id)
                 WHERE block <= pools.newest
                UNION ALL
                SELECT n, pool_id, time, block, 0, 0 FROM asked) steps
        WINDOW upto AS (PARTITION BY pool_id ORDER BY time, block RANGE UNBOUNDED PRECEDING))
      SELECT n, asset_id, active::text, shares::text, virtual_assets::text, virtual_shares::text
        FROM asked JOIN walked USING (n)`,
    values: [asks.map((_, n) => n), pools, blocks, newest, asks.map(({ at }) => at.time.toISOString())],
  })
  const held: (Held | undefined)[] = asks.map(() => undefined)
  for (const row of rows) {
    const pool = {
      activeAssets: BigInt(row.active ?? 0),
      totalShares: BigInt(row.shares ?? 0),
      virtualAssets: BigInt(row.virtual_assets),
      virtualShares: BigInt(row.virtual_shares),
    }
    if (pool.totalShares + pool.virtualShares > 0n)
      held[row.n] = { assetId: row.asset_id, amount: positionAssets(asks[row.n]!.amount, pool) }
  }
  return held
}

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
 * What shares were worth in the pool's asset at their moments, by what the pool's events up to there add up to: one entry
 * of each index of stake_pool_at for each ask, however many events there are. No block of a chain is earlier than one
 * before it: what is above the newest block that counts is not older than that.
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
    text: `SELECT a.n, p.asset_id, s.active::text, s.shares::text, p.virtual_assets::text, p.virtual_shares::text
      FROM unnest($1::int[], $2::text[], $3::int[], $4::int[], $5::timestamptz[]) AS a (n, pool, block, newest, time)
      JOIN stake_pool p ON p.id = a.pool AND p.block <= a.newest
      LEFT JOIN LATERAL (
        SELECT upto.active, upto.shares
          FROM (SELECT time FROM stake_pool_at
                 WHERE chain = p.chain AND block <= a.newest ORDER BY block DESC LIMIT 1) known
         CROSS JOIN LATERAL (
               SELECT active, shares FROM stake_pool_at
                WHERE pool_id = p.id AND block <= a.newest AND (time, block) <= (least(a.time, known.time), a.block)
                ORDER BY time DESC, block DESC LIMIT 1) upto) s ON true`,
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

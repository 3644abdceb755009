import type { Snapshot } from '../postgres/snapshot'
import { assetsOfShares } from './holdings'
import { findPrices, type Moment, type PriceBounds, type PriceUsed } from './lookup'
import type { Policies } from './policy'
import { add, NOTHING, type Usd, worth } from './usd'

/** An amount of a token, smallest unit, at a moment. */
export interface Amount {
  tokenId: string
  amount: bigint
  at: Moment
}

/** What an amount is worth. Of a pool's shares: what they held then, priced. */
export interface Valued {
  /** exact; null: a price is missing, never 0 for it */
  usd: Usd | null
  /** absent: missing */
  price?: PriceUsed
  /** what the price is of, in its smallest unit: the token itself, or what a pool's share held; absent with the price */
  of?: { amount: bigint; decimals: number }
  /** token whose price, or whose decimals, are missing */
  missing?: string
}

/** A sum of amounts of several tokens. */
export interface ValuedSum {
  /** of all; null: a price is missing */
  usd: Usd | null
  /** of those that have a price */
  known: Usd
  /** tokens whose prices are missing, sorted */
  missing: string[]
}

/** Pools whose asset is a pool's share again: as deep as anybody would go; beyond it is missing. */
const DEEPEST = 4

/**
 * Values amounts in USD, in few statements for however many. The price of each is the latest not after its moment, by the
 * token's policy (see lookup.ts); a token without a policy that is a pool's share is worth what it holds. Nothing is
 * rounded but what a pool rounds itself: see usdText.
 *
 * @returns in the order of the amounts
 */
export async function valueInUsd(
  db: Pick<Snapshot, 'query'>,
  policies: Policies,
  bounds: PriceBounds,
  amounts: readonly Amount[],
): Promise<Valued[]> {
  const leaves = await unwrap(db, policies, bounds, amounts)
  const asks = new Map<string, { index: number; tokenId: string; at: Moment }>()
  for (const { tokenId, amount, at } of leaves) {
    if (amount !== 0n && policies[tokenId] && !asks.has(keyOf(tokenId, at)))
      asks.set(keyOf(tokenId, at), { index: asks.size, tokenId, at })
  }
  const decimals = await decimalsOf(db, [...new Set([...asks.values()].map(({ tokenId }) => tokenId))])
  const prices = await findPrices(db, policies, bounds, [...asks.values()])
  return leaves.map(({ tokenId, amount, at }) => {
    if (amount === 0n) return { usd: NOTHING } // price or not
    const ask = asks.get(keyOf(tokenId, at))
    const price = ask && prices[ask.index]
    const digits = decimals.get(tokenId)
    return price && digits !== undefined
      ? { usd: worth(amount, digits, price), price, of: { amount, decimals: digits } }
      : { usd: null, missing: tokenId }
  })
}

export function sumInUsd(valued: Iterable<Valued>): ValuedSum {
  let known = NOTHING
  const missing = new Set<string>()
  for (const { usd, missing: token } of valued) {
    if (usd) known = add(known, usd)
    else missing.add(token!)
  }
  return { usd: missing.size > 0 ? null : known, known, missing: [...missing].sort() }
}

/** Amounts of pools' shares -> what they held. */
async function unwrap(
  db: Pick<Snapshot, 'query'>,
  policies: Policies,
  { heights }: PriceBounds,
  amounts: readonly Amount[],
): Promise<Amount[]> {
  const leaves = [...amounts]
  let open = leaves.flatMap(({ tokenId }, i) => (policies[tokenId] ? [] : [i]))
  for (let depth = 0; depth < DEEPEST && open.length > 0; depth++) {
    const held = await assetsOfShares(
      db,
      open.map(i => leaves[i]!),
      heights,
    )
    const next: number[] = []
    for (const [k, i] of open.entries()) {
      const { assetId, amount } = held[k] ?? {}
      if (assetId === undefined || amount === undefined) continue
      leaves[i] = { tokenId: assetId, amount, at: leaves[i]!.at }
      if (!policies[assetId]) next.push(i)
    }
    open = next
  }
  return leaves
}

async function decimalsOf(db: Pick<Snapshot, 'query'>, tokens: string[]): Promise<Map<string, number>> {
  const rows = await db.query<{ id: string; decimals: number }>({
    name: 'prices-decimals',
    text: `SELECT id, decimals FROM token WHERE id = ANY ($1::text[]) AND decimals IS NOT NULL`,
    values: [tokens],
  })
  return new Map(rows.map(({ id, decimals }) => [id, decimals]))
}

function keyOf(tokenId: string, { time, chain, block }: Moment): string {
  return `${tokenId}|${time.getTime()}|${chain ?? ''}|${block ?? ''}`
}

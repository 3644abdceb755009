import type { Snapshot } from '../postgres/snapshot'
import { latestPrices, type SourceAsk } from './latest'
import type { Policies } from './policy'

/** A place in time: `block` of `chain` where it is in one; feeds of other chains, and files, are asked by the time. */
export interface Moment {
  time: Date
  chain?: string
  block?: number
}

/** The price that a figure was worked out with. */
export interface PriceUsed {
  /** id of the Price; `file:<import>/<source>/<token>/<time>` of an imported one */
  id: string
  tokenId: string
  /** account id of a feed, or name of a file's source */
  source: string
  /** units of 10^-decimals USD */
  value: bigint
  decimals: number
  reportedAt: Date
  /** between the report and the moment */
  ageSeconds: number
}

/** What bounds the prices that count. */
export interface PriceBounds {
  /** newest import that counts */
  imports: number
  /** chain -> newest block that counts; of a chain that is not there nothing does. Absent: all that is indexed */
  heights?: ReadonlyMap<string, number>
}

export interface PriceAsk {
  tokenId: string
  at: Moment
}

/** Asks in one statement. */
const BATCH = 5_000

/**
 * The latest price not after each moment, from the first of the token's sources whose price is young enough.
 *
 * @returns in the order of the asks; undefined: there is none
 */
export async function findPrices(
  db: Pick<Snapshot, 'query'>,
  policies: Policies,
  bounds: PriceBounds,
  asks: readonly PriceAsk[],
): Promise<(PriceUsed | undefined)[]> {
  const prices: (PriceUsed | undefined)[] = []
  for (let start = 0; start < asks.length; start += BATCH) {
    const batch = asks.slice(start, start + BATCH)
    const bySource = batch.flatMap(ask => sourceAsksOf(ask, policies, bounds))
    const found = await latestPrices(db, bounds.imports, bySource)
    const first = new Map<PriceAsk, PriceUsed>()
    for (const [i, { ask, source, tokenId, at }] of bySource.entries()) {
      const price = found[i]
      if (!price || first.has(ask)) continue
      const age = at.time.getTime() - price.reportedAt.getTime()
      if (age > policies[tokenId]!.maxAgeSeconds * 1000) continue
      const { id, decimals, reportedAt } = price
      const ageSeconds = Math.floor(age / 1000)
      first.set(ask, { id, tokenId, source, value: BigInt(price.value), decimals, reportedAt, ageSeconds })
    }
    prices.push(...batch.map(ask => first.get(ask)))
  }
  return prices
}

/** In the order of the token's sources. */
function sourceAsksOf(
  ask: PriceAsk,
  policies: Policies,
  { heights }: PriceBounds,
): (SourceAsk & { ask: PriceAsk; source: string })[] {
  const { tokenId, at } = ask
  return (policies[tokenId]?.sources ?? []).map(source => {
    if ('file' in source)
      return { ask, source: source.file, tokenId, at, feed: null, file: source.file, until: null }
    const { feed } = source
    const chain = feed.slice(0, feed.lastIndexOf(':'))
    const newest = heights ? (heights.get(chain) ?? -1) : null
    const own = chain === at.chain ? (at.block ?? null) : null
    const until = newest === null || own === null ? (newest ?? own) : Math.min(newest, own)
    return { ask, source: feed, tokenId, at, feed, file: null, until }
  })
}

import type { Of } from './origin'

/** From here on a feed's price is this; ids: see events.ts. */
export interface PriceReported extends Of<'priceReported'> {
  /** account id of the feed's proxy */
  feed: string
  /** the proxy's: phase × 2^64 + the aggregator's round */
  round: bigint
  /** more than 0, in units of 10^-decimals USD */
  value: bigint
  decimals: number
  /** milliseconds since 1970 */
  reportedAt: number
}

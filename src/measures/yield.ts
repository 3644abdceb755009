import { ratio } from './ratio'

const YEAR_SECONDS = 31_536_000n

/**
 * Yearly rate of a pool: gained × 31,536,000 / Σ(stake × seconds), six decimals; null where nothing was staked. `gained` is
 * what joined the pool without shares (fees, rewards), the sum that of each change of the active stake times the seconds
 * from it to the end, which is the stake's integral over time. A rate, not compounded: what was gained earlier is stake
 * from then on, and so in the sum.
 *
 * 1000 are staked for half a year and 500 of them for the next half, and 60 are gained at the end:
 *
 * @example yearlyRate(60n, 1000n * 31_536_000n - 500n * 15_768_000n) // 0.08
 * @example yearlyRate(0n, 0n) // null
 */
export function yearlyRate(gained: bigint, assetSeconds: bigint): number | null {
  return assetSeconds > 0n ? ratio(gained * YEAR_SECONDS, assetSeconds, 6) : null
}

/**
 * The same of what a patron's stake came to, yield less slashes, which may be less than nothing; null, too, where it is a
 * thousand million times the stake or more: anyone can stake one wei and add 2^200 to it.
 *
 * @example yearlyReturn(-60n, 1000n * 31_536_000n) // -0.06
 */
export function yearlyReturn(earned: bigint, assetSeconds: bigint): number | null {
  const rate = yearlyRate(earned < 0n ? -earned : earned, assetSeconds)
  if (rate === null || rate >= 1e9) return null
  return earned < 0n && rate > 0 ? -rate : rate
}

/**
 * What a patron has over what he paid: (value of his shares + what he took out) / paid in, six decimals; null where he paid
 * nothing. Of a curve the value is at its price (`curveValue`), which is more than a sale of all of it would pay.
 *
 * Who was first on a curve with a reserve of 1000 tokens and 100 virtual wei and bought 500 tokens for 100, has after
 * another 200 were paid (reserves 250 and 400) 500 × 400 / 250 = 800:
 *
 * @example premium(curveValue(500n, { reserveToken: 250n, reserveAsset: 400n }), 0n, 100n) // 8
 * @example premium(30n, 60n, 100n) // 0.9
 */
export function premium(value: bigint, takenOut: bigint, paidIn: bigint): number | null {
  return ratio(value + takenOut, paidIn, 6)
}

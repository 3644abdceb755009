import { ratio } from './ratio'

/**
 * Churn: stake that its patrons took back in a time / average stake in it = unstaked × seconds / Σ(stake × seconds). Six
 * decimals; null where nothing was staked. Above 1 where all of it went more than once.
 *
 * Source: as of customers, lost in a period over the average of the period; stake in place of heads.
 *
 * @example churn(20n, 100n, 20_000n) // 0.1
 * @example churn(0n, 100n, 0n) // null
 */
export function churn(unstaked: bigint, seconds: bigint, stakeSeconds: bigint): number | null {
  return finite(ratio(unstaked * seconds, stakeSeconds, 6))
}

/**
 * Relative change: (now − before) / before, six decimals; null where nothing was there before.
 *
 * @example change(90n, 120n) // -0.25
 */
export function change(now: bigint, before: bigint): number | null {
  const moved = now - before
  const size = finite(ratio(moved < 0n ? -moved : moved, before, 6))
  return size === null ? null : moved < 0n && size > 0 ? -size : size
}

/** Anyone can stake one wei and add 2^200 to it: such a rate is none. */
function finite(rate: number | null): number | null {
  return rate !== null && rate < 1e9 && rate >= 0 ? rate : null
}

import { ratio } from './ratio'

/** 365 days, by which a yearly rate is told. */
const YEAR_SECONDS = 31_536_000n

/**
 * Stake over a time in wei × seconds: Σ stake × how long it stood, with which a rate does not depend on when in the time
 * stake came and went.
 *
 * @param before stake at the begin
 * @param changes wei, signed, each with the seconds that were left of the time
 * @example stakeSeconds(10n, 100n, [{ delta: 5n, secondsLeft: 50n }, { delta: -15n, secondsLeft: 20n }]) // 950n
 */
export function stakeSeconds(
  before: bigint,
  seconds: bigint,
  changes: Iterable<{ delta: bigint; secondsLeft: bigint }>,
): bigint {
  let total = before * seconds
  for (const { delta, secondsLeft } of changes) total += delta * secondsLeft
  return total
}

/**
 * Churn: stake that its patrons took back in a time / average stake in it = unstaked × seconds / stakeSeconds. Six
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
 * Yearly rate of what patrons earned, without interest on interest: earned / average stake × year / time
 * = earned × 31,536,000 / stakeSeconds. 0.05 = 5 % a year. Six decimals; null where nothing was staked.
 *
 * Source: nominal annual rate (APR), 365 days, simple interest.
 *
 * @example apr(1n, 1_000n * 31_536n) // 1
 * @example apr(1n, 100n * 31_536_000n) // 0.01
 */
export function apr(earned: bigint, stakeSeconds: bigint): number | null {
  return finite(ratio(earned * YEAR_SECONDS, stakeSeconds, 6))
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

import { sum } from './ratio'

const MILLION = 1_000_000n

/**
 * Nakamoto coefficient: the least number of holders who together hold more than `thresholdPpm` of all
 * (500,000 = half). 0 where nothing is held; a threshold of 1,000,000 cannot be passed, so all holders are counted.
 *
 * Source: B. S. Srinivasan and L. Lee, Quantifying Decentralization (2017).
 *
 * @example nakamoto([50n, 30n, 20n]) // 2
 * @example nakamoto([50n, 30n, 20n], 333_333) // 1
 * @example nakamoto([]) // 0
 */
export function nakamoto(holdings: readonly bigint[], thresholdPpm = 500_000): number {
  if (!Number.isInteger(thresholdPpm) || thresholdPpm < 0 || thresholdPpm > 1_000_000) {
    throw new RangeError(
      `nakamoto: threshold ${thresholdPpm} ppm\n  fix: give an integer from 0 to 1000000 (500000 = half)`,
    )
  }
  const descending = holdings.filter(held => held > 0n).sort((a, b) => (a > b ? -1 : a < b ? 1 : 0))
  const needed = sum(descending) * BigInt(thresholdPpm)
  let held = 0n
  let count = 0
  for (const holding of descending) {
    held += holding
    count++
    if (held * MILLION > needed) break
  }
  return count
}

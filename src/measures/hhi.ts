import { ratio, sum } from './ratio'

/**
 * Herfindahl-Hirschman index of concentration: HHI = Σ sᵢ², sᵢ the i-th holder's share in percent. From 10,000 / n
 * (n equal holders) to 10,000 (one holder has all). Two decimals; null where nothing is held.
 *
 * Source: U.S. Department of Justice and FTC, Merger Guidelines (2023), § 2.1; above 1,800 is called highly
 * concentrated there.
 *
 * @example hhi([60n, 40n]) // 5200
 * @example hhi([1n, 1n, 1n]) // 3333.33
 * @example hhi([]) // null
 */
export function hhi(holdings: readonly bigint[]): number | null {
  return hhiOfSums(sum(holdings), sum(holdings.map(held => held * held)))
}

/**
 * The same from Σ held and Σ held², for holders who were added up elsewhere.
 *
 * @example hhiOfSums(100n, 5_200n) // 5200
 */
export function hhiOfSums(total: bigint, squares: bigint): number | null {
  return ratio(10_000n * squares, total * total, 2)
}

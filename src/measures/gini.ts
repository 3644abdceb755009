import { ratio, sum } from './ratio'

/**
 * Gini coefficient of inequality: G = (2 Σ i·xᵢ − (n + 1) Σ xᵢ) / (n Σ xᵢ), with x₁ ≤ … ≤ xₙ and i from 1. From 0
 * (all equal) to 1 − 1/n (one holder has all). Holders of nothing count: leave them out where they are not part of
 * the population. Six decimals; null where nothing is held.
 *
 * Source: C. Gini, Variabilità e mutabilità (1912), in the form for ordered samples.
 *
 * @example gini([1n, 1n, 1n]) // 0
 * @example gini([0n, 0n, 0n, 8n]) // 0.75
 * @example gini([1n, 2n, 3n]) // 0.222222
 */
export function gini(holdings: readonly bigint[]): number | null {
  const ascending = [...holdings].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const ranked = sum(ascending.map((held, index) => BigInt(index + 1) * held))
  return giniOfSums(BigInt(ascending.length), sum(ascending), ranked)
}

/**
 * The same from n, Σ xᵢ and Σ i·xᵢ, for holders who were added up elsewhere.
 *
 * @example giniOfSums(4n, 8n, 32n) // 0.75
 */
export function giniOfSums(n: bigint, total: bigint, ranked: bigint): number | null {
  return ratio(2n * ranked - (n + 1n) * total, n * total, 6)
}

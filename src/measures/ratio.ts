/**
 * numerator / denominator as a number with `decimals` digits after the point, the last one rounded half up; the
 * division is done in integers, so that it is exact for stakes far beyond 2^53. Undefined (null) over zero.
 * The result must stay below 2^53 / 10^decimals, which every share and index here does.
 *
 * @example ratio(1n, 3n, 6) // 0.333333
 * @example ratio(2n, 3n, 6) // 0.666667
 * @example ratio(1n, 0n, 6) // null
 */
export function ratio(numerator: bigint, denominator: bigint, decimals: number): number | null {
  if (denominator === 0n) return null
  const scale = 10n ** BigInt(decimals)
  const scaled = (2n * numerator * scale + denominator) / (2n * denominator)
  return Number(scaled) / Number(scale)
}

/** Σ values. */
export function sum(values: Iterable<bigint>): bigint {
  let total = 0n
  for (const value of values) total += value
  return total
}

/** What `positionAssets` and `exitValue` want of a row of a pool. */
export const POOL_AMOUNTS = [
  'activeAssets',
  'exitingAssets',
  'totalShares',
  'totalExitShares',
  'virtualAssets',
  'virtualShares',
] as const

/** Amounts of a row as bigint. */
export function amounts<K extends string>(
  row: Record<string, unknown>,
  fields: readonly K[],
): Record<K, bigint> {
  return Object.fromEntries(fields.map(field => [field, BigInt(row[field] as string)])) as Record<K, bigint>
}

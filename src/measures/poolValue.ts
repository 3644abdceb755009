/** What a pool holds against its shares: see StakePool in schema.graphql. */
export interface PoolShares {
  activeAssets: bigint
  totalShares: bigint
  /** ERC-4626 virtual offset (EIP-4626 as OpenZeppelin does it: +1 asset, +10^offset shares), 0 without one */
  virtualAssets: bigint
  virtualShares: bigint
}

/**
 * Assets that shares of a pool are worth now: ⌊shares × (active + virtualAssets) / (totalShares + virtualShares)⌋,
 * as the contracts' own `assetsOf` and ERC-4626's `convertToAssets` round. 0 in a pool without shares.
 *
 * @example positionAssets(10n, { activeAssets: 100n, totalShares: 30n, virtualAssets: 0n, virtualShares: 0n }) // 33n
 * @example positionAssets(10n, { activeAssets: 0n, totalShares: 0n, virtualAssets: 0n, virtualShares: 0n }) // 0n
 */
export function positionAssets(shares: bigint, pool: PoolShares): bigint {
  const allShares = pool.totalShares + pool.virtualShares
  return allShares === 0n ? 0n : (shares * (pool.activeAssets + pool.virtualAssets)) / allShares
}

/** A curve's reserves, virtual part included: see BondingCurve in schema.graphql. */
export interface CurveReserves {
  reserveToken: bigint
  reserveAsset: bigint
}

/**
 * Assets that selling tokens along a curve pays, before taxes: ⌊reserveAsset × tokens / (reserveToken + tokens)⌋ (CurvePool's
 * `assetsFor`). The more at once, the less for each.
 *
 * @example curveSale(500n, { reserveToken: 250n, reserveAsset: 400n }) // 266n
 */
export function curveSale(tokens: bigint, { reserveToken, reserveAsset }: CurveReserves): bigint {
  return tokens === 0n ? 0n : (reserveAsset * tokens) / (reserveToken + tokens)
}

/**
 * Tokens at a curve's price: ⌊reserveAsset × tokens / reserveToken⌋. 0 where no price is: all tokens are sold.
 *
 * @example curveValue(500n, { reserveToken: 250n, reserveAsset: 400n }) // 800n
 */
export function curveValue(tokens: bigint, { reserveToken, reserveAsset }: CurveReserves): bigint {
  return reserveToken === 0n ? 0n : (reserveAsset * tokens) / reserveToken
}

/**
 * What a request in the exit queue would be paid now, after the slashes so far:
 * ⌊exitShares × exitingAssets / totalExitShares⌋ (DirectPool.exitValue). 0 in an empty queue.
 *
 * @example exitValue(10n, { exitingAssets: 90n, totalExitShares: 100n }) // 9n
 */
export function exitValue(
  exitShares: bigint,
  queue: { exitingAssets: bigint; totalExitShares: bigint },
): bigint {
  return queue.totalExitShares === 0n ? 0n : (exitShares * queue.exitingAssets) / queue.totalExitShares
}

/**
 * Inherited TVL of a model: Σ over its descendants ⌊stake × share / 1,000,000⌋, the share being the ppm of the
 * descendant's net fee that reaches the model. One asset; every descendant is floored by itself.
 *
 * @example inheritedStake([{ stake: 100n, sharePpm: 50_000 }, { stake: 39n, sharePpm: 100_000 }]) // 8n
 */
export function inheritedStake(descendants: Iterable<{ stake: bigint; sharePpm: number }>): bigint {
  let total = 0n
  for (const { stake, sharePpm } of descendants) total += (stake * BigInt(sharePpm)) / 1_000_000n
  return total
}

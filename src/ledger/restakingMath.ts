/** EigenLayer's SlashingLib and StrategyBase, on integers. Magnitudes and factors are parts of 1e18. */

export const WAD = 10n ** 18n

/** StrategyBase's SHARES_OFFSET and BALANCE_OFFSET. */
export const OFFSET = 1000n

/** floor(x × y / 1e18), y not below 0; x may be (an old pod's shares), towards 0 then. */
export function mulWad(x: bigint, y: bigint): bigint {
  return (x * y) / WAD
}

/** ceil(x × 1e18 / y). */
export function divWadUp(x: bigint, y: bigint): bigint {
  return (x * WAD + y - 1n) / y
}

/** What of a staker's deposit shares can be withdrawn: slashed as deep as `magnitude` is below 1e18. */
export function withdrawable(depositShares: bigint, scalingFactor: bigint, magnitude: bigint): bigint {
  return depositShares <= 0n ? 0n : mulWad(mulWad(depositShares, scalingFactor), magnitude)
}

/**
 * Deposit shares that queueing took, which no event tells. The inverse of floor(d × factor / 1e18), exact for every
 * factor that is not below 1e18.
 */
export function depositSharesTaken(scaledShares: bigint, scalingFactor: bigint): bigint {
  return scalingFactor === 0n ? 0n : divWadUp(scaledShares, scalingFactor)
}

/** Allocation as its view gives it at a block. */
export interface Allocation {
  currentMagnitude: bigint
  targetMagnitude: bigint
  effectBlock: bigint
}

export function allocationAt(allocation: Allocation, block: bigint): Allocation {
  return block < allocation.effectBlock
    ? allocation
    : { ...allocation, currentMagnitude: allocation.targetMagnitude }
}

/**
 * An `AllocationUpdated`. With an effect to come it sets the target. With an effect at once it sets the current
 * magnitude: an increase that still waits stays as large, a decrease that still waits has had its target set just before.
 */
export function allocated(
  before: Allocation,
  magnitude: bigint,
  effectBlock: bigint,
  block: bigint,
): Allocation {
  const now = allocationAt(before, block)
  if (effectBlock > block) return { ...now, targetMagnitude: magnitude, effectBlock }
  if (block >= before.effectBlock)
    return { currentMagnitude: magnitude, targetMagnitude: magnitude, effectBlock }
  const increase = now.targetMagnitude - now.currentMagnitude
  return {
    currentMagnitude: magnitude,
    targetMagnitude: increase > 0n ? magnitude + increase : now.targetMagnitude,
    effectBlock: before.effectBlock,
  }
}

/** What an allocation keeps from being allocated elsewhere at a block: an increase at once, a decrease when it is over. */
export function encumbered(allocation: Allocation, block: bigint): bigint {
  const { currentMagnitude: current, targetMagnitude: target } = allocationAt(allocation, block)
  if (current > target) return current
  return target
}

/** A share as the contract has it: numerator / denominator, so that no product of it is rounded but where we say. */
export interface Share {
  numerator: bigint
  /** positive */
  denominator: bigint
}

export const NONE: Share = { numerator: 0n, denominator: 1n }

/** As both stores keep it; null: there is none. */
export function shareOf(
  numerator: string | null | undefined,
  denominator: string | null | undefined,
): Share | null {
  if (numerator == null || denominator == null) return null
  return { numerator: BigInt(numerator), denominator: BigInt(denominator) }
}

/** ⌊amount × share⌋, as contracts divide. */
export function partOf(amount: bigint, { numerator, denominator }: Share): bigint {
  return (amount * numerator) / denominator
}

/** Exact. Shares of one contract have one denominator, which stays; others are brought to their product. */
export function plus(a: Share, b: Share): Share {
  if (b.numerator === 0n) return a
  if (a.numerator === 0n) return b
  if (a.denominator === b.denominator)
    return { numerator: a.numerator + b.numerator, denominator: a.denominator }
  return {
    numerator: a.numerator * b.denominator + b.numerator * a.denominator,
    denominator: a.denominator * b.denominator,
  }
}

/** Exact. */
export function times({ numerator, denominator }: Share, by: bigint): Share {
  return { numerator: numerator * by, denominator }
}

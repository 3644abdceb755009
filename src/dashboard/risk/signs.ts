/** What makes a pool of stake fragile, as a reader may sort it out. Bounds are conventions, named where they are from. */

export interface Spread {
  hhi: number | null
  delegatedShare: number | null
}

/** Above it a market counts as highly concentrated (US merger guidelines of 2010, 5.3). */
export const CONCENTRATED_HHI = 2500
/** More than this steers for somebody else than who bears the loss. */
export const MOSTLY_DELEGATED = 0.6
/** A part of the stake that leaves at once is a run. */
export const LEAVING = 0.2

export function signsOf(spread: Spread | undefined, active: string, exiting: string): string[] {
  const all = BigInt(active) + BigInt(exiting)
  const signs: string[] = []
  if ((spread?.hhi ?? 0) > CONCENTRATED_HHI) signs.push('few hold most')
  if ((spread?.delegatedShare ?? 0) > MOSTLY_DELEGATED) signs.push('mostly delegated')
  if (all > 0n && Number((BigInt(exiting) * 1000n) / all) / 1000 > LEAVING) signs.push('many leave')
  return signs
}

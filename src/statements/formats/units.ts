import { decimalText } from '../../prices/decimal'

/** An amount of the smallest unit in the token's own, exactly: 1500000 of 6 decimals is 1.5. Empty: decimals unknown. */
export function inUnits(amount: bigint, decimals: number | null): string {
  return decimals === null ? '' : decimalText(amount, decimals)
}

/** No price needs more: 10^40 USD, or 10^-36 of one. */
const DECIMAL = /^(\d{1,40})(?:\.(\d{1,36}))?$/

/**
 * A decimal as an integer and a scale, exactly; undefined: it is none, or not more than 0. No sign, exponent, or
 * separators of thousands: what can be read in two ways is not read.
 *
 * @example parseDecimal('1234.50') // { value: 12345n, decimals: 1 }
 * @example parseDecimal('1,5') // undefined
 */
export function parseDecimal(text: string): { value: bigint; decimals: number } | undefined {
  const [, whole, fraction = ''] = DECIMAL.exec(text) ?? []
  if (whole === undefined) return undefined
  const digits = fraction.replace(/0+$/, '')
  const value = BigInt(whole + digits)
  return value === 0n ? undefined : { value, decimals: digits.length }
}

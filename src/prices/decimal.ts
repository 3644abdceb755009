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

/**
 * The decimal of an integer and a scale, without zeros that say nothing.
 *
 * @example decimalText(1500000n, 6) // '1.5'
 * @example decimalText(-5n, 1) // '-0.5'
 */
export function decimalText(value: bigint, decimals: number): string {
  if (decimals === 0) return `${value}`
  const digits = `${value < 0n ? -value : value}`.padStart(decimals + 1, '0')
  const fraction = digits.slice(-decimals).replace(/0+$/, '')
  return `${value < 0n ? '-' : ''}${digits.slice(0, -decimals)}${fraction && `.${fraction}`}`
}

/**
 * What `decimalText` writes, as an integer and a scale; undefined: it is none of its.
 *
 * @example decimalOf('-0.5') // { value: -5n, decimals: 1 }
 * @example decimalOf('1.50') // undefined
 */
export function decimalOf(text: string): { value: bigint; decimals: number } | undefined {
  const [, sign, whole, fraction = ''] = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]*[1-9]))?$/.exec(text) ?? []
  if (whole === undefined) return undefined
  const value = BigInt(`${whole}${fraction}`)
  return { value: sign === '-' ? -value : value, decimals: fraction.length }
}

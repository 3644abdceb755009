/** Amounts of tokens for people. They come as strings in the token's smallest unit, and stay exact: no float is made. */

export interface ShownAmount {
  /** about four digits, `9.523K` */
  short: string
  /** every digit, grouped, `9,522.537452252272450227` */
  full: string
}

/** An amount beyond this reads better as a power of ten. */
const MOST_COMPACT_DIGITS = 15
/** `uint8 decimals` is whatever a contract says. */
const MOST_DECIMALS = 255
const INTEGER = /^-?\d+$/

const whole = new Intl.NumberFormat('en-GB')
const compact = new Intl.NumberFormat('en-GB', { notation: 'compact', maximumSignificantDigits: 4 })
const scientific = new Intl.NumberFormat('en-GB', { notation: 'scientific', maximumSignificantDigits: 4 })
const precise = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 4 })

/** @param decimals null: the token's are not known, and the amount is shown in its smallest unit */
export function showAmount(raw: string, decimals: number | null | undefined): ShownAmount {
  const { negative, integer, fraction } = parts(raw, decimals ?? 0)
  const sign = negative ? '-' : ''
  const exact = `${sign}${integer}${fraction && `.${fraction}`}` as Intl.StringNumericLiteral
  const grouped = whole.format(BigInt(integer))
  const full = `${sign}${grouped}${fraction && `.${fraction}`}`
  if (integer.length > MOST_COMPACT_DIGITS) return { short: sign + powerOfTen(integer), full }
  if (integer.length > 3) return { short: compact.format(exact), full }
  const tiny = integer === '0' && /^0{6}/.test(fraction)
  return { short: tiny ? scientific.format(exact) : precise.format(exact), full }
}

/** By hand: sums may be larger than any float, of which Intl makes ∞. Cut, not rounded. */
function powerOfTen(integer: string): string {
  return `${integer[0]}.${integer.slice(1, 4)}E${integer.length - 1}`
}

/** What a spreadsheet takes: a plain decimal, exact, without groups. */
export function plainAmount(raw: string, decimals: number | null | undefined): string {
  const { negative, integer, fraction } = parts(raw, decimals ?? 0)
  return `${negative ? '-' : ''}${integer}${fraction && `.${fraction}`}`
}

/** `part` of `all`, 0 to 1, for the length of a bar: four digits are enough, and no amount is too large. */
export function ratioOf(part: string, all: string): number {
  const [a, b] = [BigInt(part), BigInt(all)]
  return b === 0n ? 0 : Number((a * 10_000n) / b) / 10_000
}

function parts(raw: string, decimals: number): { negative: boolean; integer: string; fraction: string } {
  if (!INTEGER.test(raw)) throw new Error(`amount ${JSON.stringify(raw.slice(0, 40))} is no integer`)
  const places = Math.min(Math.max(decimals, 0), MOST_DECIMALS)
  const negative = raw.startsWith('-')
  const digits = (negative ? raw.slice(1) : raw).replace(/^0+(?=\d)/, '').padStart(places + 1, '0')
  const point = digits.length - places
  return { negative, integer: digits.slice(0, point), fraction: digits.slice(point).replace(/0+$/, '') }
}

/** Counts, shares and times as they are read in Britain. */

const counts = new Intl.NumberFormat('en-GB')
const percents = new Intl.NumberFormat('en-GB', { style: 'percent', maximumSignificantDigits: 3 })
const ratios = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 3 })
const usd = new Intl.NumberFormat('en-GB', {
  style: 'currency',
  currency: 'USD',
  currencyDisplay: 'narrowSymbol',
  maximumFractionDigits: 2,
})
const moments = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'short',
  timeZone: 'UTC',
})
const days = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' })

export const count = (value: number): string => counts.format(value)
export const ratio = (value: number): string => ratios.format(value)
/** @param value decimal text, which may be larger than a float is exact for: what is shown is rounded to cents */
export const dollars = (value: string): string => usd.format(value as `${number}`)
/** @param share 0 to 1 */
export const percent = (share: number): string => percents.format(share)
/** @param ppm parts per million */
export const ppm = (value: number): string => percents.format(value / 1_000_000)
export const moment = (iso: string): string => `${moments.format(new Date(iso))} UTC`
export const day = (iso: string | number): string => days.format(new Date(iso))

/** `1 model`, `2,000 models` */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`

const STEPS: [seconds: number, unit: string][] = [
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
]

/** The largest unit that fits: `3 minutes`. */
export function duration(seconds: number): string {
  const [size, unit] = STEPS.find(([step]) => seconds >= step) ?? [1, 'second']
  return counted(Math.round(seconds / size), unit)
}

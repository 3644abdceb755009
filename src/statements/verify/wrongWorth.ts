import { decimalOf } from '../../prices/decimal'
import { usdText } from '../../prices/usd'
import { inUnits } from '../formats/units'
import { exactUsd, type Worth } from '../worth'

interface Valued {
  token: string
  amount: bigint
  decimals: number | null
  /** when it is valued; its price is not later */
  at: Date
}

/** What is wrong with the worth of an amount, worked out again from the price beside it; undefined: nothing. */
export function wrongWorth(worth: Worth, { token, amount, decimals, at }: Valued): string | undefined {
  const { usd, priceToken, priceAmount, priceUsd, priceSource, priceTime, priceId } = worth
  const price = [priceUsd, priceSource, priceTime, priceId]
  const isNone = price.every(part => part === null)
  if (priceAmount === null || priceAmount === '0') {
    const expected = priceAmount === null ? null : '0.000000'
    if (!isNone || usd !== expected || (priceAmount === '0' && priceToken === null))
      return 'it has a worth, or a price, and not the other'
    return undefined
  }
  if (priceToken === null || price.some(part => part === null)) return 'its price is not whole'
  if (!decimalOf(priceAmount) || !decimalOf(priceUsd!)) return 'its price is no number'
  if (priceToken === token && priceAmount !== inUnits(amount, decimals))
    return `priceAmount ${priceAmount} is not its amount`
  const expected = usdText(exactUsd(worth)!)
  if (usd !== expected) return `usd ${usd} where priceAmount times priceUsd comes to ${expected}`
  if (priceTime! > at) return 'its price is later than it'
  return undefined
}

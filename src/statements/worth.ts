import { decimalOf, decimalText } from '../prices/decimal'
import { NOTHING, type Usd, usdText } from '../prices/usd'
import type { Valued } from '../prices/valuation'

/** What an amount was worth at its moment, and by which price: enough to work it out again. */
export interface Worth {
  /** US dollars with six decimals, priceAmount × priceUsd rounded half away from zero; null: a price is missing */
  usd: string | null
  /** token that was priced: the amount's own, or what a pool's share held; where none was, the one whose price is missing; null: no prices are asked for */
  priceToken: string | null
  /** so much of it in its units, exactly; null: it has no price */
  priceAmount: string | null
  /** US dollars for one whole token, exactly; null: it has no price, or none is needed for an amount of nothing */
  priceUsd: string | null
  /** account id of a feed, or name of a file's source */
  priceSource: string | null
  /** when the source reported it */
  priceTime: Date | null
  /** see PriceUsed */
  priceId: string | null
}

export const NO_WORTH: Worth = {
  usd: null,
  priceToken: null,
  priceAmount: null,
  priceUsd: null,
  priceSource: null,
  priceTime: null,
  priceId: null,
}

export function worthOf(tokenId: string, { usd, price, of, missing }: Valued): Worth {
  if (usd === null) return { ...NO_WORTH, priceToken: missing ?? tokenId }
  if (!price || !of) return { ...NO_WORTH, usd: usdText(usd), priceToken: tokenId, priceAmount: '0' }
  return {
    usd: usdText(usd),
    priceToken: price.tokenId,
    priceAmount: decimalText(of.amount, of.decimals),
    priceUsd: decimalText(price.value, price.decimals),
    priceSource: price.source,
    priceTime: price.reportedAt,
    priceId: price.id,
  }
}

/** Not rounded, so that it can be added up; null: a price is missing. @throws RangeError for texts that worthOf does not write */
export function exactUsd({ priceAmount, priceUsd }: Pick<Worth, 'priceAmount' | 'priceUsd'>): Usd | null {
  if (priceAmount === null) return null
  if (priceAmount === '0') return NOTHING
  const [amount, price] = [decimalOf(priceAmount), decimalOf(priceUsd ?? '')]
  if (!amount || !price) throw new RangeError(`a price of ${priceUsd} for ${priceAmount}`)
  return { units: amount.value * price.value, scale: amount.decimals + price.decimals }
}

/** Between the price's report and the moment that it is used for, whole seconds; null: there is no price. */
export function ageSeconds({ priceTime }: Worth, at: Date): number | null {
  return priceTime && Math.floor((at.getTime() - priceTime.getTime()) / 1000)
}

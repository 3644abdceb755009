/** The points of a chart of stake, in a token or in US dollars. */

export const UNITS = ['token', 'usd'] as const

/** Dollars as an amount: the API says them to six decimals. */
export const USD = { symbol: 'USD', decimals: 6 }

export interface Point {
  time: string
  amount: string
  active?: string
  exiting?: string
}

interface Answered {
  tokens: readonly {
    tokenId: string
    points: readonly { time: string; tvl: string; active: string; exiting: string }[]
  }[]
  usd: readonly { time: string; once: { value: string | null } }[]
}

/** In dollars without the days of which a price is missing: they are unknown, not 0. */
export function pointsOf(tvl: Answered, tokenId: string, inUsd: boolean): Point[] {
  if (inUsd) {
    return tvl.usd.flatMap(({ time, once: { value } }) =>
      value === null ? [] : [{ time, amount: rawOf(value) }],
    )
  }
  const points = tvl.tokens.find(token => token.tokenId === tokenId)?.points ?? []
  return points.map(({ time, tvl, active, exiting }) => ({ time, amount: tvl, active, exiting }))
}

/** `-1.5` is -1500000 */
function rawOf(value: string): string {
  const [whole = '', fraction = ''] = value.split('.')
  return String(BigInt(whole + fraction.slice(0, USD.decimals).padEnd(USD.decimals, '0')))
}

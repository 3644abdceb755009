import { showAmount } from '../words/amount'
import { cut } from '../words/text'
import { useCopy } from './useCopy'

export interface AmountToken {
  symbol: string | null
  decimals: number | null
}

/** What a token is called; its address where nobody says. */
export function symbolOf(token: AmountToken | null | undefined): string {
  if (token?.symbol) return cut(token.symbol, 16)
  return token?.decimals === null || !token ? 'units' : ''
}

/** An amount in few digits; all of them when pointed at, and when copied by a click. */
export function Amount({ raw, token }: { raw: string; token: AmountToken | null | undefined }) {
  const { copied, copy } = useCopy()
  const { short, full } = showAmount(raw, token?.decimals)
  const symbol = symbolOf(token)
  return (
    <button
      type="button"
      class="amount"
      title={`${full} ${symbol} (click copies)`}
      onClick={() => copy(full.replaceAll(',', ''))}
    >
      {copied ? 'copied' : short} <bdi>{symbol}</bdi>
    </button>
  )
}

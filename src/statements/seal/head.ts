import { pricesJson } from '../number'
import type { Statement } from '../statement'
import type { Worth } from '../worth'
import { canonical, type Json } from './canonical'
import type { UsdTotals } from './usdTotals'

/** All of a statement but its lines. */
export type StatementHead = Pick<
  Statement,
  'number' | 'replaces' | 'account' | 'from' | 'to' | 'asOf' | 'prices' | 'complete' | 'tokens' | 'lineCount'
>

/** The statement as canonical JSON in front of its lines: the members that come before them in the order of names. */
export function textBeforeLines(head: StatementHead): string {
  const { account, asOf, complete, from, lineCount } = headJson(head)
  return `${canonical({ account, asOf, complete, from, lineCount }).slice(0, -1)},"lines":[`
}

/** The same behind its lines, of which the sums in USD are known then. */
export function textAfterLines(head: StatementHead, merkleRoot: string, totals: UsdTotals): string {
  const { number, prices, replaces, to, tokens, usd } = sealedJson(head, totals)
  return `],${canonical({ merkleRoot, number, prices, replaces, to, tokens, usd }).slice(1)}`
}

/** All but the lines: tokens have what moved in USD beside what did in wei. */
export function sealedJson(
  head: StatementHead,
  { byToken, ...usd }: UsdTotals,
): Record<keyof StatementHead | 'usd', Json> {
  const said = headJson(head)
  const tokens = (said.tokens as readonly { [key: string]: Json }[]).map((token, i) => ({
    ...token,
    ...byToken[i]!,
  }))
  return { ...said, tokens, usd }
}

/** Times as ISO 8601, amounts as text. */
export function headJson(head: StatementHead): Record<keyof StatementHead, Json> {
  return {
    number: head.number,
    replaces: head.replaces,
    account: head.account,
    from: head.from.toISOString(),
    to: head.to.toISOString(),
    asOf: head.asOf.map(({ chain, height, hash, time, coveredUntil, covered }) => ({
      chain,
      height,
      hash,
      time: time?.toISOString() ?? null,
      coveredUntil: coveredUntil?.toISOString() ?? null,
      covered,
    })),
    prices: pricesJson(head.prices),
    complete: head.complete,
    tokens: head.tokens.map(total => ({
      chain: total.chain,
      token: total.token,
      symbol: total.symbol,
      decimals: total.decimals,
      described: total.described,
      opening: `${total.opening}`,
      accrued: `${total.accrued}`,
      claimed: `${total.claimed}`,
      closing: `${total.closing}`,
      openingWorth: worthJson(total.openingWorth),
      closingWorth: worthJson(total.closingWorth),
    })),
    lineCount: head.lineCount,
  }
}

function worthJson(worth: Worth): Json {
  const { usd, priceToken, priceAmount, priceUsd, priceSource, priceTime, priceId } = worth
  const time = priceTime?.toISOString() ?? null
  return { usd, priceToken, priceAmount, priceUsd, priceSource, priceTime: time, priceId }
}

import { csvOf } from '../exports/csv'
import { plainAmount } from '../words/amount'
import { cut } from '../words/text'
import type { ImpactAnswer } from './impactQuery'

interface InToken {
  tokenId: string
  token: { symbol: string | null; decimals: number | null } | null
}

export function tokenName({ tokenId, token }: InToken): string {
  return cut(token?.symbol || tokenId, 60)
}

/** A line for each model, and for each amount of a token. */
export function impactCsv({ models, stake, money }: ImpactAnswer): string {
  const amounts = [
    ...stake.flatMap(one => [
      lineOf('stake active', one, one.active),
      lineOf('stake exiting', one, one.exiting),
    ]),
    ...money.flatMap(one => [
      lineOf('money waiting', one, one.waiting),
      lineOf('money owed', one, one.owed),
      lineOf('money accrued', one, one.accrued),
    ]),
  ]
  return csvOf(
    ['of', 'id', 'name', 'hops', 'share_ppm', 'tainted', 'amount'],
    [
      ...models.map(({ model, depth, share }) => [
        'model',
        model.id,
        model.name,
        depth,
        share,
        String(model.tainted),
        null,
      ]),
      ...amounts,
    ],
  )
}

function lineOf(of: string, one: InToken, amount: string | null) {
  const shown = amount === null ? null : plainAmount(amount, one.token?.decimals)
  return [of, one.tokenId, one.token?.symbol ?? null, null, null, null, shown]
}

import type { Entry } from '../seal/entry'
import type { TokenUsd } from '../seal/usdTotals'
import type { TokenTotal } from '../tokenTotals'
import { ageSeconds, type Worth } from '../worth'
import { inUnits } from './units'

export type Cell = string | number | Date | null

/** A column of the formats that are tables. */
export interface Column<Row> {
  name: string
  /** `amount`: an exact number of a token's units, as text; `wei`: of its smallest, as text; `decimal`: any exact number */
  type: 'text' | 'time' | 'whole' | 'amount' | 'wei' | 'decimal'
  of(row: Row): Cell
}

/** What a person reads comes first, what a program checks by last. */
export function lineColumns(labels: ReadonlyMap<string, string>): Column<Entry>[] {
  return [
    { name: 'line', type: 'whole', of: entry => entry.line },
    { name: 'dateUtc', type: 'time', of: entry => entry.time },
    { name: 'kind', type: 'text', of: entry => entry.kind },
    { name: 'chain', type: 'text', of: entry => entry.chain },
    { name: 'tokenSymbol', type: 'text', of: entry => labels.get(entry.token) ?? entry.symbol },
    { name: 'amount', type: 'amount', of: entry => inUnits(entry.amount, entry.decimals) },
    { name: 'balance', type: 'amount', of: entry => inUnits(entry.balance, entry.decimals) },
    { name: 'amountUsd', type: 'amount', of: entry => entry.usd },
    { name: 'priceUsd', type: 'decimal', of: entry => entry.priceUsd },
    { name: 'priceSource', type: 'text', of: entry => entry.priceSource },
    { name: 'priceTimeUtc', type: 'time', of: entry => entry.priceTime },
    { name: 'priceAgeSeconds', type: 'whole', of: entry => ageSeconds(entry, entry.time) },
    { name: 'modelName', type: 'text', of: entry => entry.modelName },
    { name: 'model', type: 'text', of: entry => entry.model },
    { name: 'counterpartyName', type: 'text', of: entry => entry.sourceModelName },
    { name: 'counterparty', type: 'text', of: entry => entry.sourceModel },
    { name: 'sharePpm', type: 'whole', of: entry => entry.sharePpm },
    { name: 'transaction', type: 'text', of: entry => entry.transaction },
    { name: 'explorer', type: 'text', of: entry => entry.explorer },
    { name: 'token', type: 'text', of: entry => entry.token },
    { name: 'symbol', type: 'text', of: entry => entry.symbol },
    { name: 'decimals', type: 'whole', of: entry => entry.decimals },
    { name: 'amountWei', type: 'wei', of: entry => `${entry.amount}` },
    { name: 'balanceWei', type: 'wei', of: entry => `${entry.balance}` },
    { name: 'block', type: 'whole', of: entry => entry.block },
    { name: 'logIndex', type: 'whole', of: entry => entry.logIndex },
    { name: 'priceToken', type: 'text', of: entry => entry.priceToken },
    { name: 'priceAmount', type: 'decimal', of: entry => entry.priceAmount },
    { name: 'priceId', type: 'text', of: entry => entry.priceId },
    { name: 'lineHash', type: 'text', of: entry => entry.leaf.toString('hex') },
    { name: 'path', type: 'text', of: entry => entry.path },
  ]
}

/** A token's totals, with what moved of it in USD. */
export type SealedTotal = TokenTotal & TokenUsd

export function totalColumns(labels: ReadonlyMap<string, string>): Column<SealedTotal>[] {
  const amounts = (['opening', 'accrued', 'claimed', 'closing'] as const).flatMap(name => [
    { name, type: 'amount' as const, of: (total: SealedTotal) => inUnits(total[name], total.decimals) },
    { name: `${name}Wei`, type: 'wei' as const, of: (total: SealedTotal) => `${total[name]}` },
  ])
  return [
    { name: 'chain', type: 'text', of: total => total.chain },
    { name: 'tokenSymbol', type: 'text', of: total => labels.get(total.token) ?? null },
    ...amounts,
    { name: 'openingUsd', type: 'amount', of: total => total.openingWorth.usd },
    { name: 'accruedUsd', type: 'amount', of: total => total.accruedUsd },
    { name: 'claimedUsd', type: 'amount', of: total => total.claimedUsd },
    { name: 'closingUsd', type: 'amount', of: total => total.closingWorth.usd },
    ...priceColumns('opening', total => total.openingWorth),
    ...priceColumns('closing', total => total.closingWorth),
    { name: 'token', type: 'text', of: total => total.token },
    { name: 'symbol', type: 'text', of: total => total.symbol },
    { name: 'decimals', type: 'whole', of: total => total.decimals },
    { name: 'described', type: 'text', of: total => `${total.described}` },
  ]
}

/** `openingPriceUsd` and so on: what the worth was worked out with. */
function priceColumns(prefix: string, worthOf: (total: SealedTotal) => Worth): Column<SealedTotal>[] {
  return [
    { name: `${prefix}PriceUsd`, type: 'decimal', of: total => worthOf(total).priceUsd },
    { name: `${prefix}PriceSource`, type: 'text', of: total => worthOf(total).priceSource },
    { name: `${prefix}PriceTimeUtc`, type: 'time', of: total => worthOf(total).priceTime },
    { name: `${prefix}PriceToken`, type: 'text', of: total => worthOf(total).priceToken },
    { name: `${prefix}PriceAmount`, type: 'decimal', of: total => worthOf(total).priceAmount },
    { name: `${prefix}PriceId`, type: 'text', of: total => worthOf(total).priceId },
  ]
}

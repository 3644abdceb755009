import { decimalOf } from '../../prices/decimal'
import { usdText } from '../../prices/usd'
import type { Cell } from '../formats/columns'
import type { PriceBasis } from '../priceBasis'
import { parseHeight } from '../request'
import type { LineFacts } from '../seal/entry'
import type { StatementHead } from '../seal/head'
import type { Marks } from '../seal/sealedStatement'
import { exactUsd, type Worth } from '../worth'
import { UnreadableError } from './reading'

/** A row of a table by its columns' names. */
export type Row = Readonly<Record<string, Cell>>

/** What the columns of `lineColumns` say of a line. */
export function factsOfRow(row: Row, place: string): LineFacts {
  const get = reader(row, place)
  const kind = get.text('kind')
  if (kind !== 'ACCRUED' && kind !== 'CLAIMED') throw new UnreadableError(place, `kind is ${shown(kind)}`)
  return {
    line: get.whole('line'),
    time: get.time('dateUtc'),
    kind,
    chain: get.text('chain'),
    block: get.whole('block'),
    transaction: get.text('transaction'),
    logIndex: get.whole('logIndex'),
    token: get.text('token'),
    symbol: get.textOrNull('symbol'),
    decimals: get.wholeOrNull('decimals'),
    model: get.textOrNull('model'),
    modelName: get.textOrNull('modelName'),
    sourceModel: get.textOrNull('counterparty'),
    sourceModelName: get.textOrNull('counterpartyName'),
    path: get.textOrNull('path'),
    sharePpm: get.wholeOrNull('sharePpm'),
    explorer: get.textOrNull('explorer'),
    amount: get.wei('amountWei'),
    balance: get.wei('balanceWei'),
    ...get.worth('price'),
  }
}

/** What the columns of `totalsColumns` say of a statement. */
export function headOfRows(rows: readonly Row[]): { head: StatementHead; seal: Marks } {
  const place = 'the totals'
  if (rows.length === 0) throw new UnreadableError(place, 'no row')
  const all = rows.map(row => reader(row, place))
  const first = all[0]!
  const chains = new Map(all.map(get => [get.text('chain'), get]))
  const signature = first.textOrNull('signature')
  return {
    head: {
      number: first.text('statement'),
      replaces: first.textOrNull('replaces'),
      account: first.text('account'),
      from: first.time('fromUtc'),
      to: first.time('toUtc'),
      prices: pricesOf(first),
      complete: first.flag('complete'),
      lineCount: first.whole('lines'),
      asOf: [...chains].map(([chain, get]) => ({
        chain,
        height: get.whole('height'),
        hash: get.textOrNull('blockHash'),
        time: get.timeOrNull('blockTimeUtc'),
        coveredUntil: get.timeOrNull('coveredUntilUtc'),
        covered: get.flag('covered'),
      })),
      tokens: all
        .filter(get => get.textOrNull('token') !== null)
        .map(get => ({
          chain: get.text('chain'),
          token: get.text('token'),
          symbol: get.textOrNull('symbol'),
          decimals: get.wholeOrNull('decimals'),
          described: get.flag('described'),
          opening: get.wei('openingWei'),
          accrued: get.wei('accruedWei'),
          claimed: get.wei('claimedWei'),
          closing: get.wei('closingWei'),
          openingWorth: get.worth('openingPrice'),
          closingWorth: get.worth('closingPrice'),
        }))
        .sort((a, b) => order(a.chain, b.chain) || order(a.token, b.token)),
    },
    seal: {
      merkleRoot: first.text('merkleRoot'),
      sha256: first.text('sha256'),
      signature: signature === null ? null : { signer: first.text('signer'), signature },
    },
  }
}

function pricesOf(get: ReturnType<typeof reader>): PriceBasis | null {
  const version = get.textOrNull('prices')
  if (version === null) return null
  const heights = get.textOrNull('priceHeights')?.split(' ') ?? []
  return { version, heights: heights.map(parseHeight) }
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function reader(row: Row, place: string) {
  const fail = (name: string): never => {
    throw new UnreadableError(place, `${name} is ${shown(row[name])}`)
  }
  const textOrNull = (name: string) => {
    const value = row[name]
    if (value === null || value === '') return null
    return typeof value === 'string' ? value : fail(name)
  }
  const wholeOrNull = (name: string) => {
    const value = row[name]
    if (value === null || value === '') return null
    if (typeof value === 'string' && !/^(0|[1-9][0-9]{0,15})$/.test(value)) return fail(name)
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : fail(name)
  }
  const timeOrNull = (name: string) => {
    const value = row[name]
    if (value === null || value === '') return null
    const time = value instanceof Date ? value : new Date(`${String(value).replace(' ', 'T')}Z`)
    return Number.isNaN(time.getTime()) ? fail(name) : time
  }
  return {
    textOrNull,
    wholeOrNull,
    timeOrNull,
    text: (name: string) => textOrNull(name) ?? fail(name),
    whole: (name: string) => wholeOrNull(name) ?? fail(name),
    time: (name: string) => timeOrNull(name) ?? fail(name),
    /** What an amount was worth: worked out, since a column of dollars may be rounded to a double. */
    worth: (prefix: string): Worth => {
      const decimal = (name: string) => {
        const text = textOrNull(name)
        return text === null || decimalOf(text) ? text : fail(name)
      }
      const priceAmount = decimal(`${prefix}Amount`)
      const priceUsd = decimal(`${prefix}Usd`)
      if (priceAmount !== null && priceAmount !== '0' && priceUsd === null) fail(`${prefix}Usd`)
      const exact = exactUsd({ priceAmount, priceUsd })
      return {
        usd: exact && usdText(exact),
        priceToken: textOrNull(`${prefix}Token`),
        priceAmount,
        priceUsd,
        priceSource: textOrNull(`${prefix}Source`),
        priceTime: timeOrNull(`${prefix}TimeUtc`),
        priceId: textOrNull(`${prefix}Id`),
      }
    },
    flag: (name: string) => (row[name] === 'true' ? true : row[name] === 'false' ? false : fail(name)),
    wei: (name: string) => {
      const value = row[name]
      return typeof value === 'string' && /^-?(0|[1-9][0-9]*)$/.test(value) ? BigInt(value) : fail(name)
    },
  }
}

function shown(value: unknown): string {
  return value === undefined
    ? 'missing'
    : JSON.stringify(value instanceof Date ? value.toISOString() : value).slice(0, 80)
}

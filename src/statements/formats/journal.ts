import type { Entry } from '../seal/entry'
import type { SealedStatement } from '../seal/sealedStatement'
import type { TokenTotal } from '../tokenTotals'
import type { Format } from './format'
import { accountPart, commodities } from './journalNames'
import { inUnits } from './units'

export interface Posting {
  account: string
  amount: string
  commodity: string
}

/** How one ledger writes what both say. */
export interface Syntax {
  comment(text: string): string
  commodity(name: string, token: TokenTotal): string
  /** of an account, used from a day on */
  open(day: string, account: string): string
  /** that so much is in an account as that day begins */
  balance(day: string, posting: Posting): string
  /** of one whole, in US dollars, on a day */
  price(day: string, commodity: string, usd: string): string
  transaction(
    day: string,
    text: string,
    tags: Readonly<Record<string, string>>,
    postings: readonly Posting[],
  ): string
  /** digits that amounts are added up with exactly; absent: any number */
  digits?: number
}

const RECEIVABLE = 'Assets:Receivable'
const WALLET = 'Assets:Wallet'
const OPENING = 'Equity:Opening-Balances'
const NO_MODEL = 'Income:Royalties:Unnamed'
const DAY_MS = 86_400_000
const LAST_DAY = Date.UTC(9999, 11, 31)

/**
 * A journal of double entry: what accrued is income and receivable, what was claimed moves from there to the wallet.
 * What was open at the start is brought in the day before, and opening and closing are asserted, so that a checker of
 * the ledger proves that the statement adds up.
 */
export function journalFormat(contentType: string, syntax: Syntax): Format {
  return { contentType, render: statement => journalOf(statement, syntax) }
}

async function* journalOf(statement: SealedStatement, syntax: Syntax): AsyncGenerator<string> {
  const { head } = statement
  const { sha256 } = await statement.seal()
  const names = commodities(head.tokens)
  const tokens = head.tokens.filter(token => fits(token, syntax))
  const stated = new Set(tokens.map(({ token }) => token))
  const first = dayOf(head.from.getTime() - DAY_MS)
  const posting = (
    account: string,
    { token, decimals }: { token: string; decimals: number | null },
    amount: bigint,
  ) => ({
    account,
    amount: inUnits(amount, decimals ?? 0),
    commodity: names.get(token)!,
  })

  yield syntax.comment(`${head.complete ? 'Royalty statement' : 'PARTIAL royalty statement'} ${head.number}`)
  yield syntax.comment(
    `of ${head.account}, from ${head.from.toISOString()} to ${head.to.toISOString()} (exclusive)`,
  )
  yield syntax.comment(`sha256 ${sha256}`)
  for (const token of head.tokens) {
    if (stated.has(token.token)) yield syntax.commodity(names.get(token.token)!, token)
    else
      yield syntax.comment(`not in this journal, its amounts having too many digits for it: ${token.token}`)
  }
  for (const account of [RECEIVABLE, WALLET, OPENING]) yield syntax.open(first, account)
  for (const token of tokens.filter(({ opening }) => opening !== 0n)) {
    yield syntax.transaction(first, 'Opening', {}, [
      posting(RECEIVABLE, token, token.opening),
      posting(OPENING, token, -token.opening),
    ])
  }
  for (const token of tokens)
    yield syntax.balance(dayOf(head.from.getTime()), posting(RECEIVABLE, token, token.opening))

  const opened = new Set<string>()
  const prices = new DayPrices(syntax)
  for await (const entries of statement.lines()) {
    let text = ''
    for (const entry of entries) {
      if (!stated.has(entry.token)) continue
      const income = incomeOf(entry)
      if (entry.kind === 'ACCRUED' && !opened.has(income)) {
        opened.add(income)
        text += syntax.open(first, income)
      }
      const day = dayOf(entry.time.getTime())
      if (entry.priceToken === entry.token && entry.priceUsd !== null)
        text += prices.add(day, names.get(entry.token)!, entry.priceUsd)
      const [to, from] = entry.kind === 'ACCRUED' ? [RECEIVABLE, income] : [WALLET, RECEIVABLE]
      text += syntax.transaction(day, titleOf(entry), tagsOf(entry), [
        posting(to, entry, entry.amount),
        posting(from, entry, -entry.amount),
      ])
    }
    yield text
  }
  yield prices.rest()
  const after = dayOf(head.to.getTime() - 1 + DAY_MS)
  for (const token of tokens) yield syntax.balance(after, posting(RECEIVABLE, token, token.closing))
}

/** Each sum on the way is at most what was open and all that accrued. */
function fits(
  { opening, accrued, claimed }: TokenTotal,
  { digits = Number.POSITIVE_INFINITY }: Syntax,
): boolean {
  const size = (amount: bigint) => (amount < 0n ? -amount : amount)
  return `${size(opening) + size(accrued) + size(claimed)}`.length < digits
}

function incomeOf({ model }: Entry): string {
  return model === null ? NO_MODEL : `Income:Royalties:${accountPart(model)}`
}

function titleOf({ kind, sourceModelName, sourceModel }: Entry): string {
  if (kind === 'CLAIMED') return 'Royalties claimed'
  const source = sourceModelName || sourceModel
  return source === null ? 'Royalties accrued' : `Royalties accrued by the use of ${source.slice(0, 100)}`
}

function tagsOf({ line, transaction, leaf, usd }: Entry): Record<string, string> {
  return { line: `${line}`, transaction, hash: leaf.toString('hex'), ...(usd !== null && { usd }) }
}

/** A ledger has one price of a commodity a day: the last that a line of the day was valued by. */
class DayPrices {
  private readonly last = new Map<string, { day: string; usd: string }>()

  constructor(private readonly syntax: Syntax) {}

  /** What is known to be a day's last by now. Days come in order. */
  add(day: string, commodity: string, usd: string): string {
    const before = this.last.get(commodity)
    this.last.set(commodity, { day, usd })
    return before && before.day !== day ? this.syntax.price(before.day, commodity, before.usd) : ''
  }

  rest(): string {
    return [...this.last].map(([commodity, { day, usd }]) => this.syntax.price(day, commodity, usd)).join('')
  }
}

/** Within what ledgers take for a date; no chain is older. */
function dayOf(time: number): string {
  return new Date(Math.min(Math.max(time, 0), LAST_DAY)).toISOString().slice(0, 10)
}

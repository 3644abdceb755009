import { add, NOTHING, type Usd, usdText } from '../../prices/usd'
import type { StatementLine } from '../lines'
import type { Statement } from '../statement'
import { exactUsd, type Worth } from '../worth'

/** What moved of a token in USD, each movement at its own price; null: one has none. */
export interface TokenUsd {
  accruedUsd: string | null
  claimedUsd: string | null
}

/** A statement in USD, added up exactly and rounded once, half away from zero. Prices move: it does not balance as wei do. */
export interface UsdTotals {
  /** in the order of the head's tokens */
  byToken: TokenUsd[]
  /** of all tokens; null: a price is missing */
  opening: string | null
  accrued: string | null
  claimed: string | null
  closing: string | null
  /** tokens whose prices are missing somewhere, sorted */
  unpriced: string[]
}

/** Adds the lines of a statement up in USD. */
export class UsdSums {
  private readonly accrued = new Map<string, Usd | null>()
  private readonly claimed = new Map<string, Usd | null>()
  private readonly unpriced = new Set<string>()

  constructor(private readonly head: Pick<Statement, 'tokens' | 'prices'>) {}

  add(line: StatementLine): void {
    if (!this.head.prices) return
    const sums = line.kind === 'ACCRUED' ? this.accrued : this.claimed
    const before = sums.has(line.token) ? sums.get(line.token)! : NOTHING
    const usd = this.exact(line)
    sums.set(line.token, before && usd && add(before, usd))
  }

  totals(): UsdTotals {
    const { tokens, prices } = this.head
    const sum = (of: readonly (Usd | null)[]) =>
      of.reduce((all, one) => all && one && add(all, one), prices && NOTHING)
    const of = (sums: ReadonlyMap<string, Usd | null>) =>
      tokens.map(({ token }) => (sums.has(token) ? sums.get(token)! : prices && NOTHING))
    const [accrued, claimed] = [of(this.accrued), of(this.claimed)]
    const opening = sum(tokens.map(({ openingWorth }) => this.exact(openingWorth)))
    const closing = sum(tokens.map(({ closingWorth }) => this.exact(closingWorth)))
    return {
      byToken: tokens.map((_, i) => ({ accruedUsd: text(accrued[i]!), claimedUsd: text(claimed[i]!) })),
      opening: text(opening),
      accrued: text(sum(accrued)),
      claimed: text(sum(claimed)),
      closing: text(closing),
      unpriced: [...this.unpriced].sort(),
    }
  }

  private exact(worth: Worth): Usd | null {
    const usd = exactUsd(worth)
    if (usd === null && worth.priceToken !== null) this.unpriced.add(worth.priceToken)
    return usd
  }
}

function text(usd: Usd | null): string | null {
  return usd && usdText(usd)
}

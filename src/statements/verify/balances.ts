import type { LineFacts } from '../seal/entry'
import type { StatementHead } from '../seal/head'

interface Sums {
  accrued: bigint
  claimed: bigint
  balance: bigint
}

/** Adds a statement up again, token by token. Without totals a token begins with the balance of its first line. */
export class Balances {
  private readonly sums = new Map<string, Sums>()

  constructor(private readonly head: StatementHead | null) {
    for (const { token, opening } of head?.tokens ?? []) {
      this.sums.set(token, { accrued: 0n, claimed: 0n, balance: opening })
    }
  }

  /** What does not add up with the lines before it. */
  add({ token, kind, amount, balance, symbol, decimals }: LineFacts): string | undefined {
    const moved = kind === 'ACCRUED' ? amount : -amount
    const known = this.sums.get(token)
    if (!known && this.head) return 'its token is not in the totals'
    const sums = known ?? { accrued: 0n, claimed: 0n, balance: balance - moved }
    this.sums.set(token, sums)
    if (kind === 'ACCRUED') sums.accrued += amount
    else sums.claimed += amount
    const expected = sums.balance + moved
    sums.balance = balance // so that one wrong line is told once
    if (expected !== balance) return `balance ${balance} where the lines before it come to ${expected}`
    const total = this.head?.tokens.find(other => other.token === token)
    if (total && (total.symbol !== symbol || total.decimals !== decimals))
      return 'its token is another in the totals'
    return undefined
  }

  /** What the totals say otherwise. */
  *atTheEnd(): Generator<string> {
    for (const { token, opening, accrued, claimed, closing } of this.head?.tokens ?? []) {
      const sums = this.sums.get(token)!
      if (sums.accrued !== accrued) yield `${token}: accrued ${accrued}, the lines ${sums.accrued}`
      if (sums.claimed !== claimed) yield `${token}: claimed ${claimed}, the lines ${sums.claimed}`
      if (opening + accrued - claimed !== closing)
        yield `${token}: closing ${closing} is not opening + accrued - claimed`
    }
  }
}

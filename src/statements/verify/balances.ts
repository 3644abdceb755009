import type { LineFacts } from '../seal/entry'
import type { StatementHead } from '../seal/head'
import { wrongWorth } from './wrongWorth'

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

  /** What does not add up, in itself or with the lines before it. */
  add(facts: LineFacts): string | undefined {
    const { token, kind, amount, balance, symbol, decimals, time, priceToken } = facts
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
    if (this.head && (this.head.prices === null) !== (priceToken === null))
      return this.head.prices ? 'it says no token of its price' : 'it has a price in a statement without'
    return wrongWorth(facts, { token, amount, decimals, at: time })
  }

  /** What the totals say otherwise. */
  *atTheEnd(): Generator<string> {
    const { tokens = [], from, to } = this.head ?? {}
    for (const {
      token,
      decimals,
      opening,
      accrued,
      claimed,
      closing,
      openingWorth,
      closingWorth,
    } of tokens) {
      const sums = this.sums.get(token)!
      if (sums.accrued !== accrued) yield `${token}: accrued ${accrued}, the lines ${sums.accrued}`
      if (sums.claimed !== claimed) yield `${token}: claimed ${claimed}, the lines ${sums.claimed}`
      if (opening + accrued - claimed !== closing)
        yield `${token}: closing ${closing} is not opening + accrued - claimed`
      const first = wrongWorth(openingWorth, { token, amount: opening, decimals, at: from! })
      if (first) yield `${token}: opening: ${first}`
      const last = wrongWorth(closingWorth, { token, amount: closing, decimals, at: to! })
      if (last) yield `${token}: closing: ${last}`
    }
  }
}

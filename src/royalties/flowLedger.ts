import type { Entitlement } from './entitlement'
import type { FeeGroup } from './fees'
import type { Moved } from './moved'

/** Wei of one token. */
export interface FlowAmounts {
  token: string
  /** by the lineage, of the fees paid in the period: see entitlement.ts */
  entitled: bigint
  /** moved by events in the period, claimable and patrons' part together */
  accrued: bigint
  /** what the chain owes and has not moved, pair by pair of models: entitled − accrued, where that is positive */
  owed: bigint
  /** what moved beyond what was due, pair by pair: of a part of the time, what earlier fees brought */
  overpaid: bigint
}

/** Fees of one token. */
export interface FlowFees {
  token: string
  /** wei */
  net: bigint
  count: bigint
}

export interface FlowTotal extends FlowAmounts {
  /** claims that name the model (a claim of an account over all its models names none); null for OUT */
  claimed: bigint | null
}

/** Adds up what models are due and have, by model and token. */
export class FlowLedger {
  private readonly amounts = new Map<string, Map<string, FlowAmounts>>()
  private readonly fees = new Map<string, Map<string, FlowFees>>()

  entitle(node: string, { tokenId, amount }: Entitlement): void {
    const entry = this.entry(node, tokenId)
    entry.entitled += amount
    settle(entry)
  }

  accrue(node: string, { tokenId, amount }: Moved): void {
    const entry = this.entry(node, tokenId)
    entry.accrued += amount
    settle(entry)
  }

  fee({ model, tokenId, net, count }: FeeGroup): void {
    const byToken = this.fees.get(model) ?? new Map<string, FlowFees>()
    this.fees.set(model, byToken)
    const known = byToken.get(tokenId) ?? { token: tokenId, net: 0n, count: 0n }
    byToken.set(tokenId, { token: tokenId, net: known.net + net * count, count: known.count + count })
  }

  of(node: string): { amounts: FlowAmounts[]; fees: FlowFees[] } {
    return { amounts: sorted(this.amounts.get(node)), fees: sorted(this.fees.get(node)) }
  }

  /** by token; `claimed` adds the tokens that were only claimed */
  totals(claimed: ReadonlyMap<string, bigint> | null): FlowTotal[] {
    const totals = new Map<string, FlowTotal>()
    const total = (token: string): FlowTotal => {
      const known = totals.get(token)
      if (known) return known
      const added = {
        token,
        entitled: 0n,
        accrued: 0n,
        owed: 0n,
        overpaid: 0n,
        claimed: claimed && (claimed.get(token) ?? 0n),
      }
      totals.set(token, added)
      return added
    }
    for (const byToken of this.amounts.values()) {
      for (const { token, entitled, accrued, owed, overpaid } of byToken.values()) {
        const entry = total(token)
        entry.entitled += entitled
        entry.accrued += accrued
        entry.owed += owed
        entry.overpaid += overpaid
      }
    }
    for (const token of claimed?.keys() ?? []) total(token)
    return sorted(totals)
  }

  private entry(node: string, token: string): FlowAmounts {
    const byToken = this.amounts.get(node) ?? new Map<string, FlowAmounts>()
    this.amounts.set(node, byToken)
    const known = byToken.get(token)
    if (known) return known
    const added = { token, entitled: 0n, accrued: 0n, owed: 0n, overpaid: 0n }
    byToken.set(token, added)
    return added
  }
}

function settle(entry: FlowAmounts): void {
  const open = entry.entitled - entry.accrued
  entry.owed = open > 0n ? open : 0n
  entry.overpaid = open < 0n ? -open : 0n
}

function sorted<T extends { token: string }>(byToken: ReadonlyMap<string, T> | undefined): T[] {
  return [...(byToken?.values() ?? [])].sort((a, b) => (a.token < b.token ? -1 : 1))
}

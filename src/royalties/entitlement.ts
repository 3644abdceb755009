import type { RoyaltyGraph } from './distribution'
import type { FeeGroup } from './fees'

/** What a model is due of what one source brought, wei. */
export interface Entitlement {
  model: string
  /** as RoyaltyAccrual.fromModelId: the model that was paid, or that sent it from another chain */
  source: string
  /** token of the chain where the model is, where a delivery has shown which that is; else of the fee */
  tokenId: string
  amount: bigint
}

/** Token on another chain -> token that its messages pay out there: see counterparts.ts. */
export type Counterparts = ReadonlyMap<string, string>

export function counterpartKey(tokenId: string, chain: string): string {
  return `${tokenId} ${chain}`
}

const MILLION = 1_000_000n

/**
 * What fees entitle models to by the lineage, whether it was moved or not: the HOP part floored at each hop for each
 * fee (RoyaltyGraph.distribute), the ABSOLUTE part floored once for each descendant, ancestor and token, as Story's
 * LAP pays out of all that a descendant has received. After `maxSteps` the remaining fees are left out: `exhausted`,
 * and so `truncated`.
 */
export function entitlementsOf(
  groups: readonly FeeGroup[],
  counterpartsOf: (model: string) => Counterparts,
  wanted: (model: string) => boolean,
  maxSteps: number,
): { entitlements: Entitlement[]; truncated: boolean; exhausted: boolean } {
  const due = new Sums()
  const absolute = new Sums()
  let truncated = false
  let exhausted = false
  let steps = 0
  let last: RoyaltyGraph | undefined
  for (const { model, tokenId, net, count, flows, graphOf } of groups) {
    if (steps > maxSteps) {
      exhausted = true
      break
    }
    if (!flows) {
      if (wanted(model)) due.add(model, model, tokenId, net * count)
      continue
    }
    const graph = graphOf()
    const before = graph === last ? graph.steps : 0
    last = graph
    const distribution = graph.distribute(model, net)
    truncated ||= distribution.truncated
    for (const kept of distribution.kept) {
      if (!wanted(kept.model)) continue
      const token = tokenAt(kept.route, tokenId, counterpartsOf(kept.model))
      due.add(kept.model, kept.source, token, kept.amount * count)
    }
    for (const [ancestor, stack] of graph.absoluteStacks(model)) {
      if (wanted(ancestor)) absolute.add(ancestor, model, tokenId, net * count * stack)
    }
    steps += graph.steps - before + 1
  }
  for (const { model, source, tokenId, amount } of absolute) due.add(model, source, tokenId, amount / MILLION)
  return { entitlements: [...due], truncated: truncated || exhausted, exhausted }
}

function tokenAt(route: readonly string[], tokenId: string, counterparts: Counterparts): string {
  return route
    .slice(1)
    .reduce((token, chain) => counterparts.get(counterpartKey(token, chain)) ?? token, tokenId)
}

class Sums implements Iterable<Entitlement> {
  private readonly byKey = new Map<string, Entitlement>()

  add(model: string, source: string, tokenId: string, amount: bigint): void {
    const key = `${model} ${source} ${tokenId}`
    const known = this.byKey.get(key)
    if (known) known.amount += amount
    else this.byKey.set(key, { model, source, tokenId, amount })
  }

  [Symbol.iterator](): Iterator<Entitlement> {
    return this.byKey.values()
  }
}

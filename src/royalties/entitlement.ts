import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RoyaltyGraph } from '../lineage/royaltyGraph'
import { NONE, partOf, plus, type Share, times } from '../lineage/share'
import type { FeeGroup } from './fees'

/** Edges looked at between two turns of the event loop: some 10 ms. */
const STEPS_A_TURN = 20_000

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

/**
 * What fees entitle models to by the lineage, whether it was moved or not: the HOP part floored at each hop for each
 * fee (RoyaltyGraph.distribute); what policy contracts keep, of all that a descendant d has received in a token since
 * it has links, T, as their transferToVault moves it to an ancestor p (protocol-core-v1, RoyaltyPolicyLAP and
 * RoyaltyPolicyLRP):
 *
 *   ABSOLUTE (LAP)           ⌊T × stack(d, p)⌋
 *   HOP, on demand (LRP)     m − ⌊m × stack(p)⌋, m = ⌊T × percent(d, p)⌋, stack(p) = Σ of p's own HOP links
 *
 * T is RoyaltyModule.totalRevenueTokensAccounted: a payment counts for the policies that its receiver had links of then, so
 * none from before a late link. What was moved is taken off (flowLedger.ts): transferToVault moves the rest, as far as the
 * policy's balance of the token goes. That is one purse for all who have links, and lacks up to a wei a payment, since what
 * is paid in is floored for each: the last who asks can get so much less than he is owed. After `maxSteps` the remaining
 * fees are left out: `exhausted`, and so `truncated`. Others get their turn between some fees and the next.
 */
export async function entitlementsOf(
  groups: readonly FeeGroup[],
  counterpartsOf: (model: string) => Counterparts,
  wanted: (model: string) => boolean,
  maxSteps: number,
): Promise<{ entitlements: Entitlement[]; truncated: boolean; exhausted: boolean }> {
  const due = new Sums()
  const absolute = new Products()
  const relative = new Products()
  let truncated = false
  let exhausted = false
  let steps = 0
  let turnUntil = STEPS_A_TURN
  let last: RoyaltyGraph | undefined
  for (const { model, tokenId, net, count, flows, graphOf } of groups) {
    if (steps > maxSteps) {
      exhausted = true
      break
    }
    if (steps > turnUntil) {
      turnUntil = steps + STEPS_A_TURN
      await nextTurn()
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
      if (wanted(ancestor)) absolute.add(ancestor, model, tokenId, times(stack, net * count))
    }
    for (const [ancestor, percent] of graph.relativePercents(model)) {
      if (!wanted(ancestor)) continue
      relative.add(ancestor, model, tokenId, times(percent, net * count), graph.relativeStack(ancestor))
    }
    steps += graph.steps - before + 1
  }
  for (const { model, source, tokenId, product } of absolute)
    due.add(model, source, tokenId, partOf(1n, product))
  for (const { model, source, tokenId, product, stack } of relative) {
    const before = partOf(1n, product)
    due.add(model, source, tokenId, before - partOf(before, stack))
  }
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

/** Σ net × share, exact until all fees are in it. */
interface Product extends Omit<Entitlement, 'amount'> {
  product: Share
  /** what the model owes its own ancestors of it, as it stands at the last fee */
  stack: Share
}

class Products implements Iterable<Product> {
  private readonly byKey = new Map<string, Product>()

  add(model: string, source: string, tokenId: string, product: Share, stack = NONE): void {
    const key = `${model} ${source} ${tokenId}`
    const known = this.byKey.get(key)
    const sum = plus(known?.product ?? NONE, product)
    this.byKey.set(key, { model, source, tokenId, product: sum, stack })
  }

  [Symbol.iterator](): Iterator<Product> {
    return this.byKey.values()
  }
}

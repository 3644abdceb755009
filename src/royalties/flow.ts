import type { Snapshot } from '../postgres/snapshot'
import { chainOf } from './distribution'
import { type Entitlement, entitlementsOf } from './entitlement'
import { type FeeGroup, type Period, readFees } from './fees'
import { linksOf, reach } from './lineage'
import { accruedFrom, accruedTo, claimedOf, counterparts, edgesAmong, edgesOfFees, type Moved } from './moved'

/** IN: what reaches the model from itself and its descendants. OUT: what of its own fees reaches its ancestors. */
export type FlowDirection = 'IN' | 'OUT'

export interface FlowOptions extends Period {
  /** model id */
  model: string
  direction: FlowDirection
  /** models further away are left out, with what they bring or get. Absent: no limit */
  maxDepth?: number | undefined
  /** models read at most, nearest first. Default 2,000 */
  maxNodes?: number | undefined
}

/** Wei of one token. */
export interface FlowAmounts {
  token: string
  /** by the lineage, of the fees paid in the period: see entitlement.ts */
  entitled: bigint
  /** moved by events in the period, claimable and patrons' part together */
  accrued: bigint
  /** entitled − accrued: what the chain owes and has not moved; over a part of the time, less what earlier fees brought */
  owed: bigint
}

export interface FlowNode {
  model: string
  /** least number of edges from the model asked about */
  depth: number
  /** IN: what the model asked about gets from this one. OUT: what this one gets from it */
  amounts: FlowAmounts[]
  /** net of the fees paid for this model, by token; of OUT, of the model asked about alone */
  fees: { token: string; net: bigint; count: bigint }[]
}

export interface FlowTotal extends FlowAmounts {
  /** claims that name the model (a claim of an account over all its models names none); null for OUT */
  claimed: bigint | null
}

export interface RoyaltyFlow {
  model: string
  direction: FlowDirection
  /** nearest first, then by id; the model itself is the first */
  nodes: FlowNode[]
  /** what moved, child to parent, gross of what the parent passes on */
  edges: Moved[]
  totals: FlowTotal[]
  /** models, fees or edges were left out because there are too many: the figures are of what is there */
  truncated: boolean
}

const DEFAULT_NODES = 2_000
/** groups of equal fees */
const MAX_GROUPS = 20_000
/** edges looked at while distributing: about a second */
const MAX_STEPS = 5_000_000
const EDGES_A_NODE = 10

/**
 * How royalties flow into or out of a model: due by the lineage, moved, claimed, and still owed.
 * The number of statements depends on depth and chains, not on the number of models or fees.
 */
export async function royaltyFlow(db: Snapshot, options: FlowOptions): Promise<RoyaltyFlow> {
  const { model, direction } = options
  const incoming = direction === 'IN'
  const maxNodes = options.maxNodes ?? DEFAULT_NODES
  const maxDepth = options.maxDepth ?? Number.POSITIVE_INFINITY
  const ancestors = await reach(db, [model], 'ANCESTORS', maxNodes)
  // Of its own fees a model keeps what its ancestors leave: they are needed for IN as well.
  const reached = incoming ? await reach(db, [model], 'DESCENDANTS', maxNodes) : ancestors
  const all = [...new Set([...reached.depths.keys(), ...ancestors.depths.keys()])]
  const near = [...reached.depths].filter(([, depth]) => depth <= maxDepth).map(([id]) => id)
  const links = await linksOf(db, all)

  const payers = incoming ? near : [model]
  const groups: FeeGroup[] = []
  let truncated = reached.truncated || ancestors.truncated
  for (const chain of [...new Set(payers.map(chainOf))].sort()) {
    const ofChain = payers.filter(id => chainOf(id) === chain)
    const fees = await readFees(db, chain, ofChain, links, options, MAX_GROUPS - groups.length)
    groups.push(...fees.groups)
    truncated ||= fees.truncated
  }
  const shown = new Set(near)
  const wanted = incoming ? (id: string) => id === model : (id: string) => id !== model && shown.has(id)
  const due = entitlementsOf(groups, await counterparts(db, all), wanted, MAX_STEPS)
  const accrued = incoming ? await accruedTo(db, model, options) : await accruedFrom(db, model, all, options)
  const maxEdges = near.length * EDGES_A_NODE
  const edges = incoming
    ? await edgesAmong(db, near, options, maxEdges + 1)
    : await edgesOfFees(db, model, all, options, maxEdges + 1)
  truncated ||= due.truncated || edges.length > maxEdges

  const ledger = new FlowLedger()
  for (const entitlement of due.entitlements) {
    const node = incoming ? entitlement.source : entitlement.model
    if (shown.has(node)) ledger.entitle(node, entitlement)
  }
  for (const row of accrued) {
    const node = incoming ? row.from : row.to
    if (shown.has(node)) ledger.accrue(node, row)
  }
  for (const group of groups) ledger.fee(group)
  const claimed = incoming ? await claimedOf(db, model, options) : null
  return {
    model,
    direction,
    nodes: near.map(id => ({ model: id, depth: reached.depths.get(id)!, ...ledger.of(id) })),
    edges: edges.slice(0, maxEdges).filter(({ from, to }) => shown.has(to) && (shown.has(from) || !incoming)),
    totals: ledger.totals(claimed),
    truncated,
  }
}

/** Adds up by model and token. */
class FlowLedger {
  private readonly amounts = new Map<string, Map<string, FlowAmounts>>()
  private readonly fees = new Map<string, Map<string, { token: string; net: bigint; count: bigint }>>()

  entitle(node: string, { tokenId, amount }: Entitlement): void {
    const entry = this.entry(node, tokenId)
    entry.entitled += amount
    entry.owed += amount
  }

  accrue(node: string, { tokenId, amount }: Moved): void {
    const entry = this.entry(node, tokenId)
    entry.accrued += amount
    entry.owed -= amount
  }

  fee({ model, tokenId, net, count }: FeeGroup): void {
    const byToken = this.fees.get(model) ?? new Map()
    this.fees.set(model, byToken)
    const known = byToken.get(tokenId) ?? { token: tokenId, net: 0n, count: 0n }
    byToken.set(tokenId, { token: tokenId, net: known.net + net * count, count: known.count + count })
  }

  of(node: string): Pick<FlowNode, 'amounts' | 'fees'> {
    return { amounts: sorted(this.amounts.get(node)), fees: sorted(this.fees.get(node)) }
  }

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
        claimed: claimed && (claimed.get(token) ?? 0n),
      }
      totals.set(token, added)
      return added
    }
    for (const byToken of this.amounts.values()) {
      for (const { token, entitled, accrued, owed } of byToken.values()) {
        const entry = total(token)
        entry.entitled += entitled
        entry.accrued += accrued
        entry.owed += owed
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
    const added = { token, entitled: 0n, accrued: 0n, owed: 0n }
    byToken.set(token, added)
    return added
  }
}

function sorted<T extends { token: string }>(byToken: ReadonlyMap<string, T> | undefined): T[] {
  return [...(byToken?.values() ?? [])].sort((a, b) => (a.token < b.token ? -1 : 1))
}

import type { Snapshot } from '../postgres/snapshot'
import { readDeliveries } from './counterparts'
import { entitlementsOf } from './entitlement'
import { type Period, readFees } from './fees'
import { type FlowAmounts, type FlowFees, FlowLedger, type FlowTotal } from './flowLedger'
import { MAX_FEE_GROUPS, MAX_MODELS, MAX_STEPS } from './limits'
import { linksOf, reach } from './lineage'
import { accruedFrom, accruedTo, claimedOf, edgesAmong, edgesOfFees, type Moved } from './moved'

/** IN: what reaches the model from itself and its descendants. OUT: what of its own fees reaches its ancestors. */
export type FlowDirection = 'IN' | 'OUT'

export interface FlowOptions extends Period {
  /** model id */
  model: string
  direction: FlowDirection
  /** models further away are left out, with what they bring or get. Absent: no limit */
  maxDepth?: number | undefined
  /** models read at most in each direction, nearest first. Default: see limits.ts */
  maxNodes?: number | undefined
}

export interface FlowNode {
  model: string
  /** least number of edges from the model asked about */
  depth: number
  /** IN: what the model asked about gets from this one. OUT: what this one gets from it */
  amounts: FlowAmounts[]
  /** net of the fees paid for this model, by token; of OUT, of the model asked about alone */
  fees: FlowFees[]
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

const EDGES_A_NODE = 10

/**
 * How royalties flow into or out of a model: due by the lineage, moved, claimed, and still owed.
 * The number of statements depends on depth, not on the number of models, fees or chains.
 */
export async function royaltyFlow(db: Snapshot, options: FlowOptions): Promise<RoyaltyFlow> {
  const { model, direction } = options
  const incoming = direction === 'IN'
  const maxNodes = options.maxNodes ?? MAX_MODELS
  const maxDepth = options.maxDepth ?? Number.POSITIVE_INFINITY
  const ancestors = await reach(db, [model], 'ANCESTORS', maxNodes)
  // Of its own fees a model keeps what its ancestors leave: they are needed for IN as well.
  const reached = incoming ? await reach(db, [model], 'DESCENDANTS', maxNodes) : ancestors
  const all = [...new Set([...reached.depths.keys(), ...ancestors.depths.keys()])]
  const near = [...reached.depths].filter(([, depth]) => depth <= maxDepth).map(([id]) => id)
  const links = await linksOf(db, all)

  const payers = incoming ? near : [model]
  const fees = await readFees(db, payers, links, options, MAX_FEE_GROUPS)
  const shown = new Set(near)
  const wanted = incoming ? (id: string) => id === model : (id: string) => id !== model && shown.has(id)
  const counterparts = (await readDeliveries(db, all)).among(all)
  const due = await entitlementsOf(fees.groups, () => counterparts, wanted, MAX_STEPS)
  const accrued = incoming
    ? await accruedTo(db, [model], options)
    : await accruedFrom(db, model, all, options)
  const maxEdges = near.length * EDGES_A_NODE
  const edges = incoming
    ? await edgesAmong(db, near, options, maxEdges + 1)
    : await edgesOfFees(db, model, all, options, maxEdges + 1)
  const cut = reached.truncated || ancestors.truncated || fees.truncated || due.truncated

  const ledger = new FlowLedger()
  for (const entitlement of due.entitlements) {
    const node = incoming ? entitlement.source : entitlement.model
    if (shown.has(node)) ledger.entitle(node, entitlement)
  }
  for (const row of accrued) {
    const node = incoming ? row.from : row.to
    if (shown.has(node)) ledger.accrue(node, row)
  }
  for (const group of fees.groups) ledger.fee(group)
  const claimed = incoming ? await claimedOf(db, model, options) : null
  return {
    model,
    direction,
    nodes: near.map(id => ({ model: id, depth: reached.depths.get(id)!, ...ledger.of(id) })),
    edges: edges.slice(0, maxEdges).filter(({ from, to }) => shown.has(to) && (shown.has(from) || !incoming)),
    totals: ledger.totals(claimed),
    truncated: cut || edges.length > maxEdges,
  }
}

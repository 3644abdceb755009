import { cyclicEdges } from './cycles'

/** An edge of the lineage, as far as order is concerned. */
export interface Link {
  child: string
  parent: string
}

export interface Topology<E extends Link> {
  /** every child has a lower rank than its parents, but for cyclic edges */
  rank: Map<string, number>
  /** edges within a cycle; they carry no share */
  cyclic: Set<E>
}

/** The edges that lie on cycles, and a topological order by the others (Kahn's algorithm); linear in the edges. */
export function topologyOf<E extends Link>(edges: readonly E[]): Topology<E> {
  const onCycle = cyclicEdges(edges.map(({ child, parent }) => ({ childId: child, parentId: parent })))
  const cyclic = new Set(edges.filter((_, i) => onCycle[i]))
  const parents = new Map<string, string[]>()
  const waiting = new Map<string, number>()
  for (const { child, parent } of edges.filter((_, i) => !onCycle[i])) {
    const known = parents.get(child)
    if (known) known.push(parent)
    else parents.set(child, [parent])
    waiting.set(parent, (waiting.get(parent) ?? 0) + 1)
  }
  const rank = new Map<string, number>()
  const ready = [...parents.keys()].filter(model => !waiting.has(model))
  for (const model of ready) {
    rank.set(model, rank.size)
    for (const parent of parents.get(model) ?? []) {
      const left = waiting.get(parent)! - 1
      waiting.set(parent, left)
      if (left === 0) ready.push(parent)
    }
  }
  return { rank, cyclic }
}

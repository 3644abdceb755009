/** An edge of the lineage, as far as order is concerned. */
export interface Link {
  child: string
  parent: string
}

export interface Topology<E extends Link> {
  /** every child has a lower rank than its parents, but for cyclic edges */
  rank: Map<string, number>
  /** edges within a cycle (both ends in one strongly connected component, self loops too); they carry no share */
  cyclic: Set<E>
}

/**
 * Topological order of a lineage, and the edges that keep it from having one. Tarjan's algorithm, iterative since a
 * lineage can be deeper than the stack; linear in nodes and edges.
 */
export function topologyOf<E extends Link>(edges: readonly E[]): Topology<E> {
  const parents = new Map<string, string[]>()
  for (const { child, parent } of edges) {
    if (!parents.has(parent)) parents.set(parent, [])
    const known = parents.get(child)
    if (known) known.push(parent)
    else parents.set(child, [parent])
  }
  const component = componentsOf(parents)
  const cyclic = new Set(edges.filter(({ child, parent }) => component.get(child) === component.get(parent)))
  // Tarjan closes ancestors first, so a later component is further from the roots.
  const rank = new Map([...component].map(([node, number]) => [node, -number]))
  return { rank, cyclic }
}

interface Visit {
  node: string
  next: number
}

function componentsOf(parents: ReadonlyMap<string, readonly string[]>): Map<string, number> {
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const component = new Map<string, number>()
  const open: string[] = []
  let components = 0
  const enter = (node: string): Visit => {
    index.set(node, index.size)
    low.set(node, index.get(node)!)
    open.push(node)
    return { node, next: 0 }
  }
  for (const start of parents.keys()) {
    if (index.has(start)) continue
    const stack = [enter(start)]
    for (let visit = stack.at(-1); visit; visit = stack.at(-1)) {
      const { node } = visit
      const parent = parents.get(node)![visit.next++]
      if (parent !== undefined) {
        if (!index.has(parent)) stack.push(enter(parent))
        else if (!component.has(parent)) low.set(node, Math.min(low.get(node)!, index.get(parent)!))
        continue
      }
      if (low.get(node) === index.get(node)) {
        let member: string
        do {
          member = open.pop()!
          component.set(member, components)
        } while (member !== node)
        components++
      }
      stack.pop()
      const below = stack.at(-1)
      if (below) low.set(below.node, Math.min(low.get(below.node)!, low.get(node)!))
    }
  }
  return component
}

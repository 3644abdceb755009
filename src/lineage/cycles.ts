/** What is needed of an edge to follow it. */
export interface Link {
  childId: string
  parentId: string
}

/**
 * Whether each edge lies on a cycle: both ends in one strongly connected component, or on itself.
 * Tarjan's algorithm with a stack of its own: lineage may be deeper than the call stack.
 */
export function cyclicEdges(edges: Link[]): boolean[] {
  const component = stronglyConnected(edges)
  return edges.map(edge => edge.childId === edge.parentId || sameComponent(component, edge))
}

function sameComponent(component: Map<string, number>, { childId, parentId }: Link): boolean {
  return component.get(childId) === component.get(parentId)
}

function stronglyConnected(edges: Link[]): Map<string, number> {
  const parents = new Map<string, string[]>()
  for (const { childId, parentId } of edges) {
    const list = parents.get(childId)
    if (list) list.push(parentId)
    else parents.set(childId, [parentId])
  }
  const order = new Map<string, number>()
  const low = new Map<string, number>()
  const component = new Map<string, number>()
  const open: string[] = []
  let components = 0
  for (const start of parents.keys()) {
    if (order.has(start)) continue
    const calls: { id: string; next: number }[] = [visit(start)]
    while (calls.length > 0) {
      const call = calls.at(-1)!
      const parent = parents.get(call.id)?.[call.next++]
      if (parent === undefined) {
        calls.pop()
        const lowest = low.get(call.id)!
        const caller = calls.at(-1)
        if (caller) low.set(caller.id, Math.min(low.get(caller.id)!, lowest))
        if (lowest === order.get(call.id)) close(call.id)
      } else if (!order.has(parent)) {
        calls.push(visit(parent))
      } else if (!component.has(parent)) {
        low.set(call.id, Math.min(low.get(call.id)!, order.get(parent)!))
      }
    }
  }
  return component

  function visit(id: string): { id: string; next: number } {
    order.set(id, order.size)
    low.set(id, order.size - 1)
    open.push(id)
    return { id, next: 0 }
  }

  function close(root: string): void {
    for (let id = open.pop()!; ; id = open.pop()!) {
      component.set(id, components)
      if (id === root) break
    }
    components++
  }
}

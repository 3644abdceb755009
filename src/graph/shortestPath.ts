import { compareIds } from './closureAnswer'
import { groupBy } from './groupBy'
import type { LineageEdge } from './lineage'

/**
 * A shortest path in the edges found by a breadth-first search from `from`, given each model's depth in it: of all such
 * paths the one whose first edge's id is least, then the second's, and so on.
 */
export function shortestPath(
  from: string,
  to: string,
  depths: Map<string, number>,
  edges: LineageEdge[],
): LineageEdge[] | null {
  if (from === to) return []
  const length = depths.get(to)
  if (length === undefined) return null
  // An edge of a shortest path goes one level deeper.
  const forward = edges.filter(edge => depths.get(edge.parentId) === (depths.get(edge.childId) ?? -2) + 1)
  const intoParent = groupBy(forward, edge => edge.parentId)
  const leadsThere = new Set([to])
  for (let level = [to]; level.length > 0; ) {
    const next: string[] = []
    for (const id of level) {
      for (const { childId } of intoParent.get(id) ?? []) {
        if (leadsThere.has(childId)) continue
        leadsThere.add(childId)
        next.push(childId)
      }
    }
    level = next
  }
  const outOfChild = groupBy(forward, edge => edge.childId)
  const path: LineageEdge[] = []
  for (let at = from; at !== to; ) {
    const edge = (outOfChild.get(at) ?? [])
      .filter(({ parentId }) => leadsThere.has(parentId))
      .reduce((a, b) => (compareIds(a.id, b.id) <= 0 ? a : b))
    path.push(edge)
    at = edge.parentId
  }
  return path
}

import { groupBy } from './groupBy'

/** Order within the columns of a layered drawing (Sugiyama, Tagawa, Toda 1981): few lines cross. */

export interface LayerEdge {
  childId: string
  parentId: string
}

/** Sweeps of the barycentre heuristic: after these few, little crosses less. */
const SWEEPS = 6

/**
 * The columns from the lowest number up, each with its ids from top to bottom. Ids decide among equals: the same graph
 * is the same picture. O(sweeps × (models + edges)), besides sorting: the caller bounds both.
 */
export function layersOf(columnOf: ReadonlyMap<string, number>, edges: readonly LayerEdge[]): string[][] {
  const byNumber = groupBy(columnOf.keys(), id => columnOf.get(id)!)
  const columns = [...byNumber].sort(([a], [b]) => a - b).map(([, ids]) => ids)
  const linked = new Map<string, string[]>([...columnOf.keys()].map(id => [id, []]))
  for (const { childId, parentId } of edges) {
    linked.get(childId)!.push(parentId)
    linked.get(parentId)!.push(childId)
  }
  // Places as fractions of a column, so that columns of different lengths compare.
  const place = new Map<string, number>()
  const note = (column: string[]) => {
    for (const [i, id] of column.entries()) place.set(id, (i + 0.5) / column.length)
  }
  columns.forEach(note)
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const column of sweep % 2 === 0 ? columns : [...columns].reverse()) {
      const wish = new Map(column.map(id => [id, mean(linked.get(id)!, place) ?? place.get(id)!]))
      column.sort((a, b) => wish.get(a)! - wish.get(b)! || (a < b ? -1 : 1))
      note(column)
    }
  }
  return columns
}

function mean(ids: readonly string[], place: ReadonlyMap<string, number>): number | undefined {
  if (ids.length === 0) return undefined
  return ids.reduce((sum, id) => sum + place.get(id)!, 0) / ids.length
}

import { type LayerEdge, layersOf } from './layers'

/** Models that stand beside each other in a column, drawn as one. */
export interface Place {
  /** the first of them, from the top */
  id: string
  column: number
  /** 0 (top) to 1 */
  y: number
  models: number
}

/** All edges from one place to another, by their indexes. */
export interface PlaceLink {
  child: number
  parent: number
  edges: number
}

export interface LineageMap {
  places: Place[]
  links: PlaceLink[]
}

/** What a reader can tell apart on a screen, and a browser can move at 50 frames a second. */
export const MOST_PLACES = 2000
/** Links that are drawn, those of the most edges first. */
export const MOST_LINKS = 6000

/**
 * A lineage as a map. Where there are more models than places, neighbours of a column stand as one: each column has
 * places by its part of all models, the root always one of its own.
 */
export function lineageMap(
  root: string,
  columnOf: ReadonlyMap<string, number>,
  edges: readonly LayerEdge[],
): LineageMap {
  const columns = layersOf(columnOf, edges)
  const places: Place[] = []
  const placeOf = new Map<string, number>()
  for (const ids of columns) {
    const column = columnOf.get(ids[0]!)!
    // At least one a column: a lineage has few columns beside its models.
    const count = Math.max(1, Math.floor((MOST_PLACES * ids.length) / columnOf.size))
    const size = Math.ceil(ids.length / Math.min(ids.length, count))
    let start = 0
    for (const run of runsOf(ids, size, root)) {
      for (const id of run) placeOf.set(id, places.length)
      places.push({ id: run[0]!, column, y: (start + run.length / 2) / ids.length, models: run.length })
      start += run.length
    }
  }
  return { places, links: linksOf(edges, placeOf) }
}

/** A column cut into runs of at most `size`; the root is one by itself. */
function runsOf(ids: readonly string[], size: number, root: string): string[][] {
  const runs: string[][] = []
  for (const id of ids) {
    const last = runs.at(-1)
    if (!last || last.length === size || id === root || last[0] === root) runs.push([id])
    else last.push(id)
  }
  return runs
}

function linksOf(edges: readonly LayerEdge[], placeOf: ReadonlyMap<string, number>): PlaceLink[] {
  const links = new Map<string, PlaceLink>()
  for (const { childId, parentId } of edges) {
    const [child, parent] = [placeOf.get(childId)!, placeOf.get(parentId)!]
    if (child === parent) continue
    const key = `${child} ${parent}`
    const link = links.get(key)
    if (link) link.edges++
    else links.set(key, { child, parent, edges: 1 })
  }
  return [...links.values()]
    .sort((a, b) => b.edges - a.edges || a.child - b.child || a.parent - b.parent)
    .slice(0, MOST_LINKS)
}

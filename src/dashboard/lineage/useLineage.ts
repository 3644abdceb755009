import { useEffect, useMemo, useState } from 'preact/hooks'
import { client } from '../data/client'
import { type Answer, useQuery } from '../data/useQuery'
import { type Graph, graphOf, type Opened } from './graph'
import { DEGREES, LINEAGE, type LineageAnswer, PAGE } from './query'

export interface ShownLineage {
  graph: Graph
  /** there are more models in the asked depth than were asked for */
  truncated: boolean
  /** neighbours that are not drawn, by model */
  hidden: ReadonlyMap<string, number>
  root: NonNullable<LineageAnswer['root']>
}

/** The lineage that a reader asks for: some depth around a model, and the neighbours of what was opened. */
export function useLineage(
  model: string,
  maxDepth: number | null,
  maxNodes: number,
  open: readonly string[],
): { answer: Answer<LineageAnswer>; lineage: ShownLineage | undefined } {
  const answer = useQuery(LINEAGE, { model, maxDepth, maxNodes }, { keep: true })
  const opened = useOpened(open)
  const { data } = answer
  const graph = useMemo(
    () => (data?.root ? graphOf(data.root, data.up, data.down, opened) : undefined),
    [data, opened],
  )
  const ids = useMemo(() => (graph ? [...graph.nodes.keys()].sort() : []), [graph])
  const degrees = useQuery(DEGREES, ids.length > 0 && ids.length <= 300 ? { ids } : null, { keep: true })
  const hidden = useMemo(
    () => (graph ? hiddenOf(graph, degrees.data?.models.nodes ?? []) : new Map()),
    [graph, degrees.data],
  )
  const lineage =
    graph && data?.root
      ? {
          graph,
          hidden,
          root: data.root,
          truncated: data.up.continuation !== null || data.down.continuation !== null,
        }
      : undefined
  return { answer, lineage }
}

interface Degree {
  id: string
  parents: { totalCount: number }
  children: { totalCount: number }
}

function hiddenOf({ nodes, edges }: Graph, degrees: readonly Degree[]): Map<string, number> {
  const shown = new Map<string, number>()
  for (const { childId, parentId } of edges) {
    shown.set(childId, (shown.get(childId) ?? 0) + 1)
    shown.set(parentId, (shown.get(parentId) ?? 0) + 1)
  }
  const hidden = degrees
    .filter(({ id }) => nodes.has(id))
    .map(({ id, parents, children }): [string, number] => [
      id,
      parents.totalCount + children.totalCount - (shown.get(id) ?? 0),
    ])
  return new Map(hidden.filter(([, count]) => count > 0))
}

/** Neighbours one hop each way of some models, in their order; asked for once each. */
function useOpened(ids: readonly string[]): readonly Opened[] {
  const [known, setKnown] = useState<ReadonlyMap<string, Opened>>(new Map())
  const key = ids.join(' ')
  useEffect(() => {
    let wanted = true
    for (const id of ids.filter(one => !known.has(one))) {
      client
        .query(LINEAGE, { model: id, maxDepth: 1, maxNodes: PAGE })
        .toPromise()
        .then(({ data }) => {
          if (!wanted || !data) return
          const { up: ancestors, down: descendants } = data
          setKnown(before => new Map(before).set(id, { of: id, ancestors, descendants }))
        })
    }
    return () => {
      wanted = false
    }
  }, [key])
  return useMemo(() => ids.flatMap(id => known.get(id) ?? []), [key, known])
}

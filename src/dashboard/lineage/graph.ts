/** A lineage as it is drawn: what the answers held, as one graph around the model that was asked about. */

export interface GraphModel {
  id: string
  name: string | null
  chain: string | null
  kind: string | null
  status: string
}

export interface GraphEdge {
  id: string
  childId: string
  parentId: string
  role: string
  sharePpm: number | null
  cyclic: boolean | null
}

export interface GraphNode {
  model: GraphModel
  /** edges to the root: below 0 for ancestors, above 0 for descendants, 0 for the root */
  column: number
  /** ppm of a fee that reaches the root from here, or here from the root; null: not asked (opened by hand) */
  share: number | null
}

export interface Graph {
  root: string
  nodes: ReadonlyMap<string, GraphNode>
  edges: readonly GraphEdge[]
}

/** One direction of an answer; its nodes are nearest first. */
export interface Side {
  nodes: readonly { depth: number; share: number; model: GraphModel }[]
  edges: readonly GraphEdge[]
}

/** What a reader opened beside the asked depths: the neighbours of one model. */
export interface Opened {
  of: string
  ancestors: Side
  descendants: Side
}

/** A model in a cycle is above and below its root: it is drawn above, where it was made from. */
export function graphOf(root: GraphModel, up: Side, down: Side, opened: readonly Opened[] = []): Graph {
  const nodes = new Map<string, GraphNode>([[root.id, { model: root, column: 0, share: null }]])
  const edges = new Map<string, GraphEdge>()
  const add = (side: Side, place: (depth: number) => number, withShare: boolean) => {
    for (const { model, depth, share } of side.nodes) {
      if (!nodes.has(model.id))
        nodes.set(model.id, { model, column: place(depth), share: withShare ? share : null })
    }
    for (const edge of side.edges) {
      // Cyclic where any answer saw the whole circle.
      const before = edges.get(edge.id)
      edges.set(edge.id, before?.cyclic ? before : edge)
    }
  }
  add(up, depth => -depth, true)
  add(down, depth => depth, true)
  // In the order in which they were opened: each hangs on what is there already.
  for (const { of, ancestors, descendants } of opened) {
    const column = nodes.get(of)?.column
    if (column === undefined) continue
    add(ancestors, depth => column - depth, false)
    add(descendants, depth => column + depth, false)
  }
  const known = [...edges.values()].filter(edge => nodes.has(edge.childId) && nodes.has(edge.parentId))
  return { root: root.id, nodes, edges: known }
}

export interface Filter {
  /** role of an edge; undefined: all */
  role?: string
  /** chain of a model; undefined: all */
  chain?: string
}

/** Without the edges and models that a reader does not want to see; what then hangs on nothing goes too. */
export function filtered(graph: Graph, { role, chain }: Filter): Graph {
  if (!role && !chain) return graph
  const wanted = (id: string) => !chain || id === graph.root || graph.nodes.get(id)!.model.chain === chain
  const edges = graph.edges.filter(
    edge => (!role || edge.role === role) && wanted(edge.childId) && wanted(edge.parentId),
  )
  const reached = reach([graph.root], bothWays(edges))
  return {
    root: graph.root,
    nodes: new Map([...graph.nodes].filter(([id]) => reached.has(id))),
    edges: edges.filter(edge => reached.has(edge.childId)),
  }
}

/** The models on ways through one: all that it was made from and all that was made from it, as far as is shown. */
export function throughModel({ edges }: Graph, id: string): ReadonlySet<string> {
  const up = reach([id], neighbours(edges, 'childId', 'parentId'))
  const down = reach([id], neighbours(edges, 'parentId', 'childId'))
  return new Set([...up, ...down])
}

type Neighbours = ReadonlyMap<string, readonly string[]>

function neighbours(
  edges: readonly GraphEdge[],
  from: 'childId' | 'parentId',
  to: 'childId' | 'parentId',
): Neighbours {
  const map = new Map<string, string[]>()
  for (const edge of edges) {
    const list = map.get(edge[from])
    if (list) list.push(edge[to])
    else map.set(edge[from], [edge[to]])
  }
  return map
}

function bothWays(edges: readonly GraphEdge[]): Neighbours {
  const up = neighbours(edges, 'childId', 'parentId')
  const down = neighbours(edges, 'parentId', 'childId')
  return new Map(
    [...new Set([...up.keys(), ...down.keys()])].map(id => [
      id,
      [...(up.get(id) ?? []), ...(down.get(id) ?? [])],
    ]),
  )
}

function reach(from: readonly string[], next: Neighbours): Set<string> {
  const reached = new Set(from)
  for (const id of reached) for (const other of next.get(id) ?? []) reached.add(other)
  return reached
}

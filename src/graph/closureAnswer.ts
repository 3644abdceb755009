import { cyclicEdges } from '../lineage/cycles'
import { shares } from '../lineage/shares'
import { type Place, readContinuation, writeContinuation } from './continuation'
import { LineageRequestError } from './graphError'
import {
  type Closure,
  type ClosureBounds,
  type ClosureEdge,
  type ClosureRequest,
  DEFAULT_NODES,
  type Direction,
  type Engine,
  type LineageEdge,
  type LineageFilter,
  type LineageNode,
  MAX_DEPTH,
  MAX_NODES,
} from './lineage'

/** What an engine finds in one direction: the first `limit` nodes by (depth, id), and all edges of these and the root. */
export interface Subgraph {
  nodes: { id: string; depth: number }[]
  /** edges with both ends among nodes and root */
  edges: LineageEdge[]
  /** there are more nodes within the depth */
  more: boolean
  /** there are nodes beyond the depth */
  deeper: boolean
}

/** Finds the subgraph of each model. */
export type Search = (
  models: string[],
  direction: Direction,
  maxDepth: number,
  limit: number,
  filter: LineageFilter,
) => Promise<Subgraph[]>

/**
 * Nodes looked at even where fewer are asked for, so that shares do not depend on the size of the pages: a way through
 * the second page may lead back to a model of the first.
 */
const SHARE_NODES = 5_000

export async function answerClosure(
  search: Search,
  engine: Engine,
  { model, direction, continuation, ...bounds }: ClosureRequest,
): Promise<Closure> {
  const { maxDepth, maxNodes } = checkBounds(bounds)
  const filter = checkFilter(bounds)
  const after = continuation ? readContinuation(continuation, { model, direction, filter }) : undefined
  for (let wanted = (after?.seen ?? 0) + maxNodes; ; wanted *= 2) {
    const limit = Math.max(wanted, SHARE_NODES)
    const [parts] = await searchAll(search, [model], direction, maxDepth, limit, filter)
    const closure = assemble({
      root: model,
      direction,
      filter,
      parts: parts!,
      limit,
      maxNodes,
      engine,
      after,
    })
    // Models that came between two pages, before the place of the cut, may have filled what was fetched.
    if (closure.nodes.length === maxNodes || !parts!.some(part => part.subgraph.more)) return closure
  }
}

export async function answerClosures(
  search: Search,
  engine: Engine,
  models: string[],
  { direction, ...bounds }: ClosureBounds,
): Promise<Closure[]> {
  const { maxDepth, maxNodes } = checkBounds(bounds)
  const filter = checkFilter(bounds)
  if (models.length === 0) return []
  const unique = [...new Set(models)]
  const limit = Math.max(maxNodes, SHARE_NODES)
  const found = await searchAll(search, unique, direction, maxDepth, limit, filter)
  const answers = new Map(
    unique.map((root, i) => [
      root,
      assemble({ root, direction, filter, parts: found[i]!, limit, maxNodes, engine }),
    ]),
  )
  return models.map(model => answers.get(model)!)
}

interface Part {
  direction: Direction
  subgraph: Subgraph
}

async function searchAll(
  search: Search,
  models: string[],
  direction: ClosureBounds['direction'],
  maxDepth: number,
  limit: number,
  filter: LineageFilter,
): Promise<Part[][]> {
  const parts: Part[][] = models.map(() => [])
  const directions: Direction[] = direction === 'BOTH' ? ['ANCESTORS', 'DESCENDANTS'] : [direction]
  for (const direction of directions) {
    const subgraphs = await search(models, direction, maxDepth, limit, filter)
    subgraphs.forEach((subgraph, i) => void parts[i]!.push({ direction, subgraph }))
  }
  return parts
}

interface Found {
  root: string
  direction: ClosureBounds['direction']
  filter: LineageFilter
  parts: Part[]
  /** as the search was bounded */
  limit: number
  maxNodes: number
  engine: Engine
  after?: Place
}

function assemble({ root, direction, filter, parts, limit, maxNodes, engine, after }: Found): Closure {
  const nodes = new Map<string, LineageNode>()
  const edges = new Map<string, ClosureEdge>()
  for (const { direction, subgraph } of parts) {
    const cyclic = cyclicEdges(subgraph.edges)
    const share = shares(root, subgraph.edges, direction, cyclic)
    for (const { id, depth } of subgraph.nodes) {
      const known = nodes.get(id)
      // A model on both sides of the root is on a cycle with it: no share either way.
      if (!known || depth < known.depth) nodes.set(id, { id, depth, share: share.get(id) ?? 0 })
    }
    subgraph.edges.forEach((edge, i) => void edges.set(edge.id, { ...edge, cyclic: cyclic[i]! }))
  }
  const beyond = parts.some(part => part.subgraph.more)
  const deeper = parts.some(part => part.subgraph.deeper)
  const all = [...nodes.values()].sort(byDepthAndId)
  // Where one direction was cut at the limit, no more than so many are surely the first of both.
  const ordered = beyond ? all.slice(0, limit) : all
  const begin = after ? ordered.findIndex(node => byDepthAndId(node, after) > 0) : 0
  const page = begin < 0 ? [] : ordered.slice(begin, begin + maxNodes)
  const more = beyond || (begin >= 0 && begin + page.length < ordered.length)
  const last = page.at(-1) ?? after
  return {
    root,
    nodes: page,
    edges: edgesOf(page, begin < 0 ? ordered : ordered.slice(0, begin), root, edges.values()),
    truncated: more || deeper,
    continuation:
      more && last
        ? writeContinuation(
            { model: root, direction, filter },
            { depth: last.depth, id: last.id, seen: (after?.seen ?? 0) + page.length },
          )
        : undefined,
    sharesComplete: !beyond && !deeper,
    answeredBy: engine,
  }
}

/** Edges whose later end is on this page: all pages together have each edge once. */
function edgesOf(
  page: LineageNode[],
  before: LineageNode[],
  root: string,
  edges: Iterable<ClosureEdge>,
): ClosureEdge[] {
  // The root comes first of all; its edges with itself belong to the first page.
  const place = new Map<string, number>([[root, -1]])
  for (const node of before) place.set(node.id, -1)
  page.forEach((node, i) => void place.set(node.id, i))
  const found: { edge: ClosureEdge; later: number }[] = []
  for (const edge of edges) {
    const [child, parent] = [place.get(edge.childId), place.get(edge.parentId)]
    if (child === undefined || parent === undefined) continue
    const later = Math.max(child, parent)
    if (later >= 0 || (before.length === 0 && edge.childId === root && edge.parentId === root)) {
      found.push({ edge, later })
    }
  }
  found.sort((a, b) => a.later - b.later || compareIds(a.edge.id, b.edge.id))
  return found.map(({ edge }) => edge)
}

function byDepthAndId(a: { depth: number; id: string }, b: { depth: number; id: string }): number {
  return a.depth - b.depth || compareIds(a.id, b.id)
}

/** Ids are ASCII, where this is the order of COLLATE "C" and of Neo4j. */
export function compareIds(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Values of each list: more is no question that a person asks. */
const MOST_VALUES = 100

/** The filter alone, its lists in order and each value once: the same question is written the same. */
export function checkFilter({ roles, chains, protocols }: LineageFilter): LineageFilter {
  const checked: LineageFilter = {}
  for (const [name, values] of Object.entries({ roles, chains, protocols })) {
    if (values === undefined) continue
    if (values.length > MOST_VALUES)
      throw new LineageRequestError(`${name}: ${values.length} given`, `give at most ${MOST_VALUES}`)
    checked[name as keyof LineageFilter] = [...new Set(values)].sort()
  }
  return checked
}

function checkBounds({ maxDepth, maxNodes }: { maxDepth?: number; maxNodes?: number }) {
  return {
    maxDepth: checkBound('maxDepth', maxDepth ?? MAX_DEPTH, MAX_DEPTH),
    maxNodes: checkBound('maxNodes', maxNodes ?? DEFAULT_NODES, MAX_NODES),
  }
}

export function checkBound(name: string, value: number, most: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value
  throw new LineageRequestError(`${name}: ${value} is out of range`, `give a whole number from 1 to ${most}`)
}

import { cyclicEdges, type Link } from './cycles'
import { groupBy } from './groupBy'
import { type Policy, policies } from './policies'
import { partOf, type Share } from './share'

/** What is needed of an edge to let a share pass. */
export interface ShareEdge extends Link {
  /** of the child's revenue; null: none */
  share: Share | null
  policy: Policy
}

const WHOLE_PPM = 1_000_000n

/**
 * Ppm of revenue between the root and each model of its lineage: of the root's that reaches an ancestor, or of a
 * descendant's that reaches the root.
 *
 *   share(d -> p) = Σ over paths of the product of the shares, where all edges are HOP
 *                 + Σ over ABSOLUTE edges x -> p of share × number of paths d -> x (of any policy)
 *
 * summed and floored once, at most 1,000,000. Edges on a cycle carry nothing. Time is linear in the edges:
 * each is passed once, in topological order; paths are never enumerated.
 *
 * @example shares('c', [{ childId: 'c', parentId: 'b', share: { numerator: 1n, denominator: 10n }, policy: 'HOP' },
 *                       { childId: 'b', parentId: 'a', share: { numerator: 1n, denominator: 20n }, policy: 'HOP' }], 'ANCESTORS')
 *          // Map { 'b' => 100000, 'a' => 5000 }
 */
export function shares(
  root: string,
  edges: ShareEdge[],
  direction: 'ANCESTORS' | 'DESCENDANTS',
  cyclic: boolean[] = cyclicEdges(edges),
): Map<string, number> {
  const acyclic = edges.filter((_, i) => !cyclic[i])
  return direction === 'ANCESTORS' ? towardsAncestors(root, acyclic) : fromDescendants(root, acyclic)
}

function towardsAncestors(root: string, edges: ShareEdge[]): Map<string, number> {
  const paths = new Map([[root, 1n]])
  const hop = new Map([[root, ONE]])
  const absolute = new Map<string, bigint>()
  for (const { childId, parentId, share, policy } of inOrder(edges)) {
    const pathsHere = paths.get(childId)
    if (pathsHere === undefined) continue // not reached from the root
    paths.set(parentId, (paths.get(parentId) ?? 0n) + pathsHere)
    if (policies[policy].passedOn && share) {
      const passed = partOf(hop.get(childId) ?? 0n, share)
      hop.set(parentId, (hop.get(parentId) ?? 0n) + passed)
    }
    if (policies[policy].ofEveryDescendant && share) {
      absolute.set(parentId, (absolute.get(parentId) ?? 0n) + pathsHere * partOf(ONE, share))
    }
  }
  paths.delete(root)
  return toPpm(paths.keys(), hop, absolute)
}

/** The same sum told from the root's side: hop(d) = Σ share × hop(p), absolute(d) = Σ absolute(p), over d's edges d -> p. */
function fromDescendants(root: string, edges: ShareEdge[]): Map<string, number> {
  const hop = new Map([[root, ONE]])
  const absolute = new Map<string, bigint>()
  const reached = new Set([root])
  for (const { childId, parentId, share, policy } of inOrder(edges).reverse()) {
    if (!reached.has(parentId)) continue
    reached.add(childId)
    if (policies[policy].passedOn && share) {
      const passed = partOf(hop.get(parentId) ?? 0n, share)
      hop.set(childId, (hop.get(childId) ?? 0n) + passed)
    }
    const direct = parentId === root && policies[policy].ofEveryDescendant && share ? partOf(ONE, share) : 0n
    const indirect = parentId === root ? 0n : (absolute.get(parentId) ?? 0n)
    absolute.set(childId, (absolute.get(childId) ?? 0n) + direct + indirect)
  }
  reached.delete(root)
  return toPpm(reached, hop, absolute)
}

function toPpm(
  ids: Iterable<string>,
  hop: Map<string, bigint>,
  absolute: Map<string, bigint>,
): Map<string, number> {
  const result = new Map<string, number>()
  for (const id of ids) {
    const ppm = ((hop.get(id) ?? 0n) + (absolute.get(id) ?? 0n) + SLACK) / ONE_PPM
    result.set(id, Number(ppm < WHOLE_PPM ? ppm : WHOLE_PPM))
  }
  return result
}

/** Edges of an acyclic graph such that all edges into a model come before those out of it (Kahn's algorithm). */
function inOrder<E extends Link>(edges: E[]): E[] {
  const ofChild = groupBy(edges, ({ childId }) => childId)
  const waiting = new Map<string, number>()
  for (const { parentId } of edges) waiting.set(parentId, (waiting.get(parentId) ?? 0) + 1)
  const ready = [...ofChild.keys()].filter(id => !waiting.has(id))
  const ordered: E[] = []
  for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
    for (const edge of ofChild.get(id) ?? []) {
      ordered.push(edge)
      const left = waiting.get(edge.parentId)! - 1
      waiting.set(edge.parentId, left)
      if (left === 0) ready.push(edge.parentId)
    }
  }
  return ordered
}

/**
 * Shares as integers in units of 10^-120: ten ways of 0.1 come to 1, not to a ppm less. Exact for 15 hops of Story's
 * percentages, 20 of any ppm and 60 of whole per cents. Later places are dropped, so that a long chain costs no more than a short one; that shows in
 * the result only if it lies within 10^-110 of a whole ppm.
 */
const ONE = 10n ** 120n
const ONE_PPM = ONE / WHOLE_PPM
/** What dropped places can come to, so that three thirds are the whole. */
const SLACK = 10n ** 20n

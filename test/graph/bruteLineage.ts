/** A third opinion on lineage, by the plainest means: recursion over all paths, fractions of big integers. */
import type { Direction, LineageEdge } from '../../src/graph/lineage'
import type { EdgeInput } from './rows'

export function edgeOf(input: EdgeInput): LineageEdge {
  const { child, parent, role = 'PARENT', ordinal = 0, sharePpm = 100_000, policy = 'HOP' } = input
  return {
    id: `${child}|${role}|${parent}`,
    childId: child,
    parentId: parent,
    role,
    ordinal,
    sharePpm,
    share: sharePpm === null ? null : { numerator: BigInt(sharePpm), denominator: 1_000_000n },
    policy: policy as LineageEdge['policy'],
  }
}

/** Distance of every ancestor or descendant, the root itself left out. */
export function bruteDepths(root: string, edges: LineageEdge[], direction: Direction, maxDepth = 1000) {
  const depths = new Map([[root, 0]])
  for (let depth = 1; depth <= maxDepth; depth++) {
    const before = [...depths.keys()]
    for (const edge of edges) {
      const [near, far] =
        direction === 'ANCESTORS' ? [edge.childId, edge.parentId] : [edge.parentId, edge.childId]
      if (before.includes(near) && !depths.has(far)) depths.set(far, depth)
    }
    if (depths.size === before.length) break
  }
  depths.delete(root)
  return depths
}

export function bruteCyclic(edge: LineageEdge, edges: LineageEdge[]): boolean {
  return edge.childId === edge.parentId || bruteDepths(edge.parentId, edges, 'ANCESTORS').has(edge.childId)
}

/** Ppm of `from`'s revenue that reaches its ancestor `to`, over the edges that lie on no cycle. */
export function bruteShare(from: string, to: string, edges: LineageEdge[]): number {
  const open = edges.filter(edge => !bruteCyclic(edge, edges))
  const paths: LineageEdge[][] = []
  const walk = (at: string, path: LineageEdge[]) => {
    if (at === to) paths.push(path)
    else for (const edge of open) if (edge.childId === at) walk(edge.parentId, [...path, edge])
  }
  walk(from, [])
  const longest = Math.max(0, ...paths.map(path => path.length))
  let sum = 0n // in units of 10^-6 of a share, to the power of the longest path
  for (const path of paths) {
    const rest = 1_000_000n ** BigInt(longest - path.length)
    if (path.every(edge => edge.policy === 'HOP')) {
      sum += path.reduce((product, edge) => product * BigInt(edge.sharePpm ?? 0), rest)
    }
    const last = path.at(-1)!
    if (last.policy === 'ABSOLUTE') sum += BigInt(last.sharePpm ?? 0) * 1_000_000n ** BigInt(longest - 1)
  }
  const ppm = longest === 0 ? 0n : (sum * 1_000_000n) / 1_000_000n ** BigInt(longest)
  return Number(ppm > 1_000_000n ? 1_000_000n : ppm)
}

/** Of all shortest paths, the one with the least edge ids. */
export function brutePath(from: string, to: string, edges: LineageEdge[]): string[] | null {
  if (from === to) return []
  const length = bruteDepths(from, edges, 'ANCESTORS').get(to)
  if (length === undefined) return null
  let paths: { at: string; ids: string[] }[] = [{ at: from, ids: [] }]
  for (let i = 0; i < length; i++) {
    paths = paths.flatMap(({ at, ids }) =>
      edges.filter(e => e.childId === at).map(e => ({ at: e.parentId, ids: [...ids, e.id] })),
    )
  }
  // A separator below any character of an id, so that the order of the texts is that of the lists.
  return paths
    .filter(path => path.at === to)
    .map(path => path.ids.join('\0'))
    .sort((a, b) => (a < b ? -1 : 1))[0]!
    .split('\0')
}

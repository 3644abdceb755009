/**
 * A shortest way from one of `starts` to `end`, breadth first. Of all such ways the one from the first start, then with
 * the first edge, then the second, and so on, in the orders in which starts and each model's edges are given.
 *
 * @param headOf where an edge leads
 * @returns undefined: there is none
 */
export function shortestPath<Edge>(
  starts: readonly string[],
  end: string,
  edgesOf: (model: string) => readonly Edge[],
  headOf: (edge: Edge) => string,
): { start: string; edges: Edge[] } | undefined {
  const reached = new Map<string, { from: string; edge: Edge } | null>(starts.map(start => [start, null]))
  // It grows while it is gone through: each level in the order of its models' first ways.
  for (const model of reached.keys()) {
    if (model === end) break
    for (const edge of edgesOf(model)) {
      const head = headOf(edge)
      if (!reached.has(head)) reached.set(head, { from: model, edge })
    }
  }
  if (!reached.has(end)) return undefined
  const edges: Edge[] = []
  let start = end
  for (let step = reached.get(end); step; step = reached.get(start)) {
    edges.push(step.edge)
    start = step.from
  }
  return { start, edges: edges.reverse() }
}

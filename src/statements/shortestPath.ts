/**
 * A shortest way from one of `starts` to `end`, both included, breadth first; the first in the order in which the
 * starts and each model's parents are given. Undefined: there is none.
 */
export function shortestPath(
  starts: readonly string[],
  end: string,
  parents: ReadonlyMap<string, readonly string[]>,
): string[] | undefined {
  const previous = new Map<string, string | undefined>(starts.map(start => [start, undefined]))
  const queue = [...starts]
  for (const model of queue) {
    if (model === end) {
      const way = [model]
      for (let at = previous.get(model); at !== undefined; at = previous.get(at)) way.unshift(at)
      return way
    }
    for (const parent of parents.get(model) ?? []) {
      if (previous.has(parent)) continue
      previous.set(parent, model)
      queue.push(parent)
    }
  }
  return undefined
}

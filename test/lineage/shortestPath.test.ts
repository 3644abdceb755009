import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shortestPath } from '../../src/lineage/shortestPath'

interface Edge {
  number: number
  from: string
  to: string
}

/** All ways that come by no model twice, by walking them. */
function allWays(edges: readonly Edge[], at: string, end: string, seen: readonly string[] = []): Edge[][] {
  if (at === end) return [[]]
  return edges
    .filter(({ from, to }) => from === at && to !== at && !seen.includes(to))
    .flatMap(edge => allWays(edges, edge.to, end, [...seen, at]).map(way => [edge, ...way]))
}

test('is of all shortest ways the first, in the order of starts and of edges, cycles and double edges included', () => {
  const model = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
  const graph = fc
    .array(fc.record({ from: model, to: model }), { maxLength: 12 })
    .map(edges => edges.map((edge, number): Edge => ({ ...edge, number })))
  fc.assert(
    fc.property(graph, fc.uniqueArray(model, { minLength: 1, maxLength: 3 }), model, (edges, starts, end) => {
      const [first] = starts
        .flatMap((start, i) => allWays(edges, start, end).map(way => ({ start, i, way })))
        .sort(
          (a, b) =>
            a.way.length - b.way.length ||
            a.i - b.i ||
            a.way.reduce((order, edge, i) => order || edge.number - b.way[i]!.number, 0),
        )
      const found = shortestPath(
        starts,
        end,
        id => edges.filter(({ from }) => from === id),
        ({ to }) => to,
      )
      expect(found).toEqual(first && { start: first.start, edges: first.way })
    }),
    { numRuns: 500 },
  )
})

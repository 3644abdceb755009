import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  filtered,
  type GraphEdge,
  type GraphModel,
  graphOf,
  throughModel,
} from '../../src/dashboard/lineage/graph'
import { BOX, layoutOf } from '../../src/dashboard/lineage/layout'

const model = (id: string, chain = 'a'): GraphModel => ({
  id,
  name: id,
  chain,
  kind: 'MODEL',
  status: 'INDEXED',
})
const edge = (childId: string, parentId: string, role = 'PARENT', cyclic = false): GraphEdge => ({
  id: `${childId}|${role}|${parentId}`,
  childId,
  parentId,
  role,
  sharePpm: 50_000,
  cyclic,
})
const side = (nodes: [depth: number, id: string, chain?: string][], edges: GraphEdge[]) => ({
  nodes: nodes.map(([depth, id, chain]) => ({ depth, share: 1000 * depth, model: model(id, chain) })),
  edges,
})
const none = side([], [])

/** root made from p (made from g) and d; c made from root */
const family = () =>
  graphOf(
    model('root'),
    side(
      [
        [1, 'p'],
        [1, 'd', 'b'],
        [2, 'g'],
      ],
      [edge('root', 'p'), edge('root', 'd', 'DATASET'), edge('p', 'g')],
    ),
    side([[1, 'c']], [edge('c', 'root')]),
  )
const columns = (graph: ReturnType<typeof graphOf>) =>
  Object.fromEntries([...graph.nodes].map(([id, { column }]) => [id, column]))

describe('a lineage', () => {
  test('has ancestors before its root and descendants behind it', () => {
    expect(columns(family())).toEqual({ root: 0, p: -1, d: -1, g: -2, c: 1 })
  })

  test('that goes in a circle has each model once', () => {
    const circle = [edge('root', 'x', 'PARENT', true), edge('x', 'root', 'PARENT', true)]
    const graph = graphOf(model('root'), side([[1, 'x']], circle), side([[1, 'x']], circle))
    expect(columns(graph)).toEqual({ root: 0, x: -1 })
    expect(graph.edges).toHaveLength(2)
    expect([...throughModel(graph, 'x')].sort()).toEqual(['root', 'x'])
  })

  test('grows where it is opened, and by nothing that hangs on nothing', () => {
    const opened = {
      of: 'c',
      ancestors: side(
        [
          [1, 'root'],
          [1, 'q'],
        ],
        [edge('c', 'root'), edge('c', 'q')],
      ),
      descendants: side([[1, 'e']], [edge('e', 'c')]),
    }
    const stranger = { of: 'nobody', ancestors: side([[1, 'z']], []), descendants: none }
    const graph = graphOf(model('root'), none, side([[1, 'c']], [edge('c', 'root')]), [stranger, opened])
    expect(columns(graph)).toEqual({ root: 0, c: 1, q: 0, e: 2 })
    expect(graph.nodes.get('e')!.share).toBeNull()
  })

  test('keeps, of a role or a chain, what still hangs on the root', () => {
    expect([...filtered(family(), { role: 'DATASET' }).nodes.keys()]).toEqual(['root', 'd'])
    expect([...filtered(family(), { chain: 'b' }).nodes.keys()]).toEqual(['root', 'd'])
    expect([...filtered(family(), { chain: 'a' }).nodes.keys()]).toEqual(['root', 'p', 'g', 'c'])
    expect([...filtered(family(), { chain: 'nowhere' }).nodes.keys()]).toEqual(['root'])
    expect(filtered(family(), {}).nodes.size).toBe(5)
  })

  test('lights the ways through a model, and not its siblings', () => {
    expect([...throughModel(family(), 'p')].sort()).toEqual(['c', 'g', 'p', 'root'])
  })
})

describe('the drawing of a lineage', () => {
  const random = fc
    .record({
      up: fc.integer({ min: 0, max: 40 }),
      down: fc.integer({ min: 0, max: 40 }),
      links: fc.array(fc.tuple(fc.nat(80), fc.nat(80)), { maxLength: 200 }),
    })
    .map(({ up, down, links }) => {
      const names = (prefix: string, count: number) =>
        Array.from({ length: count }, (_, i): [number, string] => [1 + (i % 4), `${prefix}${i}`])
      const all = ['root', ...names('u', up).map(([, id]) => id), ...names('d', down).map(([, id]) => id)]
      const edges = links.flatMap(([a, b]) =>
        a < all.length && b < all.length ? [edge(all[a]!, all[b]!)] : [],
      )
      return graphOf(model('root'), side(names('u', up), edges), side(names('d', down), []))
    })

  test('has every model in its place: none over another, all inside, parents left of nearer columns', () => {
    fc.assert(
      fc.property(random, graph => {
        const { nodes, width, height, edges } = layoutOf(graph)
        expect(nodes).toHaveLength(graph.nodes.size)
        expect(edges).toHaveLength(graph.edges.length)
        for (const { x, y } of nodes) {
          expect(x >= 0 && y >= 0 && x + BOX.width <= width && y + BOX.height <= height).toBe(true)
        }
        const taken = nodes.map(({ x, y }) => `${x} ${y}`)
        expect(new Set(taken).size).toBe(taken.length)
        for (const a of nodes) {
          for (const b of nodes) if (a.column < b.column) expect(a.x).toBeLessThan(b.x)
        }
      }),
      { numRuns: 30 },
    )
  })

  test('is the same for the same graph', () => {
    fc.assert(
      fc.property(random, graph => {
        expect(layoutOf(graph)).toEqual(layoutOf(graph))
      }),
      { numRuns: 30 },
    )
  })

  test('puts models beside what they are linked to, so that lines do not cross for nothing', () => {
    const pairs = Array.from({ length: 12 }, (_, i) => i)
    const graph = graphOf(
      model('root'),
      side(
        [
          ...pairs.map((i): [number, string] => [1, `p${i}`]),
          ...pairs.map((i): [number, string] => [2, `g${(i * 5) % 12}`]),
        ],
        [...pairs.map(i => edge('root', `p${i}`)), ...pairs.map(i => edge(`p${i}`, `g${i}`))],
      ),
      none,
    )
    const y = new Map(layoutOf(graph).nodes.map(node => [node.model.id, node.y]))
    for (const i of pairs) expect(y.get(`g${i}`)).toBe(y.get(`p${i}`))
  })

  test('marks what goes from one chain to another', () => {
    const crossing = layoutOf(family()).edges.filter(({ crossesChains }) => crossesChains)
    expect(crossing.map(({ id }) => id)).toEqual(['root|DATASET|d'])
  })
})

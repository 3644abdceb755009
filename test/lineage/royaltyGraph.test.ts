import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RoyaltyGraph, type ShareEdge } from '../../src/lineage/royaltyGraph'
import { topologyOf } from '../../src/lineage/topology'
import { type Message, routeByHand, type World } from '../royalties/routerByHand'

const A = 'eip155:1/reference:'
const B = 'eip155:2/reference:'

function edge(child: string, parent: string, ppm: number, policy: ShareEdge['policy'] = 'HOP'): ShareEdge {
  return {
    child,
    parent,
    share: { numerator: BigInt(ppm), denominator: 1_000_000n },
    policy,
    onDemand: false,
  }
}

function keptOf(graph: RoyaltyGraph, model: string, net: bigint): Record<string, bigint> {
  const byModel: Record<string, bigint> = {}
  for (const { model: at, amount } of graph.distribute(model, net).kept)
    byModel[at] = (byModel[at] ?? 0n) + amount
  return byModel
}

/** Random lineages on two chains: parents are older on their own chain, and anything on the other. */
const lineage = fc
  .array(
    fc.array(
      fc.record({
        offset: fc.integer({ min: 1, max: 12 }),
        foreign: fc.boolean(),
        ppm: fc.integer({ min: 0, max: 230_000 }),
      }),
      { maxLength: 4 },
    ),
    { minLength: 2, maxLength: 14 },
  )
  .map(models => {
    const name = (i: number, chain = i % 2) => `${chain ? B : A}${i}`
    const edges = models.flatMap((parents, i) => {
      const seen = new Set<string>()
      return parents.flatMap(({ offset, foreign, ppm }) => {
        const number = foreign ? (i + offset) % models.length : i - 2 * offset
        const parent = name(number)
        if (number < 0 || (foreign && number % 2 === i % 2) || seen.has(parent)) return []
        seen.add(parent)
        return [edge(name(i), parent, ppm)]
      })
    })
    return { names: models.map((_, i) => name(i)), edges }
  })

function worldOf(edges: ShareEdge[]): World {
  const parents: World['parents'] = new Map()
  for (const { child, parent, share } of edges) {
    parents.set(child, [...(parents.get(child) ?? []), { to: parent, ppm: share.numerator }])
  }
  return { parents }
}

describe('a fee that is distributed hop by hop', () => {
  test('reaches every model as the router says, to the wei, on both chains, cycles over the chains included', () => {
    fc.assert(
      fc.property(
        lineage,
        fc.nat(),
        fc.bigInt({ min: 1n, max: 10n ** 24n }),
        ({ names, edges }, pick, net) => {
          const world = worldOf(edges)
          const start = names[pick % names.length]!
          const expected: Record<string, bigint> = {}
          const queue: (Message | undefined)[] = [undefined]
          for (const message of queue) {
            const { credits, messages } = routeByHand(
              world,
              message?.to ?? start,
              message?.amount ?? net,
              message,
            )
            for (const { model, amount } of credits) expected[model] = (expected[model] ?? 0n) + amount
            queue.push(...messages)
            fc.pre(queue.length < 400)
          }
          expect(keptOf(new RoyaltyGraph(edges), start, net)).toEqual(expected)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('is neither made nor lost: what all keep adds up to it', () => {
    fc.assert(
      fc.property(lineage, fc.bigInt({ min: 1n, max: 2n ** 250n }), ({ names, edges }, net) => {
        const { kept, truncated } = new RoyaltyGraph(edges).distribute(names.at(-1)!, net)
        fc.pre(!truncated)
        expect(kept.reduce((sum, { amount }) => sum + amount, 0n)).toBe(net)
      }),
    )
  })

  test('a cycle of full shares over two chains ends, and says that it was cut', () => {
    const graph = new RoyaltyGraph([edge(`${A}1`, `${B}1`, 1_000_000), edge(`${B}1`, `${A}1`, 1_000_000)])
    expect(graph.distribute(`${A}1`, 10n ** 18n).truncated).toBe(true)
  })

  test('a cycle on one chain carries nothing', () => {
    const edges = [
      edge(`${A}1`, `${A}2`, 100_000),
      edge(`${A}2`, `${A}1`, 100_000),
      edge(`${A}1`, `${A}3`, 1),
    ]
    expect([...topologyOf(edges).cyclic]).toEqual(edges.slice(0, 2))
    expect(keptOf(new RoyaltyGraph(edges), `${A}1`, 10n ** 6n)).toEqual({
      [`${A}1`]: 999_999n,
      [`${A}3`]: 1n,
    })
  })

  test('a lineage deeper than the call stack', () => {
    const edges = Array.from({ length: 50_000 }, (_, i) => edge(`${A}${i + 1}`, `${A}${i}`, 1_000_000))
    expect(keptOf(new RoyaltyGraph(edges), `${A}50000`, 7n)).toEqual({ [`${A}0`]: 7n })
  })
})

describe('an absolute share (Story LAP)', () => {
  const S = 'eip155:1514/story:'

  test('is had once for each path, of every descendant', () => {
    // d -> b, c -> a (a diamond), a's share 10 %; e -> d.
    const edges = [
      edge(`${S}e`, `${S}d`, 50_000, 'ABSOLUTE'),
      edge(`${S}d`, `${S}b`, 0, 'NONE'),
      edge(`${S}d`, `${S}c`, 20_000, 'ABSOLUTE'),
      edge(`${S}b`, `${S}a`, 100_000, 'ABSOLUTE'),
      edge(`${S}c`, `${S}a`, 100_000, 'ABSOLUTE'),
    ]
    const graph = new RoyaltyGraph(edges)
    expect(
      Object.fromEntries([...graph.absoluteStacks(`${S}e`)].map(([id, { numerator }]) => [id, numerator])),
    ).toEqual({
      [`${S}d`]: 50_000n,
      [`${S}c`]: 20_000n,
      [`${S}a`]: 200_000n,
    })
    expect(keptOf(graph, `${S}e`, 1000n)).toEqual({ [`${S}e`]: 730n })
  })

  test('does not enumerate the paths of a ladder of diamonds', () => {
    const edges: ShareEdge[] = []
    for (let level = 0; level < 40; level++) {
      for (const left of [0, 1, 2, 3]) {
        for (const right of [0, 1, 2, 3]) {
          edges.push(edge(`${S}${level}-${left}`, `${S}${level + 1}-${right}`, 1, 'ABSOLUTE'))
        }
      }
    }
    const stacks = new RoyaltyGraph(edges).absoluteStacks(`${S}0-0`)
    expect(stacks.get(`${S}40-0`)?.numerator).toBe(4n ** 39n)
  })

  test('stands beside shares that are passed on hop by hop (Story LRP)', () => {
    const edges = [
      edge(`${S}c`, `${S}b`, 100_000, 'HOP'),
      edge(`${S}b`, `${S}a`, 500_000, 'HOP'),
      edge(`${S}c`, `${S}x`, 200_000, 'ABSOLUTE'),
      edge(`${S}b`, `${S}y`, 300_000, 'EXTERNAL'),
    ]
    // b's part is net of its own LRP stack: 10 % × (100 % − 50 %)
    expect(keptOf(new RoyaltyGraph(edges), `${S}c`, 1000n)).toEqual({
      [`${S}c`]: 700n,
      [`${S}b`]: 50n,
      [`${S}a`]: 50n,
    })
  })
})

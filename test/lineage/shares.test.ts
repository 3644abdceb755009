import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cyclicEdges } from '../../src/lineage/cycles'
import { shares } from '../../src/lineage/shares'
import { bruteCyclic, bruteDepths, bruteShare, edgeOf } from '../graph/bruteLineage'

const id = fc.integer({ min: 0, max: 8 }).map(n => `m${n}`)

/** Any graph: diamonds, cycles, edges to itself, several roles between the same two. */
const graphs = fc.uniqueArray(
  fc
    .record({
      child: id,
      parent: id,
      role: fc.constantFrom('PARENT', 'PARENT', 'PARENT', 'DATASET'),
      sharePpm: fc.oneof(
        fc.constantFrom(null, 0, 1_000_000, 100_000, 500_000),
        fc.integer({ min: 1, max: 1e6 }),
      ),
      policy: fc.constantFrom('HOP', 'HOP', 'HOP', 'ABSOLUTE', 'EXTERNAL', 'NONE'),
    })
    .map(edgeOf),
  { selector: edge => edge.id, maxLength: 14 },
)

/** Mostly without cycles: a model's parents have lower numbers. */
const dags = graphs.map(edges => edges.filter(edge => edge.parentId < edge.childId))

describe('the share that reaches an ancestor', () => {
  it('multiplies hop by hop', () => {
    const edges = [
      edgeOf({ child: 'c', parent: 'b', sharePpm: 100_000 }),
      edgeOf({ child: 'b', parent: 'a', sharePpm: 50_000 }),
    ]
    expect(shares('c', edges, 'ANCESTORS')).toEqual(new Map(Object.entries({ b: 100_000, a: 5_000 })))
    expect(shares('a', edges, 'DESCENDANTS')).toEqual(new Map(Object.entries({ b: 50_000, c: 5_000 })))
  })

  it('of an absolute policy is paid once a path by every descendant', () => {
    const edges = [
      edgeOf({ child: 'b', parent: 'a', sharePpm: 50_000, policy: 'ABSOLUTE' }),
      edgeOf({ child: 'c1', parent: 'b', sharePpm: 100_000, policy: 'ABSOLUTE' }),
      edgeOf({ child: 'c2', parent: 'b', sharePpm: 100_000, policy: 'ABSOLUTE' }),
      edgeOf({ child: 'd', parent: 'c1', policy: 'NONE', sharePpm: null }),
      edgeOf({ child: 'd', parent: 'c2', policy: 'NONE', sharePpm: null }),
    ]
    expect(shares('d', edges, 'ANCESTORS').get('a')).toBe(100_000)
  })

  it('is summed before it is rounded: ten ways of a tenth are the whole', () => {
    const edges = Array.from({ length: 10 }, (_, i) => [
      edgeOf({ child: 'd', parent: `c${i}`, sharePpm: 100_000 }),
      edgeOf({ child: `c${i}`, parent: 'a', sharePpm: 1_000_000 }),
    ]).flat()
    expect(shares('d', edges, 'ANCESTORS').get('a')).toBe(1_000_000)
  })

  it('is what all paths together give, in both directions', () => {
    fc.assert(
      fc.property(fc.oneof(graphs, dags), id, (edges, root) => {
        for (const [ancestor, share] of shares(root, edges, 'ANCESTORS')) {
          expect(share).toBe(bruteShare(root, ancestor, edges))
        }
        for (const [descendant, share] of shares(root, edges, 'DESCENDANTS')) {
          expect(share).toBe(bruteShare(descendant, root, edges))
        }
      }),
      { numRuns: 500 },
    )
  })

  it('never exceeds the whole, and is known for every ancestor that no cycle hides', () => {
    fc.assert(
      fc.property(dags, id, (edges, root) => {
        const found = shares(root, edges, 'ANCESTORS')
        expect([...found.keys()].sort()).toEqual([...bruteDepths(root, edges, 'ANCESTORS').keys()].sort())
        for (const share of found.values()) expect(share).toBeLessThanOrEqual(1_000_000)
      }),
    )
  })

  it('is worked out on a ladder of 16 million paths, and on a chain of 5000, at once', () => {
    const ladder = Array.from({ length: 12 }, (_, level) =>
      [0, 1, 2, 3].flatMap(from =>
        [0, 1, 2, 3].map(to =>
          edgeOf({ child: `${level}.${from}`, parent: `${level + 1}.${to}`, sharePpm: 250_000 }),
        ),
      ),
    ).flat()
    const chain = Array.from({ length: 5000 }, (_, i) =>
      edgeOf({ child: `n${i}`, parent: `n${i + 1}`, sharePpm: 999_983 }),
    )
    const start = process.cpuUsage()
    expect(shares('0.0', ladder, 'ANCESTORS').get('12.3')).toBe(250_000)
    expect(shares('n0', chain, 'ANCESTORS').get('n5000')).toBe(Math.floor(1e6 * 0.999983 ** 5000))
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(1_000)
  })
})

describe('a cycle', () => {
  it('is every edge from whose parent a way leads back to the child', () => {
    fc.assert(
      fc.property(graphs, edges => {
        expect(cyclicEdges(edges)).toEqual(edges.map(edge => bruteCyclic(edge, edges)))
      }),
      { numRuns: 500 },
    )
  })

  it('is found in a ring of 100,000 models', () => {
    const ring = Array.from({ length: 100_000 }, (_, i) => ({
      childId: `n${i}`,
      parentId: `n${(i + 1) % 100_000}`,
    }))
    expect(cyclicEdges([...ring, { childId: 'x', parentId: 'n0' }]).filter(cyclic => !cyclic)).toHaveLength(1)
  })
})

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lineageMap, MOST_LINKS, MOST_PLACES } from '../../src/lineage/lineageMap'

/** A random lineage: columns of models, edges between any two. */
const random = fc
  .record({
    sizes: fc.array(fc.integer({ min: 1, max: 1500 }), { minLength: 1, maxLength: 6 }),
    links: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 400 }),
  })
  .map(({ sizes, links }) => {
    const columnOf = new Map([['root', 0]])
    for (const [i, size] of sizes.entries()) for (let n = 0; n < size; n++) columnOf.set(`m${i}-${n}`, i - 2)
    const ids = [...columnOf.keys()]
    const edges = links.map(([a, b]) => ({ childId: ids[a % ids.length]!, parentId: ids[b % ids.length]! }))
    return { columnOf, edges }
  })

describe('a map of a lineage', () => {
  test('has every model once, in its column, at its own height, and the root alone', () => {
    fc.assert(
      fc.property(random, ({ columnOf, edges }) => {
        const { places, links } = lineageMap('root', columnOf, edges)
        expect(places.reduce((sum, { models }) => sum + models, 0)).toBe(columnOf.size)
        for (const column of new Set(columnOf.values())) {
          const own = places.filter(place => place.column === column)
          const members = [...columnOf.values()].filter(one => one === column).length
          expect(own.reduce((sum, { models }) => sum + models, 0)).toBe(members)
          for (const [i, { y }] of own.entries()) {
            expect(y > 0 && y < 1).toBe(true)
            if (i > 0) expect(y).toBeGreaterThan(own[i - 1]!.y)
          }
        }
        expect(places.filter(({ id }) => id === 'root')).toMatchObject([{ models: 1, column: 0 }])
        // A column and the root may each cut one run in two.
        expect(places.length).toBeLessThanOrEqual(MOST_PLACES + 2)
        for (const { child, parent } of links) expect(places[child] && places[parent]).toBeDefined()
        expect(links.reduce((sum, link) => sum + link.edges, 0)).toBeLessThanOrEqual(edges.length)
      }),
      { numRuns: 25 },
    )
  })

  test('of few models is one place each, with all edges between different ones', () => {
    const columnOf = new Map([
      ['root', 0],
      ['p', -1],
      ['q', -1],
      ['c', 1],
    ])
    const edges = [
      { childId: 'root', parentId: 'p' },
      { childId: 'root', parentId: 'q' },
      { childId: 'c', parentId: 'root' },
      { childId: 'c', parentId: 'p' },
    ]
    const { places, links } = lineageMap('root', columnOf, edges)
    const name = (i: number) => places[i]!.id
    expect(places.map(({ id, column }) => [id, column])).toEqual([
      ['p', -1],
      ['q', -1],
      ['root', 0],
      ['c', 1],
    ])
    expect(links.map(({ child, parent }) => `${name(child)}>${name(parent)}`).sort()).toEqual(
      edges.map(({ childId, parentId }) => `${childId}>${parentId}`).sort(),
    )
  })

  test('of 40,000 models takes two seconds at most, and no more lines than can be drawn', () => {
    const columnOf = new Map([['root', 0]])
    const edges: { childId: string; parentId: string }[] = []
    for (let i = 1; i <= 40_000; i++) {
      columnOf.set(`m${i}`, 1 + (i % 7))
      for (const k of [3, 7])
        edges.push({ childId: `m${i}`, parentId: i < 10 ? 'root' : `m${Math.floor(i / k)}` })
    }
    const started = process.cpuUsage()
    const { places, links } = lineageMap('root', columnOf, edges)
    expect(process.cpuUsage(started).user / 1e6).toBeLessThan(2)
    expect(places.length).toBeGreaterThan(MOST_PLACES * 0.8)
    expect(links.length).toBeLessThanOrEqual(MOST_LINKS)
  })
})

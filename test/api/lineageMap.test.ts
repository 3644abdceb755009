import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestApi, testApi } from './apiFixture'
import { CHAIN, MODEL } from './rows'

/** 200 parents, the root, 6,000 models made of it or of its children. */
const [PARENTS, DESCENDANTS] = [200, 6000]
const ROOT = MODEL(1000)

let api: TestApi

beforeAll(async () => {
  api = await testApi({ timeoutMs: 60_000 })
  await api.insert('Model', { id: ROOT, name: 'root' })
  const made = `'${CHAIN}', 'reference', '0x', 1, now(), '0x', 0`
  await api.pool.query(
    `INSERT INTO model (id, name, kind, version, taint_count, tainted, chain, protocol, contract, block, time, transaction, log_index)
     SELECT id, id, 'MODEL', 1, 0, false, ${made}
       FROM (SELECT '${CHAIN}/reference:p' || i AS id FROM generate_series(1, ${PARENTS}) i
             UNION ALL SELECT '${CHAIN}/reference:d' || i FROM generate_series(1, ${DESCENDANTS}) i) ids`,
  )
  await api.pool.query(
    `INSERT INTO lineage_edge (id, child_id, parent_id, role, ordinal, share_ppm, share_numerator, share_denominator, policy,
                               chain, protocol, contract, block, time, transaction, log_index)
     SELECT child || '>' || parent, child, parent, 'PARENT', 0, 1000, 1, 1000, 'HOP', ${made}
       FROM (SELECT '${ROOT}' AS child, '${CHAIN}/reference:p' || i AS parent FROM generate_series(1, ${PARENTS}) i
             UNION ALL
             SELECT '${CHAIN}/reference:d' || i,
                    CASE WHEN i <= 100 THEN '${ROOT}' ELSE '${CHAIN}/reference:d' || 1 + i % 100 END
               FROM generate_series(1, ${DESCENDANTS}) i) edges`,
  )
  await api.pool.query('ANALYZE model, lineage_edge')
})

afterAll(() => api.close())

interface Answered {
  models: number
  truncated: boolean
  places: { column: number; y: number; models: number; model: { id: string; name: string } }[]
  links: { child: number; parent: number; edges: number }[]
}

async function map(maxNodes: number): Promise<Answered> {
  const { data, errors } = await api.gql(
    `{ lineageMap(model: "${ROOT}", maxNodes: ${maxNodes}) {
         models truncated places { column y models model { id name } } links { child parent edges }
       } }`,
  )
  expect(errors).toBeUndefined()
  return (data as unknown as { lineageMap: Answered }).lineageMap
}

test('the map of a lineage of thousands has each model in its column, and every edge', async () => {
  const { models, truncated, places, links } = await map(10_000)
  expect([models, truncated]).toEqual([1 + PARENTS + DESCENDANTS, false])
  const inColumn = (column: number) =>
    places.filter(place => place.column === column).reduce((sum, place) => sum + place.models, 0)
  expect([-1, 0, 1, 2].map(inColumn)).toEqual([PARENTS, 1, 100, DESCENDANTS - 100])
  expect(places.length).toBeLessThan(2100)
  expect(links.reduce((sum, { edges }) => sum + edges, 0)).toBe(PARENTS + DESCENDANTS)
  const root = places.findIndex(({ model }) => model.id === ROOT)
  expect(places[root]).toMatchObject({ column: 0, models: 1, model: { name: 'root' } })
  for (const { child, parent } of links) expect(places[child]!.column - places[parent]!.column).toBe(1)
})

test('says where there are more than were asked for, and refuses more than can be drawn', async () => {
  const { models, truncated } = await map(150)
  expect([models, truncated]).toEqual([301, true])
  for (const maxNodes of [0, 10_001, -1]) {
    const { errors } = await api.gql(`{ lineageMap(model: "${ROOT}", maxNodes: ${maxNodes}) { models } }`)
    expect(errors, String(maxNodes)).toHaveLength(1)
  }
})

test('an explorer is named of public chains alone, where none is configured', async () => {
  const { data } = await api.gql('{ chains { id explorer } }')
  expect(data).toEqual({ chains: [{ id: CHAIN, explorer: null }] })
})

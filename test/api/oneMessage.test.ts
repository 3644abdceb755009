import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CHAIN, MODEL, setHeights, type TestApi, testApi } from './apiFixture'

let api: TestApi
beforeAll(async () => {
  api = await testApi()
  await setHeights(api.pool, { height: 1, finalized: 0 })
  await api.insert('Model', { id: MODEL(1), name: '1' }, { id: MODEL(2), name: '1' })
  const edge = { id: `${MODEL(1)}|PARENT|${MODEL(2)}`, childId: MODEL(1), parentId: MODEL(2) }
  await api.insert('LineageEdge', edge)
})
afterAll(() => api?.close())

/** One statement without its parents, three with them: what was learnt of it is wrong for the next. */
const QUERY = `query ($id: ID!, $more: Boolean!) {
  model(id: $id) { name parents @include(if: $more) { nodes { parent { name } } } }
}`

/** All that names the number, in one transaction. */
async function write(n: number): Promise<void> {
  await api.pool.query(
    `BEGIN; UPDATE model SET name = '${n}'; UPDATE squid_31337.hot_block SET height = ${n}; COMMIT`,
  )
}

describe('a question that took one statement', () => {
  test('is of one moment with its height, though more is asked now and others write', async () => {
    let writing = true
    let written = 1
    const writer = (async () => {
      while (writing) await write(++written)
    })()
    const seen = new Set<string>()
    const ask = async (more: boolean) => {
      const { data, errors, extensions } = await api.gql(QUERY, { id: MODEL(1), more })
      expect(errors).toBeUndefined()
      const { name, parents } = data.model
      seen.add(`${more} ${name}`)
      expect(extensions!.asOf).toMatchObject([{ chain: CHAIN, height: Number(name) }])
      if (more) expect(parents.nodes).toEqual([{ parent: { name } }])
    }
    for (let i = 0; i < 60; i++) {
      await ask(false)
      await Promise.all([ask(i % 3 > 0), ask(true), ask(false)])
    }
    writing = false
    await writer
    // It did meet writes, and was not answered from what was kept.
    expect(written).toBeGreaterThan(60)
    expect(seen.size).toBeGreaterThan(60)
  })

  test('finds what is nowhere to be nothing, and what only an edge names', async () => {
    const named = `${CHAIN}/reference:77`
    const edge = { id: `${MODEL(2)}|PARENT|${named}`, childId: MODEL(2), parentId: named }
    await api.insert('LineageEdge', edge)
    const query = 'query ($id: ID!) { model(id: $id) { id status } }'
    const models: unknown[] = []
    for (const id of [MODEL(1), MODEL(404), MODEL(2), named, MODEL(1)])
      models.push((await api.data(query, { id })).model)
    expect(models).toEqual([
      { id: MODEL(1), status: 'INDEXED' },
      null,
      { id: MODEL(2), status: 'INDEXED' },
      { id: named, status: 'STUB' },
      { id: MODEL(1), status: 'INDEXED' },
    ])
  })

  test('is one statement, and holds no connection while nothing changes', async () => {
    const query = 'query ($id: ID!) { model(id: $id) { version } }'
    for (let n = 11; n <= 17; n++) await api.insert('Model', { id: MODEL(n) })
    for (const n of [11, 12]) await api.data(query, { id: MODEL(n) })
    const before = await api.statements()
    for (let n = 13; n <= 17; n++) await api.data(query, { id: MODEL(n) })
    expect((await api.statements()) - before).toBe(5)
  })
})

import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { KeptAnswers, MOST_BYTES_EACH } from '../../src/api/kept/keptAnswers'
import { MODEL, setHeights, type TestApi, testApi } from './apiFixture'

let api: TestApi
beforeEach(async () => {
  api = await testApi()
  await setHeights(api.pool, { height: 5, finalized: 2 })
  await api.insert('Model', { id: MODEL(1), name: 'one' }, { id: MODEL(2), name: 'two' })
})
afterEach(() => api?.close())

const NAME = `{ model(id: "${MODEL(1)}") { name } }`

async function fromMemory(): Promise<number> {
  const text = await (await fetch(`${api.url}/metrics`)).text()
  return Number(/^provenance_api_answers_from_memory_total (\d+)/m.exec(text)![1])
}

/** How many of the requests in `work` are answered from memory. */
async function keptDuring(work: () => Promise<unknown>): Promise<number> {
  const before = await fromMemory()
  await work()
  return (await fromMemory()) - before
}

async function post(body: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

describe('a question that was asked before', () => {
  test('is answered from memory with the same bytes and headers, and no statement', async () => {
    const first = await post({ query: NAME })
    const statements = await api.statements()
    let again!: Response
    expect(await keptDuring(async () => (again = await post({ query: NAME })))).toBe(1)
    expect(await api.statements()).toBe(statements)
    expect(await again.text()).toBe(await first.text())
    const told = ({ headers }: Response) =>
      [...headers].filter(([name]) => !['date', 'connection', 'keep-alive'].includes(name)).sort()
    expect(told(again)).toEqual(told(first))
    expect(again.headers.get('x-content-type-options')).toBe('nosniff')
  })

  test('is worked out anew after every commit, whatever it changed', async () => {
    await setHeights(api.pool, { height: 5, finalized: 2 })
    await api.data(NAME)
    await api.pool.query(`UPDATE model SET name = 'other' WHERE id = $1`, [MODEL(1)])
    expect(await api.data(NAME)).toEqual({ model: { name: 'other' } })
    // Not a row of the answer, as where prices are imported.
    await api.pool.query(`UPDATE model SET name = 'else' WHERE id = $1`, [MODEL(2)])
    expect(await keptDuring(() => api.data(NAME))).toBe(0)
  })

  test('says the blocks of a reorganisation at the same height', async () => {
    const hash = async () => (await api.gql(NAME)).extensions!.asOf[0]!.hash
    await hash()
    await api.pool.query(`UPDATE squid_31337.hot_block SET hash = '0xother' WHERE height = 5`)
    expect(await hash()).toBe('0xother')
    expect(await keptDuring(hash)).toBe(1)
  })

  test('does not show what a transaction has not committed yet, and shows it at once when it has', async () => {
    const writer = await api.pool.connect()
    await writer.query('BEGIN')
    await writer.query(`UPDATE model SET name = 'soon' WHERE id = '${MODEL(1)}'`)
    // Another transaction begins and ends after it.
    await api.pool.query(`UPDATE model SET name = 'two and more' WHERE id = '${MODEL(2)}'`)
    expect(await api.data(NAME)).toEqual({ model: { name: 'one' } })
    expect(await keptDuring(() => api.data(NAME))).toBe(1)
    await writer.query('COMMIT')
    writer.release()
    expect(await api.data(NAME)).toEqual({ model: { name: 'soon' } })
  })

  test('is never older than what was committed before it was asked, while others ask and write', async () => {
    let written = 0
    let writing = true
    const ask = async () => {
      while (writing) {
        const known = written
        const { model } = await api.data(NAME)
        expect(Number(model.name)).toBeGreaterThanOrEqual(known)
      }
    }
    await api.pool.query(`UPDATE model SET name = '0' WHERE id = $1`, [MODEL(1)])
    const asking = Promise.all(Array.from({ length: 8 }, ask))
    for (let n = 1; n <= 40; n++) {
      await api.pool.query(`UPDATE model SET name = $2 WHERE id = $1`, [MODEL(1), String(n)])
      written = n
      await sleep(n % 4)
    }
    writing = false
    await asking
    expect(await api.data(NAME)).toEqual({ model: { name: '40' } })
  })
})

describe('what is not kept', () => {
  test.each([
    ['of the clock', '{ chains { lagSeconds updatedAt } }'],
    ['an error', '{ model(id: "x") { name } }'],
    ['not even begun', `{ models(first: 501) { nodes { id } } }`],
  ])('%s', async (_, query) => {
    await api.gql(query)
    expect(await keptDuring(() => api.gql(query))).toBe(0)
  })

  test('a subscription that is posted', async () => {
    const query = `subscription { modelChanged(id: "${MODEL(1)}") { model { name } } }`
    for (const name of ['first', 'second']) {
      const response = await post({ query }, { accept: 'text/event-stream' })
      const reader = response.body!.getReader()
      await reader.read()
      await api.pool.query(`UPDATE model SET name = $2 WHERE id = $1`, [MODEL(1), name])
      let text = ''
      while (!text.includes('"data"')) text += new TextDecoder().decode((await reader.read()).value)
      expect(text).toContain(`"name":"${name}"`)
      await reader.cancel()
    }
  })

  test('the answer for another page of the web, or in another form', async () => {
    await post({ query: NAME }, { origin: 'https://a.example' })
    const other = await post({ query: NAME }, { origin: 'https://b.example' })
    expect(other.headers.get('access-control-allow-origin')).not.toBe('https://a.example')
    const form = await post({ query: NAME }, { accept: 'application/graphql-response+json' })
    expect(form.headers.get('content-type')).toContain('application/graphql-response+json')
  })
})

test('kept answers take so much and no more, the last used ones stay', () => {
  const kept = new KeptAnswers()
  const answer = (bytes: number) => ({ version: null, headers: {}, body: Buffer.alloc(bytes) })
  kept.set('huge', answer(MOST_BYTES_EACH + 1))
  expect(kept.get('huge')).toBeUndefined()
  kept.set('used', answer(1000))
  for (let i = 0; i < 100; i++) {
    kept.set(`q${i}`, answer(MOST_BYTES_EACH))
    expect(kept.get('used')).toBeDefined()
    expect(kept.bytes).toBeLessThanOrEqual(32 * 1024 * 1024)
  }
  expect(kept.get('q99')).toBeDefined()
  expect(kept.get('q0')).toBeUndefined()
})

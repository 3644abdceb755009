import { setImmediate } from 'node:timers/promises'
import { execute, parse } from 'graphql'
import { createSchema } from 'graphql-yoga'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readEntityModel } from '../../src/api/entities/entityModel'
import { Answer, MOST_BYTES } from '../../src/api/limits/answer'
import { AnswerMemory } from '../../src/api/limits/answerMemory'
import { MOST_VALUES, mostValues } from '../../src/api/limits/cost'
import { meter } from '../../src/api/limits/metered'
import { buildApiSchema } from '../../src/api/schema'
import { userError } from '../../src/api/userError'
import { ADDRESS, CHAIN, MODEL, type TestApi, TOKEN, testApi } from './apiFixture'

let api: TestApi
const FEES = 200
/** A token whose text alone is larger than any answer when it is repeated for each of its fees. */
const WIDE = `${CHAIN}/erc20:${ADDRESS(0xbee)}`
const WIDE_NAME = 'x'.repeat(400_000)

beforeAll(async () => {
  api = await testApi()
  await api.insert('Token', { id: TOKEN, address: ADDRESS(0xeee) }, { id: WIDE, name: WIDE_NAME })
  for (let n = 0; n < FEES; n++)
    await api.insert('UsageFee', { id: `fee-${n}`, modelId: MODEL(n), tokenId: TOKEN }, { tokenId: WIDE })
})
afterAll(() => api?.close())

/** fees of the token of fees of the token of fees … */
const steps = (count: number, first: string, inner: string): string =>
  count === 0 ? inner : `fees(${first}) { nodes { token { ${steps(count - 1, first, inner)} } } }`

/** The longest that the process works between two turns of its event loop while `work` goes on, and all it works; ms of CPU. */
async function longestStretch<T>(work: Promise<T>): Promise<{ result: T; stretch: number; all: number }> {
  const begun = process.cpuUsage()
  let stretch = 0
  let last = process.cpuUsage()
  const timer = setInterval(() => {
    const { user } = process.cpuUsage(last)
    last = process.cpuUsage()
    stretch = Math.max(stretch, user / 1000)
  }, 1)
  const result = await work
  clearInterval(timer)
  return { result, stretch, all: process.cpuUsage(begun).user / 1000 }
}

describe('a query that asks for more than an answer may hold', () => {
  const query = `query ($n: Int) { tokens { nodes { ${steps(4, 'first: $n', 'id')} } } }`
  test.each([
    ['by the values of its variables', query, { n: 200 }],
    ["by its variables' defaults", query.replace('$n: Int', '$n: Int = 200'), {}],
    [
      'by the default of pages that say no size',
      `{ tokens { nodes { ${steps(4, 'where: {}', 'id')} } } }`,
      {},
    ],
    ['from the end', `query ($n: Int) { tokens { nodes { ${steps(4, 'last: $n', 'id')} } } }`, { n: 200 }],
    [
      'through fragments',
      `query ($n: Int) { tokens { nodes { ...A } } } fragment A on Token { fees(first: $n) { nodes { token { ...B } } } }
       fragment B on Token { fees(first: $n) { nodes { token { ... on Token { fees(first: $n) { nodes { id } } } } } } }`,
      { n: 200 },
    ],
  ])('%s is refused before it reads anything', async (_, query, variables) => {
    const before = await api.statements()
    const { data, errors } = await api.gql(query, variables)
    expect(await api.statements()).toBe(before)
    expect(data).toBeUndefined()
    expect(errors).toMatchObject([{ extensions: { code: 'TOO_COSTLY' } }])
    expect(errors![0]!.message).toMatch(
      /asks for up to [\d,]+ values, at most 262,144.*\n {2}fix: ask for smaller pages/s,
    )
  })

  test('by rows that are at hand already is cut when it is too large', async () => {
    const wide = `{ token(id: "${WIDE}") { fees(first: 200) { nodes { token { name } } } } }`
    const { data, errors } = await api.gql(wide)
    expect(data).toBeNull()
    expect(errors).toMatchObject([{ extensions: { code: 'TOO_COSTLY' } }])
    expect(errors![0]!.message).toMatch(/larger than 16 MB\n {2}fix: ask for smaller pages/)
    const small = await api.data(wide.replace('200', String(Math.floor(MOST_BYTES / WIDE_NAME.length) - 1)))
    expect(small.token.fees.nodes[0].token.name).toBe(WIDE_NAME)
  })

  test('by long names for small values is cut too', async () => {
    const alias = 'y'.repeat(200_000)
    const { errors } = await api.gql(
      `{ token(id: "${TOKEN}") { fees(first: 200) { nodes { ${alias}: id } } } }`,
    )
    expect(errors).toMatchObject([{ extensions: { code: 'TOO_COSTLY' } }])
  })

  test('of the schema is cut as well', async () => {
    const names = Array.from({ length: 400 }, (_, i) => `__typename${i}: __typename`).join(' ')
    const query = `{ __schema { types { fields { args { type { ${names} } } } } } }`
    const { errors } = await api.gql(query)
    expect(errors).toMatchObject([{ extensions: { code: 'TOO_COSTLY' } }])
  })
})

test('a large answer of rows that are at hand leaves the event loop to others, and repeats them right', async () => {
  const query = `query ($n: Int) { token(id: "${TOKEN}") { ${steps(3, 'first: $n', 'id')} } }`
  const { result, stretch, all } = await longestStretch(api.data(query, { n: 35 }))
  // biome-ignore lint/suspicious/noExplicitAny: an answer has the shape that its query asks for
  const count = (token: any): number =>
    token.fees
      ? token.fees.nodes.reduce((sum: number, fee: { token: unknown }) => sum + count(fee.token), 0)
      : 1
  expect(count(result.token)).toBe(35 ** 3)
  expect(stretch).toBeLessThan(all / 2) // one stretch would be all of it
})

test('a walk whose time is over stops, though nothing that it waits for is slow', async () => {
  let called = 0
  const items = Array.from({ length: 10 }, () => ({}))
  const schema = meter(
    createSchema({
      typeDefs: 'type Query { items: [Item!]! } type Item { items: [Item!]! }',
      resolvers: {
        Query: { items: () => items },
        Item: { items: async () => items.slice(0, 10 * Math.sign(++called)) },
      },
    }),
  )
  const nested = (levels: number): string => (levels === 0 ? '__typename' : `items { ${nested(levels - 1)} }`)
  const answer = new Answer(new AnswerMemory())
  setTimeout(() => answer.stop(userError('TIMEOUT', 'the time is over', 'ask for less')), 5)
  void execute({ schema, document: parse(`{ ${nested(6)} }`), contextValue: { answer } })
  const { data, errors } = await answer.ended
  expect([data, errors![0]!.extensions.code]).toEqual([null, 'TIMEOUT'])
  const before = called
  expect(before).toBeLessThan(100_000)
  for (let turn = 0; turn < 100; turn++) await setImmediate()
  expect(called).toBe(before)
})

test('a query whose every field fails is ended after some of them, with the first reason', async () => {
  const query = `{ token(id: "${TOKEN}") { fees(first: 200) { nodes { token { fees(first: 501) { totalCount } } } } } }`
  const { data, errors } = await api.gql(query)
  expect(data).toBeNull()
  expect(errors).toHaveLength(2)
  expect(errors![0]!.message).toContain('first: 501')
  expect(errors![1]!.message).toMatch(/more than 100 fields of the answer failed\n {2}fix: mend the first/)
})

describe('the values that a query asks for at most', () => {
  const schema = buildApiSchema(readEntityModel())
  test.each([
    ['{ model(id: "a") { id name } }', 3],
    ['{ models { totalCount } }', 2],
    ['{ models(first: 3) { nodes { id } } }', 2 + 3 * 2],
    ['{ models(first: 3) { edges { node { id } } } }', 2 + 3 * 3],
    ['{ models(last: 3) { nodes { id name } pageInfo { hasNextPage } } }', 2 + 3 * 3 + 2],
    ['{ models { nodes { id } } }', 2 + 20 * 2],
    ['{ lineage(model: "a", direction: BOTH) { nodes { depth } } }', 2 + 1000 * 2],
    ['{ lineage(model: "a", direction: BOTH, maxNodes: 7) { nodes { depth } truncated } }', 2 + 7 * 2 + 1],
    ['{ node(id: "a") { id ... on Model { name children(first: 2) { nodes { id } } } } }', 3 + 2 + 2 * 2],
  ])('%s: %i', (query, values) => {
    expect(mostValues({ schema, document: parse(query) })).toBe(values)
  })

  test('are found at once where fragments double each other', () => {
    const fragments = Array.from(
      { length: 200 },
      (_, i) => `fragment F${i} on Model { ...F${i + 1} ...F${i + 1} }`,
    )
    const query = `{ model(id: "a") { ...F0 } } ${fragments.join(' ')} fragment F200 on Model { id }`
    expect(mostValues({ schema, document: parse(query) })).toBeGreaterThan(MOST_VALUES)
  })
})

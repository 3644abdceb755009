import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ACCOUNT, ADDRESS, type Answer, CHAIN, MODEL, type TestApi, TOKEN, testApi } from './apiFixture'

let api: TestApi

const WEI = 10n ** 18n
/** Far beyond what a JSON number holds. */
const HUGE = 2n ** 255n

beforeAll(async () => {
  api = await testApi()
  await api.insert(
    'Model',
    {
      id: MODEL(1),
      name: 'Alpha Base',
      kind: 'MODEL',
      ownerId: ACCOUNT(1),
      tokenId: 1n,
      version: 1,
      tainted: false,
      time: '2026-01-01T00:00:00Z',
    },
    {
      id: MODEL(2),
      name: 'alpha Tuned',
      kind: 'MODEL',
      ownerId: ACCOUNT(2),
      tokenId: HUGE,
      version: 2,
      tainted: true,
      time: '2026-01-02T00:00:00Z',
    },
    {
      id: MODEL(3),
      name: 'Beta_100%',
      kind: 'DATASET',
      ownerId: null,
      tokenId: null,
      version: 3,
      tainted: false,
      time: '2026-01-03T00:00:00Z',
    },
    {
      id: MODEL(4),
      name: null,
      kind: 'GROUP',
      ownerId: ACCOUNT(1),
      tokenId: 4n,
      version: 4,
      tainted: false,
      time: '2026-01-04T00:00:00Z',
    },
  )
  await api.insert(
    'LineageEdge',
    { id: `${MODEL(2)}|PARENT|${MODEL(1)}`, childId: MODEL(2), parentId: MODEL(1), sharePpm: 100 },
    { id: `${MODEL(4)}|PARENT|${MODEL(1)}`, childId: MODEL(4), parentId: MODEL(1), sharePpm: 900 },
    { id: `${MODEL(4)}|DATASET|${MODEL(3)}`, childId: MODEL(4), parentId: MODEL(3), role: 'DATASET' },
  )
  await api.insert('StakePool', {
    id: `${CHAIN}/pool:${ADDRESS(0xa)}`,
    modelId: MODEL(1),
    assetId: TOKEN,
    activeAssets: 5n * WEI,
  })
  await api.insert(
    'RejectedLog',
    { id: `${CHAIN}/log:1`, topics: ['0xaa', '0xbb'], reason: 'a' },
    { id: `${CHAIN}/log:2`, topics: ['0xaa'], reason: 'b' },
    { id: `${CHAIN}/log:3`, topics: [], reason: 'c' },
  )
})
afterAll(() => api?.close())

/** Numbers of the models that a filter lets through, in order. */
async function models(where: string): Promise<number[]> {
  const data = await api.data(`{ models(where: ${where}) { nodes { id } totalCount } }`)
  const found = data.models.nodes.map((node: { id: string }) => Number(node.id.split(':').at(-1)))
  expect(data.models.totalCount).toBe(found.length)
  return found
}

describe('filters', () => {
  test.each([
    ['{ name_eq: "Alpha Base" }', [1]],
    ['{ name_not_eq: "Alpha Base" }', [2, 3]],
    ['{ name_in: ["Alpha Base", "Beta_100%"] }', [1, 3]],
    ['{ name_in: [] }', []],
    ['{ name_not_in: ["Alpha Base"] }', [2, 3]],
    ['{ name_isNull: true }', [4]],
    ['{ name_eq: null }', [4]],
    ['{ name_not_eq: null }', [1, 2, 3]],
    ['{ name_isNull: false }', [1, 2, 3]],
    ['{ name_contains: "lpha" }', [1, 2]],
    ['{ name_contains: "0%" }', [3]],
    ['{ name_contains: "a_1" }', [3]],
    ['{ name_contains: "a%1" }', []],
    ['{ name_not_contains: "lpha" }', [3]],
    ['{ name_containsInsensitive: "ALPHA" }', [1, 2]],
    ['{ name_not_containsInsensitive: "ALPHA" }', [3]],
    ['{ name_startsWith: "alpha" }', [2]],
    ['{ name_not_startsWith: "alpha" }', [1, 3]],
    ['{ name_endsWith: "Base" }', [1]],
    ['{ name_not_endsWith: "Base" }', [2, 3]],
    ['{ name_gt: "B" , name_lte: "Beta_100%" }', [3]],
    ['{ kind_eq: MODEL }', [1, 2]],
    ['{ kind_not_eq: MODEL }', [3, 4]],
    ['{ kind_in: [GROUP, DATASET] }', [3, 4]],
    ['{ kind_not_in: [GROUP, DATASET] }', [1, 2]],
    ['{ version_gt: 2 }', [3, 4]],
    ['{ version_gte: 2, version_lt: 4 }', [2, 3]],
    ['{ version_lte: 1 }', [1]],
    ['{ version_not_in: [1, 2] }', [3, 4]],
    ['{ tainted_eq: true }', [2]],
    ['{ tainted_not_eq: true }', [1, 3, 4]],
    [`{ tokenId_eq: "${HUGE}" }`, [2]],
    [`{ tokenId_lt: "${HUGE}" }`, [1, 4]],
    [`{ tokenId_gte: 4 }`, [2, 4]],
    [`{ tokenId_in: ["1", "4"] }`, [1, 4]],
    ['{ tokenId_isNull: true }', [3]],
    ['{ time_gte: "2026-01-03" }', [3, 4]],
    ['{ time_lt: "2026-01-02T01:00:00+02:00" }', [1]],
    [`{ ownerId_eq: "${ACCOUNT(1).replace('0x', '0X').replace('0X', '0x')}" }`, [1, 4]],
    ['{ AND: [{ kind_eq: MODEL }, { tainted_eq: false }] }', [1]],
    ['{ OR: [{ version_eq: 1 }, { version_eq: 4 }] }', [1, 4]],
    ['{ kind_eq: MODEL, tainted_eq: true, OR: [{ version_eq: 4 }] }', [2, 4]],
    ['{ kind_eq: MODEL, AND: [{ OR: [{ version_eq: 2 }, { version_eq: 4 }] }] }', [2]],
    ['{ AND: [{}] }', [1, 2, 3, 4]],
    ['{ parents_some: { parent: { name_startsWith: "Alpha" } } }', [2, 4]],
    ['{ parents_none: {} }', [1, 3]],
    ['{ parents_every: { sharePpm_lt: 500 } }', [1, 2, 3]],
    ['{ parents_every: { sharePpm_isNull: false } }', [1, 2, 3]],
    ['{ children_some: { sharePpm_gt: 500 } }', [1]],
    ['{ pools_some: { activeAssets_gt: "4999999999999999999" } }', [1]],
    ['{ owner_isNull: true, id_in: [] }', []],
  ])('%s', async (where, expected) => {
    expect(await models(where)).toEqual(expected)
  })

  test('lists of texts', async () => {
    const logs = async (where: string) =>
      (
        await api.data(`{ rejectedLogs(where: ${where}) { nodes { reason topics } } }`)
      ).rejectedLogs.nodes.map((node: { reason: string }) => node.reason)
    expect(await logs('{ topics_containsAll: ["0xbb", "0xaa"] }')).toEqual(['a'])
    expect(await logs('{ topics_containsAny: ["0xbb", "0xaa"] }')).toEqual(['a', 'b'])
    expect(await logs('{ topics_containsNone: ["0xbb"] }')).toEqual(['b', 'c'])
  })

  test('a connection of a row is filtered, ordered and counted like any other', async () => {
    const data = await api.data(`{ model(id: "${MODEL(1)}") {
      children(where: { sharePpm_gt: 100 }) { totalCount nodes { childId } }
      all: children(orderBy: [sharePpm_DESC], first: 1) { totalCount nodes { sharePpm } pageInfo { hasNextPage } }
    } }`)
    expect(data.model).toEqual({
      children: { totalCount: 1, nodes: [{ childId: MODEL(4) }] },
      all: { totalCount: 2, nodes: [{ sharePpm: 900 }], pageInfo: { hasNextPage: true } },
    })
  })

  test.each([
    ['{ name_gt: null }', 'BAD_USER_INPUT', 'write <field>_isNull: true'],
    ['{ tokenId_eq: "1.5" }', undefined, 'not an integer'],
    ['{ time_gt: "yesterday" }', undefined, 'not a date or time: "yesterday"'],
    ['{ time_gt: "2026-02-30" }', undefined, 'not a date or time: "2026-02-30"'],
    ['{ time_gt: "2026-01-01T00:00:00" }', undefined, 'with the zone'],
    ['{ kind_eq: KNIGHT }', 'GRAPHQL_VALIDATION_FAILED', 'does not exist in "ModelKind"'],
    ['{ nose_eq: 1 }', 'GRAPHQL_VALIDATION_FAILED', 'not defined by type "ModelWhere"'],
    ['{ name_contains: "a\\u0000" }', 'BAD_USER_INPUT', 'leave out \\u0000'],
    [
      '{ parents_some: { parent: { parents_some: { parent: { version_eq: 1 } } } } }',
      'TOO_COSTLY',
      'over more than 3 relations',
    ],
  ])('%s is refused with the reason', async (where, code, message) => {
    const { errors } = await api.gql(`{ models(where: ${where}) { nodes { id } } }`)
    expect(errors).toHaveLength(1)
    expect(errors![0]!.message).toContain(message)
    expect(errors![0]!.extensions.code).toBe(code ?? 'BAD_USER_INPUT')
  })

  test('a filter of hundreds of conditions is refused', async () => {
    const where = { OR: Array.from({ length: 200 }, (_, i) => ({ version_eq: i })) }
    const { errors } = await api.gql('query ($where: ModelWhere) { models(where: $where) { totalCount } }', {
      where,
    })
    expect(errors).toMatchObject([{ extensions: { code: 'TOO_COSTLY' } }])
  })

  test.each([
    ['deep', 250],
    ['deeper than the call stack', 25_000],
  ])('a filter of ANDs within ANDs, %s, is refused', async (_, levels) => {
    const where = `${'{"AND":['.repeat(levels)}{}${']}'.repeat(levels)}`
    const query = 'query ($where: ModelWhere) { models(where: $where) { totalCount } }'
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"query": ${JSON.stringify(query)}, "variables": {"where": ${where}}}`,
    })
    const { errors } = (await response.json()) as Answer
    expect(errors).toMatchObject([{ extensions: { code: 'TOO_COSTLY' } }])
    expect(errors![0]!.message).toContain('fix: ')
  })

  test('a filter of a thousand empty alternatives is refused', async () => {
    const { errors } = await api.gql('query ($where: ModelWhere) { models(where: $where) { totalCount } }', {
      where: { OR: Array.from({ length: 1000 }, () => ({})) },
    })
    expect(errors).toMatchObject([{ extensions: { code: 'TOO_COSTLY' } }])
  })

  test('values never become part of a statement', async () => {
    expect(await models(`{ name_eq: "' OR true --" }`)).toEqual([])
    expect(await models(`{ name_startsWith: "\\\\" }`)).toEqual([])
  })
})

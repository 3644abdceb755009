import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readEntityModel } from '../../src/api/entities/entityModel'
import { unlinkedFields } from '../../src/api/entities/links'
import { plural, singular } from '../../src/api/entities/names'
import { ACCOUNT, ADDRESS, CHAIN, MODEL, setHeights, type TestApi, TOKEN, testApi } from './apiFixture'

let api: TestApi
const model = readEntityModel()

beforeAll(async () => {
  api = await testApi()
  await setHeights(api.pool, { height: 12, finalized: 10 })
  await api.insert('Token', { id: TOKEN, address: ADDRESS(0xeee), symbol: 'CRED', decimals: 18 })
  await api.insert(
    'Account',
    { id: ACCOUNT(1), address: ADDRESS(1) },
    { id: ACCOUNT(1, 'eip155:1'), chain: 'eip155:1', address: ADDRESS(1) },
  )
  await api.insert(
    'Model',
    { id: MODEL(1), name: 'Root', ownerId: ACCOUNT(1), version: 1 },
    { id: MODEL(2), name: 'Fork', ownerId: ACCOUNT(7), version: 1 },
    {
      id: MODEL(9, 'eip155:1'),
      chain: 'eip155:1',
      name: 'Abroad',
      ownerId: ACCOUNT(1, 'eip155:1'),
      version: 1,
    },
  )
  await api.insert(
    'LineageEdge',
    {
      id: `${MODEL(2)}|PARENT|${MODEL(1)}`,
      childId: MODEL(2),
      parentId: MODEL(1),
      ordinal: 0,
      sharePpm: 50_000,
    },
    {
      id: `${MODEL(2)}|PARENT|${MODEL(404, 'eip155:1')}`,
      childId: MODEL(2),
      parentId: MODEL(404, 'eip155:1'),
      ordinal: 1,
    },
  )
})
afterAll(() => api?.close())

describe('entities', () => {
  test('every entity answers by id and as a connection with all of its own fields', async () => {
    for (const entity of model.entities) {
      const fields = entity.fields.map(field => field.name).join(' ')
      const { data, errors } = await api.gql(`{
        one: ${singular(entity)}(id: "${CHAIN}/nothing:1") { ${fields} }
        all: ${plural(entity)}(first: 2) { totalCount nodes { ${fields} } edges { cursor } pageInfo { hasNextPage } }
      }`)
      // An account's id has another form than what was asked for.
      if (entity.name !== 'Account') expect(errors, entity.name).toBeUndefined()
      else expect(errors?.[0]?.extensions.code).toBe('MALFORMED_ID')
      expect(data.one).toBeNull()
      expect(data.all.nodes.length).toBe(Math.min(2, data.all.totalCount))
    }
  })

  test('every field that holds an id leads to what it names', () => {
    expect(unlinkedFields(model)).toEqual([])
  })

  test('links, back-links and heights of one answer', async () => {
    const { data, errors, extensions } = await api.gql(`{
      model(id: "${MODEL(2)}") {
        name status
        owner { id address block }
        parents { totalCount nodes { sharePpm parent { id name status chain protocol kind parents { totalCount } } } }
      }
      asOf { chain height hash finalized }
    }`)
    expect(errors).toBeUndefined()
    expect(data.model).toEqual({
      name: 'Fork',
      status: 'INDEXED',
      owner: { id: ACCOUNT(7), address: ADDRESS(7), block: null },
      parents: {
        totalCount: 2,
        nodes: [
          {
            sharePpm: 50_000,
            parent: {
              id: MODEL(1),
              name: 'Root',
              status: 'INDEXED',
              chain: CHAIN,
              protocol: 'reference',
              kind: 'MODEL',
              parents: { totalCount: 0 },
            },
          },
          {
            sharePpm: null,
            parent: {
              id: MODEL(404, 'eip155:1'),
              name: null,
              status: 'STUB',
              chain: 'eip155:1',
              protocol: 'reference',
              kind: null,
              parents: { totalCount: 0 },
            },
          },
        ],
      },
    })
    const asOf = [{ chain: CHAIN, height: 12, hash: '0xb12', finalized: false }]
    expect(data.asOf).toEqual(asOf)
    expect(extensions!.asOf).toMatchObject(asOf)
  })

  test('a model that only an edge names is a stub, one that nothing names is null, a malformed id is refused', async () => {
    const { data } = await api.gql(
      `{ stub: model(id: "${MODEL(404, 'eip155:1')}") { id status name } none: model(id: "${MODEL(405)}") { id } }`,
    )
    expect(data).toEqual({ stub: { id: MODEL(404, 'eip155:1'), status: 'STUB', name: null }, none: null })
    const { errors } = await api.gql(`{ model(id: "forty-two") { id } }`)
    expect(errors).toMatchObject([{ extensions: { code: 'MALFORMED_ID' }, path: ['model'] }])
    expect(errors![0]!.message).toContain('"forty-two"')
    expect(errors![0]!.message).toContain('fix: write eip155:1514/story:0x…')
  })

  test('a bare address is the same person on all chains, CAIP-10 one account, an unknown one null', async () => {
    const data = await api.data(`{
      all: account(id: "${ADDRESS(1).toUpperCase().replace('0X', '0x')}") { id chain models { nodes { name } } onChains { id } }
      one: account(id: "${ACCOUNT(1)}") { id chain models { nodes { name } } onChains { id } }
      none: account(id: "${ACCOUNT(99)}") { id }
      nobody: account(id: "${ADDRESS(99)}") { id }
    }`)
    const onChains = [{ id: ACCOUNT(1, 'eip155:1') }, { id: ACCOUNT(1) }]
    expect(data).toEqual({
      all: {
        id: ADDRESS(1),
        chain: null,
        models: { nodes: [{ name: 'Abroad' }, { name: 'Root' }] },
        onChains,
      },
      one: { id: ACCOUNT(1), chain: CHAIN, models: { nodes: [{ name: 'Root' }] }, onChains },
      none: null,
      nobody: null,
    })
  })

  test('node finds anything by id, with its type', async () => {
    await api.insert('RoyaltyVault', { id: ACCOUNT(1) })
    const data = await api.data(`{
      account: node(id: "${ACCOUNT(1)}") { __typename id }
      vault: node(id: "RoyaltyVault:${ACCOUNT(1)}") { __typename id }
      edge: node(id: "${MODEL(2)}|PARENT|${MODEL(1)}") { __typename ... on LineageEdge { parent { name } } }
      stub: node(id: "${MODEL(404, 'eip155:1')}") { __typename ... on Model { status } }
      address: node(id: "${ADDRESS(1)}") { __typename id }
      none: node(id: "${CHAIN}/pool:${ADDRESS(3)}") { id }
    }`)
    expect(data).toEqual({
      account: { __typename: 'Account', id: ACCOUNT(1) },
      vault: { __typename: 'RoyaltyVault', id: ACCOUNT(1) },
      edge: { __typename: 'LineageEdge', parent: { name: 'Root' } },
      stub: { __typename: 'Model', status: 'STUB' },
      address: { __typename: 'Account', id: ADDRESS(1) },
      none: null,
    })
    expect((await api.gql(`{ node(id: "x") { id } }`)).errors).toMatchObject([
      { extensions: { code: 'MALFORMED_ID' } },
    ])
  })
})

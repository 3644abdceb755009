import { createRequire } from 'node:module'
import path from 'node:path'
import fc from 'fast-check'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageRoot } from '../../src/config/packageRoot'
import { execute, urlOf } from '../fixtures/template'
import { ACCOUNT, ADDRESS, CHAIN, MODEL, type TestApi, TOKEN, testApi } from './apiFixture'

const WORDS = ['aurora', '7b', 'chat', 'lumen', 'vit', 'web', '100%', 'a_b', 'back\\slash', 'code']
const HASH = `0x${'c0ffee'.padStart(64, '0')}`
const OLD_HASH = `0x${'01d'.padStart(64, '0')}`
const POOL = `${CHAIN}/pool:${ADDRESS(0xabc)}`
const STORY = `eip155:1514/story:${ADDRESS(0xfacade)}`

let api: TestApi
let names: Map<string, string>

beforeAll(async () => {
  api = await testApi()
  const chance = fc.sample(fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 3 }), {
    numRuns: 120,
    seed: 7,
  })
  names = new Map(chance.map((words, n) => [MODEL(n + 1), words.join('-')]))
  for (const [id, name] of names) await api.insert('Model', { id, name })
  await api.insert('Model', { id: STORY, chain: 'eip155:1514', contentHash: HASH })
  await api.insert('ModelVersion', { id: `${STORY}/v1`, modelId: STORY, number: 1, contentHash: OLD_HASH })
  await api.insert('Model', { id: MODEL(900), name: 'éclair' })
  await api.insert('Token', { id: TOKEN, address: ADDRESS(0xeee), symbol: 'PROV', name: 'Provenance' })
  for (const n of [1, 2, 0x1234567]) await api.insert('Account', { id: ACCOUNT(n), address: ADDRESS(n) })
  await api.insert('Account', {
    id: ACCOUNT(1, 'eip155:1'),
    chain: 'eip155:1',
    address: ADDRESS(1),
  })
  await api.insert('StakePool', { id: POOL, modelId: MODEL(1), assetId: TOKEN })
  await api.insert('LineageEdge', { childId: MODEL(1), parentId: 'eip155:5/reference:77' })
})
afterAll(() => api?.close())

interface Hit {
  node: { __typename: string; id: string }
  how: string
  field: string
  similarity: number
}
async function search(text: string, first = 10): Promise<{ hits: Hit[]; truncated: boolean }> {
  const query = `query ($text: String!, $first: Int) { search(text: $text, first: $first) {
    hits { how field similarity node { __typename id } } truncated } }`
  return (await api.data(query, { text, first })).search
}
const found = ({ hits }: { hits: Hit[] }) =>
  hits.map(({ node, how }) => `${how} ${node.__typename} ${node.id}`)

/** As pg_trgm's page has it: words in lower case, two blanks before and one after, the trigrams in both over those in either. */
function similarity(a: string, b: string): number {
  const trigrams = (text: string) =>
    new Set(
      text
        .toLowerCase()
        .split(/[^\p{L}\p{N}]+/u)
        .filter(Boolean)
        .flatMap(word => [...`${word}  `].map((_, i) => [...`  ${word} `].slice(i, i + 3).join('')))
        .filter(trigram => [...trigram].length === 3),
    )
  const [one, other] = [trigrams(a), trigrams(b)]
  const both = [...one].filter(trigram => other.has(trigram)).length
  return both === 0 ? 0 : both / (one.size + other.size - both)
}

describe('search', () => {
  test('finds names by their parts, exact ones first, then beginnings, then the most similar', async () => {
    const text = fc.oneof(
      fc.constantFrom(...WORDS),
      fc.tuple(fc.constantFrom(...WORDS), fc.constantFrom(...WORDS)).map(pair => pair.join('-')),
      fc.constantFrom('uror', 'CHAT', '%', '_', '\\', '7b-', 'ode'),
    )
    await fc.assert(
      fc.asyncProperty(text, async asked => {
        const lower = asked.toLowerCase()
        const expected = [...names]
          .map(([id, name]) => [id, name.toLowerCase()] as const)
          .filter(([, name]) => (asked.length < 3 ? name.startsWith(lower) : name.includes(lower)))
          .map(([id, name]) => ({
            id,
            how: name === lower ? 0 : name.startsWith(lower) ? 1 : 2,
            like: similarity(name, lower),
          }))
          .sort((a, b) => a.how - b.how || b.like - a.like || (a.id < b.id ? -1 : 1))
        const { hits, truncated } = await search(asked, 100)
        const exact = hits.filter(({ how, field }) => how !== 'ALIKE' && field === 'name')
        expect(truncated).toBe(false)
        expect(exact.map(({ how }) => how)).toEqual(
          expected.slice(0, 100).map(({ how }) => ['EXACT', 'PREFIX', 'PART'][how]),
        )
        for (const [i, { similarity }] of exact.entries())
          expect(similarity).toBeCloseTo(expected[i]!.like, 5)
        expect(exact.map(({ node }) => node.id)).toEqual(expected.slice(0, 100).map(({ id }) => id))
        if (hits.length === 3) expect((await search(asked, 2)).hits).toEqual(hits.slice(0, 2))
      }),
      { numRuns: 40 },
    )
  })

  test.each([
    ['a model by its id', STORY, [`EXACT Model ${STORY}`]],
    ['a checksummed id', STORY.replace('facade', 'FaCaDe'), [`EXACT Model ${STORY}`]],
    ['a model by a part of its id', 'story:0x0000', [`PART Model ${STORY}`]],
    ['a model that only another names', 'eip155:5/reference:77', ['EXACT Model eip155:5/reference:77']],
    ['a pool by its id', POOL, [`EXACT StakePool ${POOL}`]],
    ['a pool by its address', ADDRESS(0xabc), [`PART StakePool ${POOL}`]],
    ['the newest content', HASH, [`EXACT Model ${STORY}`]],
    ['the content of an older version', OLD_HASH, [`EXACT ModelVersion ${STORY}/v1`]],
    [
      'an address on every chain',
      ADDRESS(1),
      [`EXACT Account ${ACCOUNT(1, 'eip155:1')}`, `EXACT Account ${ACCOUNT(1)}`],
    ],
    ['an account by CAIP-10', ACCOUNT(2), [`EXACT Account ${ACCOUNT(2)}`]],
    ['a token by its symbol', 'prov', [`EXACT Token ${TOKEN}`]],
    ['a token by its address', ADDRESS(0xeee), [`EXACT Token ${TOKEN}`]],
    ['a mistyped name', 'provenence', [`ALIKE Token ${TOKEN}`]],
    ['a name with other letters', 'éclair', [`EXACT Model ${MODEL(900)}`]],
    ['nothing', 'zzzzzzzz', []],
  ])('finds %s', async (_, text, expected) => {
    expect(found(await search(text))).toEqual(expected)
  })

  test('finds addresses by their first digits', async () => {
    const digits = ADDRESS(0x1234567).slice(0, 38)
    expect(found(await search(digits))).toEqual([`PREFIX Account ${ACCOUNT(0x1234567)}`])
  })

  test('says when it did not look at all that match', async () => {
    await api.pool.query(
      `INSERT INTO token (id, chain, address, symbol, described)
       SELECT 'eip155:9/erc20:' || i, 'eip155:9', '0x' || i, 'SAME', true FROM generate_series(1, 1001) i`,
    )
    expect(await search('same', 5)).toMatchObject({ truncated: true, hits: { length: 5 } })
  })

  test('uses its indexes', async () => {
    await api.pool.query('ANALYZE')
    const planOf = async (condition: string) => {
      const client = await api.pool.connect()
      try {
        await client.query('BEGIN; SET LOCAL enable_seqscan = off')
        const { rows } = await client.query(`EXPLAIN SELECT 1 FROM ${condition}`)
        return rows.map(row => row['QUERY PLAN']).join('\n')
      } finally {
        await client.query('ROLLBACK')
        client.release()
      }
    }
    expect(await planOf(`model WHERE name ILIKE '%auro%'`)).toContain('model_search')
    expect(await planOf(`model WHERE name %> 'aurora'`)).toContain('model_search')
    expect(await planOf(`token WHERE symbol ILIKE '%PRO%'`)).toContain('token_search')
    expect(await planOf(`account WHERE address LIKE '0x1234%'`)).toContain('account_address')
  })

  test('needs an extension, and says what to do where the migration may not create it', async () => {
    const name = `bare_${process.pid}`
    const server = api.database.url
    await execute(server, `CREATE DATABASE ${name} TEMPLATE template0`)
    await execute(server, `CREATE ROLE ${name} LOGIN PASSWORD 'secret'`)
    const url = new URL(urlOf(server, name))
    url.username = name
    url.password = 'secret'
    const client = new Client({ connectionString: url.href })
    try {
      await client.connect()
      const Search = createRequire(__filename)(
        path.join(packageRoot, 'db/migrations/1795900000500-Search.js'),
      ) as new () => { up(db: { query(text: string): Promise<unknown[]> }): Promise<void> }
      const db = { query: async (text: string) => (await client.query(text)).rows }
      await expect(new Search().up(db)).rejects.toThrow(
        /extension pg_trgm cannot be created: permission denied.*\n {2}fix: as a superuser run `CREATE EXTENSION pg_trgm`/s,
      )
    } finally {
      await client.end()
      await execute(server, `DROP DATABASE ${name} WITH (FORCE)`)
      await execute(server, `DROP ROLE ${name}`)
    }
  })

  test.each(['', '  ', 'x'.repeat(301)])('refuses the text %j', async text => {
    const { errors } = await api.gql('query ($text: String!) { search(text: $text) { truncated } }', { text })
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
  })
})

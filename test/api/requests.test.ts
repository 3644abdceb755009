import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { getIntrospectionQuery } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { graphiqlOptions } from '../../src/api/graphiql'
import { DOCUMENTS } from '../system/readmeExamples'
import { ACCOUNT, ADDRESS, CHAIN, MODEL, setHeights, type TestApi, TOKEN, testApi } from './apiFixture'

/** Longer than any answer here takes on a busy machine. */
const TIME_LIMIT_MS = 6000
let api: TestApi
const MODELS = 40

beforeAll(async () => {
  api = await testApi({ timeoutMs: TIME_LIMIT_MS })
  await setHeights(api.pool, { height: 3, finalized: 1 })
  await api.insert('Token', { id: TOKEN, address: ADDRESS(0xeee) })
  for (let n = 1; n <= MODELS; n++) {
    const pool = `${CHAIN}/pool:${ADDRESS(n)}`
    await api.insert('Model', { id: MODEL(n), ownerId: ACCOUNT(n % 3) })
    await api.insert('StakePool', {
      id: pool,
      modelId: MODEL(n),
      assetId: TOKEN,
      activeAssets: 10n,
      totalShares: 10n,
    })
    await api.insert('StakePosition', {
      id: `${pool}|${ACCOUNT(1)}`,
      poolId: pool,
      modelId: MODEL(n),
      accountId: ACCOUNT(1),
      delegateId: ACCOUNT(1),
      shares: 10n,
    })
    await api.insert('ModelRevenue', {
      id: `${MODEL(n)}|${TOKEN}`,
      modelId: MODEL(n),
      tokenId: TOKEN,
      gross: 5n,
    })
    if (n > 1)
      await api.insert('LineageEdge', {
        id: `${MODEL(n)}|PARENT|${MODEL(n - 1)}`,
        childId: MODEL(n),
        parentId: MODEL(n - 1),
        sharePpm: 1000,
      })
  }
})
afterAll(() => api?.close())

/** Holds a table so that whoever reads it waits; gives what lets go. */
async function hold(
  table: string,
): Promise<{ query(sql: string): Promise<unknown>; release(): Promise<void> }> {
  const client = await api.pool.connect()
  await client.query('BEGIN')
  await client.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`)
  return {
    query: sql => client.query(sql),
    async release() {
      await client.query('COMMIT')
      client.release()
    },
  }
}

/** Transactions of the API that are open in Postgres. */
async function openTransactions(): Promise<number> {
  const { rows } = await api.pool.query(
    `SELECT count(*)::int AS n FROM pg_stat_activity
      WHERE application_name = 'provenance-api' AND datname = current_database() AND xact_start IS NOT NULL`,
  )
  return rows[0].n
}

/** Of its statements, those that wait for a lock, so that their snapshot is taken. */
async function waitingForLocks(): Promise<number> {
  const { rows } = await api.pool.query(
    `SELECT count(*)::int AS n FROM pg_stat_activity
      WHERE application_name = 'provenance-api' AND datname = current_database() AND wait_event_type = 'Lock'`,
  )
  return rows[0].n
}

async function eventually(check: () => Promise<boolean>): Promise<void> {
  while (!(await check())) await sleep(50)
}

describe('a request', () => {
  test.each([
    [
      'links, back-links and counts',
      `nodes { owner { id } parents { totalCount nodes { parent { name owner { id } children { nodes { child { id } } } } } } pools { nodes { asset { symbol } positions { nodes { account { id } assets } } } } }`,
    ],
    [
      'stake, royalties and lineages',
      `nodes { status stake { patrons tvl { amount token { symbol } } concentration { hhi } influence { share } shareOfAllStake { share } inheritedTvl { amounts { amount } } } royalties { gross token { symbol } } ancestors(maxDepth: 3) { nodes { model { name } share } edges { block } } }`,
    ],
  ])('runs as many statements for 30 rows as for 2: %s', async (_, selection) => {
    const count = async (first: number) => {
      const before = await api.statements()
      await api.data(`{ models(first: ${first}) { ${selection} } }`)
      return (await api.statements()) - before
    }
    const few = await count(2)
    expect(few).toBeGreaterThan(5)
    // Fewer where a later step finds all it needs among the rows already read.
    expect(await count(30)).toBeLessThanOrEqual(few)
  })

  test('asks for what 20 models are due in as many statements as for 1', async () => {
    const count = async (first: number) => {
      const before = await api.statements()
      const { models } = await api.data(
        `{ models(first: ${first}) { nodes { royalties { entitled owed token { symbol } } } } }`,
      )
      expect(models.nodes).toHaveLength(first)
      return (await api.statements()) - before
    }
    const one = await count(1)
    expect(one).toBeGreaterThan(5)
    expect(await count(20)).toBe(one)
  })

  test('waits in a line of its own where it counts or filters a whole table, and is no bar to others', async () => {
    const lock = await hold('exit_request')
    const counts = Array.from({ length: 25 }, (_, n) =>
      api.data(`{ exitRequests(where: { block_lt: ${n} }) { totalCount } }`),
    )
    await eventually(async () => (await waitingForLocks()) === 8)
    expect(await api.data(`{ model(id: "${MODEL(1)}") { id } }`)).toEqual({ model: { id: MODEL(1) } })
    // With a connection already, it does not wait for a place.
    const { errors } = await api.gql('{ models(first: 1) { nodes { id } totalCount } }')
    expect(errors![0]!.extensions.code).toBe('UNAVAILABLE')
    expect(await waitingForLocks()).toBe(8)
    await lock.release()
    for (const count of await Promise.all(counts)) expect(count.exitRequests.totalCount).toBe(0)
  })

  test('sees nothing of what is committed after it began', async () => {
    const lock = await hold('lineage_edge')
    const answer = api.data(
      `{ model(id: "${MODEL(1)}") { id children { totalCount nodes { childId } } } models { totalCount } }`,
    )
    await eventually(async () => (await waitingForLocks()) > 0)
    await lock.query(
      `INSERT INTO model SELECT (json_populate_record(m, '{"id": "${CHAIN}/reference:999"}')).* FROM model m WHERE id = '${MODEL(1)}'`,
    )
    await lock.query(
      `INSERT INTO lineage_edge SELECT (json_populate_record(e, '{"id": "late", "parent_id": "${MODEL(1)}"}')).* FROM lineage_edge e WHERE child_id = '${MODEL(3)}'`,
    )
    await lock.release()
    const { model, models } = await answer
    expect(model.children).toEqual({ totalCount: 1, nodes: [{ childId: MODEL(2) }] })
    expect(models.totalCount).toBe(MODELS)
    expect((await api.data('{ models { totalCount } }')).models.totalCount).toBe(MODELS + 1)
    await api.pool.query(
      `DELETE FROM lineage_edge WHERE id = 'late'; DELETE FROM model WHERE id = '${CHAIN}/reference:999'`,
    )
  })

  test('that takes too long is ended, with its statement', async () => {
    const lock = await hold('token')
    const { data, errors } = await api.gql('{ tokens { totalCount } }')
    expect(data).toBeNull()
    expect(errors).toMatchObject([{ extensions: { code: 'TIMEOUT' } }])
    expect(errors![0]!.message).toMatch(/longer than 6000 ms\n {2}fix: ask for less/)
    await eventually(async () => (await openTransactions()) === 0)
    await lock.release()
  })

  test('whose client goes away leaves nothing open', async () => {
    const lock = await hold('token')
    const abort = new AbortController()
    const answer = fetch(`${api.url}/graphql?query={tokens{totalCount}}`, { signal: abort.signal }).catch(
      () => 'gone',
    )
    await eventually(async () => (await openTransactions()) === 1)
    abort.abort()
    expect(await answer).toBe('gone')
    const begun = Date.now()
    await eventually(async () => (await openTransactions()) === 0)
    expect(Date.now() - begun).toBeLessThan(TIME_LIMIT_MS - 1000) // by cancelling, not by the time limit
    await lock.release()
  })

  test('that reads more rows than one may is refused', async () => {
    await api.pool.query(
      `INSERT INTO stake_position SELECT 'x' || n, '${CHAIN}', '${CHAIN}/pool:' || n % 300, '${MODEL(1)}', 'a', 1, 'a', 0, 0, 1, now()
         FROM generate_series(1, 60000) n;
       INSERT INTO stake_pool SELECT (json_populate_record(p, json_build_object('id', '${CHAIN}/pool:' || n))).*
         FROM stake_pool p, generate_series(0, 299) n WHERE p.model_id = '${MODEL(1)}'`,
    )
    const query =
      'query ($n: Int) { stakePools(first: 300) { nodes { positions(first: $n) { nodes { id } } } } }'
    const { errors } = await api.gql(query, { n: 400 })
    await api.pool.query(
      `DELETE FROM stake_position WHERE id LIKE 'x%'; DELETE FROM stake_pool WHERE id ~ 'pool:[0-9]{1,3}$'`,
    )
    expect(errors![0]!.extensions.code).toBe('TOO_COSTLY')
    expect(errors![0]!.message).toContain('reads more than 50000 rows')
  })

  test('that asks one costly thing under many names is refused at the rows of one request', async () => {
    // 5,000 descendants, read again for each name: 30 names would be 150,000 rows and as many edges.
    await api.pool.query(
      `INSERT INTO lineage_edge SELECT (json_populate_record(e, json_build_object('id', 'wide' || n, 'child_id', '${CHAIN}/wide:' || n, 'parent_id', '${CHAIN}/wide:0'))).*
         FROM lineage_edge e, generate_series(1, 5000) n WHERE e.child_id = '${MODEL(2)}'`,
    )
    const root = `model: "${CHAIN}/wide:0"`
    const many = (field: (i: number) => string) =>
      `{ ${Array.from({ length: 12 }, (_, i) => `a${i}: ${field(i)}`).join(' ')} }`
    const queries = [
      many(i => `lineage(${root}, direction: DESCENDANTS, maxNodes: ${1000 + i}) { truncated }`),
      many(i => `royaltyFlow(${root}, direction: IN, maxNodes: ${4900 + i}) { truncated }`),
      `{ model(id: "${CHAIN}/wide:0") { ${Array.from({ length: 12 }, (_, i) => `a${i}: descendants(maxNodes: ${1000 + i}) { truncated }`).join(' ')} } }`,
    ]
    for (const query of queries) {
      const before = await api.statements()
      const { errors } = await api.gql(query)
      expect(errors?.[0]?.extensions.code).toBe('TOO_COSTLY')
      expect(errors![0]!.message).toContain('reads more than 50000 rows')
      // What waited when the rows were used up was not run.
      expect((await api.statements()) - before).toBeLessThan(60)
    }
    await api.pool.query(`DELETE FROM lineage_edge WHERE id LIKE 'wide%'`)
  })

  test('whose fragments contain themselves is refused', async () => {
    const { errors } = await api.gql(
      '{ models { nodes { ...A } } } fragment A on Model { id ...B } fragment B on Model { ...A }',
    )
    expect(errors![0]!.message).toContain('Cannot spread fragment')
    expect(JSON.stringify(errors)).not.toMatch(/internal|stack/i)
  })

  const shown = [
    ...graphiqlOptions.defaultTabs!.map(({ query }) => query!),
    ...DOCUMENTS.flatMap(file => [...readFileSync(file, 'utf8').matchAll(/```graphql\n(.*?)```/gs)]).map(
      ([, query]) => query!,
    ),
  ].filter(query => !query.includes('subscription'))
  test.each(shown)('that GraphiQL or the README shows is within the limits: %#', async query => {
    const { errors } = await api.gql(query)
    // What it asks about is not in this database.
    expect(
      errors?.filter(({ message }) => !/^(no model|account .+ was not seen)/.test(message)) ?? [],
    ).toEqual([])
  })

  const nested = (levels: number): string =>
    levels === 0 ? 'id' : `parents { nodes { parent { ${nested(levels - 1)} } } }`
  test.each([
    ['too deep', `{ models { nodes { ${nested(6)} } } }`, 'go less deep'],
    [
      'too costly',
      '{ models(first: 500) { nodes { children(first: 500) { nodes { id block } } } } }',
      'smaller pages',
    ],
    [
      'too many aliases',
      `{ ${Array.from({ length: 31 }, (_, i) => `a${i}: asOf { height }`).join(' ')} }`,
      'in several requests',
    ],
    ['too long', `{ ${'asOf { height } '.repeat(600)} }`, 'make the query shorter'],
    ['too many directives', `{ asOf { ${'height @include(if: true) '.repeat(60)} } }`, 'fewer directives'],
  ])('that is %s is refused with the fix', async (_, query, fix) => {
    const { errors } = await api.gql(query)
    expect(errors).toHaveLength(1)
    expect(errors![0]!.extensions.code).toBe('TOO_COSTLY')
    expect(errors![0]!.message).toContain(fix)
  })

  test('with too large a body is refused before it is read', async () => {
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: `{ asOf { height } } # ${'x'.repeat(300_000)}` }),
    })
    expect(response.status).toBe(413)
  })

  test('of GraphiQL for the whole schema is within the limits', async () => {
    const { data, errors } = await api.gql(
      getIntrospectionQuery({ descriptions: true, inputValueDeprecation: true }),
    )
    expect(errors).toBeUndefined()
    expect(data.__schema.types.length).toBeGreaterThan(100)
  })

  test('that fails inside is told a number, and nothing of what is behind', async () => {
    await api.pool.query('ALTER TABLE dispute RENAME COLUMN tag TO gone')
    const { errors } = await api.gql('{ disputes { nodes { id } } chains { id } }')
    await api.pool.query('ALTER TABLE dispute RENAME COLUMN gone TO tag')
    expect(errors!.length).toBeGreaterThan(0)
    expect(JSON.stringify(errors)).not.toMatch(/does not exist|dispute\.|stack|\.ts|select/i)
    expect(errors![0]!.message).toMatch(/^internal error [0-9a-f]{8}\n {2}fix: /)
    expect(errors![0]!.extensions.code).toBe('INTERNAL')
  })

  test('that is no GraphQL says where', async () => {
    const { errors } = await api.gql('{ models { nodes { ')
    expect(errors![0]!.message).toContain('Syntax Error')
    expect((await api.gql('{ modelz { id } }')).errors![0]!.message).toContain('Did you mean "model"')
  })
})

describe('around GraphQL', () => {
  test('GraphiQL comes from here, nothing from other hosts', async () => {
    const page = await (await fetch(`${api.url}/graphql`, { headers: { accept: 'text/html' } })).text()
    expect(page).toContain('Provenance graph')
    expect(page).toContain('usageFees(first: 5')
    expect(page).not.toContain('unpkg.com')
  })

  test('headers, unknown paths, health and metrics', async () => {
    const health = await fetch(`${api.url}/health`)
    expect([health.status, await health.json()]).toEqual([200, { status: 'up' }])
    expect(health.headers.get('x-content-type-options')).toBe('nosniff')
    const nothing = await fetch(`${api.url}/admin`)
    expect([nothing.status, (await nothing.json()).error.code]).toEqual([404, 'NOT_FOUND'])
    await api.data('{ asOf { height } }')
    const metrics = await (await fetch(`${api.url}/metrics`)).text()
    expect(metrics).toMatch(/provenance_api_request_seconds_count\{operation="query",outcome="ok"\} \d+/)
    expect(metrics).toMatch(/provenance_api_responses_total\{path="\/graphql",status="200"\} \d+/)
    expect(metrics).toMatch(/provenance_api_pool_connections\{state="busy"\} \d+/)
  })

  test('statements are served beside it, and their errors say the fix', async () => {
    const response = await fetch(`${api.url}/statements/${ACCOUNT(1)}.csv?from=2026-01-01&to=yesterday`)
    expect(response.status).toBe(400)
    expect((await response.json()).error).toMatchObject({ code: 'BAD_DATE' })
    const { errors } = await api.gql(
      `{ royaltyStatement(account: "nobody", from: "2026-01-01", to: "2026-02-01") { account } }`,
    )
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_ACCOUNT' } }])
  })
})

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type FieldNode, type OperationDefinitionNode, parse } from 'graphql'
import { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BIG_POOL, fillApi } from '../../bench/apiRows'
import { fillLineage } from '../../bench/lineageRows'
import { type Api, startApi } from '../../src/api/server'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { type Told, tellStatements } from '../fixtures/toldStatements'
import { DOCUMENTS } from '../system/readmeExamples'

interface Plan {
  'Node Type': string
  'Index Name'?: string
  'Function Name'?: string
  Plans?: Plan[]
}

let database: TestDatabase
let pool: Pool
let api: Api
/** statements that the API has run, in their order */
const told: Told[] = []

beforeAll(async () => {
  database = await freshDatabase()
  await fillLineage(database.url, 2000)
  await fillApi(database.url, 3000)
  // Tables of this size would be read whole; what shows is whether there is an index for what large ones are asked.
  const url = new URL(database.url)
  url.searchParams.set('options', '-c enable_seqscan=off -c max_parallel_workers_per_gather=0')
  pool = new Pool({ connectionString: url.href, max: 5 })
  tellStatements(pool, statement => {
    if (isOfTheQuestion(statement)) told.push(statement)
  })
  api = await startApi({
    config: {
      postgres: { url: database.url },
      api: { host: '127.0.0.1', port: 0, timeoutMs: 60_000, maxLagSeconds: 60 },
      chains: [{ caip2: 'eip155:999', name: 'bench' }],
    },
    pool,
  })
})
afterAll(async () => {
  await api?.close()
  await pool?.end()
  await database?.drop()
})

/** The questions of the README and of the pages after it, about models that are there. */
function readmeQueries(): string[] {
  const pages = DOCUMENTS.map(file => readFileSync(file, 'utf8')).join('\n')
  return [...pages.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, query]) =>
    query!.replace(/"eip155:\d+\/(reference|story):\w+"/g, '"eip155:999/reference:family15"'),
  )
}

const BIG_POOL_EVENTS = `{ stakePool(id: "${BIG_POOL}") { stakeEvents(first: 20) { nodes { id } } } }`

/** Not what is read once for all questions, or beside them, at a time of its own: heights, the lineage in memory. */
function isOfTheQuestion(statement: Told | undefined): boolean {
  return statement?.values !== undefined && !/^(?!api-)|^api-heights/.test(statement.name ?? 'api-')
}

/** Node types and indexes, one a line: costs and row counts are the machine's. */
function shown(plan: Plan, depth = 1): string[] {
  const of = plan['Index Name'] ?? plan['Function Name']
  const line = `${'  '.repeat(depth)}${plan['Node Type']}${of ? ` ${of}` : ''}`
  return [line, ...(plan.Plans ?? []).flatMap(inner => shown(inner, depth + 1))]
}

async function plansOf(query: string): Promise<string> {
  told.length = 0
  const response = await fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  })
  expect(response.status).toBe(200)
  const statements = new Map(told.map(one => [one.text, one]))
  const plans: string[] = []
  for (const { name, text, values } of statements.values()) {
    const { rows } = await pool.query(`EXPLAIN (FORMAT JSON) ${text}`, values)
    const kind = (name ?? 'unnamed').replace(/-[0-9a-f]{16}$/, '')
    plans.push([kind, ...shown(rows[0]['QUERY PLAN'][0].Plan)].join('\n'))
  }
  return `${query.trim()}\n\n${plans.sort().join('\n')}\n`
}

/** `model-steeringVotes.txt`, by what is asked for; the second of a kind is `…-2.txt`. */
function named(queries: string[]): { query: string; file: string }[] {
  const times = new Map<string, number>()
  return queries.map(query => {
    const [operation] = parse(query).definitions as OperationDefinitionNode[]
    const fields = operation!.selectionSet.selections as FieldNode[]
    const name = fields.map(field => field.name.value).join('-')
    const time = (times.get(name) ?? 0) + 1
    times.set(name, time)
    return { query, file: `${name}${time > 1 ? `-${time}` : ''}.txt` }
  })
}

test.each(named([...readmeQueries(), BIG_POOL_EVENTS]))(
  'the plans of $file are as they were seen last',
  async ({ query, file }) => {
    await expect(await plansOf(query)).toMatchFileSnapshot(path.join(__dirname, 'plans', file))
  },
)

test('the newest events of a pool are read by an index, not sorted out of all that it ever had', async () => {
  // Another page than before: the same would be answered from memory.
  const plans = await plansOf(BIG_POOL_EVENTS.replace('20', '21'))
  expect(plans).toContain('Index Scan stake_event_pool_id_newest')
  expect(plans).toContain('Incremental Sort')
  expect(plans).not.toMatch(/^ +Sort$/m)
})

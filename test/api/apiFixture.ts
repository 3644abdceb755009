import { get } from 'node:http'
import type { Pool } from 'pg'
import { readEntityModel } from '../../src/api/entities/entityModel'
import { startApi } from '../../src/api/server'
import { freshDatabase, type TestDatabase } from '../fixtures/database'

export const CHAIN = 'eip155:31337'
export const ADDRESS = (n: number) => `0x${n.toString(16).padStart(40, '0')}`
export const ACCOUNT = (n: number, chain = CHAIN) => `${chain}:${ADDRESS(n)}`
export const MODEL = (n: number, chain = CHAIN) => `${chain}/reference:${n}`
export const TOKEN = `${CHAIN}/erc20:${ADDRESS(0xeee)}`

export interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: an answer has the shape that its query asks for
  data: any
  errors?: { message: string; path?: (string | number)[]; extensions: { code: string; fix?: string } }[]
  extensions?: { asOf: { chain: string; height: number; hash: string; finalized: boolean }[] }
}

export interface TestApi {
  url: string
  pool: Pool
  database: TestDatabase
  gql(query: string, variables?: Record<string, unknown>): Promise<Answer>
  /** the data of an answer that has no errors */
  data(query: string, variables?: Record<string, unknown>): Promise<Answer['data']>
  insert(entity: string, ...rows: Record<string, unknown>[]): Promise<void>
  /** SQL statements run for GraphQL so far */
  statements(): Promise<number>
  close(): Promise<void>
}

/** The API over HTTP on a database of its own, with the rows that a test inserts. */
export async function testApi(
  options: { timeoutMs?: number; maxLagSeconds?: number; neo4jUrl?: string } = {},
): Promise<TestApi> {
  const database = await freshDatabase()
  const api = await startApi({
    config: {
      postgres: { url: database.url },
      neo4j: options.neo4jUrl ? { url: options.neo4jUrl } : undefined,
      api: {
        host: '127.0.0.1',
        port: 0,
        timeoutMs: options.timeoutMs ?? 10_000,
        maxLagSeconds: options.maxLagSeconds ?? 60,
      },
      chains: [{ caip2: CHAIN, name: 'local' }],
    },
  })
  const { url } = api
  const gql: TestApi['gql'] = async (query, variables) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    })
    return (await response.json()) as Answer
  }
  return {
    url,
    pool: database.pool,
    database,
    gql,
    async data(query, variables) {
      const { data, errors } = await gql(query, variables)
      if (errors) throw new Error(JSON.stringify(errors, null, 1))
      return data
    },
    async insert(entity, ...rows) {
      for (const row of rows) await insertRow(database.pool, entity, row)
    },
    async statements() {
      const text = await (await fetch(`${url}/metrics`)).text()
      return Number(/^provenance_api_statements_total (\d+)/m.exec(text)![1])
    },
    async close() {
      await api.close()
      await database.drop()
    },
  }
}

const model = readEntityModel()
let made = 0

/** A row of an entity; what is not given and may not be null has a plain value. */
export async function insertRow(
  pool: Pool,
  entityName: string,
  given: Record<string, unknown>,
): Promise<void> {
  const entity = model.entity(entityName)
  const defaults: Record<string, unknown> = {
    id: `${CHAIN}/${entityName.toLowerCase()}-${String(++made).padStart(6, '0')}`,
    chain: CHAIN,
    protocol: 'reference',
    contract: ADDRESS(0xc0),
    time: '2026-01-01T00:00:00Z',
    block: 1,
    transaction: `0x${'0'.repeat(64)}`,
  }
  const values = entity.fields.map(field => {
    if (field.name in given) return given[field.name]
    if (field.name in defaults) return defaults[field.name]
    if (field.nullable) return null
    if (field.type === 'Boolean') return false
    if (field.type === 'DateTime') return defaults.time
    if (field.type === 'StringList') return []
    if (field.type === 'Enum') return model.enums.get(field.graphqlType)![0]
    return field.type === 'Int' || field.type === 'BigInt' ? 0 : ''
  })
  const columns = entity.fields.map(field => `"${field.column}"`).join(', ')
  const places = values.map((_, i) => `$${i + 1}`).join(', ')
  await pool.query(
    `INSERT INTO "${entity.table}" (${columns}) VALUES (${places})`,
    values.map(value => (typeof value === 'bigint' ? value.toString() : value)),
  )
}

/** What a processor's store and progress say of a chain. */
export async function setHeights(
  pool: Pool,
  heights: {
    height: number
    finalized: number
    head?: number
    time?: Date
    problem?: string
    updatedAt?: Date
    secondsLeft?: number | null
  },
): Promise<void> {
  const {
    height,
    finalized,
    head = height,
    time = new Date(),
    problem = null,
    updatedAt = new Date(),
    secondsLeft = null,
  } = heights
  const schema = 'squid_31337'
  await pool.query(`CREATE SCHEMA IF NOT EXISTS ${schema};
    CREATE TABLE IF NOT EXISTS ${schema}.status (id int PRIMARY KEY, height int NOT NULL, hash text, nonce int DEFAULT 0);
    CREATE TABLE IF NOT EXISTS ${schema}.hot_block (height int PRIMARY KEY, hash text NOT NULL);
    DELETE FROM ${schema}.status; DELETE FROM ${schema}.hot_block`)
  await pool.query(`INSERT INTO ${schema}.status (id, height, hash) VALUES (0, $1, $2)`, [
    finalized,
    `0xf${finalized}`,
  ])
  for (let block = finalized + 1; block <= height; block++)
    await pool.query(`INSERT INTO ${schema}.hot_block VALUES ($1, $2)`, [block, `0xb${block}`])
  await pool.query(
    `INSERT INTO indexer_progress (chain, name, state_schema, head, indexed, indexed_hash, indexed_time, finalized,
       start_block, blocks_per_second, seconds_left, problem, updated_at)
     VALUES ($1, 'local', $2, $3, $4, $5, $6, $7, 0, 1, $8, $9, $10)
     ON CONFLICT (chain) DO UPDATE SET head = $3, indexed = $4, indexed_hash = $5, indexed_time = $6, finalized = $7,
       seconds_left = $8, problem = $9, updated_at = $10`,
    [
      CHAIN,
      schema,
      head,
      height,
      height > finalized ? `0xb${height}` : `0xf${finalized}`,
      time,
      finalized,
      secondsLeft,
      problem,
      updatedAt,
    ],
  )
}

export interface LiveAnswers {
  /** the next event's payload; fails after some seconds */
  next(): Promise<Answer>
  close(): void
}

/** Opens a subscription over server-sent events; resolves when the server has begun to listen for it. */
export async function subscribe(url: string, query: string): Promise<LiveAnswers> {
  const answers: Answer[] = []
  let wake = () => {}
  let text = ''
  const request = get(
    `${url}/graphql?query=${encodeURIComponent(query)}`,
    { headers: { accept: 'text/event-stream' } },
    response => {
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
        const events = text.split('\n\n')
        text = events.pop()!
        for (const event of events) {
          const data = /^data: ?(.+)$/m.exec(event)
          if (data) answers.push(JSON.parse(data[1]!) as Answer)
        }
        wake()
      })
    },
  )
  request.on('error', () => {})
  await new Promise<void>((resolve, reject) => {
    request.once('response', response => response.once('data', () => resolve()))
    request.once('error', reject)
  })
  return {
    async next() {
      const deadline = Date.now() + 8000
      while (answers.length === 0) {
        if (Date.now() > deadline) throw new Error('no event in 8 s')
        await new Promise<void>(resolve => {
          wake = resolve
          setTimeout(resolve, 100)
        })
      }
      return answers.shift()!
    },
    close: () => request.destroy(),
  }
}

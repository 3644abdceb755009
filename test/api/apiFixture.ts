import { get } from 'node:http'
import type { Pool } from 'pg'
import { startApi } from '../../src/api/server'
import type { Config } from '../../src/config/config'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { ACCOUNT, ADDRESS, CHAIN, insertRow, MODEL, setHeights, TOKEN } from './rows'

export { ACCOUNT, ADDRESS, CHAIN, insertRow, MODEL, setHeights, TOKEN }

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
  options: { timeoutMs?: number; maxLagSeconds?: number; neo4jUrl?: string; prices?: Config['prices'] } = {},
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
      prices: options.prices,
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

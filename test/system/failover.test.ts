import { setTimeout as sleep } from 'node:timers/promises'
import { Logger, type LogRecord } from '@subsquid/logger'
import { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import { type Api, startApi } from '../../src/api/server'
import { runProjector } from '../../src/graph/projector'
import { verifyGraph } from '../../src/graph/verify'
import { type Answer, CHAIN, insertRow, MODEL, setHeights, subscribe } from '../api/apiFixture'
import { cuttableProxy } from '../fixtures/cuttableProxy'
import { requireNeo4j, type TestNeo4j, testNeo4j } from '../fixtures/neo4j'
import { type Replicated, replicatedPostgres } from '../fixtures/replica'

let postgres: Replicated
let primary: Pool
let standby: Pool

beforeEach(async () => {
  postgres = await replicatedPostgres()
  primary = new Pool({ connectionString: postgres.primary.url })
  standby = new Pool({ connectionString: postgres.standby.url })
  for (const pool of [primary, standby]) pool.on('error', () => {}) // servers are stopped under them
}, 120_000)

afterEach(async () => {
  await primary?.end()
  await standby?.end()
  await postgres?.stop()
})

async function until<T>(what: () => Promise<T | undefined | false>, lines: LogRecord[] = []): Promise<T> {
  for (const end = Date.now() + 120_000; ; await sleep(20)) {
    const met = await what()
    if (met) return met
    if (Date.now() > end) throw new Error(`it never came: ${lines.map(line => line.msg).join('\n')}`)
  }
}

const replayed = async () => {
  const { rows } = await primary.query('SELECT pg_current_wal_insert_lsn()::text AS lsn')
  await until(async () => {
    const { rows: at } = await standby.query('SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS done', [
      rows[0].lsn,
    ])
    return at[0].done
  })
}

describe('an API with a replica', () => {
  let api: Api
  beforeEach(async () => {
    api = await startApi({
      config: {
        postgres: { url: postgres.primary.url, replicaUrl: postgres.standby.url },
        api: { host: '127.0.0.1', port: 0, timeoutMs: 10_000, maxLagSeconds: 60 },
        chains: [{ caip2: CHAIN, name: 'local' }],
      },
    })
  })
  afterEach(() => api?.close())

  const gql = async (query: string): Promise<Answer> => {
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    })
    return (await response.json()) as Answer
  }

  /** Subscribed to all models, of which there is one, `one`, when all that was told of its making has come. */
  const changesOfModels = async () => {
    await insertRow(primary, 'Model', { id: MODEL(1), name: 'one' })
    await replayed()
    const live = await subscribe(api.url, `subscription { modelChanged { id model { name } } }`)
    await insertRow(primary, 'Model', { id: MODEL(2), name: 'last' })
    while ((await live.next()).data.modelChanged.id !== MODEL(2));
    return live
  }

  it('reads from it, and says the heights that it has; events wait until it has what they tell of', async () => {
    await setHeights(primary, { height: 5, finalized: 5 })
    const models = await changesOfModels()
    const live = await subscribe(api.url, 'subscription { chainAdvanced { indexed { height } } }')

    await standby.query('SELECT pg_wal_replay_pause()')
    await setHeights(primary, { height: 6, finalized: 5 })
    await primary.query(`UPDATE model SET name = 'two' WHERE id = $1`, [MODEL(1)])
    const behind = await gql('{ models { nodes { name } } asOf { height } }')
    expect(behind.data).toEqual({
      models: { nodes: [{ name: 'one' }, { name: 'last' }] },
      asOf: [{ height: 5 }],
    })
    expect(behind.extensions!.asOf).toMatchObject([{ chain: CHAIN, height: 5 }])

    await standby.query('SELECT pg_wal_replay_resume()')
    expect((await models.next()).data.modelChanged.model.name).toBe('two')
    expect((await live.next()).data.chainAdvanced.indexed.height).toBe(6)
    live.close()
    models.close()
  })

  it('is not ready when the replica is gone, whatever the primary says', async () => {
    await setHeights(primary, { height: 5, finalized: 5 })
    await replayed()
    const ready = async () => (await fetch(`${api.url}/ready`)).status
    await until(async () => (await ready()) === 200)
    await postgres.standby.stop()
    await until(async () => (await ready()) === 503)
  })

  it('goes on live when the replica was away', async () => {
    const live = await changesOfModels()
    await standby.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'provenance%'`,
    )
    await primary.query(`UPDATE model SET name = 'two' WHERE id = $1`, [MODEL(1)])
    expect((await live.next()).data.modelChanged.model.name).toBe('two')
    live.close()
  })
})

describe('a projector', () => {
  let found: TestNeo4j | { unavailable: string }
  beforeAll(async () => {
    found = await testNeo4j()
  })
  afterAll(async () => {
    if ('close' in found) await found.close()
  })

  it('goes on at the promoted standby, without what the old primary alone had', async context => {
    requireNeo4j(context as TestContext, found)
    const lines: LogRecord[] = []
    const logger = new Logger(record => lines.push(record), 'test')
    const neo4j = { url: found.url }
    const proxy = await cuttableProxy(postgres.primary.url)
    const abort = new AbortController()
    const running = runProjector({ postgresUrl: proxy.url, neo4j, logger, signal: abort.signal, pollMs: 5 })
    running.catch(() => {}) // told at the end
    const { driver } = found
    const has = async (id: string) =>
      (await driver.executeQuery('MATCH (m:Model {id: $id}) RETURN m', { id })).records.length > 0
    try {
      await insertRow(primary, 'Model', { id: MODEL(1) })
      await until(() => has(MODEL(1)), lines)
      await replayed()
      await standby.query(`ALTER SYSTEM SET primary_conninfo = ''`)
      await standby.query('SELECT pg_reload_conf()')
      await until(async () => (await primary.query('SELECT FROM pg_stat_replication')).rowCount === 0)
      await insertRow(primary, 'Model', { id: MODEL(2) })
      await until(() => has(MODEL(2)), lines)

      await postgres.primary.stop()
      await standby.query('SELECT pg_promote()')
      await insertRow(standby, 'Model', { id: MODEL(3) })
      proxy.turnTo(postgres.standby.url)
      await until(() => has(MODEL(3)), lines)
      expect(await has(MODEL(2))).toBe(false)
      expect(lines.map(line => line.msg)).toContainEqual(
        expect.stringContaining('the graph of another history of this database'),
      )
      const { equal } = await verifyGraph({ postgresUrl: postgres.standby.url, neo4j, logger })
      expect(equal).toBe(true)
      abort.abort()
      await running
    } finally {
      abort.abort()
      await proxy.stop()
    }
  }, 300_000)
})

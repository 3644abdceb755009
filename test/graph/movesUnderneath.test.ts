import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Logger, type LogRecord } from '@subsquid/logger'
import { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import { Projection } from '../../src/graph/projection'
import { runProjector } from '../../src/graph/projector'
import { verifyGraph } from '../../src/graph/verify'
import { startNeo4j } from '../../src/sandbox/neo4j'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { requireNeo4j, type TestNeo4j, testNeo4j } from '../fixtures/neo4j'
import { account, changeSomething, model, putEdges, putModel, seeded } from './rows'

let found: TestNeo4j | { unavailable: string }
let database: TestDatabase
let neo4j: TestNeo4j
let abort: AbortController
let running: Promise<void>[]
let lines: LogRecord[]
const logger = new Logger(record => lines.push(record), 'test')

beforeAll(async () => {
  found = await testNeo4j()
})

afterAll(async () => {
  if ('close' in found) await found.close()
})

beforeEach(async context => {
  database = await freshDatabase()
  abort = new AbortController()
  running = []
  lines = []
  requireNeo4j(context as TestContext, found)
  neo4j = found
  await neo4j.clear()
})

afterEach(async () => {
  abort.abort()
  await Promise.allSettled(running)
  await database.drop()
})

function projectionOf(
  pool = database.pool,
  more: { holder?: string; mostWaiting?: number } = {},
): Projection {
  return new Projection({ pool, driver: neo4j.driver, logger, holder: 'test', batch: 100, ...more })
}

async function drain(projection: Projection): Promise<void> {
  while ((await projection.step()) === 'MORE');
}

/** Projects until the test ends; the promise fails if it ends by itself. */
function inBackground(url = neo4j.url): Promise<void> {
  const projector = runProjector({
    postgresUrl: database.url,
    neo4j: { url },
    logger,
    signal: abort.signal,
    pollMs: 5,
    auditMs: 20,
  })
  running.push(projector)
  projector.catch(() => {}) // told by `goesOn`
  return projector
}

/** Ends the projectors, and fails if one had ended before. */
async function goesOn(): Promise<void> {
  abort.abort()
  await Promise.all(running)
}

async function ask(cypher: string, parameters = {}): Promise<unknown[]> {
  const { records } = await neo4j.driver.executeQuery(cypher, parameters)
  return records.map(record => record.get(0))
}

async function until<T>(what: () => Promise<T | undefined | false>): Promise<T> {
  for (const end = Date.now() + 60_000; ; await sleep(20)) {
    const met = await what()
    if (met) return met
    if (Date.now() > end) throw new Error(`never came: ${lines.map(line => line.msg).join('\n')}`)
  }
}

const said = (words: RegExp) => lines.filter(line => words.test(line.msg ?? '')).length
const keysLeft = async () => (await database.pool.query('SELECT FROM graph_outbox')).rowCount
const problem = async () => (await database.pool.query('SELECT problem FROM graph_watermark')).rows[0].problem

async function verified(url = neo4j.url) {
  return verifyGraph({ postgresUrl: database.url, neo4j: { url }, logger })
}

async function expectEqual(): Promise<void> {
  const { differences, equal } = await verified()
  expect(differences).toEqual([])
  expect(equal).toBe(true)
}

/** Until there is a graph, and it is right. */
async function untilEqual(): Promise<void> {
  await until(async () => {
    try {
      return (await verified()).equal
    } catch (error) {
      if (/holds no graph|another database/.test((error as Error).message)) return false
      throw error
    }
  })
}

describe('the identity of a database', () => {
  const identityOf = async (pool: Pool) =>
    (await pool.query('SELECT graph_identity() AS identity')).rows[0].identity as string

  it('names the cluster and its timeline, and does without what it is refused', async () => {
    const [uuid, oid, cluster, timeline] = (await identityOf(database.pool)).split(':')
    const { rows } = await database.pool.query(
      `SELECT identity, (SELECT oid::text FROM pg_database WHERE datname = current_database()) AS oid,
              (SELECT system_identifier::text FROM pg_control_system()) AS cluster,
              (SELECT timeline_id::text FROM pg_control_checkpoint()) AS timeline
         FROM graph_watermark`,
    )
    expect([{ identity: uuid, oid, cluster, timeline }]).toEqual(rows)

    const role = `modest_${process.pid}`
    await database.pool.query(
      `CREATE ROLE ${role} LOGIN PASSWORD 'x'; GRANT SELECT ON graph_watermark TO ${role};
       REVOKE EXECUTE ON FUNCTION pg_control_system(), pg_walfile_name(pg_lsn) FROM PUBLIC`,
    )
    const url = new URL(database.url)
    url.username = role
    url.password = 'x'
    const modest = new Pool({ connectionString: url.href, max: 1 })
    try {
      expect(await identityOf(modest)).toBe(`${uuid}:${oid}::`)
    } finally {
      await modest.end()
      await database.pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
    }
  })
})

describe('Postgres', () => {
  it('was restored from a dump of another cluster: its keys, far ahead of all here, do not wait for ever', async () => {
    const projection = projectionOf()
    await putModel(database.pool, model(1))
    await drain(projection)
    // As pg_restore --data-only --disable-triggers leaves it: rows without keys of their own, keys of long ago.
    const client = await database.pool.connect()
    await client.query(`BEGIN; SET LOCAL session_replication_role = replica`)
    await putModel(client, model(2))
    await client.query(
      `INSERT INTO graph_outbox (xid, kind, id) SELECT '9000000000', 'model', 'gone-' || n FROM generate_series(1, 150) n`,
    )
    await client.query('COMMIT')
    client.release()
    await drain(projection)
    expect(await ask('MATCH (m:Model) RETURN m.id ORDER BY m.id')).toEqual([model(1), model(2)])
    await putModel(database.pool, model(3))
    await drain(projection)
    expect(await keysLeft()).toBe(0)
    await expectEqual()
  })

  it('was put back to an older state, and has come further than Neo4j since', async () => {
    const projection = projectionOf()
    await drain(projection)
    const { rows } = await database.pool.query('SELECT * FROM graph_watermark')
    for (const n of [1, 2, 3]) {
      await putModel(database.pool, model(n))
      await drain(projection)
    }
    // The rows of then, the note of then, and transactions whose numbers Neo4j has seen.
    const client = await database.pool.connect()
    await client.query(`BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM model`)
    await client.query('UPDATE graph_watermark SET xid = $1, seq = $2, step = $3', [
      rows[0].xid,
      rows[0].seq,
      rows[0].step,
    ])
    await client.query('COMMIT')
    client.release()
    await drain(projectionOf())
    expect(said(/ahead of Postgres, which was put back/)).toBe(1)
    await expectEqual()
  })

  it('has more changes than Neo4j should be waited for with: they are let go, and it is made anew', async () => {
    await drain(projectionOf())
    for (let n = 0; n < 30; n++) await putModel(database.pool, model(n))
    await drain(projectionOf(undefined, { mostWaiting: 20 }))
    expect(said(/30 changes waited for Neo4j, more than 20/)).toBe(1)
    expect(said(/another making of the graph/)).toBe(1)
    expect(await keysLeft()).toBe(0)
    await expectEqual()
    await putModel(database.pool, model(31))
    await drain(projectionOf(undefined, { mostWaiting: 20 }))
    expect(said(/rebuilt the graph/)).toBe(2)
    await expectEqual()
  })
})

describe('Neo4j under a running projector', () => {
  it('is put back to an older copy: the graph is made anew, and the projector goes on', async () => {
    inBackground()
    for (let n = 0; n < 5; n++) await putModel(database.pool, model(n))
    await untilEqual()
    const [copy] = await ask('MATCH (w:Watermark) RETURN properties(w)')
    await putModel(database.pool, model('late'))
    await until(
      async () => (await ask('MATCH (m:Model {id: $id}) RETURN m', { id: model('late') })).length > 0,
    )
    await neo4j.driver.executeQuery(
      `MATCH (w:Watermark) SET w = $copy WITH w MATCH (m:Model {id: $id}) DETACH DELETE m`,
      { copy, id: model('late') },
    )
    await putModel(database.pool, model('later'))
    await untilEqual()
    expect(said(/was put back to an older copy/)).toBe(1)
    await goesOn()
  })

  it('is emptied', async () => {
    inBackground()
    await putModel(database.pool, model(1), { owner: account(1) })
    await untilEqual()
    await ask('MATCH (n) DETACH DELETE n')
    await until(async () => (await ask('MATCH (m:Model) RETURN m')).length > 0)
    await untilEqual()
    await goesOn()
  })

  it('loses nodes, and gains some, by another hand: noticed without a change, and put right', async () => {
    const random = seeded(11)
    for (let i = 0; i < 300; i++) await changeSomething(database.pool, random)
    await putEdges(database.pool, [{ child: model('child'), parent: model('unseen') }])
    inBackground()
    await untilEqual()
    await neo4j.driver.executeQuery('MATCH (m:Model) WITH m ORDER BY m.id LIMIT 7 DETACH DELETE m')
    await neo4j.driver.executeQuery('MATCH (m:Model {id: $id}) DETACH DELETE m', { id: model('unseen') })
    await neo4j.driver.executeQuery(
      `CREATE (:Account {id: 'planted'})-[:OWNS {id: 'planted'}]->(:Model), (:Pool)`,
    )
    await untilEqual()
    expect(said(/somebody else changed the graph: \d+ Model where \d+ were left/)).toBeGreaterThan(0)

    // Numbers do not show this: the round does.
    await neo4j.driver.executeQuery('MATCH (a:Account) SET a.address = $x', { x: 'planted' })
    await neo4j.driver.executeQuery('MATCH ()-[r:FORKED_FROM]->() SET r.sharePpm = 1')
    await untilEqual()
    const rebuilt = said(/rebuilt the graph/)
    expect(rebuilt).toBe(1)
    await goesOn()
  })

  it('is left alone by the look where there is nothing to mend', async () => {
    const random = seeded(12)
    for (let i = 0; i < 200; i++) await changeSomething(database.pool, random)
    inBackground()
    for (let i = 0; i < 200; i++) await changeSomething(database.pool, random)
    await untilEqual()
    // Twice around: 22 pages, and as many again.
    const rounds = 44
    const [before] = await ask('MATCH (w:Watermark) RETURN w.updatedAt.epochMillis')
    await until(async () => {
      const [now] = await ask('MATCH (w:Watermark) RETURN w.updatedAt.epochMillis')
      return Number(now) - Number(before) > rounds * 30
    })
    expect(said(/somebody else/)).toBe(0)
    await goesOn()
  })

  it('refuses a value: that row is named and left out, all others come in, also when it is made anew', async () => {
    inBackground()
    await untilEqual()
    for (let n = 0; n < 20; n++)
      await putModel(database.pool, model(n), { owner: account(n), name: `model ${n}` })
    const random = seeded(13) // letters that no compression makes short
    const long = Array.from({ length: 40_000 }, () =>
      String.fromCharCode(33 + Math.floor(random() * 90)),
    ).join('')
    await putModel(database.pool, model('long'), { owner: account(1), name: long })
    for (let n = 20; n < 40; n++) await putModel(database.pool, model(n), { owner: account(n) })
    const without = async () => {
      const { differences, differing } = await verified()
      return (
        differing === 2 &&
        differences.every(({ id }) => id === model('long')) &&
        differences.map(({ kind }) => kind).join() === 'Model,OWNS'
      )
    }
    await until(without)
    const { rows } = await database.pool.query('SELECT kind, id, reason FROM graph_refused')
    expect(rows).toMatchObject([{ kind: 'model', id: model('long') }])
    expect(rows[0].reason).toMatch(/too large to index|too long|larger than/i)

    await ask('MATCH (n) DETACH DELETE n')
    await until(async () => (await ask('MATCH (m:Model) RETURN m')).length > 0)
    await until(async () => {
      const { differences } = await verified()
      return differences.every(({ id }) => id === model('long'))
    })
    await putModel(database.pool, model('long'), { owner: account(1), name: 'short' })
    await untilEqual()
    await until(async () => (await database.pool.query('SELECT FROM graph_refused')).rowCount === 0)
    await goesOn()
  })

  it('has a constraint of somebody else: what it refuses is named, and taken once it is gone', async () => {
    const projection = projectionOf()
    await drain(projection)
    await neo4j.driver.executeQuery('DROP INDEX model_name')
    await neo4j.driver.executeQuery('CREATE CONSTRAINT theirs FOR (m:Model) REQUIRE m.name IS UNIQUE')
    for (const n of [1, 2, 3]) await putModel(database.pool, model(n), { name: n < 3 ? 'same' : 'other' })
    await drain(projection)
    expect(await ask(`MATCH (m:Model) RETURN m.id ORDER BY m.id`)).toEqual([model(1), model(3)])
    await neo4j.driver.executeQuery('DROP CONSTRAINT theirs')
    await putModel(database.pool, model(2), { name: 'same', tainted: true })
    await drain(projection)
    await expectEqual()
  })

  it('is read-only for a while: said, waited for, and caught up', async context => {
    const home = mkdtempSync(path.join(tmpdir(), 'provenance-neo4j-'))
    const own = await startNeo4j({ homeDir: home, heapMb: 512 })
    if ('unavailable' in own) return context.skip(`no Neo4j of our own: ${own.unavailable}`)
    const servers = [own]
    const again = async (settings: Record<string, string>) => {
      await servers.at(-1)!.stop()
      const started = await startNeo4j({ homeDir: home, port: own.port, heapMb: 512, settings })
      if ('unavailable' in started) throw new Error(started.unavailable)
      servers.push(started)
    }
    try {
      inBackground(own.url)
      await putModel(database.pool, model(1))
      await until(async () => (await keysLeft()) === 0)
      await again({ 'server.databases.default_to_read_only': 'true' })
      await putModel(database.pool, model(2))
      await until(async () => /read.only/i.test((await problem()) ?? ''))
      expect(await keysLeft()).toBeGreaterThan(0)
      await again({})
      await until(async () => (await keysLeft()) === 0 && (await problem()) === null)
      expect((await verified(own.url)).equal).toBe(true)
      expect((await database.pool.query('SELECT FROM graph_refused')).rowCount).toBe(0)
      await goesOn()
    } finally {
      abort.abort()
      for (const server of servers) await server.stop()
      rmSync(home, { recursive: true, force: true })
    }
  }, 240_000)
})

describe('another projector', () => {
  it('of the same database is refused at once, by name, and the first one goes on', async () => {
    inBackground()
    await putModel(database.pool, model(1))
    await untilEqual()
    const second = runProjector({
      postgresUrl: database.url,
      neo4j: { url: neo4j.url },
      logger,
      signal: abort.signal,
    })
    await expect(second).rejects.toThrow(
      /projector: a session from .* \(Postgres pid \d+\) projects this database since .*\n {2}fix: run one/,
    )
    await putModel(database.pool, model(2))
    await untilEqual()
    await goesOn()
  })

  it('takes over when the first one has gone', async () => {
    const first = new AbortController()
    const projector = runProjector({
      postgresUrl: database.url,
      neo4j: { url: neo4j.url },
      logger,
      signal: first.signal,
    })
    await putModel(database.pool, model(1))
    await untilEqual()
    inBackground()
    first.abort()
    await projector
    await putModel(database.pool, model(2))
    await untilEqual()
    await goesOn()
  })

  it('of another database waits, and says so, while the first is at work', async () => {
    await drain(projectionOf(undefined, { holder: 'elsewhere:1:00000000' }))
    const other = await freshDatabase()
    try {
      const projection = projectionOf(other.pool, { holder: 'here:2:00000000' })
      expect(await projection.step()).toBe('TAKEN')
      await expectEqual()
      // Silent for a minute.
      await ask(`MATCH (w:Watermark) SET w.updatedAt = datetime() - duration('PT61S')`)
      await drain(projection)
      expect(said(/Neo4j holds the graph of another database/)).toBe(1)
    } finally {
      await other.drop()
    }
  })
})

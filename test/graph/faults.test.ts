import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLogger, Logger, type LogRecord } from '@subsquid/logger'
import neo4jDriver from 'neo4j-driver'
import type { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import { connectNeo4j, isPassing } from '../../src/graph/neo4j'
import { Projection } from '../../src/graph/projection'
import { runProjector } from '../../src/graph/projector'
import { verifyGraph } from '../../src/graph/verify'
import { startNeo4j } from '../../src/sandbox/neo4j'
import { cuttableProxy } from '../fixtures/cuttableProxy'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { requireNeo4j, type TestNeo4j, testNeo4j } from '../fixtures/neo4j'
import { changeSomething, model, putModel, seeded } from './rows'

const logger = createLogger('test:graph')

let found: TestNeo4j | { unavailable: string }
let database: TestDatabase
let neo4j: TestNeo4j
let abort: AbortController

beforeAll(async () => {
  found = await testNeo4j()
})

afterAll(async () => {
  if ('close' in found) await found.close()
})

beforeEach(async context => {
  requireNeo4j(context as TestContext, found)
  neo4j = found
  await neo4j.clear()
  database = await freshDatabase()
  abort = new AbortController()
})

afterEach(async () => {
  abort?.abort()
  await database?.drop()
})

function projectionOf(pool: Pool): Projection {
  return new Projection({ pool, driver: neo4j.driver, logger, holder: 'test', batch: 100 })
}

async function drain(projection: Projection): Promise<void> {
  while ((await projection.step()) !== 'DRAINED');
}

async function expectEqual(url = neo4j.url): Promise<void> {
  const result = await verifyGraph({ postgresUrl: database.url, neo4j: { url }, logger })
  expect(result.differences).toEqual([])
  expect(result.equal).toBe(true)
}

/** Until all that the tables hold is in Neo4j. */
async function projected(within = 120_000): Promise<void> {
  for (const until = Date.now() + within; ; await sleep(50)) {
    const { rows } = await database.pool.query(
      `SELECT (SELECT count(*)::int FROM graph_outbox) AS keys, projected_at, problem FROM graph_watermark`,
    )
    if (rows[0].keys === 0 && rows[0].projected_at) return
    if (Date.now() > until) throw new Error(`${rows[0].keys} keys are left: ${rows[0].problem}`)
  }
}

/** A pool whose second acknowledgement fails; the first is what a projector begins with. */
function dyingBeforeAcknowledgement(pool: Pool): Pool {
  let acknowledgements = 0
  return new Proxy(pool, {
    get(target, property) {
      const value = Reflect.get(target, property)
      if (property !== 'query') return typeof value === 'function' ? value.bind(target) : value
      return (...args: unknown[]) =>
        String(args[0]).includes('UPDATE graph_watermark') && ++acknowledgements === 2
          ? Promise.reject(new Error('died'))
          : Reflect.apply(value, target, args)
    },
  })
}

describe('the projector dies', () => {
  it('between the Neo4j commit and the acknowledgement', async () => {
    const random = seeded(1)
    await drain(projectionOf(database.pool))
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 30; i++) await changeSomething(database.pool, random)
      const dying = projectionOf(dyingBeforeAcknowledgement(database.pool))
      await expect(dying.step()).rejects.toThrow('died')
      expect((await database.pool.query('SELECT FROM graph_outbox')).rowCount).toBeGreaterThan(0)
      await expectEqual()
    }
    await drain(projectionOf(database.pool))
    await expectEqual()
    expect((await database.pool.query('SELECT FROM graph_outbox')).rowCount).toBe(0)
  })

  it('by kill -9, again and again, in a rebuild and later', async () => {
    const random = seeded(2)
    for (let i = 0; i < 200; i++) await changeSomething(database.pool, random)
    for (let round = 0; round < 5; round++) {
      const child = spawn(
        process.execPath,
        ['--import', 'tsx', path.join(__dirname, 'projectorProcess.ts'), database.url, neo4j.url, '3'],
        { stdio: 'ignore', cwd: path.resolve(__dirname, '../..') },
      )
      const exited = new Promise(resolve => child.once('exit', resolve))
      // It is killed as soon as it is at work, at a moment that differs each time.
      for (const begun = Date.now(); Date.now() - begun < 15_000; await sleep(10)) {
        const { records } = await neo4j.driver.executeQuery(
          `MATCH (w:Watermark) WHERE w.updatedAt > datetime() - duration('PT0.2S') RETURN w`,
        )
        if (records.length > 0) break
      }
      for (let i = 0; i < 40; i++) await changeSomething(database.pool, random)
      await sleep(random() * 60)
      child.kill('SIGKILL')
      await exited
    }
    await drain(projectionOf(database.pool))
    await expectEqual()
  })
})

describe('Neo4j', () => {
  it('loses its connections at random moments', async () => {
    const proxy = await cuttableProxy(neo4j.url)
    const running = runProjector({
      postgresUrl: database.url,
      neo4j: { url: proxy.url },
      signal: abort.signal,
      logger,
      pollMs: 1,
      batch: 5,
    })
    try {
      const random = seeded(3)
      for (let round = 0; round < 15; round++) {
        for (let i = 0; i < 10; i++) await changeSomething(database.pool, random)
        await sleep(random() * 150)
        proxy.cut()
        await sleep(random() * 50)
        proxy.mend()
      }
      await projected()
      await expectEqual()
      abort.abort()
      await running
    } finally {
      await proxy.stop()
    }
  })

  it('is stopped for a while: said once, then everything is caught up', async context => {
    const home = mkdtempSync(path.join(tmpdir(), 'provenance-neo4j-'))
    const own = await startNeo4j({ homeDir: home, heapMb: 512 })
    if ('unavailable' in own) return context.skip(`no Neo4j of our own to stop: ${own.unavailable}`)
    const lines: LogRecord[] = []
    const running = runProjector({
      postgresUrl: database.url,
      neo4j: { url: own.url },
      signal: abort.signal,
      logger: new Logger(record => lines.push(record), 'test'),
    })
    let again: typeof own | undefined
    try {
      const random = seeded(4)
      for (let i = 0; i < 100; i++) await changeSomething(database.pool, random)
      await projected()
      await own.stop()
      for (let i = 0; i < 100; i++) await changeSomething(database.pool, random)
      const problem = async () =>
        (await database.pool.query('SELECT problem FROM graph_watermark')).rows[0].problem
      await expect.poll(problem, { timeout: 60_000 }).toMatch(/connect/i)

      const started = await startNeo4j({ homeDir: home, port: own.port, heapMb: 512 })
      if ('unavailable' in started) throw new Error(started.unavailable)
      again = started
      await projected()
      await expectEqual(again.url)
      expect((await database.pool.query('SELECT problem FROM graph_watermark')).rows).toEqual([
        { problem: null },
      ])
      expect(lines.filter(line => /cannot project now/.test(line.msg ?? ''))).toHaveLength(1)
      expect(lines.filter(line => /projecting again/.test(line.msg ?? ''))).toHaveLength(1)
      abort.abort()
      await running
    } finally {
      await own.stop()
      await again?.stop()
      rmSync(home, { recursive: true, force: true })
    }
  }, 300_000)

  it('ends a connection after any number of bytes of its answers: that is tried again', async () => {
    const proxy = await cuttableProxy(neo4j.url)
    const met: number[] = []
    try {
      for (let bytes = 1; ; bytes += 7) {
        proxy.endAfter(bytes)
        const driver = connectNeo4j({ url: proxy.url })
        const error = await driver
          .session()
          .run('SHOW INDEXES YIELD name')
          .then(
            () => undefined,
            (error: unknown) => error,
          )
        await driver.close()
        if (error === undefined) break
        expect(isPassing(error), `after ${bytes} bytes: ${error}`).toBe(true)
        met.push(bytes)
      }
    } finally {
      await proxy.stop()
    }
    expect(met.length).toBeGreaterThan(10)
  })

  it('that is not there is tried again; a refusal is not', async () => {
    const driver = connectNeo4j({ url: 'bolt://127.0.0.1:1' })
    const error = await driver
      .session()
      .run('RETURN 1')
      .catch((error: unknown) => error)
    await driver.close()
    expect(isPassing(error)).toBe(true)
    const refused = await neo4j.driver.executeQuery('RETURN nonsense').catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(neo4jDriver.Neo4jError)
    expect(isPassing(refused)).toBe(false)
  })
})

describe('Postgres', () => {
  it('restarts its connections: the projector goes on', async () => {
    const running = runProjector({
      postgresUrl: database.url,
      neo4j: { url: neo4j.url },
      signal: abort.signal,
      logger,
      pollMs: 1,
    })
    for (let round = 0; round < 5; round++) {
      await putModel(database.pool, model(`round-${round}`))
      await sleep(100)
      await database.pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE application_name = 'provenance graph' AND datname = current_database()`,
      )
    }
    await projected()
    await expectEqual()
    abort.abort()
    await running
  })
})

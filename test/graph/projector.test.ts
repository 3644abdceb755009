import { createLogger, type Logger } from '@subsquid/logger'
import type { Driver } from 'neo4j-driver'
import type { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import { Projection } from '../../src/graph/projection'
import { runProjector } from '../../src/graph/projector'
import { rebuildGraph } from '../../src/graph/rebuild'
import { verifyGraph } from '../../src/graph/verify'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { requireNeo4j, type TestNeo4j, testNeo4j } from '../fixtures/neo4j'
import { account, CHAIN, changeSomething, model, OTHER_CHAIN, putEdges, putModel, seeded } from './rows'

const logger = createLogger('test:graph')

let found: TestNeo4j | { unavailable: string }
let database: TestDatabase
let neo4j: TestNeo4j
/** Ends what a test left running, whether it succeeded or not. */
let abort: AbortController
let running: Promise<void>[]

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
  requireNeo4j(context as TestContext, found)
  neo4j = found
  await neo4j.clear()
})

afterEach(async () => {
  abort.abort()
  await Promise.allSettled(running)
  await database.drop()
})

function options(log: Logger = logger) {
  return { postgresUrl: database.url, neo4j: { url: neo4j.url }, logger: log }
}

/** Projects until the test ends. */
function inBackground(batch?: number): void {
  const projector = runProjector({ ...options(), signal: abort.signal, pollMs: 5, batch })
  running.push(projector)
  projector.catch(() => {}) // reported by `stopped`
}

async function stopped(): Promise<void> {
  abort.abort()
  await Promise.all(running)
}

async function expectEqual(): Promise<void> {
  const result = await verifyGraph(options())
  expect(result.differences).toEqual([])
  expect(result.equal, JSON.stringify(result)).toBe(true)
}

function projectionOf(
  pool: Pool = database.pool,
  driver: Driver = neo4j.driver,
  holder = 'test',
  batch = 100,
) {
  return new Projection({ pool, driver, logger, holder, batch })
}

async function drain(projection: Projection): Promise<void> {
  while ((await projection.step()) !== 'DRAINED');
}

async function ask(cypher: string, parameters = {}): Promise<unknown[]> {
  const { records } = await neo4j.driver.executeQuery(cypher, parameters)
  return records.map(record => record.get(0))
}

describe('what the graph shows', () => {
  it('a fork whose parent is not seen yet, then is', async () => {
    const projection = projectionOf()
    const [child, parent] = [model(1), model('2', OTHER_CHAIN)]
    await putEdges(database.pool, [{ child, parent, sharePpm: 50_000 }])
    await drain(projection)
    expect(await ask('MATCH (:Model)-[r:FORKED_FROM]->(p:Model) RETURN properties(p)')).toEqual([
      { id: parent, status: 'STUB', chain: OTHER_CHAIN, protocol: 'reference' },
    ])

    await putModel(database.pool, parent, { owner: account(5), name: 'base' })
    await drain(projection)
    expect(await ask('MATCH (p:Model {id: $parent}) RETURN p.status', { parent })).toEqual(['INDEXED'])
    expect(
      await ask('MATCH (a:Account)-[:OWNS]->(:Model {id: $parent}) RETURN a.address', { parent }),
    ).toEqual([account(5).split(':')[2]])

    await database.pool.query('DELETE FROM model')
    await database.pool.query('DELETE FROM lineage_edge')
    await drain(projection)
    expect(await ask('MATCH (n) WHERE NOT n:Watermark RETURN n')).toEqual([])
  })

  it('a model that changes hands has one owner', async () => {
    const projection = projectionOf()
    await putModel(database.pool, model(1), { owner: account(1) })
    await drain(projection)
    await putModel(database.pool, model(1), { owner: account(2) })
    await drain(projection)
    expect(await ask('MATCH (a:Account) RETURN a.id')).toEqual([account(2)])
    await putModel(database.pool, model(1), { owner: null })
    await drain(projection)
    expect(await ask('MATCH (a:Account) RETURN a.id')).toEqual([])
  })

  it('amounts are exact strings with a float beside them', async () => {
    const uint256 = (2n ** 256n - 1n).toString()
    await database.pool.query(
      `INSERT INTO royalty_total (id, chain, from_model_id, to_model_id, token_id, accrued, count)
       VALUES ('r', $1, $2, $3, 't', $4, 3)`,
      [CHAIN, model(1), model(2), uint256],
    )
    await drain(projectionOf())
    expect(await ask('MATCH ()-[r:PAID_ROYALTY]->() RETURN properties(r)')).toEqual([
      { id: 'r', token: 't', accrued: uint256, accruedFloat: 2 ** 256, count: 3n },
    ])
  })
})

describe('the outbox', () => {
  it('takes no key for an update that changes nothing, and each key once a statement', async () => {
    await putModel(database.pool, model(1))
    await putModel(database.pool, model(2))
    await database.pool.query('UPDATE model SET name = name')
    await database.pool.query(`UPDATE model SET name = 'x' WHERE id = $1`, [model(2)])
    await database.pool.query('DELETE FROM model')
    const { rows } = await database.pool.query('SELECT kind, id FROM graph_outbox ORDER BY xid, seq')
    expect(rows.map(row => row.id)).toEqual([model(1), model(2), model(2), model(1), model(2)])
  })

  it('is emptied behind the watermark', async () => {
    await putModel(database.pool, model(1))
    await drain(projectionOf())
    const { rows } = await database.pool.query('SELECT * FROM graph_outbox')
    expect(rows).toEqual([])
  })

  it('loses nothing of a transaction that commits after later ones', async () => {
    const projection = projectionOf()
    await drain(projection)
    const slow = await database.pool.connect()
    await slow.query('BEGIN')
    await putModel(slow, model('slow'))
    await putModel(database.pool, model('quick'))
    await drain(projection)
    await slow.query('COMMIT')
    slow.release()
    await drain(projection)
    expect(await ask('MATCH (m:Model) RETURN m.id ORDER BY m.id')).toEqual([model('quick'), model('slow')])
  })

  it('a table that is emptied by TRUNCATE is empty in the graph', async () => {
    const projection = projectionOf()
    await putModel(database.pool, model(1), { owner: account(1) })
    await drain(projection)
    await database.pool.query('TRUNCATE model')
    await drain(projection)
    expect(await ask('MATCH (m:Model) RETURN m')).toEqual([])
    await expectEqual()
  })
})

describe('the blocks that the graph is true at', () => {
  async function advance(height: number): Promise<void> {
    await database.pool.query(`UPDATE squid_1.status SET height = $1, hash = '0x' || $1::int`, [height])
  }

  function heights(): Promise<unknown[]> {
    return ask('MATCH (w:Watermark) RETURN w.heights').then(([text]) => JSON.parse(String(text)))
  }

  it('follow the chain, also through blocks without a change, and never run ahead of a change', async () => {
    await database.pool.query(
      `CREATE SCHEMA squid_1;
       CREATE TABLE squid_1.status (id int, height int, hash text, nonce int);
       CREATE TABLE squid_1.hot_block (height int, hash text);
       INSERT INTO squid_1.status VALUES (0, 1, '0x1', 0);
       INSERT INTO indexer_progress (chain, name, state_schema, head, indexed, indexed_hash, finalized, start_block,
                                     blocks_per_second, updated_at)
       VALUES ('eip155:1', 'one', 'squid_1', 1, 1, '0x1', 1, 0, 1, now())`,
    )
    const projection = projectionOf()
    await drain(projection)
    expect(await heights()).toEqual([{ chain: 'eip155:1', height: 1, hash: '0x1' }])
    await advance(2)
    await drain(projection)
    expect(await heights()).toEqual([{ chain: 'eip155:1', height: 2, hash: '0x2' }])
    expect((await database.pool.query('SELECT heights FROM graph_watermark')).rows[0].heights).toEqual(
      await heights(),
    )

    // A change that is committed, but above the xmin of a transaction still open, has to wait; so have the blocks.
    const slow = await database.pool.connect()
    await slow.query('BEGIN; SELECT pg_current_xact_id()')
    await putModel(database.pool, model(1))
    await advance(3)
    await drain(projection)
    expect(await heights()).toEqual([{ chain: 'eip155:1', height: 2, hash: '0x2' }])
    await slow.query('COMMIT')
    slow.release()
    await drain(projection)
    expect(await heights()).toEqual([{ chain: 'eip155:1', height: 3, hash: '0x3' }])
  })
})

describe('random changes by concurrent writers', () => {
  it.each([1, 2, 3])('end in a graph that equals the tables (seed %i)', async seed => {
    await drain(projectionOf())
    inBackground(40)
    const writers = [0, 1, 2, 3].map(async n => {
      const random = seeded(seed * 100 + n)
      const client = await database.pool.connect()
      try {
        for (let i = 0; i < 60; i++) {
          await client.query('BEGIN')
          for (let j = 0; j < 1 + random() * 6; j++) {
            await client.query('SAVEPOINT s')
            await changeSomething(client, random).catch(() => client.query('ROLLBACK TO s'))
          }
          // A transaction that is rolled back leaves no key.
          await client.query(random() < 0.15 ? 'ROLLBACK' : 'COMMIT')
        }
      } catch (error) {
        // Writers of the same rows deadlock at times; one chain has one writer, so the indexer's do not.
        if ((error as { code?: string }).code !== '40P01') throw error
        await client.query('ROLLBACK')
      } finally {
        client.release()
      }
    })
    const compareMeanwhile = (async () => {
      for (let i = 0; i < 3; i++) {
        await new Promise(resolve => setTimeout(resolve, 150))
        await expectEqual()
      }
    })()
    await Promise.all([...writers, compareMeanwhile])
    await expectEqual()
    await stopped()
    await drain(projectionOf())
    await expectEqual()
    expect((await database.pool.query('SELECT * FROM graph_outbox')).rows).toEqual([])
  })
})

describe('a rebuild', () => {
  it('comes to the same graph, while a projector runs and writers write', async () => {
    const random = seeded(77)
    for (let i = 0; i < 300; i++) await changeSomething(database.pool, random)
    await drain(projectionOf())
    inBackground()
    const rebuilding = rebuildGraph({ ...options(), batch: 7 })
    for (let i = 0; i < 100; i++) await changeSomething(database.pool, random)
    await rebuilding
    for (let i = 0; i < 20; i++) await changeSomething(database.pool, random)
    await expectEqual()
    await stopped()
  })

  it('is made by itself where Neo4j is empty, of another database, or put back', async () => {
    for (let i = 0; i < 100; i++) await changeSomething(database.pool, seeded(i))
    await drain(projectionOf())
    await neo4j.clear()
    await drain(projectionOf())
    await expectEqual()

    const other = await freshDatabase()
    await drain(projectionOf(other.pool))
    await other.drop()
    await drain(projectionOf())
    await expectEqual()

    // As a restored backup would be: a change is missing, and the watermark is from before it.
    const [before] = await ask(`MATCH (w:Watermark) RETURN properties(w)`)
    await putModel(database.pool, model('late'))
    await drain(projectionOf())
    await ask(`MATCH (m:Model {id: $id}) DETACH DELETE m`, { id: model('late') })
    await ask(`MATCH (w:Watermark) SET w = $before`, { before })
    await drain(projectionOf())
    await expectEqual()
  })
})

describe('verify', () => {
  it('finds what was planted, and changes nothing', async () => {
    const random = seeded(5)
    for (let i = 0; i < 300; i++) await changeSomething(database.pool, random)
    await putModel(database.pool, model('a'), { name: 'a' })
    await putModel(database.pool, model('b'))
    await putEdges(database.pool, [{ child: model('a'), parent: model('b') }])
    await drain(projectionOf())
    await ask(`MATCH (m:Model {id: $id}) SET m.name = 'planted'`, { id: model('a') })
    await ask(`MATCH (:Model {id: $id})-[r:FORKED_FROM]->() DELETE r`, { id: model('a') })
    await ask(`CREATE (:Token {id: 'planted'})`)
    const result = await verifyGraph(options())
    expect(result.equal).toBe(false)
    expect(result.differing).toBe(3)
    expect(result.differences.map(({ kind, id, problem }) => [kind, id, problem])).toEqual([
      ['Model', model('a'), 'DIFFERENT'],
      ['Token', 'planted', 'EXTRA'],
      ['FORKED_FROM', `${model('a')}|PARENT|${model('b')}`, 'MISSING'],
    ])
    expect(await ask(`MATCH (t:Token {id: 'planted'}) RETURN t.id`)).toEqual(['planted'])
  })

  it('says what to do where there is no graph', async () => {
    await expect(verifyGraph(options())).rejects.toThrow(
      /holds no graph\n {2}fix: run `provenance graph project`/,
    )
  })
})

describe('two projectors at once', () => {
  it('one loses cleanly, and says so', async () => {
    const [one, two] = [projectionOf(undefined, undefined, 'one'), projectionOf(undefined, undefined, 'two')]
    await drain(one)
    await drain(two)
    await putModel(database.pool, model(1))
    await drain(one)
    await putModel(database.pool, model(2))
    await expect(drain(two)).rejects.toThrow(/one projects into it as well\n {2}fix: run one/)
    await drain(one)
    await expectEqual()
  })
})

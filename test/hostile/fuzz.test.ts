import { createLogger } from '@subsquid/logger'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Projection } from '../../src/graph/projection'
import { verifyGraph } from '../../src/graph/verify'
import { entityTables } from '../../src/indexer/entities'
import { type Batch, Pipeline } from '../../src/indexer/pipeline/pipeline'
import { ChainStore } from '../../src/indexer/store/chainStore'
import { NOTHING } from '../../src/indexer/store/stateTables'
import type { ProtocolLog } from '../../src/protocols/protocol'
import type { RangeBlock } from '../../src/rpc/chainLogs'
import { type TestApi, testApi } from '../api/apiFixture'
import { type TestNeo4j, testNeo4j } from '../fixtures/neo4j'
import { queriesOf, queriesOfEverything, statementOf } from './askEverything'
import { answersOf } from './randomAnswers'
import { CHAIN, eventNames, logsOf, opening, type Step, sources, stepOf } from './randomLogs'

/*
 * Every handler of every protocol is given random words, and what comes of them is written in bulk and hot, projected
 * into Neo4j, and asked for in GraphQL. FUZZ_RUNS: runs of each property, few unless told (a run takes a second or two). A failure prints the
 * seed and the logs; without `endOnFailure` fast-check looks for fewer of them, for long.
 */
const RUNS = Number(process.env.FUZZ_RUNS ?? 5)
const LONGEST = 40
/** One transaction that writes everything, and asks for everything: seconds on a loaded machine. */
const TIMEOUT_MS = 120_000 + RUNS * 10_000

const logger = createLogger('test:hostile')

let api: TestApi
let store: ChainStore
let pipeline: Pipeline
let neo4j: TestNeo4j | { unavailable: string }
let everything: string[]
let tables: string[]

beforeAll(async () => {
  api = await testApi()
  const entities = await entityTables()
  const chain = { id: 31_337, caip2: CHAIN, name: 'local' }
  store = new ChainStore({ url: api.database.url, chain, maxRewind: 10_000, entities })
  await store.open()
  // Without it the API knows of no chain, and gives no statement.
  await api.pool.query(
    `INSERT INTO indexer_progress (chain, name, state_schema, head, indexed, indexed_hash, finalized, start_block,
       blocks_per_second, updated_at) VALUES ($1, 'local', $2, 1000, 1000, '0x', 1000, 0, 1, now())`,
    [CHAIN, store.schema],
  )
  const context = { chain: CHAIN, sources, tokens: {}, reader: { answer: answersOf } }
  pipeline = new Pipeline({ store, entities, pool: api.pool, context, written() {} })
  neo4j = await testNeo4j()
  everything = queriesOfEverything(8)
  tables = entities.entityMetadatas.map(({ tableName }) => `"${tableName}"`)
})
afterAll(async () => {
  await store?.close()
  if (neo4j && 'close' in neo4j) await neo4j.close()
  await api?.close()
})

/** Whole blocks, about `size` logs a batch. */
function batchesOf(logs: ProtocolLog[], size: number, undoable: boolean): Batch[] {
  const blocks = new Map<number, RangeBlock>()
  for (const log of logs) {
    const header = { height: log.block, hash: log.blockHash, parentHash: '', timestamp: log.time }
    const block = blocks.get(log.block) ?? { header, logs: [] }
    blocks.set(log.block, block)
    block.logs.push({ ...log, transactionHash: log.transaction } as unknown as RangeBlock['logs'][number])
  }
  const groups: RangeBlock[][] = []
  for (const block of blocks.values()) {
    const last = groups.at(-1)
    if (last && last.reduce((sum, { logs }) => sum + logs.length, 0) < size) last.push(block)
    else groups.push([block])
  }
  return groups.map(group => {
    const { height, hash } = group.at(-1)!.header
    return { blocks: [{ height, hash }], logs: group, finalized: undoable ? -1 : height, undoable }
  })
}

/** No rows, and no block handled; by the undo log where it can. */
async function empty(): Promise<void> {
  if (store.position.height >= 0) {
    await api.pool.query(`${tables.map(table => `DELETE FROM ${table};`).join('')}
      TRUNCATE ${store.schema}.hot_block, ${store.schema}.boundary, ${store.schema}.undo;
      UPDATE ${store.schema}.status SET height = -1, hash = '0x'`)
    await store.close()
    await store.open()
  } else if (store.last.height >= 0) await pipeline.undo(NOTHING)
  pipeline.restart()
}

async function dump(): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {}
  for (const table of tables) {
    const { rows } = await api.pool.query<{ row: string }>(
      `SELECT to_jsonb(t)::text AS row FROM ${table} t ORDER BY id COLLATE "C"`,
    )
    found[table] = rows.map(({ row }) => row)
  }
  return found
}

async function answers(): Promise<void> {
  const { rows } = await api.pool.query<{ id: string }>('SELECT id FROM model ORDER BY id LIMIT 3')
  for (const query of [...everything, ...queriesOf(rows.map(({ id }) => id))]) {
    const { errors } = await api.gql(query)
    expect(errors, query).toBeUndefined()
  }
}

async function statements(): Promise<void> {
  const { rows } = await api.pool.query<{ id: string }>(
    'SELECT account_id AS id FROM royalty_balance ORDER BY account_id LIMIT 3',
  )
  for (const { id } of rows) {
    const { errors } = await api.gql(statementOf(id))
    expect(errors).toBeUndefined()
  }
}

async function projected(): Promise<void> {
  if (!('driver' in neo4j)) return
  const projection = new Projection({
    pool: api.pool,
    driver: neo4j.driver,
    logger,
    holder: 'test',
    batch: 1000,
  })
  while ((await projection.step()) !== 'DRAINED');
  const { equal, differences } = await verifyGraph({
    postgresUrl: api.database.url,
    neo4j: { url: neo4j.url },
    logger,
  })
  expect({ equal, differences }).toEqual({ equal: true, differences: [] })
}

const opened = (steps: Step[]) => logsOf([...opening(), ...steps])

describe('random words in every event', () => {
  test('the opening is what the others can meet', async () => {
    await empty()
    await pipeline.run(batchesOf(opened([]), 100, false))
    const { rows } = await api.pool.query(
      `SELECT (SELECT count(*)::int FROM model) AS models, (SELECT count(*)::int FROM stake_pool) AS pools,
              (SELECT count(*)::int FROM royalty_vault WHERE model_id IS NOT NULL) AS vaults,
              (SELECT count(*)::int FROM steering_vote) AS votes,
              (SELECT json_agg(reason) FROM rejected_log) AS rejected`,
    )
    expect(rows).toEqual([{ models: 6, pools: 6, vaults: 2, votes: 2, rejected: null }])
  })

  test('are written with the same rows in batches of any size, undone, projected, and answered for', {
    timeout: TIMEOUT_MS,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(stepOf(), { minLength: 1, maxLength: LONGEST }),
        fc.integer({ min: 1, max: 60 }),
        async (steps, size) => {
          const logs = opened(steps)
          await empty()
          await pipeline.run(batchesOf(logs, size, true))
          const pieces = await dump()
          await empty()
          expect(Object.values(await dump()).flat()).toEqual([])
          await pipeline.run(batchesOf(logs, 1_000, false))
          expect(await dump()).toEqual(pieces)
          await answers()
          await statements()
          await projected()
        },
      ),
      { numRuns: RUNS, endOnFailure: true },
    )
  })

  test.each(groupsOf(eventNames, 8))('%s, each again and again', { timeout: TIMEOUT_MS }, async names => {
    const each = names.split(', ').map(name => fc.array(stepOf(name), { minLength: 5, maxLength: LONGEST }))
    await fc.assert(
      fc.asyncProperty(fc.tuple(...each), async steps => {
        await empty()
        await pipeline.run(batchesOf(opened(steps.flat()), 1_000, false))
      }),
      { numRuns: Math.ceil(RUNS / 3), endOnFailure: true },
    )
    await answers()
  })
})

/** Emptying the tables and asking everything takes longer than the events do: not once for each. */
function groupsOf(names: readonly string[], size: number): string[] {
  const groups: string[] = []
  for (let at = 0; at < names.length; at += size) groups.push(names.slice(at, at + size).join(', '))
  return groups
}

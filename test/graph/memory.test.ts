import { createLogger } from '@subsquid/logger'
import type { PoolClient } from 'pg'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { chooseLineage } from '../../src/graph/chooser'
import type { Engine, Lineage } from '../../src/graph/lineage'
import { LineageMemory } from '../../src/graph/memory/lineageMemory'
import { type OpenSnapshot, openSnapshot, withSnapshot } from '../../src/postgres/snapshot'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { CHAIN, changeSomething, model, OTHER_CHAIN, putEdges, seeded } from './rows'

const SNAPSHOT = { timeoutMs: 20_000 }
let database: TestDatabase
let memory: LineageMemory

beforeEach(async () => {
  database = await freshDatabase()
  memory = new LineageMemory({ pool: database.pool, log: createLogger('test:memory'), leastEdges: 1 })
})
afterEach(async () => {
  await memory.stop()
  await database.drop()
})

type Question = (lineage: Lineage) => Promise<{ answeredBy: Engine }>

function ask(question: Question, engine?: Engine): Promise<{ answeredBy: Engine }> {
  return withSnapshot(database.pool, SNAPSHOT, db => question(chooseLineage({ db, memory, engine })))
}

/** Every question, in every form, about every model that the random changes know. */
function questions(random: () => number): Question[] {
  const any = () => model(Math.floor(random() * 60), random() < 0.5 ? CHAIN : OTHER_CHAIN)
  const bounds = () => [
    {},
    { maxDepth: 1 + Math.floor(random() * 3) },
    { maxNodes: 1 + Math.floor(random() * 5) },
  ]
  return (['ANCESTORS', 'DESCENDANTS', 'BOTH'] as const).flatMap(direction => [
    ...bounds().map((bound): Question => {
      const root = any()
      return lineage => lineage.closure({ model: root, direction, ...bound })
    }),
    (lineage => lineage.closures([model(1), model(2), model(1)], { direction }) as never) as Question,
    (() => {
      const models = [...new Set([any(), any(), any()])]
      return lineage => lineage.commonAncestors(models, 3)
    })() as Question,
  ])
}

/** Asks memory and Postgres the same in one snapshot. */
async function sameInBoth(db: OpenSnapshot, question: Question): Promise<void> {
  const told = (answer: unknown) =>
    JSON.stringify(answer, (key, value) =>
      key === 'answeredBy' ? undefined : typeof value === 'bigint' ? `${value}` : value,
    )
  const held = await question(chooseLineage({ db, memory, engine: 'MEMORY' }))
  expect(told(held)).toBe(told(await question(chooseLineage({ db, engine: 'POSTGRES' }))))
}

it('lineage from memory equals lineage from Postgres, while chains write and take back', async () => {
  const random = seeded(7)
  for (let i = 0; i < 300; i++) await changeSomething(database.pool, random)
  await memory.load()
  for (let round = 0; round < 30; round++) {
    const writer = await database.pool.connect()
    await writer.query('BEGIN')
    for (let i = 0; i < 12; i++) await changeSomething(writer, random)
    await writer.query(random() < 0.3 ? 'ROLLBACK' : 'COMMIT')
    writer.release()
    const db = await openSnapshot(database.pool, SNAPSHOT)
    for (const question of questions(random)) await sameInBoth(db, question)
    await db.close()
  }
})

it('a closure in pages of three is what one answer has', async () => {
  const random = seeded(3)
  await putEdges(
    database.pool,
    Array.from({ length: 60 }, (_, i) => ({
      child: model(i + 1),
      parent: model(Math.floor(random() * (i + 1))),
    })),
  )
  await memory.load()
  const request = { model: model(0), direction: 'DESCENDANTS' } as const
  const whole = await withSnapshot(database.pool, SNAPSHOT, db =>
    chooseLineage({ db, engine: 'POSTGRES' }).closure(request),
  )
  const nodes: unknown[] = []
  for (let continuation: string | undefined; ; ) {
    const page = await withSnapshot(database.pool, SNAPSHOT, db =>
      chooseLineage({ db, memory, engine: 'MEMORY' }).closure({ ...request, maxNodes: 3, continuation }),
    )
    nodes.push(...page.nodes)
    continuation = page.continuation
    if (!continuation) break
  }
  expect(nodes).toEqual(whole.nodes)
  expect(whole.nodes).toHaveLength(60)
})

it('a snapshot from before a change is answered as it sees it, by Postgres', async () => {
  await putEdges(database.pool, [{ child: model(2), parent: model(1) }])
  await memory.load()
  const before = await openSnapshot(database.pool, SNAPSHOT)
  await putEdges(database.pool, [{ child: model(3), parent: model(1) }])
  const request: Question = lineage => lineage.closure({ model: model(1), direction: 'DESCENDANTS' })
  expect(await ask(request)).toMatchObject({
    answeredBy: 'MEMORY',
    nodes: [{ id: model(2) }, { id: model(3) }],
  })
  const old = await request(chooseLineage({ db: before, memory }))
  expect(old).toMatchObject({ answeredBy: 'POSTGRES', nodes: [{ id: model(2) }] })
  await before.close()
})

it('a transaction that began before another and ends after it is not missed', async () => {
  await putEdges(database.pool, [
    { child: model(2), parent: model(1) },
    { child: model(2, OTHER_CHAIN), parent: model(1) },
  ])
  await memory.load()
  const children: Question = lineage => lineage.closure({ model: model(1), direction: 'DESCENDANTS' })
  const writers: PoolClient[] = [await database.pool.connect(), await database.pool.connect()]
  for (const writer of writers) await writer.query('BEGIN; SELECT pg_current_xact_id()')
  await putEdges(writers[1]!, [{ child: model(3, OTHER_CHAIN), parent: model(1) }])
  await putEdges(writers[0]!, [{ child: model(3), parent: model(1) }])
  await writers[1]!.query('COMMIT')
  expect((await ask(children, 'MEMORY')) as never).toMatchObject({ nodes: { length: 3 } })
  await writers[0]!.query('COMMIT')
  expect((await ask(children, 'MEMORY')) as never).toMatchObject({ nodes: { length: 4 } })
  for (const writer of writers) writer.release()
})

it('history that is read, and a table that is emptied, are read anew: until then Postgres answers', async () => {
  await putEdges(database.pool, [{ child: model(2), parent: model(1) }])
  await memory.load()
  const children: Question = lineage => lineage.closure({ model: model(1), direction: 'DESCENDANTS' })
  await putEdges(
    database.pool,
    Array.from({ length: 300 }, (_, i) => ({ child: model(i + 10), parent: model(1) })),
  )
  expect(await ask(children)).toMatchObject({ answeredBy: 'POSTGRES', nodes: { length: 301 } })
  await expect(ask(children, 'MEMORY')).rejects.toThrow(/does not hold it as the tables have it now\n {2}fix/)
  await database.pool.query('TRUNCATE lineage_edge')
  expect(await ask(children)).toMatchObject({ answeredBy: 'POSTGRES', nodes: [] })
})

it('a lineage that is small stays in Postgres', async () => {
  const idle = new LineageMemory({ pool: database.pool, log: createLogger('test:memory') })
  await putEdges(database.pool, [{ child: model(2), parent: model(1) }])
  await idle.load()
  const answer = await withSnapshot(database.pool, SNAPSHOT, db =>
    chooseLineage({ db, memory: idle }).closure({ model: model(2), direction: 'ANCESTORS' }),
  )
  expect(answer.answeredBy).toBe('POSTGRES')
  await idle.stop()
})

import fc from 'fast-check'
import type { ClientBase } from 'pg'
import type { DataSource } from 'typeorm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bulkStatements, bulkWrite, type Changes } from '../../src/indexer/bulkWrite'
import { entities, entityTables, openEntities } from '../../src/indexer/entities'
import { tableOf } from '../../src/indexer/entityTable'
import { rowsWhere } from '../../src/indexer/load'
import { ChainStore } from '../../src/indexer/store/chainStore'
import { NOTHING } from '../../src/indexer/store/stateTables'
import { undoAbove } from '../../src/indexer/store/undoLog'
import type { Entity, Row } from '../../src/ledger/state'
import * as model from '../../src/model'
import { freshDatabase, type TestDatabase } from '../fixtures/database'

const CHAIN = { id: 31337, caip2: 'eip155:31337', name: 'test' }

let database: TestDatabase
let source: DataSource
/** writes by TypeORM, as another means */
let orm: DataSource
let store: ChainStore

beforeAll(async () => {
  database = await freshDatabase()
  source = await entityTables()
  orm = await openEntities(database.url)
  store = new ChainStore({ url: database.url, chain: CHAIN, maxRewind: 10, entities: source })
  await store.open() // makes the undo log
})

afterAll(async () => {
  await store.close()
  await orm.destroy()
  await database.drop()
})

async function transact(work: (client: ClientBase) => Promise<void>): Promise<void> {
  const client = await database.pool.connect()
  try {
    await client.query('BEGIN')
    await work(client)
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  } finally {
    client.release()
  }
}

/** @param height where the batch can be undone from; absent: it cannot be undone */
async function write(changes: Changes, height?: number): Promise<void> {
  const undo = height === undefined ? undefined : { schema: store.schema, height }
  const statements = await bulkStatements(source, changes, undo)
  await transact(client => bulkWrite(client, statements))
}

/** States and facts of one entity; `there`: states that the table has already. */
function changesOf(entity: Entity, states: Row[], facts: Row[], there: Row[] = []): Changes {
  const known = new Set(there.map(({ id }) => id))
  return [{ entity, states, facts, made: new Set(states.map(({ id }) => id).filter(id => !known.has(id))) }]
}

/** Values at their bounds: what a contract may emit, and what a name may hold. */
const text = fc.oneof(
  fc.constantFrom('', 'NULL', '{}', '"', '\\', ',', 'a,"b"\\{c}', '\n\t ', "o'hare", '🜁 模型'),
  fc.string({ unit: 'grapheme' }).map(value => value.split('\u0000').join('')),
)
const amount = fc.oneof(
  fc.constantFrom(0n, 1n, -1n, 2n ** 256n - 1n, -(2n ** 255n)),
  fc.bigInt({ min: -(2n ** 255n), max: 2n ** 256n - 1n }),
)
const time = fc.oneof(
  fc.constantFrom(new Date(0), new Date(Date.UTC(9999, 11, 31)), new Date(Date.UTC(12345, 6, 7, 8, 9, 10))),
  fc.date({ min: new Date(0), max: new Date(Date.UTC(2200, 0, 1)), noInvalidDate: true }),
)
const integer = fc.oneof(fc.constantFrom(0, 1, -1, 2147483647, -2147483648), fc.integer())

function valuesOf(type: string, length: number, array: boolean): fc.Arbitrary<unknown> {
  if (array) return fc.array(text, { maxLength: 4 })
  switch (type) {
    case 'numeric':
      return amount
    case 'int4':
      return integer
    case 'bool':
      return fc.boolean()
    case 'timestamp with time zone':
      return time
    default:
      return length > 0 ? text.map(value => [...value].slice(0, Math.floor(length / 2)).join('')) : text
  }
}

/** Rows of an entity, with distinct ids of few values, so that a second write meets the first. */
function rowsOf(entity: Entity): fc.Arbitrary<Row[]> {
  const metadata = source.getMetadata(entity)
  const properties = Object.fromEntries(
    metadata.columns
      .filter(column => column.propertyName !== 'id')
      .map(column => {
        const value = valuesOf(
          column.type === String ? 'text' : String(column.type),
          Number(column.length) || 0,
          column.isArray,
        )
        return [column.propertyName, column.isNullable ? fc.option(value, { nil: null, freq: 3 }) : value]
      }),
  )
  const id = fc.integer({ min: 0, max: 6 }).map(n => `${CHAIN.caip2}/${n}`)
  return fc
    .uniqueArray(fc.record({ id, ...properties }), { selector: row => (row as Row).id, maxLength: 5 })
    .map(rows => rows.map(row => new (entity as new (props: object) => Row)(row)))
}

async function tableText(entity: Entity): Promise<unknown[]> {
  const { name } = tableOf(source, entity)
  const { rows } = await database.pool.query(`SELECT t::text AS row FROM ${name} t ORDER BY id COLLATE "C"`)
  return rows
}

async function empty(entity: Entity): Promise<void> {
  await database.pool.query(`DELETE FROM ${tableOf(source, entity).name}`)
}

test.each(entities.map(entity => [entity.name, entity] as const))(
  '%s: rows are those that TypeORM writes, are read back as they were, and undone to what they were',
  async (_, entity) => {
    await fc.assert(
      fc.asyncProperty(rowsOf(entity), rowsOf(entity), rowsOf(entity), async (first, second, facts) => {
        const added = facts.map((row, i) => Object.assign(row, { id: `fact/${i}` }))
        await empty(entity)
        await orm.manager.upsert(entity, first as never, ['id'])
        await orm.manager.insert(entity, added as never)
        const afterFirst = await tableText(entity)
        await orm.manager.upsert(entity, second as never, ['id'])
        const afterSecond = await tableText(entity)

        await empty(entity)
        await write(changesOf(entity, first, added), 1)
        expect(await tableText(entity)).toEqual(afterFirst)
        await write(changesOf(entity, second, [], first), 2)
        expect(await tableText(entity)).toEqual(afterSecond)

        const kept = new Map([...first, ...added, ...second].map(row => [row.id, row]))
        const read = await rowsWhere({ client: database.pool, source }, entity, 'id', [...kept.keys()])
        expect(new Map(read.map(row => [row.id, row]))).toEqual(kept)

        await transact(client => undoAbove(client, source, store.schema, 1))
        expect(await tableText(entity)).toEqual(afterFirst)
        await write(changesOf(entity, second, [], first), 2)
        await transact(client => undoAbove(client, source, store.schema, NOTHING.height))
        expect(await tableText(entity)).toEqual([])
      }),
      { numRuns: 12 },
    )
  },
)

test('more rows than one statement takes are all written', async () => {
  const rows = Array.from(
    { length: 25_001 },
    (_, n) =>
      new model.Account({
        id: `many/${n}`,
        chain: 'eip155:1',
        address: `${n}`,
        block: n,
        time: new Date(n * 1000),
      }),
  )
  await write(changesOf(model.Account, rows, []), 5)
  const { rows: counted } = await database.pool.query(
    `SELECT count(*)::int AS n, sum(block)::int AS blocks FROM account WHERE id LIKE 'many/%'`,
  )
  expect(counted).toEqual([{ n: 25_001, blocks: (25_000 * 25_001) / 2 }])
  await transact(client => undoAbove(client, source, store.schema, 4))
  expect((await database.pool.query(`SELECT FROM account WHERE id LIKE 'many/%'`)).rowCount).toBe(0)
})

test('a fact that is written twice is an error, and nothing of its batch stays', async () => {
  await empty(model.Slash)
  const slash = () =>
    new model.Slash({
      id: 'slash/1',
      chain: 'eip155:1',
      protocol: 'reference',
      contract: '0x',
      poolId: 'pool',
      modelId: 'model',
      assetId: 'token',
      slasherId: null,
      activeAssets: 1n,
      exitingAssets: 0n,
      reason: null,
      block: 1,
      time: new Date(0),
      transaction: '0x',
      logIndex: 0,
    })
  await expect(write(changesOf(model.Slash, [], [slash(), slash()]))).rejects.toThrow(/duplicate key/)
  expect(await tableText(model.Slash)).toEqual([])
})

test('a sum of as many digits as Postgres holds is written, read, and undone', async () => {
  const most = 10n ** 131_072n - 1n
  const amounts = [most, -most, 10n ** 131_071n, 10n ** 131_068n, 10n ** 308n - 1n, -1n]
  const debts = (amount: (n: bigint) => bigint) =>
    amounts.map(
      (debt, n) =>
        new model.VaultDebt({
          id: `debt/${n}`,
          chain: 'eip155:1',
          vaultId: 'vault',
          accountId: 'account',
          tokenId: 'token',
          debt: amount(debt),
          claimable: amount(debt),
        }),
    )
  const read = async () => {
    const ids = amounts.map((_, n) => `debt/${n}`)
    const rows = await rowsWhere({ client: database.pool, source }, model.VaultDebt, 'id', ids)
    return new Map(rows.map(row => [row.id, (row as model.VaultDebt).debt]))
  }
  const expected = new Map(amounts.map((debt, n) => [`debt/${n}`, debt]))
  const rows = debts(debt => debt)
  await empty(model.VaultDebt)
  await write(changesOf(model.VaultDebt, rows, []), 7)
  expect(await read()).toEqual(expected)
  await write(
    changesOf(
      model.VaultDebt,
      debts(() => 0n),
      [],
      rows,
    ),
    8,
  )
  await transact(client => undoAbove(client, source, store.schema, 7))
  expect(await read()).toEqual(expected)
})

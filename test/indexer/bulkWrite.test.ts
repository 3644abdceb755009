import type { Store } from '@subsquid/typeorm-store'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bulkStatements, bulkWrite, type Changes } from '../../src/indexer/bulkWrite'
import { ChainDatabase, stateSchemaOf } from '../../src/indexer/database'
import { tableOf } from '../../src/indexer/entityTable'
import { rowsWhere } from '../../src/indexer/load'
import { connectionOf, isFinal } from '../../src/indexer/storeConnection'
import { writeHot } from '../../src/indexer/writeHot'
import type { Entity, Row } from '../../src/ledger/state'
import * as model from '../../src/model'
import { freshDatabase, type TestDatabase } from '../fixtures/database'

const CHAIN = 31337
const entities = Object.values(model).filter(value => typeof value === 'function') as unknown as Entity[]

let database: TestDatabase
let chain: ChainDatabase
let height = 0

beforeAll(async () => {
  database = await freshDatabase()
  chain = new ChainDatabase(database.url, CHAIN)
  await chain.connect()
})

afterAll(async () => {
  await chain.disconnect()
  await database.drop()
})

function hashOf(block: number): string {
  return `0x${block.toString(16).padStart(64, '0')}`
}

function head(block: number): { height: number; hash: string } {
  return { height: block, hash: block === 0 ? '0x' : hashOf(block) }
}

/** Runs the callback as a final batch, or as a hot one, of one block. */
async function batch(kind: 'final' | 'hot', run: (store: Store) => Promise<void>): Promise<void> {
  const schema = stateSchemaOf(CHAIN)
  await database.pool.query(`DELETE FROM ${schema}.hot_block`)
  const now = head(height)
  await database.pool.query(`UPDATE ${schema}.status SET height = $1, hash = $2`, [now.height, now.hash])
  const base = now
  height++
  if (kind === 'final') {
    await chain.transact({ prevHead: base, nextHead: head(height) }, run)
  } else {
    await chain.transactHot2(
      { finalizedHead: base, baseHead: base, newBlocks: [head(height)] },
      (store: Store) => run(store),
    )
  }
}

async function writeFinal(store: Store, changes: Changes): Promise<void> {
  await bulkWrite(await connectionOf(store), await bulkStatements(chain.source, changes))
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
  const metadata = chain.source.getMetadata(entity)
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
  const id = fc.integer({ min: 0, max: 6 }).map(n => `eip155:${CHAIN}/${n}`)
  return fc
    .uniqueArray(fc.record({ id, ...properties }), { selector: row => (row as Row).id, maxLength: 5 })
    .map(rows => rows.map(row => new (entity as new (props: object) => Row)(row)))
}

async function tableText(entity: Entity): Promise<unknown[]> {
  const { name } = tableOf(chain.source, entity)
  const { rows } = await database.pool.query(`SELECT t::text AS row FROM ${name} t ORDER BY id COLLATE "C"`)
  return rows
}

async function empty(entity: Entity): Promise<void> {
  await database.pool.query(`DELETE FROM ${tableOf(chain.source, entity).name}`)
}

test.each(entities.map(entity => [entity.name, entity] as const))(
  '%s: a final batch and a hot one leave the same rows, which are read back as they were',
  async (_, entity) => {
    await fc.assert(
      fc.asyncProperty(rowsOf(entity), rowsOf(entity), rowsOf(entity), async (first, second, facts) => {
        const added = facts.map((row, i) => Object.assign(row, { id: `fact/${i}` }))
        const outcomes: unknown[] = []
        for (const kind of ['final', 'hot'] as const) {
          await empty(entity)
          for (const changes of [
            [{ entity, states: first, facts: added }],
            [{ entity, states: second, facts: [] }],
          ] satisfies Changes[]) {
            await batch(kind, async store => {
              expect(isFinal(store)).toBe(kind === 'final')
              await (kind === 'final' ? writeFinal : writeHot)(store, changes)
            })
          }
          outcomes.push(await tableText(entity))
        }
        expect(outcomes[0]).toEqual(outcomes[1])

        const kept = new Map([...first, ...added, ...second].map(row => [row.id, row]))
        let read: Row[] = []
        await batch('final', async store => {
          const reader = { client: await connectionOf(store), source: chain.source }
          read = await rowsWhere(reader, entity, 'id', [...kept.keys()])
        })
        expect(new Map(read.map(row => [row.id, row]))).toEqual(kept)
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
  await batch('final', store => writeFinal(store, [{ entity: model.Account, states: rows, facts: [] }]))
  const { rows: counted } = await database.pool.query(
    `SELECT count(*)::int AS n, sum(block)::int AS blocks FROM account WHERE id LIKE 'many/%'`,
  )
  expect(counted).toEqual([{ n: 25_001, blocks: (25_000 * 25_001) / 2 }])
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
  const writing = batch('final', store =>
    writeFinal(store, [{ entity: model.Slash, states: [], facts: [slash(), slash()] }]),
  )
  await expect(writing).rejects.toThrow(/duplicate key/)
  height--
  expect(await tableText(model.Slash)).toEqual([])
})

test('a sum of as many digits as Postgres holds is written and read, whichever way', async () => {
  const most = 10n ** 131_072n - 1n
  const amounts = [most, -most, 10n ** 131_071n, 10n ** 131_068n, 10n ** 308n - 1n, -1n]
  for (const kind of ['final', 'hot'] as const) {
    await empty(model.VaultDebt)
    const rows = amounts.map(
      (debt, n) =>
        new model.VaultDebt({
          id: `debt/${n}`,
          chain: 'eip155:1',
          vaultId: 'vault',
          accountId: 'account',
          tokenId: 'token',
          debt,
          claimable: debt,
        }),
    )
    await batch(kind, store =>
      (kind === 'final' ? writeFinal : writeHot)(store, [
        { entity: model.VaultDebt, states: rows, facts: [] },
      ]),
    )
    await batch('final', async store => {
      const reader = { client: await connectionOf(store), source: chain.source }
      const read = await rowsWhere(
        reader,
        model.VaultDebt,
        'id',
        rows.map(({ id }) => id),
      )
      expect(new Map(read.map(row => [row.id, (row as model.VaultDebt).debt]))).toEqual(
        new Map(rows.map(({ id, debt }) => [id, debt])),
      )
    })
  }
})

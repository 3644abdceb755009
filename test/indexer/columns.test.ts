import { getMetadataArgsStorage } from 'typeorm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readEntityModel } from '../../src/api/entities/entityModel'
import { SIGNED, SUMS } from '../../src/indexer/guard'
import * as model from '../../src/model'
import { freshDatabase, type TestDatabase } from '../fixtures/database'

/** The rule at the head of schema.graphql, read from its descriptions and from the tables as migrated. */
const amounts = readEntityModel().entities.flatMap(({ name, table, fields }) =>
  fields
    .filter(({ type }) => type === 'BigInt')
    .map(({ name: field, column, description = '' }) => ({
      name: `${name}.${field}`,
      column: `${table}.${column}`,
      isSum: description.startsWith('Σ'),
      isSigned: /\bsigned\b/.test(description),
    })),
)

let database: TestDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

test('what is documented as a sum is an unbounded numeric, every other amount holds a word of a log', async () => {
  const { rows } = await database.pool.query<{
    column: string
    precision: number | null
    scale: number | null
  }>(
    `SELECT table_name || '.' || column_name AS column, numeric_precision AS precision, numeric_scale AS scale
       FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'numeric'`,
  )
  const types = Object.fromEntries(rows.map(({ column, ...type }) => [column, type]))
  for (const { column, isSum } of amounts) {
    const expected = isSum ? { precision: null, scale: null } : { precision: 78, scale: 0 }
    expect({ [column]: types[column] }).toEqual({ [column]: expected })
  }
})

test('the guard knows the same sums, and the same signs', () => {
  const names = (which: 'isSum' | 'isSigned') => amounts.filter(one => one[which]).map(({ name }) => name)
  expect([...SUMS].sort()).toEqual(names('isSum').sort())
  expect([...SIGNED].sort()).toEqual(names('isSigned').sort())
})

test('a total, a balance or a count that is folded is never bounded by what one log can say', () => {
  // A split's total is what its contract says in one log.
  const totals =
    /^(total(?!Allocation)|accrued|claimed|deposited|withdrawn|compounded|slashed|exitingAssets|activeAssets|accumulated)/
  const folded = amounts.filter(({ name }) => {
    const [entity, field] = name.split('.') as [string, string]
    const isState = readEntityModel().entity(entity).description!.startsWith('State')
    return isState && totals.test(field)
  })
  expect(folded.length).toBeGreaterThan(10)
  expect(folded.filter(({ isSum }) => !isSum)).toEqual([])
})

test('text columns in a B-tree are those that the guard bounds by the index', async () => {
  const { rows } = await database.pool.query<{ column: string }>(
    `SELECT DISTINCT t.relname || '.' || a.attname AS column
       FROM pg_index i
       JOIN pg_class x ON x.oid = i.indexrelid
       JOIN pg_am m ON m.oid = x.relam AND m.amname = 'btree'
       JOIN pg_class t ON t.oid = i.indrelid
       JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY (i.indkey)
       JOIN pg_type y ON y.oid = a.atttypid
      WHERE t.relnamespace = 'public'::regnamespace AND y.typname IN ('text', 'varchar')`,
  )
  const storage = getMetadataArgsStorage()
  const entities = Object.values(model).filter(value => typeof value === 'function')
  const marked = new Set(
    entities.flatMap(entity => [
      `${entity.name}.id`,
      `${entity.name}.chain`,
      ...storage.indices
        .filter(({ target }) => target === entity)
        .flatMap(({ columns }) => (columns as string[]).map(column => `${entity.name}.${column}`)),
    ]),
  )
  const columnOf = new Map(
    readEntityModel().entities.flatMap(({ name, table, fields }) =>
      fields.map(field => [`${table}.${field.column}`, `${name}.${field.name}`]),
    ),
  )
  const indexed = rows.map(({ column }) => columnOf.get(column)).filter(name => name !== undefined)
  expect(indexed.length).toBeGreaterThan(50)
  expect(indexed.filter(name => !marked.has(name))).toEqual([])
})

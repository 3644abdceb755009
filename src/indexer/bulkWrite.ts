import { finished } from 'node:stream/promises'
import type { ClientBase } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { DataSource } from 'typeorm'
import { Breather } from '../ledger/breather'
import type { Entity, Row } from '../ledger/state'
import { BinaryWriter } from './binaryWriter'
import { type EntityTable, type TableColumn, tableOf, writeArray } from './entityTable'

/** State rows to upsert and facts to insert, by entity, as `LedgerState.changes` gives them. */
export type Changes = { entity: Entity; states: Row[]; facts: Row[]; named?: ReadonlySet<string> }[]

/** A statement with its rows as the server takes them. */
export type BulkStatement = { copy: string; bytes: Buffer } | { name: string; text: string; values: Buffer[] }

/** Rows in one statement: bounds its size, some hundred bytes a row. */
const CHUNK = 10_000

/**
 * What writes rows past the store: facts by COPY, states by `INSERT … SELECT FROM unnest … ON CONFLICT` with an array
 * parameter a column. Binary, which costs Postgres half of what text does. Only for final batches, since the store's
 * log for rollbacks does not see it.
 */
export async function bulkStatements(source: DataSource, changes: Changes): Promise<BulkStatement[]> {
  const statements: BulkStatement[] = []
  const breather = new Breather()
  for (const { entity, states, facts } of changes) {
    const table = tableOf(source, entity)
    for (const rows of chunksOf(states)) {
      const values = table.columns.map(column => parameterOf(column, rows))
      statements.push({ ...upsertOf(table), values })
      if (breather.isDue) await breather.rest()
    }
    for (const rows of chunksOf(facts)) {
      const copy = `COPY ${table.name} (${namesOf(table)}) FROM STDIN (FORMAT binary)`
      statements.push({ copy, bytes: await copyOf(table.columns, rows, breather) })
    }
  }
  return statements
}

/** Runs them, on the connection of an open transaction. */
export async function bulkWrite(client: ClientBase, statements: BulkStatement[]): Promise<void> {
  for (const statement of statements) {
    if ('copy' in statement) {
      const stream = client.query(copyFrom(statement.copy))
      stream.end(statement.bytes)
      await finished(stream)
    } else await client.query(statement)
  }
}

function* chunksOf(rows: Row[]): Generator<Row[]> {
  for (let start = 0; start < rows.length; start += CHUNK) yield rows.slice(start, start + CHUNK)
}

/** Signature, no flags, no extension. */
const COPY_HEAD = Buffer.from('PGCOPY\n\u00ff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
const COPY_END = -1

async function copyOf(columns: TableColumn[], rows: Row[], breather: Breather): Promise<Buffer> {
  const writer = new BinaryWriter()
  writer.raw(COPY_HEAD)
  for (const row of rows) {
    writer.int16(columns.length)
    for (const { property, write } of columns) writeOrNull(writer, fieldOf(row, property), write)
    if (breather.isDue) await breather.rest()
  }
  writer.int16(COPY_END)
  return writer.bytes()
}

/** A column's values as one array. */
function parameterOf({ property, element }: TableColumn, rows: Row[]): Buffer {
  const writer = new BinaryWriter()
  writeArray(writer, element.oid, rows, row => writeOrNull(writer, fieldOf(row, property), element.write))
  return writer.bytes()
}

function fieldOf(row: Row, property: string): unknown {
  return (row as unknown as Record<string, unknown>)[property]
}

/** An absent value is null. */
function writeOrNull(writer: BinaryWriter, value: unknown, write: TableColumn['write']): void {
  if (value === null || value === undefined) writer.nullValue()
  else write(writer, value)
}

interface Statement {
  name: string
  text: string
}

const upserts = new WeakMap<EntityTable, Statement>()

function upsertOf(table: EntityTable): Statement {
  let statement = upserts.get(table)
  if (!statement) {
    const names = namesOf(table)
    const read = table.columns.map(({ name, element: { cast } }) => (cast ? `${name}::${cast}` : name))
    const parameters = table.columns.map(({ element }, i) => `$${i + 1}::${element.type}[]`)
    const sets = table.columns
      .filter(({ property }) => property !== 'id')
      .map(({ name }) => `${name} = EXCLUDED.${name}`)
    statement = {
      name: `upsert-${table.key}`,
      text: `INSERT INTO ${table.name} (${names})
             SELECT ${read.join(', ')} FROM unnest(${parameters.join(', ')}) AS r (${names})
             ON CONFLICT ("id") DO UPDATE SET ${sets.join(', ')}`,
    }
    upserts.set(table, statement)
  }
  return statement
}

function namesOf(table: EntityTable): string {
  return table.columns.map(column => column.name).join(', ')
}

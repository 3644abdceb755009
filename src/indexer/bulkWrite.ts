import { finished } from 'node:stream/promises'
import type { ClientBase } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { DataSource } from 'typeorm'
import { Breather } from '../ledger/breather'
import type { Entity, Row } from '../ledger/state'
import { BinaryWriter } from './binaryWriter'
import {
  columnNames,
  type EntityTable,
  replacements,
  type TableColumn,
  tableOf,
  writeArray,
} from './entityTable'
import { type UndoTarget, undoEntry } from './store/undoLog'

/** State rows to upsert and facts to insert, by entity, as `LedgerState.changes` gives them. */
export type Changes = {
  entity: Entity
  states: Row[]
  made: ReadonlySet<string>
  facts: Row[]
  named?: ReadonlySet<string>
}[]

/** A statement with its rows as the server takes them. */
export type BulkStatement =
  | { copy: string; bytes: Buffer }
  | { name: string; text: string; values: (Buffer | number)[] }

/** Rows in one statement: bounds its size, some hundred bytes a row. */
const CHUNK = 10_000

/**
 * What writes rows in bulk: facts by COPY, states by `INSERT … SELECT FROM unnest … ON CONFLICT` with an array
 * parameter a column. Binary, which costs Postgres half of what text does.
 *
 * @param undo where it is noted how the rows were, for batches that may be undone
 */
export async function bulkStatements(
  source: DataSource,
  changes: Changes,
  undo?: UndoTarget,
): Promise<BulkStatement[]> {
  const statements: BulkStatement[] = []
  const breather = new Breather()
  let entries = 0
  for (const { entity, states, made, facts } of changes) {
    const table = tableOf(source, entity)
    for (const rows of chunksOf(states)) {
      const values = table.columns.map(column => parameterOf(column, rows))
      if (undo) {
        const entry = [
          undo.height,
          entries++,
          idsOf(rows.filter(({ id }) => made.has(id))),
          idsOf(rows.filter(({ id }) => !made.has(id))),
        ]
        statements.push({ ...upsertOf(table, undo.schema), values: [...values, ...entry] })
      } else statements.push({ ...upsertOf(table), values })
      if (breather.isDue) await breather.rest()
    }
    for (const rows of chunksOf(facts)) {
      if (undo) {
        const name = `undo-entry-${table.key}`
        const text = undoEntry(undo.schema, table, ['$1', '$2', '$3', "'{}'"])
        statements.push({ name, text, values: [undo.height, entries++, idsOf(rows)] })
      }
      const copy = `COPY ${table.name} (${columnNames(table).join(', ')}) FROM STDIN (FORMAT binary)`
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
/** of PostgreSQL's pg_type.dat */
const TEXT_OID = 25

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

/** The rows' ids as one array. */
function idsOf(rows: Row[]): Buffer {
  const writer = new BinaryWriter()
  writeArray(writer, TEXT_OID, rows, ({ id }) => writer.textValue(id))
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

const upserts = new WeakMap<EntityTable, { plain?: Statement; undoable?: Statement }>()

/** @param schema of the undo log, whose parameters follow those of the columns; absent: nothing is noted */
function upsertOf(table: EntityTable, schema?: string): Statement {
  const known = upserts.get(table) ?? {}
  upserts.set(table, known)
  if (schema) {
    const [height, n, made, changed] = [1, 2, 3, 4].map(i => `$${table.columns.length + i}`)
    known.undoable ??= {
      name: `upsert-undoable-${table.key}`,
      text: `WITH undo AS (${undoEntry(schema, table, [height!, n!, made!, changed!])}) ${upsertText(table)}`,
    }
    return known.undoable
  }
  known.plain ??= { name: `upsert-${table.key}`, text: upsertText(table) }
  return known.plain
}

function upsertText(table: EntityTable): string {
  const names = columnNames(table).join(', ')
  const read = table.columns.map(({ name, element: { cast } }) => (cast ? `${name}::${cast}` : name))
  const parameters = table.columns.map(({ element }, i) => `$${i + 1}::${element.type}[]`)
  return `INSERT INTO ${table.name} (${names})
          SELECT ${read.join(', ')} FROM unnest(${parameters.join(', ')}) AS r (${names})
          ON CONFLICT ("id") DO UPDATE SET ${replacements(table)}`
}

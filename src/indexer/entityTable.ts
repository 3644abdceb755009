import type { DataSource } from 'typeorm'
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata'
import type { Entity, Row } from '../ledger/state'

/** One column of an entity's table: how a value gets into an array parameter, and out of a result. */
export interface TableColumn {
  /** property of the entity's class */
  property: string
  /** quoted */
  name: string
  /** element type of the array parameter that holds the column's values */
  parameterType: string
  /** what a parameter's element must be cast to, where that is another type */
  cast?: string
  /** the value as an element of an array literal */
  literal(value: unknown): string
  /** the value as `pg` gives it -> as the entity has it */
  read(value: unknown): unknown
}

/** An entity's table as raw SQL needs it. */
export interface EntityTable {
  entity: Entity
  /** quoted */
  name: string
  /** unquoted, for names of statements */
  key: string
  columns: TableColumn[]
}

const tables = new WeakMap<DataSource, Map<Entity, EntityTable>>()

/** Read once from the entity's decorators, which typeorm-codegen made of schema.graphql. */
export function tableOf(source: DataSource, entity: Entity): EntityTable {
  let known = tables.get(source)
  if (!known) {
    known = new Map()
    tables.set(source, known)
  }
  let table = known.get(entity)
  if (!table) {
    const metadata = source.getMetadata(entity)
    table = {
      entity,
      name: quote(metadata.tableName),
      key: metadata.tableName,
      columns: metadata.columns.map(columnOf),
    }
    known.set(entity, table)
  }
  return table
}

/** A row of `SELECT *` as an entity. */
export function readRow(table: EntityTable, values: Record<string, unknown>): Row {
  const row = new (table.entity as new () => Row)() as unknown as Record<string, unknown>
  for (const column of table.columns) {
    const value = values[column.name.slice(1, -1)]
    row[column.property] = value === null || value === undefined ? null : column.read(value)
  }
  return row as unknown as Row
}

function columnOf(column: ColumnMetadata): TableColumn {
  const common = { property: column.propertyName, name: quote(column.databaseName) }
  const same = (value: unknown) => value
  if (column.isArray) {
    // unnest flattens arrays of arrays, so a row's array travels as the text of its literal.
    return {
      ...common,
      parameterType: 'text',
      cast: 'text[]',
      literal: value =>
        text(`{${(value as unknown[]).map(item => (item == null ? 'NULL' : text(item))).join(',')}}`),
      read: same,
    }
  }
  switch (typeName(column)) {
    case 'numeric':
      // wei: bigint here, numeric(78,0) there, digits in between
      return { ...common, parameterType: 'numeric', literal: String, read: value => BigInt(value as string) }
    case 'int4':
      return { ...common, parameterType: 'int4', literal: String, read: same }
    case 'bool':
      return { ...common, parameterType: 'bool', literal: String, read: same }
    case 'timestamp with time zone':
      return { ...common, parameterType: 'timestamptz', literal: value => time(value as Date), read: same }
    case 'text':
    case 'varchar':
      return { ...common, parameterType: 'text', literal: text, read: same }
    default:
      throw new Error(
        `column ${column.entityMetadata.tableName}.${column.databaseName}: no bulk form of its type`,
      )
  }
}

function typeName(column: ColumnMetadata): string {
  return column.type === String ? 'text' : String(column.type)
}

const NEEDS_ESCAPE = /["\\]/
const ESCAPED = /["\\]/g

/** Quoted, since a bare word could be NULL or hold a comma. */
function text(value: unknown): string {
  const string = value as string
  return NEEDS_ESCAPE.test(string) ? `"${string.replace(ESCAPED, '\\$&')}"` : `"${string}"`
}

/** Rows of one block share their time. */
let latest = { ms: Number.NaN, text: '' }

/** ISO 8601 in UTC. Years past 9999, which a contract may name, without JavaScript's sign, which Postgres refuses. */
function time(value: Date): string {
  const ms = value.getTime()
  if (ms !== latest.ms) {
    const iso = value.toISOString()
    latest = { ms, text: iso.startsWith('+') ? iso.slice(1).replace(/^0+/, '') : iso }
  }
  return latest.text
}

function quote(name: string): string {
  return `"${name}"`
}

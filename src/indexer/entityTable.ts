import type { DataSource } from 'typeorm'
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata'
import type { Entity, Row } from '../ledger/state'
import type { BinaryWriter } from './binaryWriter'

/** One column of an entity's table: how a value gets into a COPY or an array parameter, and out of a result. */
export interface TableColumn {
  /** property of the entity's class */
  property: string
  /** quoted */
  name: string
  /** the value, never null, as COPY takes it */
  write(writer: BinaryWriter, value: unknown): void
  /** how a parameter holds the column's values */
  element: ArrayElement
  /** the value as `pg` gives it -> as the entity has it */
  read(value: unknown): unknown
}

/** An element of an array parameter that holds a column's values. */
export interface ArrayElement {
  type: string
  /** of the type: what PostgreSQL's pg_type.dat says */
  oid: number
  /** what an element must be cast to, where the column's type is another */
  cast?: string
  write(writer: BinaryWriter, value: unknown): void
}

/** An entity's table as raw SQL needs it. */
export interface EntityTable {
  entity: Entity
  /** quoted, with its schema where that is not the public one */
  name: string
  /** unquoted and without schema, for names of statements */
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
      name: metadata.schema
        ? `${quote(metadata.schema)}.${quote(metadata.tableName)}`
        : quote(metadata.tableName),
      key: metadata.tableName,
      columns: metadata.columns.map(columnOf),
    }
    known.set(entity, table)
  }
  return table
}

/** The entity's table by its unquoted name. */
export function tableNamed(source: DataSource, key: string): EntityTable {
  return tableOf(source, source.getMetadata(key).target as Entity)
}

/** Quoted, in the order of `columns`. */
export function columnNames(table: EntityTable): string[] {
  return table.columns.map(({ name }) => name)
}

/** `SET` of an upsert that replaces the whole row. */
export function replacements(table: EntityTable): string {
  return table.columns
    .filter(({ property }) => property !== 'id')
    .map(({ name }) => `${name} = EXCLUDED.${name}`)
    .join(', ')
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

const TEXT = { type: 'text', oid: 25, write: writeText }

function columnOf(column: ColumnMetadata): TableColumn {
  const common = { property: column.propertyName, name: quote(column.databaseName) }
  const same = (value: unknown) => value
  const plain = (
    type: string,
    oid: number,
    write: TableColumn['write'],
    read: TableColumn['read'] = same,
  ): TableColumn => ({ ...common, write, element: { type, oid, write }, read })
  if (column.isArray) {
    // unnest flattens arrays of arrays, so in a parameter a row's array is the text of its literal.
    const write: TableColumn['write'] = (writer, value) => writeText(writer, arrayLiteral(value as string[]))
    return { ...common, write: writeTextArray, element: { ...TEXT, cast: 'text[]', write }, read: same }
  }
  switch (typeName(column)) {
    case 'numeric':
      // wei: bigint here, numeric there, digits in between
      return plain(
        'numeric',
        1700,
        (writer, value) => writer.numericValue(value as bigint),
        value => BigInt(value as string),
      )
    case 'int4':
      return plain('int4', 23, (writer, value) => writer.int4Value(value as number))
    case 'bool':
      return plain('bool', 16, (writer, value) => writer.boolValue(value as boolean))
    case 'timestamp with time zone':
      return plain('timestamptz', 1184, (writer, value) => writer.timestampValue(value as Date))
    case 'text':
    case 'varchar':
      return plain(TEXT.type, TEXT.oid, TEXT.write)
    default:
      throw new Error(
        `column ${column.entityMetadata.tableName}.${column.databaseName}: no bulk form of its type`,
      )
  }
}

function typeName(column: ColumnMetadata): string {
  return column.type === String ? 'text' : String(column.type)
}

function writeText(writer: BinaryWriter, value: unknown): void {
  writer.textValue(value as string)
}

function writeTextArray(writer: BinaryWriter, value: unknown): void {
  const items = value as string[]
  writer.lengthOf(() => writeArray(writer, TEXT.oid, items, item => writer.textValue(item)))
}

/** The array's value, without the length before it. */
export function writeArray<T>(writer: BinaryWriter, oid: number, items: T[], write: (item: T) => void): void {
  writer.int32(items.length === 0 ? 0 : 1) // dimensions
  writer.int32(1) // may hold nulls
  writer.int32(oid)
  if (items.length === 0) return
  writer.int32(items.length)
  writer.int32(1) // index of the first
  for (const item of items) write(item)
}

const ESCAPED = /["\\]/g

/** Items are quoted, since a bare word could be NULL or hold a comma. */
function arrayLiteral(items: string[]): string {
  return `{${items.map(item => `"${item.replace(ESCAPED, '\\$&')}"`).join(',')}}`
}

export function quote(name: string): string {
  return `"${name}"`
}

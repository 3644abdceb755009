import { postgresInstant } from '../../postgres/instant'
import type { FieldType } from './entityModel'

/** Postgres type in which a field's values are compared; a uint256 needs numeric. */
const SQL_TYPE: Record<FieldType, string> = {
  ID: 'text',
  String: 'text',
  Enum: 'text',
  Int: 'integer',
  BigInt: 'numeric',
  DateTime: 'timestamptz',
  Boolean: 'boolean',
  StringList: 'text[]',
}

/** Values of a statement that is being written. Values never become part of the text. */
export class SqlParams {
  readonly values: unknown[] = []

  /** `$3::numeric` for a value of a field */
  add(value: unknown, type: FieldType): string {
    // A cursor has times as texts.
    const time = type === 'DateTime' && typeof value === 'string'
    return this.raw(sqlValue(time ? new Date(value) : value), SQL_TYPE[type])
  }

  /** `$3::numeric[]` for values of a field */
  addList(values: readonly unknown[], type: FieldType): string {
    return this.raw(values.map(sqlValue), `${SQL_TYPE[type]}[]`)
  }

  raw(value: unknown, sqlType: string): string {
    this.values.push(value)
    return `$${this.values.length}::${sqlType}`
  }
}

function sqlValue(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Date) return postgresInstant(value)
  return value
}

import { parseInstant } from '../../postgres/instant'
import { isInteger } from '../scalars'
import { shown, userError } from '../userError'
import type { Row } from './columns'
import type { EntityField } from './entityModel'
import type { Order } from './order'
import type { SqlParams } from './sqlParams'

/**
 * A place in an order: the values of a row's order keys. To the caller it is opaque: base64url of
 * `[signature, value, …]`. It stays good when rows are added or removed, the row it was made from included.
 */
export type Cursor = (string | number | boolean | null)[]

/** Of a row that is ordered by its longest text, a URI: 16,384 bytes, each of which JSON may write as six. */
const LONGEST = 160_000

export function encodeCursor(order: Order, row: Row): string {
  const values = order.keys.map(({ field }) => {
    const value = row[field.name]
    return value instanceof Date ? value.toISOString() : value
  })
  return Buffer.from(JSON.stringify([order.signature, ...values])).toString('base64url')
}

/** Reads a cursor that must come from the same order of the same entity. */
export function decodeCursor(order: Order, text: string, argument: 'after' | 'before'): Cursor {
  const [signature, ...values] = parseCursor(text, argument)
  if (signature !== order.signature)
    throw userError(
      'MALFORMED_CURSOR',
      `${argument}: a cursor of another order: ${shown(signature)}, here it is ${shown(order.signature)}`,
      'keep orderBy the same from page to page, or begin without a cursor',
    )
  const fits =
    values.length === order.keys.length && order.keys.every((key, i) => fitsField(key.field, values[i]))
  if (!fits) throw malformed(text, argument)
  return values as Cursor
}

function parseCursor(text: string, argument: string): unknown[] {
  if (text.length === 0 || text.length > LONGEST || !/^[\w-]+$/.test(text)) throw malformed(text, argument)
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    if (Array.isArray(value)) return value
  } catch {
    // not ours: said below
  }
  throw malformed(text, argument)
}

function malformed(text: string, argument: string) {
  return userError(
    'MALFORMED_CURSOR',
    `${argument}: not a cursor: ${shown(text)}`,
    'pass a `cursor` of an edge, or `endCursor` or `startCursor` of pageInfo, unchanged',
  )
}

function fitsField(field: EntityField, value: unknown): boolean {
  if (value === null) return field.nullable
  if (field.type === 'Int') return Number.isInteger(value) && Math.abs(value as number) < 2 ** 31
  if (field.type === 'Boolean') return typeof value === 'boolean'
  if (typeof value !== 'string') return false
  if (field.type === 'BigInt') return isInteger(value)
  if (field.type === 'DateTime') return parseInstant(value) !== undefined || isLateTime(value)
  return !value.includes('\0')
}

/** A time beyond the year 9999, as `encodeCursor` writes it. */
function isLateTime(value: string): boolean {
  return /^\+\d{6}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) && !Number.isNaN(new Date(value).getTime())
}

/**
 * The condition that a row comes after the cursor in the order:
 * k1 after v1, or k1 = v1 and k2 after v2, or …, where nulls are after or before all values as the order says.
 */
export function afterCursor(order: Order, cursor: Cursor, alias: string, params: SqlParams): string {
  const branches: string[] = []
  const equal: string[] = []
  const givens: string[] = []
  order.keys.forEach(({ field, descending, nullsFirst }, i) => {
    const value = cursor[i]!
    const column = `${alias}."${field.column}"`
    const given = value === null ? '' : params.add(value, field.type)
    givens.push(given)
    const later =
      value === null
        ? nullsFirst
          ? `${column} IS NOT NULL`
          : 'false'
        : `${column} ${descending ? '<' : '>'} ${given}${field.nullable && !nullsFirst ? ` OR ${column} IS NULL` : ''}`
    branches.push([...equal, `(${later})`].join(' AND '))
    equal.push(value === null ? `${column} IS NULL` : `${column} = ${given}`)
  })
  const condition = branches.map(branch => `(${branch})`).join(' OR ')
  // An OR is no range to an index; the first key alone gives it one.
  const { field, descending } = order.keys[0]!
  if (field.nullable || order.keys.length === 1) return condition
  return `${alias}."${field.column}" ${descending ? '<=' : '>='} ${givens[0]} AND (${condition})`
}

import { shown, userError } from '../userError'
import type { Entity, EntityField } from './entityModel'

/** One key of an order. Where nulls stand follows Postgres unless named: last when ascending, first when descending. */
export interface OrderKey {
  field: EntityField
  descending: boolean
  nullsFirst: boolean
}

/** An order of rows in which no two are equal: it ends with the id. */
export interface Order {
  keys: OrderKey[]
  /** `StakePool time_DESC,id_ASC`: what a cursor is bound to */
  signature: string
}

/** More keys than this make a page no clearer, and each doubles the keyset condition. */
const MOST_KEYS = 4

/** `time_ASC`, `time_DESC`, and for a field that may be null `name_ASC_NULLS_FIRST`, `name_DESC_NULLS_LAST`. */
export function orderValues(entity: Entity): string[] {
  return entity.fields
    .filter(field => field.type !== 'StringList')
    .flatMap(field => [
      `${field.name}_ASC`,
      `${field.name}_DESC`,
      ...(field.nullable ? [`${field.name}_ASC_NULLS_FIRST`, `${field.name}_DESC_NULLS_LAST`] : []),
    ])
}

export function parseOrder(entity: Entity, orderBy: readonly string[]): Order {
  if (orderBy.length > MOST_KEYS)
    throw userError('TOO_COSTLY', `orderBy with ${orderBy.length} keys`, `give at most ${MOST_KEYS}`)
  const keys: OrderKey[] = []
  for (const value of [...orderBy, 'id_ASC']) {
    const match = /^(\w+?)_(ASC|DESC)(_NULLS_FIRST|_NULLS_LAST)?$/.exec(value)
    const field = match && entity.field.get(match[1]!)
    if (!field)
      throw userError(
        'BAD_USER_INPUT',
        `no order ${shown(value)} on ${entity.name}`,
        'see the enum of orderBy',
      )
    if (keys.some(key => key.field === field)) continue
    const descending = match[2] === 'DESC'
    keys.push({ field, descending, nullsFirst: match[3] ? match[3] === '_NULLS_FIRST' : descending })
    if (field.name === 'id') break // nothing that follows could matter
  }
  const signature = `${entity.name} ${keys
    .map(
      key =>
        `${key.field.name}_${key.descending ? 'DESC' : 'ASC'}${key.nullsFirst === key.descending ? '' : '_NULLS'}`,
    )
    .join(',')}`
  return { keys, signature }
}

/** The same order read backwards. */
export function reversed(order: Order): Order {
  const keys = order.keys.map(key => ({ ...key, descending: !key.descending, nullsFirst: !key.nullsFirst }))
  return { keys, signature: order.signature }
}

export function orderSql(order: Order, alias: string): string {
  return order.keys
    .map(({ field, descending, nullsFirst }) => {
      const nulls = nullsFirst === descending ? '' : nullsFirst ? ' NULLS FIRST' : ' NULLS LAST'
      return `${alias}."${field.column}"${descending ? ' DESC' : ''}${nulls}`
    })
    .join(', ')
}

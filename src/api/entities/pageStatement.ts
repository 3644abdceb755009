import type { Statement } from '../../postgres/statement'
import { columnList, tableAs } from './columns'
import { afterCursor } from './cursor'
import type { EntityField } from './entityModel'
import { orderSql, reversed } from './order'
import type { PageRequest } from './pageArgs'
import { statement } from './preparedTexts'
import { SqlParams } from './sqlParams'
import type { WhereCompiler } from './where'

/** The rows that belong to each of many parents: rows whose `field` is one of the parent's ids. */
export interface Parents {
  field: EntityField
  /** a key a parent; for a parent of several ids (an address on several chains) they are joined by a space */
  keys: readonly string[]
  several: boolean
}

/** One row more than the page shows whether more follow. */
function limit(page: PageRequest): number {
  return page.size + 1
}

/** Rows of one page, in reading order (backwards for a page from the end), with one more than its size. */
export function rootPage(page: PageRequest, compiler: WhereCompiler): Statement {
  const params = new SqlParams()
  const text = `SELECT ${columnList(page.entity, 't')} FROM ${tableAs(page.entity, 't')}
    WHERE ${conditions(page, compiler, params)}
    ORDER BY ${orderSql(readingOrder(page), 't')} LIMIT ${params.raw(limit(page), 'int')}`
  return statement(`page-${page.entity.table}`, text, params.values)
}

/** Whether a page may take a walk through the whole table: by a filter, or an order, that no index answers. */
export function readsMuch({ entity, where, order }: PageRequest, compiler: WhereCompiler): boolean {
  if (compiler.narrows(entity, where)) return false
  const isFiltered = where !== null && Object.keys(where).length > 0
  return isFiltered || !order.keys[0]!.field.indexed
}

/**
 * The same page for many parents at once, each row with its parent's place in `keys` as "parent", from 1.
 * The lateral subquery uses the index on the field, so a parent with many rows costs what its page costs,
 * and at most `budget` rows come back.
 */
export function nestedPage(
  page: PageRequest,
  parents: Parents,
  compiler: WhereCompiler,
  budget: number,
): Statement {
  const params = new SqlParams()
  const keys = params.raw(parents.keys, 'text[]')
  const order = orderSql(readingOrder(page), 't')
  const text = `SELECT k.i::int AS parent, r.* FROM unnest(${keys}) WITH ORDINALITY AS k(key, i)
    CROSS JOIN LATERAL (
      SELECT ${columnList(page.entity, 't')}, row_number() OVER (ORDER BY ${order}) AS place
        FROM ${tableAs(page.entity, 't')}
       WHERE ${belongs(parents)} AND (${conditions(page, compiler, params)})
       ORDER BY ${order} LIMIT ${params.raw(limit(page), 'int')}
    ) r ORDER BY k.i, r.place LIMIT ${params.raw(budget, 'int')}`
  return statement(`pages-${page.entity.table}`, text, params.values)
}

/** Number of rows that match the filter, whatever the cursors: one row with "count". */
export function rootCount(page: PageRequest, compiler: WhereCompiler): Statement {
  const params = new SqlParams()
  const where = compiler.compile(page.entity, page.where, 't', params) ?? 'true'
  const text = `SELECT count(*)::int AS count FROM ${tableAs(page.entity, 't')} WHERE ${where}`
  return statement(`count-${page.entity.table}`, text, params.values)
}

/** The same for many parents at once: rows with "parent" and "count". */
export function nestedCount(page: PageRequest, parents: Parents, compiler: WhereCompiler): Statement {
  const params = new SqlParams()
  const keys = params.raw(parents.keys, 'text[]')
  const where = compiler.compile(page.entity, page.where, 't', params) ?? 'true'
  const text = `SELECT k.i::int AS parent,
      (SELECT count(*)::int FROM ${tableAs(page.entity, 't')} WHERE ${belongs(parents)} AND (${where})) AS count
    FROM unnest(${keys}) WITH ORDINALITY AS k(key, i)`
  return statement(`counts-${page.entity.table}`, text, params.values)
}

function belongs({ field, several }: Parents): string {
  return `t."${field.column}" = ${several ? `ANY(string_to_array(k.key, ' '))` : 'k.key'}`
}

function readingOrder(page: PageRequest) {
  return page.fromEnd ? reversed(page.order) : page.order
}

function conditions(page: PageRequest, compiler: WhereCompiler, params: SqlParams): string {
  const where = compiler.compile(page.entity, page.where, 't', params)
  const parts = [
    where,
    page.after && afterCursor(page.order, page.after, 't', params),
    page.before && afterCursor(reversed(page.order), page.before, 't', params),
  ].filter(part => part !== undefined)
  return parts.length > 0 ? parts.map(part => `(${part})`).join(' AND ') : 'true'
}

import type { Statement } from '../postgres/statement'
import { shown, userError } from './userError'

/** Postgres's texts have no zero byte: it would fail, and with it all else that the request reads. */
export function refuseZeroBytes(values: readonly unknown[]): void {
  for (const value of values) {
    if (Array.isArray(value)) refuseZeroBytes(value)
    else if (typeof value === 'string' && value.includes('\0'))
      throw userError('BAD_USER_INPUT', `a text with a zero byte: ${shown(value)}`, 'leave out \\u0000')
  }
}

/**
 * The same statement, ended by the database after as many rows as a request may read: otherwise all of them would be in
 * memory before they are counted. The outer query keeps the order of the inner one, which Postgres does not merge into
 * it. Cursors have their own size of a fetch.
 */
export function bounded(statement: Statement, mostRows: number): Statement {
  if (!/^\s*(SELECT|WITH)\b/.test(statement.text)) return statement
  const text = `SELECT * FROM (${statement.text}) AS counted LIMIT ${mostRows + 1}`
  return { ...statement, name: `api-${statement.name}`, text }
}

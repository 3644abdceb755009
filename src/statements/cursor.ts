import { StatementError } from './errors'
import type { Position } from './movements'

/** A position among a statement's lines, opaque to clients: base64url of its key as JSON. */
export function encodeCursor({ time, chain, block, logIndex, rank, id }: Position): string {
  return Buffer.from(JSON.stringify([time.getTime(), chain, block, logIndex, rank, id])).toString('base64url')
}

/** The position in a cursor that `encodeCursor` made; throws StatementError for anything else. */
export function decodeCursor(cursor: string): Position {
  const [time, chain, block, logIndex, rank, id] = parse(cursor)
  if (
    !isWhole(time, 8.64e15) || // the last moment of a Date, ms
    !isWhole(block, 2 ** 31 - 1) ||
    !isWhole(logIndex, 2 ** 31 - 1) ||
    !isWhole(rank, 1) ||
    !isText(chain) ||
    !isText(id)
  ) {
    throw badCursor(cursor)
  }
  return { time: new Date(time), chain, block, logIndex, rank, id }
}

function isWhole(value: unknown, max: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max
}

/** Postgres's text holds no NUL. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0')
}

function parse(cursor: string): unknown[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (Array.isArray(key) && key.length === 6) return key
  } catch {
    // told below
  }
  throw badCursor(cursor)
}

function badCursor(cursor: string): StatementError {
  return new StatementError(
    'BAD_CURSOR',
    `cursor ${JSON.stringify(cursor.slice(0, 60))} is not one of a statement's lines`,
    'give the cursor of a line of the same statement, unchanged, or none for the first page',
  )
}

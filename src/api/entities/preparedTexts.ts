import { createHash } from 'node:crypto'
import type { Statement } from '../../postgres/statement'

/** A connection keeps every named statement for good, so callers who vary their filters must not make ever more. */
const MOST_PREPARED = 500
const prepared = new Map<string, string>()

/** A statement under a name that its text determines; texts beyond the first 500 are not prepared. */
export function statement(kind: string, text: string, values: unknown[]): Statement {
  let name = prepared.get(text)
  if (!name && prepared.size < MOST_PREPARED) {
    name = `${kind}-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`.slice(-59) // with the prefix of scope.ts within the 63 bytes of a name
    prepared.set(text, name)
  }
  return name ? { name, text, values } : { name: kind, text, values, prepare: false }
}

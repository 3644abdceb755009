import { createHash } from 'node:crypto'
import type { BlockHeight } from './coverage'
import { canonical } from './seal/canonical'

interface Numbered {
  account: string
  from: Date
  to: Date
  heights: readonly BlockHeight[]
  replaces: string | null
}

/**
 * A statement's number: the first 32 hex digits of the SHA-256 of its request and heights as canonical JSON,
 * `{account, asOf: [{chain, height}], from, replaces, to}`. What was asked as partial is not in it: whether a statement
 * is complete follows from the heights.
 */
export function numberOf({ account, from, to, heights, replaces }: Numbered): string {
  const asOf = heights.map(({ chain, height }) => ({ chain, height }))
  const request = canonical({ account, asOf, from: from.toISOString(), replaces, to: to.toISOString() })
  return createHash('sha256').update(request).digest('hex').slice(0, 32)
}

export function isNumber(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text)
}

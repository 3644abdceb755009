import { createHash } from 'node:crypto'
import type { BlockHeight } from './coverage'
import type { PriceBasis } from './priceBasis'
import { canonical, type Json } from './seal/canonical'

interface Numbered {
  account: string
  from: Date
  to: Date
  heights: readonly BlockHeight[]
  prices: PriceBasis | null
  replaces: string | null
}

/**
 * A statement's number: the first 32 hex digits of the SHA-256 of its request and heights as canonical JSON,
 * `{account, asOf: [{chain, height}], from, prices: {heights: [{chain, height}], version}, replaces, to}`, prices being null
 * where none are configured. What was asked as partial is not in it: whether a statement is complete follows from the
 * heights.
 */
export function numberOf({ account, from, to, heights, prices, replaces }: Numbered): string {
  const asOf = heights.map(({ chain, height }) => ({ chain, height }))
  const period = { from: from.toISOString(), to: to.toISOString() }
  const request = canonical({ account, asOf, ...period, prices: pricesJson(prices), replaces })
  return createHash('sha256').update(request).digest('hex').slice(0, 32)
}

export function isNumber(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text)
}

export function pricesJson(prices: PriceBasis | null): Json {
  if (!prices) return null
  const { version, heights } = prices
  return { version, heights: heights.map(({ chain, height }) => ({ chain, height })) }
}

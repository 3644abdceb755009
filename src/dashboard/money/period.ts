import type { Place } from '../address/url'

const DAY = /^\d{4}-\d{2}-\d{2}$/

/** The time that the address names, by days in UTC; the last day counts. Null: from the first, or to the newest block. */
export function periodOf({ query }: Place): { from: string | null; to: string | null } {
  const from = dayOf(query.get('from'))
  const last = dayOf(query.get('to'))
  const to = last && new Date(Date.parse(last) + 86_400_000).toISOString()
  // Turned round, it would be refused.
  return from && to && from >= to ? { from: null, to: null } : { from, to }
}

function dayOf(value: string | null): string | null {
  const time = value && DAY.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(time) ? null : new Date(time).toISOString()
}

/** A royalty statement as it is asked for over HTTP. */

export interface Format {
  name: string
  /** what can be chosen, by name: the first is what comes unasked */
  choices: Record<string, readonly string[]>
}

export interface Wanted {
  account: string
  format: string
  /** days in UTC; the last one is part of it */
  first: string
  last: string
  /** a period that is not over, or not final yet, as far as it is known */
  partial: boolean
  chosen: Readonly<Record<string, string>>
}

const DAY_MS = 86_400_000
const DAY = /^\d{4}-\d{2}-\d{2}$/

/** Undefined: there is no such period. */
export function statementUrl({ account, format, first, last, partial, chosen }: Wanted): string | undefined {
  if (!DAY.test(first) || !DAY.test(last)) return undefined
  const end = Date.parse(last) + DAY_MS
  // The server's `to` is exclusive.
  if (Number.isNaN(Date.parse(first)) || Number.isNaN(end) || Date.parse(first) >= end) return undefined
  const query = new URLSearchParams({ from: first, to: new Date(end).toISOString().slice(0, 10) })
  if (partial) query.set('partial', 'true')
  for (const [name, value] of Object.entries(chosen)) query.set(name, value)
  return `/statements/${encodeURIComponent(account)}.${encodeURIComponent(format)}?${query}`
}

/** The name that the server gives the file, or one of ours. */
export function fileNameIn(disposition: string | null, fallback: string): string {
  const name = /filename="([^"\\/]{1,200})"/.exec(disposition ?? '')?.[1]
  return name ?? fallback
}

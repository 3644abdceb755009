/** A date, or a date and time with its zone: without one it would depend on the server's. */
const INSTANT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/
/** Years 1 to 9999 in UTC, ms: what ISO 8601 writes with four digits, and Postgres reads. */
const FIRST = new Date('0001-01-01T00:00:00Z').getTime()
const LAST = new Date('9999-12-31T23:59:59.999Z').getTime()

/** The time that a text names; undefined: none (wrong format, a day that does not exist, or beyond the years 1 to 9999). */
export function parseInstant(text: string): Date | undefined {
  if (!INSTANT.test(text)) return undefined
  const time = new Date(text)
  if (!(time.getTime() >= FIRST && time.getTime() <= LAST)) return undefined
  // JavaScript reads 2026-02-30 as March 2: a month has no more days than the calendar gives it.
  const day = text.slice(0, 10)
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day) ? time : undefined
}

/** A time as Postgres reads it: a row may be of a block whose time is beyond the year 9999. */
export function postgresInstant(time: Date): string {
  return time.toISOString().replace(/^\+0*/, '')
}

/** Whether a time can be asked for, as `parseInstant` has it. */
export function isInstant(time: Date): boolean {
  return time.getTime() >= FIRST && time.getTime() <= LAST
}

/** Classes of SQLSTATE that no waiting mends: wrong password, no such database, tables or rights missing. */
const MISCONFIGURED = /^(28|3D|42)/

/** Postgres answers that it is not as the configuration says. */
export function isMisconfigured(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && code.length === 5 && MISCONFIGURED.test(code)
}

/** Classes of SQLSTATE that the rows themselves bring about: their values, their keys, their size. */
const OF_THE_ROWS = /^(21|22|23|54)/

/** Whether it was the rows that Postgres refused, or our own code that failed; all else may pass. */
export function isOfTheRows(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return code === undefined ? error instanceof Error : typeof code === 'string' && OF_THE_ROWS.test(code)
}

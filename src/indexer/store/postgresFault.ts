/** Classes of SQLSTATE that no waiting mends: wrong password, no such database, tables or rights missing. */
const MISCONFIGURED = /^(28|3D|42)/

/** Postgres answers that it is not as the configuration says. */
export function isMisconfigured(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && code.length === 5 && MISCONFIGURED.test(code)
}

import { ConfigError } from './configError'

/** User and password as RFC 3986 (3.2.1) has them, and no `@` or `#` after them that may be a password's own. */
const POSTGRES_URL =
  /^postgres(ql)?:\/\/(([\w\-.~!$&'()*+,;=]|%[0-9a-f]{2})*(:([\w\-.~!$&'()*+,;=:]|%[0-9a-f]{2})*)?@)?(\[[0-9a-f:.]+\]|[\w\-.~%]*)(:\d{1,5})?([/?][^\s#@]*)?$/i

/**
 * Checks a connection string of Postgres, whose password the message never shows. Two libraries read it after us, and
 * differ over raw special characters: one ends the password at `#` or `/`, the other fails at `%`.
 *
 * @throws ConfigError
 */
export function checkPostgresUrl(url: string, place: string): void {
  if (POSTGRES_URL.test(url) && URL.canParse(url) && isUtf8(url)) return
  throw new ConfigError(
    place,
    'the value cannot be read as postgres://user:password@host:port/database',
    'percent-encode special characters in user and password: # is %23, % %25, / %2F, ? %3F, @ %40, [ %5B, ] %5D, a space %20',
  )
}

/** @throws ConfigError that does not show the URL, which may hold a key */
export function checkUrl(url: string, place: string): void {
  if (URL.canParse(url) && !/\s/.test(url)) return
  throw new ConfigError(
    place,
    'the value is not a URL',
    'write scheme://host:port/path, an IPv6 address in [ ], special characters percent-encoded',
  )
}

/** @throws ConfigError */
export function checkNeo4jUrl(url: string, place: string): void {
  checkUrl(url, place)
  const { username, password } = new URL(url)
  if (username === '' && password === '') return
  throw new ConfigError(
    place,
    'the URL holds a user or a password',
    'take them out of it, and set `neo4j.user` and `neo4j.password`',
  )
}

/** Whether what is percent-encoded is UTF-8, or it could not be decoded. */
function isUtf8(url: string): boolean {
  try {
    decodeURIComponent(url)
    return true
  } catch {
    return false
  }
}

/** Endpoint URLs hold keys in user info, path and query: only this much of one is ever shown. */
export function hostOf(url: string): string {
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}`
}

/** Shorter parts of a path (`v3`, `rpc`, `eth`) are no keys, and stand in other words. */
const SHORTEST_KEY = 6
const SHORTEST_PASSWORD = 3

/**
 * Takes a URL's keys out of a text. A server may repeat what it was asked for (`Cannot POST /v3/KEY`, `invalid key
 * KEY`), and so may a library's error.
 */
export function redactorOf(url: string): (text: string) => string {
  const { username, password, pathname, search, searchParams } = new URL(url)
  const keys = [
    ...[username, password].filter(({ length }) => length >= SHORTEST_PASSWORD),
    ...[...pathname.split('/'), ...searchParams.values()].filter(({ length }) => length >= SHORTEST_KEY),
  ]
  const shown = new Set([...keys, ...keys.map(decoded)])
  if (pathname.length > 1) shown.add(`${pathname}${search}`)
  const longestFirst = [...shown].sort((a, b) => b.length - a.length)
  return text => longestFirst.reduce((rest, key) => rest.split(key).join('…'), text)
}

/** The error with the keys out of its message and stack, and without what it was caused by. */
export function redacted(error: unknown, redact: (text: string) => string): Error {
  const clean = error instanceof Error ? error : new Error(String(error))
  const { message, stack } = clean
  if (redact(message) !== message) clean.message = redact(message)
  if (stack) clean.stack = redact(stack)
  clean.cause = undefined
  return clean
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key)
  } catch {
    return key
  }
}

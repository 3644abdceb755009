/** Kinds of rows, and the parts of a key of each. */
const KEY_PARTS = { model: 1, edge: 2, royalty: 3, chain: 1 } as const

export const NOTIFICATION_KINDS = Object.keys(KEY_PARTS) as (keyof typeof KEY_PARTS)[]

/** What the triggers of db/migrations/…-Notifications.js say: rows of a kind were written or removed. */
export interface Notification {
  kind: keyof typeof KEY_PARTS
  /** keys of the rows; undefined: more than are named */
  keys?: string[][]
}

/** Reads a payload; undefined where it is none of ours (anybody with access to the database can notify). */
export function parseNotification(payload: string): Notification | undefined {
  try {
    const value = JSON.parse(payload) as { kind?: unknown; keys?: unknown } | null
    if (!isKind(value?.kind)) return undefined
    const { kind, keys } = value
    if (keys === undefined) return { kind }
    return isKeys(keys, KEY_PARTS[kind]) ? { kind, keys } : undefined
  } catch {
    return undefined
  }
}

function isKind(value: unknown): value is Notification['kind'] {
  return typeof value === 'string' && Object.hasOwn(KEY_PARTS, value)
}

function isKeys(value: unknown, parts: number): value is string[][] {
  return (
    Array.isArray(value) &&
    value.every(key => Array.isArray(key) && key.length === parts && key.every(isPart))
  )
}

/** Any text that Postgres holds: ids name whatever is on a chain. */
function isPart(value: unknown): boolean {
  return typeof value === 'string' && !value.includes('\0')
}

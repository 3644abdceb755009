export const NOTIFICATION_KINDS = ['model', 'edge', 'royalty', 'chain'] as const

/** What the triggers of db/migrations/…-Notifications.js say: rows of a kind were written or removed. */
export interface Notification {
  kind: (typeof NOTIFICATION_KINDS)[number]
  /** keys of the rows; undefined: more than are named */
  keys?: string[][]
}

const KINDS = new Set<unknown>(NOTIFICATION_KINDS)

/** Reads a payload; undefined where it is none of ours (anybody with access to the database can notify). */
export function parseNotification(payload: string): Notification | undefined {
  try {
    const value = JSON.parse(payload) as Partial<Notification> | null
    if (!value || !KINDS.has(value.kind)) return undefined
    if (value.keys !== undefined && !isKeys(value.keys)) return undefined
    return value as Notification
  } catch {
    return undefined
  }
}

function isKeys(value: unknown): value is string[][] {
  return (
    Array.isArray(value) &&
    value.every(key => Array.isArray(key) && key.every(part => typeof part === 'string'))
  )
}

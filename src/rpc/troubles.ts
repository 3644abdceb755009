/** A request that fails for longer, ms, is a problem; a shorter failure is a hiccup that nobody needs to know of. */
const FAILING_MS = 1_000
/** A request without any answer for longer is a problem too. */
const SILENT_MS = 10_000

interface Entry {
  what: string
  since: number
  endpoint: string
  failingSince?: number
  reason?: string
}

/** A request under way, as it goes. */
export interface Trouble {
  asks(endpoint: string): void
  failed(endpoint: string, reason: string): void
  end(): void
}

/** The requests that wait for an answer, so that what keeps them waiting can be told while it does. */
export class Troubles {
  private readonly entries = new Set<Entry>()

  begin(what: string): Trouble {
    const entry: Entry = { what, since: Date.now(), endpoint: '' }
    this.entries.add(entry)
    return {
      asks: endpoint => {
        entry.endpoint = endpoint
      },
      failed: (endpoint, reason) => {
        entry.failingSince ??= Date.now()
        entry.reason = `${endpoint}: ${entry.what}: ${reason}`
      },
      end: () => this.entries.delete(entry),
    }
  }

  /** What keeps the request waiting that has failed for the longest; null: none has for long. */
  worst(now = Date.now()): string | null {
    let worst: Entry | undefined
    for (const entry of this.entries) {
      if (entry.failingSince === undefined || now - entry.failingSince < FAILING_MS) continue
      if (!worst || entry.failingSince < worst.failingSince!) worst = entry
    }
    if (worst) return worst.reason!
    for (const { since, what, endpoint } of this.entries) {
      if (now - since >= SILENT_MS) {
        return `${endpoint || 'the endpoint'}: ${what}: no answer for more than ${SILENT_MS / 1000} s`
      }
    }
    return null
  }
}

import type { Pool } from 'pg'
import { createClient } from './client'

/**
 * Cancels statements over connections that are not the pool's: where all of a pool's are busy, those that wait for a
 * cancellation are what keeps them so. One connection at a time cancels all that ask meanwhile.
 */
class Canceller {
  private waiting: { pid: number; done: () => void }[] = []
  private running = false

  constructor(private readonly pool: Pool) {}

  /** Resolves when the cancellation was sent, or could not be: statement_timeout ends the statement then. */
  cancel(pid: number): Promise<void> {
    return new Promise(done => {
      this.waiting.push({ pid, done })
      if (!this.running) void this.run()
    })
  }

  private async run(): Promise<void> {
    this.running = true
    while (this.waiting.length > 0) {
      // The options that the pool makes its own connections with.
      const client = createClient({ ...this.pool.options, application_name: 'provenance-cancel' })
      const connected = await client.connect().then(
        () => true,
        () => false,
      )
      while (this.waiting.length > 0) {
        const now = this.waiting.splice(0)
        const pids = now.map(({ pid }) => pid)
        if (connected)
          await client
            .query('SELECT pg_cancel_backend(pid) FROM unnest($1::int[]) AS pid', [pids])
            .catch(() => {})
        for (const { done } of now) done()
      }
      await client.end().catch(() => {})
    }
    this.running = false
  }
}

const cancellers = new WeakMap<Pool, Canceller>()

/** The canceller of a pool's statements. */
export function cancellerOf(pool: Pool): Canceller {
  let canceller = cancellers.get(pool)
  if (!canceller) {
    canceller = new Canceller(pool)
    cancellers.set(pool, canceller)
  }
  return canceller
}

import type { Pool } from 'pg'
import { createPool } from './pool'

/**
 * What a snapshot sees, as a text: two snapshots with the same see the same rows of every table. In PostgreSQL visibility
 * is decided by xmin, xmax and the transactions under way between them; which server, and since when it runs, tells
 * apart histories that have the same numbers (a standby that was promoted, a restored copy). No row on a standby: there
 * pg_current_snapshot() does not say which transactions were under way.
 */
export const SNAPSHOT_VERSION = `SELECT extract(epoch FROM pg_postmaster_start_time())::text || ' ' || pg_current_snapshot()::text AS version
         WHERE NOT pg_is_in_recovery()`

/** Longest time for one look, ms: whoever waits then does without. */
const TIMEOUT_MS = 2_000

/** Says what a snapshot that is opened now would see. All who ask while one look goes on share the next. */
export class SnapshotVersions {
  private readonly pool: Pool
  private looking: Promise<unknown> | undefined
  private next: Promise<string | undefined> | undefined

  constructor(url: string) {
    this.pool = createPool(url, {
      max: 1,
      applicationName: 'provenance-version',
      connectMs: TIMEOUT_MS,
      answerMs: TIMEOUT_MS,
    })
  }

  /** Never older than the call. Undefined: not known (no answer, a standby). */
  current(): Promise<string | undefined> {
    this.next ??= this.lookAfter(this.looking)
    return this.next
  }

  end(): Promise<void> {
    return this.pool.end()
  }

  private async lookAfter(before: Promise<unknown> | undefined): Promise<string | undefined> {
    await before
    const look = this.look()
    this.looking = look
    this.next = undefined
    return look
  }

  private async look(): Promise<string | undefined> {
    try {
      const { rows } = await this.pool.query<{ version: string }>({
        name: 'snapshot-version',
        text: SNAPSHOT_VERSION,
      })
      return rows[0]?.version
    } catch {
      return undefined
    }
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'
import { createClient } from '../postgres/client'
import { ProjectorConflictError } from './graphError'

/** Any number that nobody else of us locks. */
const LOCK = 7_305_773
/** A killed predecessor's session may outlive it by a moment. */
const PATIENCE_MS = 10_000
const ASK_AGAIN_MS = 250

/**
 * The right to project a database: a lock in Postgres, held by a session that does nothing else, so that a second
 * projector is refused at once and it is never the first that has to go. What keeps the graph right is not this lock but
 * the watermark (see claimWatermark): losing it does no harm.
 */
export class SoleProjector {
  private client: Client | undefined
  private heldBefore = false

  constructor(
    private readonly url: string,
    private readonly signal?: AbortSignal,
  ) {}

  /**
   * Takes the lock where it is not held.
   *
   * @throws ProjectorConflictError at the beginning, where another has it. Later, having lost it with its connection, an
   *   error that says so: our own old session may have it until Postgres notices.
   */
  async hold(): Promise<void> {
    if (this.client) return
    const client = await this.connect()
    try {
      for (
        const until = Date.now() + PATIENCE_MS;
        ;
        await sleep(ASK_AGAIN_MS, undefined, { signal: this.signal })
      ) {
        const { rows } = await client.query(`SELECT pg_try_advisory_lock(${LOCK}) AS taken`)
        if (rows[0].taken) break
        if (this.heldBefore || Date.now() > until) throw await this.conflict(client)
      }
    } catch (error) {
      await client.end().catch(() => {})
      throw error
    }
    this.heldBefore = true
    this.client = client
    client.on('end', () => {
      if (this.client === client) this.client = undefined
    })
  }

  async release(): Promise<void> {
    const client = this.client
    this.client = undefined
    await client?.end().catch(() => {})
  }

  private async connect(): Promise<Client> {
    const client = createClient({
      connectionString: this.url,
      application_name: 'provenance projector',
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
    })
    await client.connect()
    // Postgres lets go of the session of a machine that is gone within half a minute, rather than two hours.
    await client.query(
      'SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 4',
    )
    return client
  }

  private async conflict(client: Client): Promise<Error> {
    const { rows } = await client.query<{ pid: number; address: string | null; since: Date }>(
      `SELECT a.pid, host(a.client_addr) AS address, a.backend_start AS since
         FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        WHERE l.locktype = 'advisory' AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND l.classid = 0 AND l.objid = ${LOCK} AND l.objsubid = 1`,
    )
    const [other] = rows
    const met = other
      ? `a session from ${other.address ?? 'this machine'} (Postgres pid ${other.pid}) projects this database since ${other.since.toISOString()}`
      : 'another session projects this database'
    if (this.heldBefore) return Object.assign(new Error(met), { code: '55P03' }) // lock_not_available
    return new ProjectorConflictError(
      met,
      'if there is none, end that session; behind a pooler, give it sessions (session mode)',
    )
  }
}

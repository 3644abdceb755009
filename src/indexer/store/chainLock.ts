import { setTimeout as sleep } from 'node:timers/promises'
import type { ClientBase } from 'pg'

/** Another process writes this chain's rows. */
export class ChainInUse extends Error {
  override readonly name = 'ChainInUse'

  constructor(chain: string, holder: string) {
    super(
      `${chain}: another process writes this chain's rows: ${holder}\n` +
        '  fix: one processor a chain: leave this one off, or stop the other first',
    )
  }
}

/** A connection to Postgres, for ever. */
export interface BackendId {
  pid: number
  /** as Postgres writes it */
  started: string
}

export async function backendOf(client: ClientBase): Promise<BackendId> {
  const { rows } = await client.query<BackendId>(
    `SELECT pid, backend_start::text AS started FROM pg_stat_activity WHERE pid = pg_backend_pid()`,
  )
  return rows[0]!
}

/** Ends a connection of ours that was lost, where Postgres has not noticed: it would keep the lock. */
export async function endLostBackend(client: ClientBase, { pid, started }: BackendId): Promise<void> {
  await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND backend_start::text = $2`,
    [pid, started],
  )
}

/** How long a predecessor that was killed may take to be noticed by Postgres, ms. */
const PATIENCE_MS = 5000
const LOOK_MS = 100

/**
 * Lets this connection alone write the chain's rows, until it ends: whoever writes holds the lock on the very connection
 * that writes, so a connection that was lost takes both with it, and nobody writes without.
 *
 * @throws ChainInUse with who holds it
 */
export async function lockChain(client: ClientBase, chain: string): Promise<void> {
  // A holder that is gone is noticed: one that dies within a statement, and one whose machine no longer answers.
  await client.query(
    `SET client_connection_check_interval = '2s'; SET tcp_keepalives_idle = 20; SET tcp_keepalives_interval = 5;
     SET tcp_keepalives_count = 4`,
  )
  for (const start = Date.now(); ; await sleep(LOOK_MS)) {
    const { rows } = await client.query<{ locked: boolean }>(
      `SELECT pg_try_advisory_lock(${KEY}) AS locked`,
      [chain],
    )
    if (rows[0]!.locked) return
    if (Date.now() - start > PATIENCE_MS) throw new ChainInUse(chain, await holderOf(client, chain))
  }
}

/** Of the database: locks of other databases are others. */
const KEY = `hashtextextended('provenance index ' || $1, 0)`

async function holderOf(client: ClientBase, chain: string): Promise<string> {
  const { rows } = await client.query<{ who: string }>(
    `SELECT format('process %s of Postgres, %s, connected from %s since %s', a.pid, a.application_name,
                   coalesce(host(a.client_addr), 'a local socket'), date_trunc('second', a.backend_start)) AS who
       FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (l.classid::bigint << 32 | l.objid::bigint) = ${KEY}`,
    [chain],
  )
  return rows[0]?.who ?? 'it ended just now; start again'
}

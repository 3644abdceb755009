import type { Pool } from 'pg'
import type { Snapshot } from '../postgres/snapshot'

/** A place in the outbox: everything up to it is in Neo4j. */
export interface Cursor {
  /** the writing transaction (xid8) */
  xid: bigint
  seq: bigint
}

/** A row of a table that changed. */
export interface DirtyKey extends Cursor {
  /** the table */
  kind: string
  id: string
}

export interface PendingKeys {
  /** next keys after the cursor, of transactions below the snapshot's xmin */
  keys: DirtyKey[]
  /** nothing that the snapshot sees is missing from `keys`: with them applied, Neo4j equals the snapshot */
  complete: boolean
  /** some were written in another cluster, and restored here from a dump: their turn in the order never comes */
  foreign: boolean
}

/** A transaction of a second or so: a longer one would hold up the projection of others. */
const REMOVED_AT_ONCE = 100_000

/** Id of the key that a TRUNCATE leaves. */
export const WHOLE_TABLE = '*'

/** What a snapshot sees was written by a transaction that ended before it, so below its xmax: of this cluster. */
const FOREIGN = 'xid >= pg_snapshot_xmax(pg_current_snapshot())'

interface KeyRow {
  xid: string
  seq: string
  kind: string
  id: string
  settled: boolean
  foreign: boolean
}

/**
 * The next keys, at most `limit`.
 *
 * Numbers of `seq` become visible out of order: a transaction that drew a low one may commit after one with a higher one,
 * and a cursor over `seq` alone would never see it. Below the snapshot's xmin every transaction has ended, so in the
 * order (xid, seq) nothing can appear behind the cursor any more. Keys above xmin wait for the next snapshot.
 * Index: primary key (xid, seq).
 */
export async function readKeys(db: Snapshot, after: Cursor, limit: number): Promise<PendingKeys> {
  const rows = await db.query<KeyRow>({
    name: 'graph-outbox-keys',
    text: `SELECT xid::text, seq::text, kind, id, xid < pg_snapshot_xmin(pg_current_snapshot()) AS settled,
                  ${FOREIGN} AS foreign
             FROM graph_outbox
            WHERE (xid, seq) > ($1::text::xid8, $2::bigint)
            ORDER BY graph_outbox.xid, graph_outbox.seq
            LIMIT $3`,
    values: [String(after.xid), String(after.seq), limit + 1],
  })
  const keys = rows
    .slice(0, limit)
    .filter(row => row.settled)
    .map(row => ({ xid: BigInt(row.xid), seq: BigInt(row.seq), kind: row.kind, id: row.id }))
  return { keys, complete: keys.length === rows.length, foreign: rows.some(row => row.foreign) }
}

/** Every key that the snapshot sees after the cursor, settled or not; undefined if they are more than `limit`. */
export async function readAllKeys(
  db: Snapshot,
  after: Cursor,
  limit: number,
): Promise<{ kind: string; id: string }[] | undefined> {
  const rows = await db.query<{ kind: string; id: string }>({
    name: 'graph-outbox-all-keys',
    text: `SELECT DISTINCT kind, id FROM graph_outbox WHERE (xid, seq) > ($1::text::xid8, $2::bigint) LIMIT $3`,
    values: [String(after.xid), String(after.seq), limit + 1],
  })
  return rows.length > limit ? undefined : rows
}

/**
 * Whether a graph at `cursor` has every change that the snapshot sees, and none that it does not see: those of
 * transactions that ended after it.
 */
export async function isLevel(db: Snapshot, cursor: Cursor): Promise<boolean> {
  const [row] = await db.query<{ level: boolean }>({
    name: 'graph-outbox-level',
    text: `SELECT ($1::text::xid8, $2::bigint) < (pg_snapshot_xmin(pg_current_snapshot()), 1::bigint)
                  AND NOT EXISTS (SELECT FROM graph_outbox WHERE (xid, seq) > ($1::text::xid8, $2::bigint)) AS level`,
    values: [String(cursor.xid), String(cursor.seq)],
  })
  return row!.level
}

/** Where a graph made from this snapshot begins: what runs now, or is yet to begin, comes after it. */
export async function cursorOf(db: Snapshot): Promise<Cursor> {
  const [row] = await db.query<{ xid: string }>({
    name: 'graph-outbox-xmin',
    text: `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xid`,
  })
  return { xid: BigInt(row!.xid), seq: 0n }
}

/** Removes the keys that Neo4j has. */
export async function pruneOutbox(pool: Pool, upTo: Cursor): Promise<number> {
  const { rowCount } = await pool.query(
    `DELETE FROM graph_outbox WHERE (xid, seq) <= ($1::text::xid8, $2::bigint)`,
    [String(upTo.xid), String(upTo.seq)],
  )
  return rowCount ?? 0
}

/** Removes the keys that were restored from another cluster's dump; a graph that is made from the tables needs none. */
export async function discardForeignKeys(pool: Pool): Promise<void> {
  await pool.query(`DELETE FROM graph_outbox WHERE ${FOREIGN}`)
}

/** Whether more than `most` keys wait. */
export async function waitMoreThan(pool: Pool, most: number): Promise<boolean> {
  const { rows } = await pool.query<{ more: boolean }>(
    `SELECT count(*) > $1 AS more FROM (SELECT FROM graph_outbox LIMIT $1 + 1) waiting`,
    [most],
  )
  return rows[0]!.more
}

/** Removes every key that is there, some at a time. */
export async function emptyOutbox(pool: Pool): Promise<number> {
  for (let removed = 0; ; ) {
    const { rowCount } = await pool.query(
      `DELETE FROM graph_outbox WHERE (xid, seq) IN
         (SELECT xid, seq FROM graph_outbox ORDER BY xid, seq LIMIT ${REMOVED_AT_ONCE})`,
    )
    removed += rowCount ?? 0
    if ((rowCount ?? 0) < REMOVED_AT_ONCE) return removed
  }
}

import type { Pool } from 'pg'
import type { Snapshot } from '../postgres/snapshot'
import { type Cursor, pruneOutbox } from './outbox'
import type { ProjectedHeight, Watermark } from './watermark'

/** What Postgres knows of Neo4j: a copy of the watermark, written after Neo4j's commit, so it may be a step behind. */
export interface Acknowledged extends Cursor {
  heights: ProjectedHeight[]
  /** when Neo4j last took something; null: never */
  projectedAt: Date | null
  /** why nothing goes on at the moment, for people; null: all is well */
  problem: string | null
}

/** How far Neo4j has come, answered without it. */
export async function readAcknowledged(db: Snapshot): Promise<Acknowledged> {
  const [row] = await db.query<{
    xid: string
    seq: string
    heights: ProjectedHeight[]
    projected_at: Date | null
    problem: string | null
  }>({
    name: 'graph-acknowledged',
    text: `SELECT xid::text, seq::text, heights, projected_at, problem FROM graph_watermark`,
  })
  return {
    xid: BigInt(row!.xid),
    seq: BigInt(row!.seq),
    heights: row!.heights,
    projectedAt: row!.projected_at,
    problem: row!.problem,
  }
}

/** Notes what Neo4j has taken, and removes the keys that it needs no more. Repeating it does no harm. */
export async function acknowledge(pool: Pool, watermark: Watermark): Promise<void> {
  // First the note, then the keys: a watermark behind the note shows that Neo4j lost keys that are gone here.
  await pool.query(
    `UPDATE graph_watermark
        SET xid = $1::text::xid8, seq = $2, heights = $3, generation = $4, projected_at = now(), problem = NULL`,
    [String(watermark.xid), String(watermark.seq), JSON.stringify(watermark.heights), watermark.generation],
  )
  await pruneOutbox(pool, watermark)
}

/** Says why the projection stands still. */
export async function reportProblem(pool: Pool, problem: string): Promise<void> {
  await pool.query(`UPDATE graph_watermark SET problem = $1`, [problem])
}

/** Tells this database from every other one, a copy of it included, and says which transactions it has begun. */
export async function readIdentity(db: Snapshot): Promise<{ identity: string; nextXid: bigint }> {
  const [row] = await db.query<{ identity: string; next_xid: string }>({
    name: 'graph-identity',
    text: `SELECT identity || ':' || (SELECT oid FROM pg_database WHERE datname = current_database()) AS identity,
                  pg_snapshot_xmax(pg_current_snapshot())::text AS next_xid
             FROM graph_watermark`,
  })
  return { identity: row!.identity, nextXid: BigInt(row!.next_xid) }
}

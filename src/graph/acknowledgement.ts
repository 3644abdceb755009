import type { Pool } from 'pg'
import type { Snapshot } from '../postgres/snapshot'
import { type Cursor, pruneOutbox } from './outbox'
import type { ProjectedHeight, Watermark } from './watermark'

/** What Postgres knows of Neo4j: a copy of the watermark, written after Neo4j's commit, so it may be a step behind. */
export interface Acknowledged extends Cursor {
  /** the making of the graph that was begun last; null: none yet */
  making: string | null
  /** transactions that have gone into it */
  step: bigint
  heights: ProjectedHeight[]
  /** when Neo4j last took something; null: never */
  projectedAt: Date | null
  /** why nothing goes on at the moment, or what is left out, for people; null: all is well */
  problem: string | null
}

/** How far Neo4j has come, answered without it. */
export async function readAcknowledged(db: Snapshot): Promise<Acknowledged> {
  const [row] = await db.query<{
    xid: string
    seq: string
    making: string | null
    step: string
    heights: ProjectedHeight[]
    projected_at: Date | null
    problem: string | null
  }>({
    name: 'graph-acknowledged',
    text: `SELECT xid::text, seq::text, making, step::text, heights, projected_at,
                  coalesce(problem, (SELECT format('Neo4j refuses %s rows, %s %s among them: %s', count(*) OVER (),
                                                   kind, left(id, 100), reason)
                                       FROM graph_refused ORDER BY refused_at LIMIT 1)) AS problem
             FROM graph_watermark`,
  })
  return {
    xid: BigInt(row!.xid),
    seq: BigInt(row!.seq),
    making: row!.making,
    step: BigInt(row!.step),
    heights: row!.heights,
    projectedAt: row!.projected_at,
    problem: row!.problem,
  }
}

/**
 * Notes what Neo4j has taken, and removes the keys that it needs no more. Repeating it does no harm.
 *
 * @param works it has just taken something, so what kept it from that is over
 */
export async function acknowledge(pool: Pool, watermark: Watermark, works: boolean): Promise<void> {
  // First the note, then the keys: a watermark behind the note shows that Neo4j lost keys that are gone here.
  const { rowCount } = await pool.query(
    `UPDATE graph_watermark
        SET xid = $1::text::xid8, seq = $2, heights = $3, generation = $4, step = $5, projected_at = now(),
            problem = CASE WHEN $6 THEN NULL ELSE problem END
      WHERE making = $4`,
    [
      String(watermark.xid),
      String(watermark.seq),
      JSON.stringify(watermark.heights),
      watermark.generation,
      String(watermark.step),
      works,
    ],
  )
  // Otherwise the graph is being made anew, and this was of the old one.
  if (rowCount === 1) await pruneOutbox(pool, watermark)
}

/** Notes that the graph is made anew: what Neo4j has of another making counts no more. */
export async function announceMaking(pool: Pool, generation: string): Promise<void> {
  await pool.query(`UPDATE graph_watermark SET making = $1, step = 0`, [generation])
}

/** Says why the projection stands still; null: it does not. */
export async function reportProblem(pool: Pool, problem: string | null): Promise<void> {
  await pool.query(`UPDATE graph_watermark SET problem = $1`, [problem])
}

/**
 * Tells this database from every other one, a copy of it included, and from other histories of itself: a standby that was
 * promoted, a recovery to a point in time. And says which transactions it has begun.
 */
export async function readIdentity(db: Snapshot): Promise<{ identity: string; nextXid: bigint }> {
  const [row] = await db.query<{ identity: string; next_xid: string }>({
    name: 'graph-identity',
    text: `SELECT graph_identity() AS identity, pg_snapshot_xmax(pg_current_snapshot())::text AS next_xid`,
  })
  return { identity: row!.identity, nextXid: BigInt(row!.next_xid) }
}

import type { Pool } from 'pg'

/**
 * Empties the outbox of a deployment without Neo4j, where nobody else does and it would grow for ever. The database
 * then passes for another one to a Neo4j that is added, or comes back, later, which is made anew from the tables.
 *
 * A projector that took something within the last day is alive: its outbox is left alone, whatever our config says.
 *
 * @returns number of keys removed
 */
export async function discardUnusedOutbox(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ removed: string }>(
    `WITH unused AS (
       SELECT FROM graph_watermark WHERE projected_at IS NULL OR projected_at < now() - interval '1 day'
     ), removed AS (
       DELETE FROM graph_outbox WHERE EXISTS (SELECT FROM unused) RETURNING 1
     ), renamed AS (
       UPDATE graph_watermark SET identity = gen_random_uuid() WHERE EXISTS (SELECT FROM removed)
     )
     SELECT count(*) AS removed FROM removed`,
  )
  return Number(rows[0]!.removed)
}

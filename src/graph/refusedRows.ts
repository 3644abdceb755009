import type { GraphContext } from './graphContext'

/** Rows that Neo4j refuses (a value too long for an index, a constraint of somebody else's): noted, and gone on without. */
export class RefusedRows {
  /** whether there are any */
  private some = false

  constructor(private readonly context: GraphContext) {}

  /** Reads what earlier lives noted. */
  async load(): Promise<void> {
    const { rows } = await this.context.pool.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM graph_refused',
    )
    this.some = rows[0]!.n > 0
    this.context.metrics?.refused(rows[0]!.n)
  }

  /** A row that Neo4j does not take, and the server's reason. */
  async add({ kind, id }: { kind: string; id: string }, error: Error): Promise<void> {
    const { pool, logger } = this.context
    const reason = error.message.slice(0, 500)
    logger.warn(`Neo4j refuses ${kind} ${id.slice(0, 200)}, and goes on without it: ${reason}`)
    await pool.query(
      `WITH known AS (DELETE FROM graph_refused WHERE id = $2 AND kind = $1)
       INSERT INTO graph_refused (kind, id, reason) VALUES ($1, $2, $3)`,
      [kind, id, reason],
    )
    await this.load()
  }

  /** Rows that Neo4j has taken, or no longer has to: a refusal that was noted is over. */
  async taken(keys: { kind: string; id: string }[]): Promise<void> {
    if (!this.some) return
    const { rowCount } = await this.context.pool.query(
      `DELETE FROM graph_refused r USING unnest($1::text[], $2::text[]) AS k (kind, id)
        WHERE r.id = k.id AND r.kind = k.kind`,
      [keys.map(key => key.kind), keys.map(key => key.id)],
    )
    if (rowCount) await this.load()
  }

  /** Forgets all of them: the graph is made anew. */
  async forget(): Promise<void> {
    await this.context.pool.query('DELETE FROM graph_refused')
    await this.load()
  }

  /** Of these, the ones that are refused. */
  async among(kind: string, ids: string[]): Promise<Set<string>> {
    if (!this.some) return new Set()
    const { rows } = await this.context.pool.query<{ id: string }>(
      'SELECT id FROM graph_refused WHERE kind = $1 AND id = ANY ($2::text[])',
      [kind, ids],
    )
    return new Set(rows.map(row => row.id))
  }
}

import type { Pool } from 'pg'
import { stateSchemaOf } from './database'

/**
 * Forgets all that one chain's processor wrote, in one transaction, so that the chain is indexed again from its first
 * block. The way out of a reorganisation deeper than `finality`, which the store cannot roll back. Other chains'
 * rows are untouched; the outbox's triggers see the deletions, so Neo4j follows.
 */
export async function resetChain(pool: Pool, chain: { id: number; caip2: string }): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    const { rows } = await client.query<{ table_name: string }>(
      `SELECT table_name FROM information_schema.columns
        WHERE table_schema = 'public' AND column_name = 'chain' ORDER BY table_name`,
    )
    for (const { table_name } of rows) {
      await client.query(`DELETE FROM "${table_name}" WHERE chain = $1`, [chain.caip2])
    }
    await client.query(`DROP SCHEMA IF EXISTS "${stateSchemaOf(chain.id)}" CASCADE`)
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  } finally {
    client.release()
  }
}

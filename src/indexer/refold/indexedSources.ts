import type { ClientBase, Pool } from 'pg'
import type { SourceManifest } from './sourceManifest'

/** What a chain's tables were made from, as the database keeps it. */
export interface IndexedSources {
  sources: SourceManifest
  /** false: rows were being brought to other sources, and some of them are */
  settled: boolean
}

export async function readIndexedSources(
  db: Pick<ClientBase | Pool, 'query'>,
  chain: string,
): Promise<IndexedSources | undefined> {
  const { rows } = await db.query<IndexedSources>(
    `SELECT sources, settled FROM indexed_sources WHERE chain = $1`,
    [chain],
  )
  return rows[0]
}

export async function writeIndexedSources(
  db: Pick<ClientBase | Pool, 'query'>,
  chain: string,
  { sources, settled }: IndexedSources,
): Promise<void> {
  await db.query(
    `INSERT INTO indexed_sources (chain, sources, settled) VALUES ($1, $2, $3)
         ON CONFLICT (chain) DO UPDATE SET sources = $2, settled = $3, updated_at = now()`,
    [chain, JSON.stringify(sources), settled],
  )
}

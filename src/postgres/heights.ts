import { createHash } from 'node:crypto'
import type { Snapshot } from './snapshot'

/** How far a chain is indexed, as this snapshot sees it. */
export interface ChainHeight {
  /** CAIP-2 */
  chain: string
  /** of the chain's configuration, for people */
  name: string
  /** last block whose events are in the tables */
  height: number
  /** 0x-hex */
  hash: string
  /** time of that block; null: not known */
  time: Date | null
  /** last block that can no longer be rolled back; never above `height`, equal to it while history is read */
  finalizedHeight: number
  /** 0x-hex */
  finalizedHash: string
}

interface ProgressRow {
  chain: string
  name: string
  state_schema: string
  started: boolean
}

interface HeightRow {
  chain: string
  height: number
  hash: string
  finalized_height: number
  finalized_hash: string
  time: Date | null
}

/**
 * Heights of all chains that have indexed at least one block, ordered by chain.
 *
 * A chain's processor writes its `status` (finalized head) and `hot_block` (blocks above it that may still be rolled
 * back) in the same transaction as the rows, so they are true for everything else that the snapshot reads.
 * indexer_progress is written beside the batch, so only its list of chains is used, and the time of the block
 * where it speaks of the same block.
 */
export async function readHeights(db: Snapshot): Promise<ChainHeight[]> {
  const chains = await db.query<ProgressRow>({
    name: 'heights-chains',
    text: `SELECT chain, name, state_schema,
                  to_regclass(format('%I.hot_block', state_schema)) IS NOT NULL AS started
             FROM indexer_progress
            ORDER BY chain COLLATE "C"`,
  })
  const started = chains.filter(chain => chain.started)
  if (started.length === 0) return []
  const text = started.map((chain, i) => heightOf(chain.state_schema, i + 1)).join(' UNION ALL ')
  const rows = await db.query<HeightRow>({
    name: `heights-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`,
    text,
    values: started.map(chain => chain.chain),
  })
  const rowOf = new Map(rows.map(row => [row.chain, row]))
  return started.flatMap(({ chain, name }) => {
    const row = rowOf.get(chain)
    if (!row || row.height < 0) return [] // the store's status starts at -1
    return {
      chain,
      name,
      height: row.height,
      hash: row.hash,
      time: row.time,
      finalizedHeight: row.finalized_height,
      finalizedHash: row.finalized_hash,
    }
  })
}

function heightOf(stateSchema: string, parameter: number): string {
  const schema = `"${stateSchema.replaceAll('"', '""')}"`
  return `SELECT h.chain, h.height, h.hash, h.finalized_height, h.finalized_hash, p.indexed_time AS time
            FROM (SELECT $${parameter}::text AS chain,
                         coalesce(b.height, s.height) AS height, coalesce(b.hash, s.hash) AS hash,
                         s.height AS finalized_height, s.hash AS finalized_hash
                    FROM ${schema}.status s
                    LEFT JOIN (SELECT height, hash FROM ${schema}.hot_block ORDER BY height DESC LIMIT 1) b ON true
                   WHERE s.id = 0) h
            LEFT JOIN indexer_progress p
                   ON p.chain = h.chain AND p.indexed = h.height AND p.indexed_hash = h.hash`
}

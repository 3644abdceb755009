import type { Pool } from 'pg'
import type { ChainConfig } from '../config/config'
import { createPool } from '../postgres/pool'
import { ChainInUse } from './store/chainLock'
import { stateSchemaOf } from './store/stateTables'

const LONGEST = 1000
/** A database that does not answer must not keep a process that wants to end. */
const PATIENCE_MS = 3000

/** Notes for people and for `/ready` that the chain's processor ends, and why: the last thing that is said of it. */
export async function sayLastWords(pool: Pool, chain: ChainConfig, error: unknown): Promise<void> {
  if (error instanceof ChainInUse) return // the chain's state is the other process's to tell
  await pool.query(
    `INSERT INTO indexer_progress
       (chain, name, state_schema, head, indexed, indexed_hash, finalized, start_block, blocks_per_second, problem,
        updated_at, ended_at)
     VALUES ($1, $2, $3, -1, -1, '', 0, 0, 0, $4, now(), now())
     ON CONFLICT (chain) DO UPDATE SET problem = $4, updated_at = now(), ended_at = now()`,
    [chain.caip2, chain.name, stateSchemaOf(chain.id), wordsOf(error)],
  )
}

/** The same, of a process that has not come as far as to have a pool; what fails is not worth another word. */
export async function sayLastWordsTo(postgresUrl: string, chain: ChainConfig, error: unknown): Promise<void> {
  const pool = createPool(postgresUrl, { max: 1 })
  const late = new Promise<void>(resolve => setTimeout(resolve, PATIENCE_MS).unref())
  await Promise.race([sayLastWords(pool, chain, error).catch(() => {}), late])
}

/** In one line, the fix included. */
function wordsOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message
    .replace(/\s*\n\s*fix: /, '; fix: ')
    .replace(/\s*\n\s*/g, ' ')
    .slice(0, LONGEST)
}

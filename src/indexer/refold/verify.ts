import { createLogger } from '@subsquid/logger'
import type { Pool } from 'pg'
import type { ChainConfig, Config } from '../../config/config'
import { ConfigError } from '../../config/configError'
import { createPool } from '../../postgres/pool'
import { openSnapshot, type Snapshot, withSnapshot } from '../../postgres/snapshot'
import { sourcesOf } from '../chainSources'
import { ChainMoved } from './chainHistory'
import { type Compared, compareChain, SNAPSHOT_TIMEOUT_MS } from './compare'
import { type Difference, differencesOf } from './difference'
import { Refold } from './refold'
import { type BlockRef, readTableHeights, type TableHeights } from './tableHeights'

export type Verified = Compared & {
  /** of the tables, and of what they were compared with */
  top: BlockRef
}

/** Passes over what came meanwhile, before the rest is read while a snapshot waits for it. */
const PASSES = 3
/** A pass that took less, in ms, leaves little to read. */
const SHORT_PASS_MS = 2_000
/** The snapshot that waits for the last logs is given up by Postgres after this. */
const WAIT_SECONDS = 60

/**
 * Folds a chain's logs again, from the answers that are kept and from the endpoints, into tables beside its own, and
 * compares both row for row, at one block, while the chain's processor goes on: the rows are read in one snapshot, the
 * logs up to the block that the snapshot names by hash.
 *
 * The snapshot that waits while the last logs are read is read-only, so it holds up no writer and no projection, and
 * Postgres ends it where an endpoint keeps it waiting.
 *
 * @param found is told of what differs, in the order of tables and ids
 * @throws ConfigError where nothing is indexed; ChainMoved where the tables are of another fork than the endpoint's
 */
export async function verifyChain(
  config: Config,
  chain: ChainConfig,
  signal: AbortSignal,
  found: (difference: Difference) => void,
): Promise<Verified> {
  const log = createLogger(`provenance:verify:${chain.name}`)
  const { url } = config.postgres
  const pool = createPool(url, { max: 4, applicationName: `provenance-verify-${chain.name}` })
  try {
    await tableHeights(pool, chain) // before anything is made
    return await Refold.run(
      { url, pool, chain, sources: sourcesOf(chain), log, signal, asMade: true },
      refold =>
        refold.steadily(async () => {
          await catchUp(refold, pool, chain)
          return compareNow(refold, pool, chain, signal, found)
        }),
    )
  } finally {
    await pool.end()
  }
}

/** Most of it, with no snapshot open. */
async function catchUp(refold: Refold, pool: Pool, chain: ChainConfig): Promise<void> {
  for (let pass = 0; pass < PASSES; pass++) {
    const start = performance.now()
    const { final } = await tableHeights(pool, chain)
    await refold.toFinal(final)
    if (performance.now() - start < SHORT_PASS_MS) break
  }
  await refold.scratch.analyze()
}

async function compareNow(
  refold: Refold,
  pool: Pool,
  chain: ChainConfig,
  signal: AbortSignal,
  found: (difference: Difference) => void,
): Promise<Verified> {
  const { scratch } = refold
  const tables = await openSnapshot(pool, { timeoutMs: SNAPSHOT_TIMEOUT_MS })
  try {
    const heights = await heightsIn(tables, chain)
    await patience(tables, WAIT_SECONDS)
    await refold.toTop(heights)
    await patience(tables, SNAPSHOT_TIMEOUT_MS / 1000).catch(() => {
      throw new ChainMoved('the endpoint takes long, and the snapshot was given up')
    })
    const compared = await withSnapshot(scratch.pool, { timeoutMs: SNAPSHOT_TIMEOUT_MS }, async refolded => {
      const sides = { tables, refolded, scratch, chain: chain.caip2 }
      return compareChain(sides, async (table, ids) => {
        signal.throwIfAborted()
        for (const difference of await differencesOf(sides, table, ids)) found(difference)
      })
    })
    return { top: heights.top, ...compared }
  } finally {
    await tables.close()
  }
}

/** How long a snapshot lives between two statements. */
async function patience(db: Snapshot, seconds: number): Promise<void> {
  await db.query({
    name: 'refold-patience',
    text: `SET LOCAL idle_in_transaction_session_timeout = '${seconds}s'`,
    prepare: false,
  })
}

async function tableHeights(pool: Pool, chain: ChainConfig): Promise<TableHeights> {
  return withSnapshot(pool, { timeoutMs: SNAPSHOT_TIMEOUT_MS }, db => heightsIn(db, chain))
}

async function heightsIn(db: Snapshot, chain: ChainConfig): Promise<TableHeights> {
  const heights = await readTableHeights(db, chain.id)
  if (heights) return heights
  throw nothingIndexed(chain)
}

export function nothingIndexed(chain: ChainConfig): ConfigError {
  return new ConfigError(
    chain.name,
    `nothing of chain ${chain.id} is indexed in this database`,
    `correct \`postgres.url\`, or index it first: provenance index --chain ${chain.name}`,
  )
}

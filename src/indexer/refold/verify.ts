import { createLogger, type Logger } from '@subsquid/logger'
import type { Pool } from 'pg'
import type { ChainConfig, Config } from '../../config/config'
import { ConfigError } from '../../config/configError'
import { createPool } from '../../postgres/pool'
import { openSnapshot, type Snapshot, withSnapshot } from '../../postgres/snapshot'
import { sourcesOf } from '../chainSources'
import { ChainHistory, ChainMoved } from './chainHistory'
import { compareChain, type DifferingRow } from './compare'
import { FoldAgain } from './foldAgain'
import { RefoldProgress } from './refoldProgress'
import { Scratch } from './scratch'
import { type BlockRef, readTableHeights, type TableHeights } from './tableHeights'

export interface Verified {
  /** of the tables, and of what they were compared with */
  top: BlockRef
  /** rows of the chain in all tables */
  rows: number
  differing: number
}

/** Times that the chain, or its tables, may move away from what is being read before that is said. */
const ATTEMPTS = 5
/** Passes over what came meanwhile, before the rest is read while a snapshot waits for it. */
const PASSES = 3
/** A pass that took less, in ms, leaves little to read. */
const SHORT_PASS_MS = 2_000
/** The snapshot that waits for the last logs is given up by Postgres after this. */
const WAIT_SECONDS = 60
/** Between two statements the endpoint is read: no statement takes long, all of them may. */
const SNAPSHOT_TIMEOUT_MS = 3_600_000

/**
 * Folds a chain's logs again, from the answers that are kept and from the endpoints, into tables beside its own, and
 * compares both row for row, at one block, while the chain's processor goes on: the rows are read in one snapshot, the
 * logs up to the block that the snapshot names by hash.
 *
 * The snapshot that waits while the last logs are read is read-only, so it holds up no writer and no projection, and
 * Postgres ends it where an endpoint keeps it waiting.
 *
 * @param found is told of rows that differ, in the order of tables and ids
 * @throws ConfigError where nothing is indexed, or the tables are of another fork than the endpoint's
 */
export async function verifyChain(
  config: Config,
  chain: ChainConfig,
  signal: AbortSignal,
  found: (rows: DifferingRow[]) => Promise<void>,
): Promise<Verified> {
  const log = createLogger(`provenance:verify:${chain.name}`)
  const pool = createPool(config.postgres.url, { max: 4, applicationName: `provenance-verify-${chain.name}` })
  const sources = sourcesOf(chain)
  const history = new ChainHistory({ chain, sources, pool, log })
  let scratch: Scratch | undefined
  try {
    await tableHeights(pool, chain) // before anything is made
    scratch = await Scratch.open(config.postgres.url, chain)
    const context = { chain: chain.caip2, sources, tokens: chain.tokens }
    return await new Verification({ pool, chain, history, scratch, log, signal, context }).run(found)
  } finally {
    await scratch?.close()
    history.close()
    await pool.end()
  }
}

interface Parts {
  pool: Pool
  chain: ChainConfig
  history: ChainHistory
  scratch: Scratch
  log: Logger
  signal: AbortSignal
  context: ConstructorParameters<typeof FoldAgain>[1]
}

class Verification {
  private fold: FoldAgain
  private readonly progress: RefoldProgress

  constructor(private readonly parts: Parts) {
    this.fold = new FoldAgain(parts.scratch, parts.context)
    this.progress = new RefoldProgress(parts.log)
  }

  async run(found: (rows: DifferingRow[]) => Promise<void>): Promise<Verified> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.catchUp()
        return await this.compareNow(found)
      } catch (error) {
        if (!(error instanceof ChainMoved)) throw error
        const { chain, log } = this.parts
        if (attempt === ATTEMPTS) {
          throw new ConfigError(
            chain.name,
            error.message,
            `correct \`rpc\` if it is of another chain; else let \`provenance index --chain ${chain.name}\` follow first`,
          )
        }
        log.info(`${error.message}: once more`)
        await new Promise(resolve => setTimeout(resolve, chain.pollIntervalMs))
      }
    }
  }

  /** Most of it, with no snapshot open. */
  private async catchUp(): Promise<void> {
    const { pool, chain, scratch } = this.parts
    for (let pass = 0; pass < PASSES; pass++) {
      const start = performance.now()
      const { final } = await tableHeights(pool, chain)
      await this.foldTo(final)
      if (performance.now() - start < SHORT_PASS_MS) break
    }
    await scratch.analyze()
  }

  private async compareNow(found: (rows: DifferingRow[]) => Promise<void>): Promise<Verified> {
    const { pool, chain, scratch, history, log, signal } = this.parts
    const tables = await openSnapshot(pool, { timeoutMs: SNAPSHOT_TIMEOUT_MS })
    try {
      const { final, top } = await heightsIn(tables, chain)
      await patience(tables, WAIT_SECONDS)
      await this.foldTo(final)
      if (top.height > final.height) {
        const blocks = await history.hotBlocks(final.height + 1, top)
        await this.fold.add(blocks)
        await this.fold.settled()
      }
      await patience(tables, SNAPSHOT_TIMEOUT_MS / 1000).catch(() => {
        throw new ChainMoved('the endpoint takes long, and the snapshot was given up')
      })
      log.info(`comparing at block ${top.height}`)
      let differing = 0
      const rows = await withSnapshot(scratch.pool, { timeoutMs: SNAPSHOT_TIMEOUT_MS }, refolded =>
        compareChain({ tables, refolded, scratch, chain: chain.caip2 }, async rows => {
          signal.throwIfAborted()
          differing += rows.length
          await found(rows)
        }),
      )
      return { top, rows, differing }
    } finally {
      await tables.close()
    }
  }

  private async foldTo(final: BlockRef): Promise<void> {
    const { history, scratch, signal, context } = this.parts
    if (final.height < this.fold.height) {
      // The tables were taken back below a block that was final: what was folded may be of another fork.
      await scratch.empty()
      this.fold = new FoldAgain(scratch, context)
    }
    const from = Math.max(this.fold.height + 1, history.firstBlock)
    if (from > final.height) return
    for await (const blocks of history.finalBlocks(from, final)) {
      signal.throwIfAborted()
      await this.fold.add(blocks)
      this.progress.note(this.fold, from, final.height)
    }
    await this.fold.settled()
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
  throw new ConfigError(
    chain.name,
    `nothing of chain ${chain.id} is indexed in this database`,
    `correct \`postgres.url\`, or index it first: provenance index --chain ${chain.name}`,
  )
}

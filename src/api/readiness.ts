import type { Pool } from 'pg'
import { readHeights } from '../postgres/heights'
import type { Snapshot } from '../postgres/snapshot'
import { withSnapshot } from '../postgres/snapshot'
import { PROCESSOR_COLUMNS, type ProcessorRow, type ProcessorTrouble, troubleOf } from './processorState'

/** Why the API should not be asked at the moment. */
export interface NotReady {
  /** CAIP-2; absent: the whole */
  chain?: string
  reason: 'database' | 'not_started' | ProcessorTrouble['reason'] | 'lagging'
  message: string
}

export interface ReadinessOptions {
  pool: Pool
  chains: readonly { caip2: string; name: string }[]
  /** a chain that lags more than this, in seconds, makes the API not ready */
  maxLagSeconds: number
}

const TIMEOUT_MS = 3000
/**
 * Local and replayed chains have blocks with old timestamps, which look late while one is being read. What is caught
 * up within this time is no lag.
 */
const SOON_SECONDS = 5

interface ProgressRow extends ProcessorRow {
  chain: string
  head: number
  indexed_time: Date | null
  seconds_left: number | null
}

/** Reasons not to be ready; none: ready. */
export async function readiness(options: ReadinessOptions): Promise<NotReady[]> {
  try {
    return await withSnapshot(options.pool, { timeoutMs: TIMEOUT_MS }, db => check(db, options))
  } catch (error) {
    return [{ reason: 'database', message: `Postgres does not answer: ${(error as Error).message}` }]
  }
}

async function check(db: Snapshot, { chains, maxLagSeconds }: ReadinessOptions): Promise<NotReady[]> {
  const progress = await db.query<ProgressRow>({
    name: 'ready-progress',
    text: `SELECT chain, head, indexed_time, seconds_left, ${PROCESSOR_COLUMNS} FROM indexer_progress`,
  })
  const heights = await readHeights(db)
  return chains.flatMap(({ caip2: chain, name }): NotReady[] => {
    const row = progress.find(one => one.chain === chain)
    const height = heights.find(one => one.chain === chain)
    const start = `start its processor: provenance index --chain ${name}`
    if (!row) return [{ chain, reason: 'not_started', message: `no block is indexed; ${start}` }]
    const trouble = troubleOf(row)
    const reasons: NotReady[] = trouble ? [{ chain, ...trouble }] : []
    if (!height) {
      if (trouble) return reasons
      return [{ chain, reason: 'not_started', message: 'no block is indexed yet; its processor has begun' }]
    }
    // Of a processor that is gone, the head is not known.
    if (trouble && trouble.reason !== 'problem') return reasons
    const lag = row.head - height.height
    const age = lag > 0 ? secondsSince(height.time ?? row.indexed_time) : 0
    if (age > maxLagSeconds && (row.seconds_left ?? Number.POSITIVE_INFINITY) > SOON_SECONDS)
      reasons.push({
        chain,
        reason: 'lagging',
        message: `${lag} blocks behind; the indexed block is ${Math.round(age)} s old, the limit is ${maxLagSeconds} s`,
      })
    return reasons
  })
}

function secondsSince(time: Date | null): number {
  return time ? (Date.now() - time.getTime()) / 1000 : 0
}

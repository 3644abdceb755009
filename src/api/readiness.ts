import type { Pool } from 'pg'
import { readHeights } from '../postgres/heights'
import type { Snapshot } from '../postgres/snapshot'
import { withSnapshot } from '../postgres/snapshot'

/** Why the API should not be asked at the moment. */
export interface NotReady {
  /** CAIP-2; absent: the whole */
  chain?: string
  reason: 'database' | 'not_started' | 'problem' | 'stalled' | 'lagging'
  message: string
}

export interface ReadinessOptions {
  pool: Pool
  chains: readonly { caip2: string; name: string }[]
  /** a chain that lags more than this, in seconds, makes the API not ready */
  maxLagSeconds: number
}

const TIMEOUT_MS = 3000
/** A processor reports every second or so; silent for this long it is gone or hangs. */
const STALLED_SECONDS = 30
/**
 * Local and replayed chains have blocks with old timestamps, which look late while one is being read. What is caught
 * up within this time is no lag.
 */
const SOON_SECONDS = 5

interface ProgressRow {
  chain: string
  head: number
  problem: string | null
  indexed_time: Date | null
  seconds_left: number | null
  silent_seconds: number
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
    text: `SELECT chain, head, problem, indexed_time, seconds_left,
                  extract(epoch FROM clock_timestamp() - updated_at)::float8 AS silent_seconds
             FROM indexer_progress`,
  })
  const heights = await readHeights(db)
  return chains.flatMap(({ caip2: chain, name }): NotReady[] => {
    const row = progress.find(one => one.chain === chain)
    const height = heights.find(one => one.chain === chain)
    if (!row || !height) {
      const why = row?.problem ?? `no block is indexed; start its processor: provenance index --chain ${name}`
      return [{ chain, reason: 'not_started', message: why }]
    }
    const reasons: NotReady[] = []
    if (row.problem) reasons.push({ chain, reason: 'problem', message: row.problem })
    if (row.silent_seconds > STALLED_SECONDS)
      reasons.push({
        chain,
        reason: 'stalled',
        message: `its processor has not reported for ${Math.round(row.silent_seconds)} s`,
      })
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

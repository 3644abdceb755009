import { reportProblem } from './acknowledgement'
import { BackOff, pause } from './backOff'
import { closeContext, type GraphContext, type GraphOptions, openContext } from './graphContext'
import { isPassing } from './neo4j'
import { Projection } from './projection'

/** How often the outbox is looked at when it is empty, ms: one cheap statement. */
const POLL_MS = 200
const REBUILD_POLL_MS = 1_000
const PROGRESS_EVERY_MS = 10_000

/**
 * Projects Postgres into Neo4j until the signal comes. While either of them is down it waits, and says so once.
 * Throws where waiting would not help: a refused password, or another projector at work.
 */
export async function runProjector(options: GraphOptions & { pollMs?: number }): Promise<void> {
  const context = openContext(options)
  try {
    await projectUntil(context, options.signal, options.pollMs ?? POLL_MS)
  } finally {
    await closeContext(context)
  }
}

async function projectUntil(
  context: GraphContext,
  signal: AbortSignal | undefined,
  pollMs: number,
): Promise<void> {
  const { logger, metrics, pool } = context
  const projection = new Projection(context)
  const backOff = new BackOff(signal)
  let waitingForRebuild = false
  let told = Date.now()
  let steps = 0
  while (!signal?.aborted) {
    try {
      const result = await projection.step()
      if (backOff.count > 0) logger.info('projecting again')
      backOff.succeeded()
      if (result === 'REBUILDING') {
        if (!waitingForRebuild) logger.info('another process rebuilds the graph; waiting for it')
        waitingForRebuild = true
        await pause(REBUILD_POLL_MS, signal)
        continue
      }
      waitingForRebuild = false
      steps = result === 'MORE' ? steps + 1 : 0
      if (result === 'DRAINED') await pause(pollMs, signal)
      else if (Date.now() - told > PROGRESS_EVERY_MS) {
        told = Date.now()
        logger.info(`catching up: ${steps * context.batch} changed rows projected, more are waiting`)
      }
    } catch (error) {
      if (signal?.aborted) return
      metrics?.failed()
      const message = error instanceof Error ? error.message : String(error)
      if (!isPassing(error)) {
        await reportProblem(pool, message).catch(() => {})
        throw error
      }
      if (backOff.count === 0) {
        logger.warn(`cannot project now, trying until it works: ${message}`)
        await reportProblem(pool, message).catch(() => {})
      }
      await backOff.wait()
    }
  }
}

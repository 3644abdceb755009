import { reportProblem } from './acknowledgement'
import { dropBacklog } from './backlog'
import { BackOff, pause } from './backOff'
import { closeContext, type GraphContext, type GraphOptions, openContext } from './graphContext'
import { ProjectorConflictError } from './graphError'
import { isOfADatabase, isPassing } from './neo4j'
import { Projection } from './projection'
import { SoleProjector } from './soleProjector'

/** How often the outbox is looked at when it is empty, ms: one cheap statement. */
const POLL_MS = 200
/** How often it is looked whether somebody else has let go of Neo4j, ms. */
const WAIT_MS = 1_000
/** How often a page is compared when there is nothing to do, ms. */
const AUDIT_MS = 10_000
/** How often it is looked, while Neo4j takes nothing, whether too much waits for it, ms. */
const BACKLOG_MS = 60_000
const PROGRESS_EVERY_MS = 10_000

/**
 * Projects Postgres into Neo4j until the signal comes. Whatever either of them does meanwhile (goes away, is emptied, put
 * back to an older state, refuses to be written), it waits, says so once, and goes on or begins anew.
 *
 * Throws where another projector is at work; and at the beginning where waiting would not help: a refused password.
 */
export async function runProjector(
  options: GraphOptions & { pollMs?: number; auditMs?: number },
): Promise<void> {
  const context = openContext(options)
  const sole = new SoleProjector(options.postgresUrl, options.signal)
  try {
    await new Projector(context, sole, options.pollMs ?? POLL_MS, options.auditMs ?? AUDIT_MS).run()
  } finally {
    await sole.release()
    await closeContext(context)
  }
}

const WAITS_FOR = {
  REBUILDING: 'another process rebuilds the graph',
  TAKEN: 'Neo4j is written by the projector of another database; give each its own Neo4j',
}

class Projector {
  private readonly projection: Projection
  private readonly backOff: BackOff
  /** whether it has ever worked: what does not then is no mistake in the configuration */
  private worked = false
  /** why nothing goes on, as Postgres was told; null: nothing. At the beginning an earlier life may have told it. */
  private problem: string | null | undefined
  private auditAt: number
  private backlogAt = 0
  private toldAt = Date.now()
  private steps = 0

  constructor(
    private readonly context: GraphContext,
    private readonly sole: SoleProjector,
    private readonly pollMs: number,
    private readonly auditMs: number,
  ) {
    this.projection = new Projection(context)
    this.backOff = new BackOff(context.signal)
    this.auditAt = Date.now() + auditMs
  }

  async run(): Promise<void> {
    const { signal } = this.context
    while (!signal?.aborted) {
      try {
        await this.sole.hold()
        await this.step()
      } catch (error) {
        if (signal?.aborted) return
        await this.failed(error)
      }
    }
  }

  private async step(): Promise<void> {
    const { logger, metrics, signal, batch } = this.context
    const result = await this.projection.step()
    if (this.backOff.count > 0) logger.info('projecting again')
    this.backOff.succeeded()
    this.worked = true
    metrics?.stopped(result === 'TAKEN')
    if (result === 'REBUILDING' || result === 'TAKEN') {
      if (await this.report(WAITS_FOR[result])) logger.info(`${WAITS_FOR[result]}; waiting`)
      return pause(WAIT_MS, signal)
    }
    await this.report(null)
    if (result === 'DRAINED') {
      this.steps = 0
      if (Date.now() < this.auditAt) return pause(this.pollMs, signal)
      const audited = await this.projection.audit()
      this.auditAt = audited === 'MORE' ? 0 : Date.now() + this.auditMs
      return
    }
    this.steps++
    if (Date.now() - this.toldAt > PROGRESS_EVERY_MS) {
      this.toldAt = Date.now()
      logger.info(`catching up: ${this.steps * batch} changed rows projected, more are waiting`)
    }
  }

  /** Says it where users look; whether it is news. */
  private async report(problem: string | null): Promise<boolean> {
    if (this.problem === problem) return false
    await reportProblem(this.context.pool, problem)
    this.problem = problem
    return true
  }

  private async failed(error: unknown): Promise<void> {
    const { logger, metrics } = this.context
    metrics?.failed()
    metrics?.stopped(true)
    const message = error instanceof Error ? error.message : String(error)
    if (error instanceof ProjectorConflictError) throw error
    // Postgres may be what fails: then it is told when it is back, if the problem still stands.
    await this.report(message).catch(() => {})
    if (!isOfADatabase(error) || (!this.worked && !isPassing(error))) throw error
    if (this.backOff.count === 0) logger.warn(`cannot project now, trying until it works: ${message}`)
    if (Date.now() > this.backlogAt + BACKLOG_MS) {
      this.backlogAt = Date.now()
      await dropBacklog(this.context).catch(() => {}) // Postgres is what fails, perhaps
    }
    await this.backOff.wait()
  }
}

import { readHeights } from '../postgres/heights'
import { withSnapshot } from '../postgres/snapshot'
import { acknowledge, readAcknowledged, readIdentity } from './acknowledgement'
import { loadChanges } from './changes'
import { ensureConstraints } from './constraints'
import { type GraphContext, inGraph, STATEMENT_TIMEOUT_MS } from './graphContext'
import { WatermarkLostError } from './graphError'
import { applyChanges } from './graphWriter'
import { describe, isAfter, readKeys, WHOLE_TABLE } from './outbox'
import { finishRebuild, rebuildFromTables } from './rebuildFromTables'
import {
  claimWatermark,
  isAbandoned,
  type ProjectedHeight,
  readWatermark,
  type Watermark,
  writeWatermark,
} from './watermark'

/** What a step came to: MORE is waiting; DRAINED, for now; or somebody else is REBUILDING the graph. */
export type StepResult = 'MORE' | 'DRAINED' | 'REBUILDING'

const snapshot = { timeoutMs: STATEMENT_TIMEOUT_MS }

/**
 * Brings Neo4j from one state of the tables to the next: keys from the outbox, their rows as they are now in the same
 * snapshot, one transaction of Neo4j together with the watermark. Dying at any point repeats at most one step, which
 * comes to the same; what fails is tried again by whoever calls `step`.
 */
export class Projection {
  /** `watermark`: as we last read or wrote it in Neo4j; undefined: not known */
  constructor(
    private readonly context: GraphContext,
    private watermark?: Watermark,
  ) {}

  /** As far as Neo4j was last known to be. */
  get position(): Watermark | undefined {
    return this.watermark
  }

  async step(): Promise<StepResult> {
    try {
      this.watermark ??= await this.open()
      if (!this.watermark) return 'REBUILDING'
      return await this.project(this.watermark)
    } catch (error) {
      this.watermark = undefined
      if (!(error instanceof WatermarkLostError)) throw error
      this.context.logger.info(error.message)
      return 'MORE'
    }
  }

  /** Where Neo4j stands; made anew first if it does not go with these tables. */
  private async open(): Promise<Watermark | undefined> {
    const { driver, logger, pool } = this.context
    await ensureConstraints(driver)
    const { met, ofAnother } = await inGraph(driver, async tx => {
      const met = await readWatermark(tx)
      const unfinished = met?.state === 'REBUILDING' && met.holder !== this.context.holder
      return { met, ofAnother: unfinished && !(await isAbandoned(tx, met)) }
    })
    if (ofAnother) return undefined
    const reason = met ? await this.mismatch(met) : 'Neo4j has no watermark'
    if (!met || reason) {
      logger.info(`rebuilding the graph from the tables: ${reason}`)
      return await this.rebuild()
    }
    await acknowledge(pool, met)
    return met
  }

  private async rebuild(): Promise<Watermark> {
    const watermark = await finishRebuild(this.context, await rebuildFromTables(this.context))
    await acknowledge(this.context.pool, watermark)
    return watermark
  }

  private async mismatch(met: Watermark): Promise<string | undefined> {
    if (met.state === 'REBUILDING') return `a rebuild by ${met.holder} was not finished`
    const { identity, nextXid, acknowledged } = await withSnapshot(this.context.pool, snapshot, async db => ({
      ...(await readIdentity(db)),
      acknowledged: await readAcknowledged(db),
    }))
    if (met.identity !== identity) return 'Neo4j holds the graph of another database'
    if (met.xid > nextXid) return 'Neo4j is ahead of Postgres, which was put back to an older state'
    if (isAfter(acknowledged, met)) {
      return `Neo4j was put back to ${describe(met)}, behind ${describe(acknowledged)} that it had reached`
    }
    return undefined
  }

  private async project(from: Watermark): Promise<StepResult> {
    const { pool, driver, batch, metrics, holder } = this.context
    const start = performance.now()
    const { keys, complete, changes, heights } = await withSnapshot(pool, snapshot, async db => {
      const pending = await readKeys(db, from, batch)
      const heights = pending.complete ? await readHeights(db) : []
      return { ...pending, heights, changes: await loadChanges(db, pending.keys) }
    })
    if (keys.some(key => key.id === WHOLE_TABLE)) {
      this.context.logger.info('rebuilding the graph from the tables: one was emptied at once')
      this.watermark = await this.rebuild()
      return 'MORE'
    }
    const last = keys.at(-1)
    const to: Watermark = {
      ...from,
      ...(last && { xid: last.xid, seq: last.seq }),
      holder,
      // Neo4j equals the snapshot only if no key that it sees is left over; till then the old heights are what is true.
      heights: complete ? heights.map(({ chain, height, hash }) => ({ chain, height, hash })) : from.heights,
    }
    const advanced = last !== undefined || !sameHeights(from.heights, to.heights)
    if (advanced) {
      await inGraph(driver, async tx => {
        await claimWatermark(tx, from)
        await applyChanges(tx, changes)
        await writeWatermark(tx, to)
      })
      this.watermark = to
      await acknowledge(pool, to)
      metrics?.batchProjected(keys.length, (performance.now() - start) / 1000)
    }
    if (complete) metrics?.upToDate()
    // Keys that are not settled yet become so when older transactions end: no use in asking again at once.
    return keys.length >= batch ? 'MORE' : 'DRAINED'
  }
}

function sameHeights(a: ProjectedHeight[], b: ProjectedHeight[]): boolean {
  return (
    a.length === b.length &&
    a.every((x, i) => x.chain === b[i]!.chain && x.height === b[i]!.height && x.hash === b[i]!.hash)
  )
}

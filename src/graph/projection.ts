import { readHeights } from '../postgres/heights'
import { withSnapshot } from '../postgres/snapshot'
import { acknowledge, readAcknowledged, readIdentity } from './acknowledgement'
import { Audit, type Audited } from './audit'
import { dropBacklog } from './backlog'
import { type Changes, loadChanges } from './changes'
import { ensureConstraints } from './constraints'
import { readCounts } from './counts'
import { type GraphContext, inGraph, STATEMENT_TIMEOUT_MS } from './graphContext'
import { RebuildingError, WatermarkLostError } from './graphError'
import { applyChanges } from './graphWriter'
import { isOfTheServer, isRefusal } from './neo4j'
import { type DirtyKey, readKeys, WHOLE_TABLE } from './outbox'
import { finishRebuild, rebuildFromTables } from './rebuildFromTables'
import { RefusedRows } from './refusedRows'
import {
  claimWatermark,
  isSilent,
  type ProjectedHeight,
  readWatermark,
  type Watermark,
  writeWatermark,
} from './watermark'

/**
 * What a step came to: MORE is waiting; DRAINED, for now; somebody else is REBUILDING the graph; or Neo4j is TAKEN by the
 * projector of another database.
 */
export type StepResult = 'MORE' | 'DRAINED' | 'REBUILDING' | 'TAKEN'

const snapshot = { timeoutMs: STATEMENT_TIMEOUT_MS }

/**
 * Brings Neo4j from one state of the tables to the next: keys from the outbox, their rows as they are now in the same
 * snapshot, one transaction of Neo4j together with the watermark. Dying at any point repeats at most one step, which
 * comes to the same; what fails is tried again by whoever calls `step`.
 */
export class Projection {
  private readonly refused: RefusedRows
  private readonly auditor: Audit
  /** keys that one step takes: fewer while Neo4j refuses some of them, down to the one that it refuses */
  private limit: number

  /** `watermark`: as we last read or wrote it in Neo4j; undefined: not known */
  constructor(
    private readonly context: GraphContext,
    private watermark?: Watermark,
  ) {
    this.refused = new RefusedRows(context)
    this.auditor = new Audit(context, this.refused)
    this.limit = context.batch
  }

  /** As far as Neo4j was last known to be. */
  get position(): Watermark | undefined {
    return this.watermark
  }

  async step(): Promise<StepResult> {
    return this.guarded(async () => {
      if (!this.watermark) {
        const opened = await this.open()
        if (typeof opened === 'string') return opened
        this.watermark = opened
      }
      // Less at a time, until it goes or a single row does not.
      for (;;) {
        const result = await this.project(this.watermark)
        if (result !== 'LESS') return result
      }
    }, 'MORE')
  }

  /**
   * Compares a page of the graph with the tables, and has what somebody else changed put right by the next steps. To be
   * called when there is nothing else to do.
   */
  async audit(): Promise<Audited> {
    return this.guarded(
      async () => (this.watermark ? this.auditor.nextPage(this.watermark) : 'RIGHT'),
      'RIGHT' as Audited,
    )
  }

  /** Runs `work`; whatever fails, what is known of Neo4j is read anew. */
  private async guarded<T>(work: () => Promise<T>, lost: T): Promise<T> {
    try {
      return await work()
    } catch (error) {
      this.watermark = undefined
      if (!(error instanceof WatermarkLostError)) throw error
      this.context.logger.info(error.message)
      return lost
    }
  }

  /** Where Neo4j stands; made anew first if it does not go with these tables. */
  private async open(): Promise<Watermark | 'REBUILDING' | 'TAKEN'> {
    const { driver, logger, pool, holder } = this.context
    await ensureConstraints(driver)
    await dropBacklog(this.context)
    const { met, byAnother } = await inGraph(driver, async tx => {
      const met = await readWatermark(tx)
      return { met, byAnother: met && met.holder !== holder && !(await isSilent(tx, met)) }
    })
    if (met && byAnother && met.state === 'REBUILDING') return 'REBUILDING'
    const mismatch = met ? await this.mismatch(met) : { reason: 'Neo4j has no watermark' }
    if (mismatch?.ofAnother && byAnother) return 'TAKEN'
    if (!met || mismatch) {
      logger.info(`rebuilding the graph from the tables: ${mismatch?.reason}`)
      try {
        return await this.rebuild()
      } catch (error) {
        if (error instanceof RebuildingError) return 'REBUILDING' // it began since we looked
        throw error
      }
    }
    await this.refused.load()
    await acknowledge(pool, met, false)
    return met
  }

  private async rebuild(): Promise<Watermark> {
    const watermark = await finishRebuild(this.context, await rebuildFromTables(this.context))
    await this.refused.load()
    await acknowledge(this.context.pool, watermark, true)
    return watermark
  }

  /** Why the graph at this watermark does not go with the tables. `ofAnother`: it goes with others. */
  private async mismatch(met: Watermark): Promise<{ reason: string; ofAnother?: boolean } | undefined> {
    if (met.state === 'REBUILDING') return { reason: `a rebuild by ${met.holder} was not finished` }
    const { identity, nextXid, acknowledged } = await withSnapshot(this.context.pool, snapshot, async db => ({
      ...(await readIdentity(db)),
      acknowledged: await readAcknowledged(db),
    }))
    if (met.identity !== identity) return { reason: otherIdentity(met.identity, identity), ofAnother: true }
    if (met.generation !== acknowledged.making) {
      return { reason: 'Neo4j holds another making of the graph than the last that was begun' }
    }
    if (met.step < acknowledged.step) {
      return {
        reason: `Neo4j was put back to step ${met.step}, behind ${acknowledged.step} that it had reached`,
      }
    }
    // A step that Neo4j took just before we died is not acknowledged yet; never more than one.
    if (met.step > acknowledged.step + 1n || met.xid > nextXid) {
      return { reason: 'Neo4j is ahead of Postgres, which was put back to an older state' }
    }
    return undefined
  }

  private async project(from: Watermark): Promise<StepResult | 'LESS'> {
    const { pool, metrics, holder } = this.context
    const start = performance.now()
    const { keys, complete, foreign, changes, heights, identity } = await withSnapshot(
      pool,
      snapshot,
      async db => {
        const { identity } = await readIdentity(db)
        const pending = await readKeys(db, from, this.limit)
        const heights = pending.complete ? await readHeights(db) : []
        return { ...pending, identity, heights, changes: await loadChanges(db, pending.keys) }
      },
    )
    if (identity !== from.identity) throw new WatermarkLostError(otherIdentity(from.identity, identity))
    const whole = foreign
      ? 'changes of another cluster were restored into the outbox'
      : keys.some(key => key.id === WHOLE_TABLE) && 'a table was emptied at once'
    if (whole) {
      this.context.logger.info(`rebuilding the graph from the tables: ${whole}`)
      this.watermark = await this.rebuild()
      return 'MORE'
    }
    const last = keys.at(-1)
    const step = from.step + 1n
    const to: Watermark = {
      ...from,
      ...(last && { xid: last.xid, seq: last.seq }),
      step,
      lineageStep: keys.some(key => key.kind === 'lineage_edge') ? step : from.lineageStep,
      holder,
      // Neo4j equals the snapshot only if no key that it sees is left over; till then the old heights are what is true.
      heights: complete ? heights.map(({ chain, height, hash }) => ({ chain, height, hash })) : from.heights,
    }
    if (last || !sameHeights(from.heights, to.heights)) {
      const written = await this.writeAllThatGoes(from, to, changes, keys)
      if (!written) return 'LESS'
      this.watermark = written
      await acknowledge(pool, written, true)
      metrics?.batchProjected(keys.length, (performance.now() - start) / 1000)
    }
    if (complete) metrics?.upToDate()
    const more = keys.length >= this.limit
    this.limit = Math.min(this.context.batch, this.limit * 2)
    // Keys that are not settled yet become so when older transactions end: no use in asking again at once.
    return more ? 'MORE' : 'DRAINED'
  }

  /**
   * One transaction of Neo4j. Where Neo4j refuses it, half as many keys are tried next, until it is one: that row is
   * noted and left out. Undefined: nothing is written, fewer keys may be.
   */
  private async writeAllThatGoes(
    from: Watermark,
    to: Watermark,
    changes: Changes,
    keys: DirtyKey[],
  ): Promise<Watermark | undefined> {
    try {
      const written = await this.write(from, to, changes)
      await this.refused.taken(keys)
      return written
    } catch (error) {
      if (isOfTheServer(error) && keys.length > 1) this.limit = Math.ceil(keys.length / 2)
      // A server short of memory, or a lock that somebody else holds, is given time.
      if (!isRefusal(error) || keys.length === 0) throw error
      if (keys.length > 1) return undefined
      // The same transaction without the row: where the server refuses everything, it refuses this too.
      const written = await this.write(from, to, without(changes)).catch(() => this.write(from, to, NOTHING))
      await this.refused.add(keys[0]!, error)
      return written
    }
  }

  private write(from: Watermark, to: Watermark, changes: Changes): Promise<Watermark> {
    return inGraph(this.context.driver, async tx => {
      await claimWatermark(tx, from)
      this.auditor.compareCounts(from, await readCounts(tx))
      await applyChanges(tx, changes)
      const written = { ...to, counts: await readCounts(tx) }
      await writeWatermark(tx, written)
      return written
    })
  }
}

const NOTHING: Changes = { nodes: [], relationships: [] }

/** As if the rows were not there. */
function without({ nodes, relationships }: Changes): Changes {
  return {
    nodes: nodes.map(({ element, rows, absent }) => ({
      element,
      rows: [],
      absent: [...absent, ...idsOf(rows)],
    })),
    relationships: relationships.map(({ element, rows, absent }) => ({
      element,
      rows: [],
      absent: [...absent, ...idsOf(rows)],
    })),
  }
}

function idsOf(rows: { id: string }[]): string[] {
  return rows.map(row => row.id)
}

function otherIdentity(held: string, met: string): string {
  const [database, history] = [held, met].map(identity => identity.split(':').slice(0, 2).join(':'))
  return database === history
    ? 'Neo4j holds the graph of another history of this database (a standby was promoted, or a backup restored)'
    : 'Neo4j holds the graph of another database'
}

function sameHeights(a: ProjectedHeight[], b: ProjectedHeight[]): boolean {
  return (
    a.length === b.length &&
    a.every((x, i) => x.chain === b[i]!.chain && x.height === b[i]!.height && x.hash === b[i]!.hash)
  )
}

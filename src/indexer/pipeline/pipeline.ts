import type { HashAndHeight } from '@subsquid/util-internal-processor-tools'
import type { Pool } from 'pg'
import type { DataSource } from 'typeorm'
import { ConfigError } from '../../config/configError'
import type { ProtocolLog } from '../../protocols/protocol'
import type { RangeBlock } from '../../rpc/chainLogs'
import { firstLine } from '../../rpc/rpcFault'
import { type BatchContext, type BatchFigures, decodeBatch, foldBatch } from '../batch'
import { type BulkStatement, bulkStatements, bulkWrite } from '../bulkWrite'
import { placeOf } from '../decode'
import { logsOf } from '../protocolLogs'
import type { Advance, ChainStore } from '../store/chainStore'
import { isOfTheRows } from '../store/postgresFault'
import type { Culprit } from './culprit'
import { ChainRows } from './knownRows'
import { next, type Stage, type Step } from './stages'

/** Blocks that are written in one transaction, with their logs. */
export interface Batch extends Advance {
  logs: RangeBlock[]
}

/** What a batch that was written came to, for metrics. */
export interface BatchOutcome extends BatchFigures {
  writeMs: number
  /** for which nothing could be done but wait for the batch's blocks */
  waitMs: number
}

interface Options {
  store: ChainStore
  entities: DataSource
  /** reads the rows that folds miss */
  pool: Pool
  context: BatchContext
  /** told of each batch that is committed */
  written(batch: Batch, outcome: BatchOutcome): void
}

/** A batch that could not be folded or written, with all before it written. */
export class BatchFailed extends Error {
  override readonly name = 'BatchFailed'

  constructor(
    readonly batch: Batch,
    override readonly cause: unknown,
  ) {
    super(`${namesOf(batch)} cannot be written: ${firstLine(cause)}`)
  }
}

interface Folded {
  batch: Batch
  statements: BulkStatement[]
  figures: BatchFigures
}

/**
 * Folds and writes the batches of one chain, and owns what is known of its rows. A batch is folded while the one before
 * it is written: Postgres works on the one, this process on the other. What may happen when is in stages.ts.
 */
export class Pipeline {
  private stage: Stage = 'clear'
  private rows: ChainRows
  /** by place, until they are rejected in a batch that is committed */
  private readonly refused = new Map<string, Culprit>()

  constructor(private readonly options: Options) {
    this.rows = new ChainRows(options.context.chain)
  }

  /** Begins anew where the store stands, which is open. */
  restart(): void {
    this.step('fail')
    this.rows = this.knowAnew()
  }

  /**
   * Writes batches one after another, each in its transaction.
   *
   * @param committed is told of each
   * @throws BatchFailed, or what the source throws, with all before it written
   */
  async run(
    batches: AsyncIterable<Batch> | Iterable<Batch>,
    committed: () => void = () => {},
  ): Promise<void> {
    const source = iteratorOf(batches)
    const pull = () => {
      const arriving = Promise.resolve(source.next())
      arriving.catch(() => {}) // thrown when its turn comes
      return arriving
    }
    let arriving = pull()
    let folding = this.foldNext(arriving, Promise.resolve())
    try {
      for (;;) {
        const asked = performance.now()
        await arriving
        const waitMs = performance.now() - asked
        const folded = await folding
        if (!folded) return
        const { batch, statements, figures } = folded
        arriving = pull()
        const written = deferred()
        const start = performance.now()
        await blaming(batch, () =>
          this.options.store.advance(batch, async client => {
            this.step('write')
            folding = this.foldNext(arriving, written.promise)
            await bulkWrite(client, statements)
          }),
        )
        this.step('commit')
        this.rows.commit()
        written.resolve()
        this.forgetRefused()
        this.options.written(batch, { ...figures, waitMs, writeMs: performance.now() - start })
        committed()
      }
    } catch (error) {
      this.restart()
      throw error
    } finally {
      // Not waited for: it may be in the middle of a request.
      void Promise.resolve(source.return?.()).catch(() => {})
    }
  }

  /** Undoes committed blocks above one that the store can go back to. */
  async undo(to: HashAndHeight): Promise<void> {
    this.step('undo')
    await this.options.store.undo(to)
    this.rows = this.knowAnew()
  }

  /** @param committed resolves once all batches before this one are: until then the database has not what they wrote */
  private foldNext(
    arriving: Promise<IteratorResult<Batch>>,
    committed: Promise<void>,
  ): Promise<Folded | undefined> {
    const folding = this.fold(arriving, committed)
    folding.catch(() => {}) // thrown when its turn comes
    return folding
  }

  private async fold(
    arriving: Promise<IteratorResult<Batch>>,
    committed: Promise<void>,
  ): Promise<Folded | undefined> {
    const { rows } = this
    const arrived = await arriving
    await new Promise(resolve => setImmediate(resolve)) // a write that has just begun goes first
    if (arrived.done || rows !== this.rows) return undefined // ended, or given up meanwhile
    this.step('fold')
    const batch = arrived.value
    const { store, entities, pool } = this.options
    const reader = { client: pool, source: entities, rows, settled: committed }
    return blaming(batch, async () => {
      const decoded = await decodeBatch(logsOf(batch.logs), this.context, reader)
      const { changes, ...figures } = await foldBatch(decoded, this.context, reader)
      rows.stage(changes)
      const undo = batch.undoable ? store.undoTarget(batch) : undefined
      return { batch, figures, statements: await bulkStatements(entities, changes, undo) }
    })
  }

  /** From now on the log is kept in `rejected_log` with the reason, and does nothing. */
  refuse(culprit: Culprit): void {
    this.refused.set(placeOf(culprit.log), culprit)
  }

  /** Why logs that follow what is written cannot be; undefined: they can. Leaves no trace. */
  async failureOf(logs: ProtocolLog[]): Promise<string | undefined> {
    const { store, entities, pool } = this.options
    const { context } = this
    try {
      const decoded = await decodeBatch(logs, context, { client: pool, source: entities })
      await store.rehearse(async client => {
        const { changes } = await foldBatch(decoded, context, { client, source: entities })
        await bulkWrite(client, await bulkStatements(entities, changes))
      })
      return undefined
    } catch (error) {
      if (store.isBroken || error instanceof ConfigError || !isOfTheRows(error)) throw error
      return firstLine(error)
    }
  }

  private forgetRefused(): void {
    const { height } = this.options.store.last
    for (const [place, { log }] of this.refused) if (log.block <= height) this.refused.delete(place)
  }

  private get context(): BatchContext {
    const refused = new Map([...this.refused].map(([place, { reason }]) => [place, reason]))
    return { ...this.options.context, refused }
  }

  private step(step: Step): void {
    this.stage = next(this.stage, step)
  }

  private knowAnew(): ChainRows {
    const rows = new ChainRows(this.options.context.chain)
    if (this.options.store.last.height < 0) rows.startEmpty()
    return rows
  }
}

async function blaming<T>(batch: Batch, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new BatchFailed(batch, error)
  }
}

function namesOf({ logs }: Batch): string {
  const [first, last] = [logs[0]?.header.height, logs.at(-1)?.header.height]
  return first === last ? `block ${first}` : `the batch of blocks ${first} to ${last}`
}

function iteratorOf<T>(values: AsyncIterable<T> | Iterable<T>): AsyncIterator<T> | Iterator<T> {
  return Symbol.asyncIterator in values ? values[Symbol.asyncIterator]() : values[Symbol.iterator]()
}

function deferred(): { promise: Promise<void>; resolve(): void } {
  let resolve = () => {}
  const promise = new Promise<void>(settle => {
    resolve = settle
  })
  return { promise, resolve }
}

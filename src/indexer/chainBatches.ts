import type { Store } from '@subsquid/typeorm-store'
import type { Pool } from 'pg'
import type { ProtocolLog } from '../protocols/protocol'
import type { RangeBlock } from '../rpc/chainLogs'
import { type BatchContext, type BatchFigures, foldBatch } from './batch'
import { type BulkStatement, bulkStatements, bulkWrite } from './bulkWrite'
import type { ChainDatabase } from './database'
import type { Reader } from './load'
import { connectionOf } from './storeConnection'
import { writeHot } from './writeHot'

/** A final batch that is folded and not written yet. */
export interface ReadyBatch {
  statements: BulkStatement[]
  figures: BatchFigures
}

/** What a batch that was written came to, for metrics. */
export type BatchOutcome = BatchFigures & { writeMs: number }

/** Folds and writes the batches of one chain: final ones in two steps, of which the first needs no transaction. */
export class ChainBatches {
  constructor(
    private readonly database: ChainDatabase,
    /** reads what batches that are folded ahead miss */
    private readonly pool: Pool,
    private readonly context: BatchContext,
  ) {}

  /**
   * A final batch's first step, on what the batches before it come to.
   *
   * @param settled resolves once all of those are committed
   */
  foldAhead(blocks: RangeBlock[], settled: Promise<void>): Promise<ReadyBatch> {
    return this.fold(blocks, { client: this.pool, settled })
  }

  /** The same, in the transaction that will write it. */
  async foldNow(blocks: RangeBlock[], store: Store): Promise<ReadyBatch> {
    return this.fold(blocks, { client: await connectionOf(store) })
  }

  private async fold(
    blocks: RangeBlock[],
    readFrom: Pick<Reader, 'client' | 'settled'>,
  ): Promise<ReadyBatch> {
    const { rows, source } = this.database
    const reader = { ...readFrom, source, rows }
    const { changes, ...figures } = await foldBatch(logsOf(blocks), this.context, reader)
    rows.stage(changes)
    return { statements: await bulkStatements(source, changes), figures }
  }

  /** The second, in the order of the first. */
  async write(store: Store, { statements, figures }: ReadyBatch): Promise<BatchOutcome> {
    const start = performance.now()
    await bulkWrite(await connectionOf(store), statements)
    return { ...figures, writeMs: performance.now() - start }
  }

  /** A hot batch, read and written in the transaction that rolls back what it replaces. */
  async processHot(store: Store, blocks: RangeBlock[]): Promise<BatchOutcome> {
    const reader = { client: await connectionOf(store), source: this.database.source }
    const { changes, ...figures } = await foldBatch(logsOf(blocks), this.context, reader)
    const start = performance.now()
    await writeHot(store, changes)
    return { ...figures, writeMs: performance.now() - start }
  }
}

/** In the order of the chain. */
export function logsOf(blocks: RangeBlock[]): ProtocolLog[] {
  return blocks.flatMap(({ header, logs }) =>
    logs.map(entry => ({
      address: entry.address,
      topics: entry.topics,
      data: entry.data,
      block: header.height,
      blockHash: header.hash,
      time: header.timestamp,
      transaction: entry.transactionHash,
      logIndex: entry.logIndex,
    })),
  )
}

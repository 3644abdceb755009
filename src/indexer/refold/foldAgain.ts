import type { RangeBlock } from '../../rpc/chainLogs'
import { type BatchContext, foldBatch } from '../batch'
import { bulkStatements, bulkWrite } from '../bulkWrite'
import { ChainRows } from '../pipeline/knownRows'
import { logsOf } from '../pipeline/pipeline'
import type { Scratch } from './scratch'

/**
 * Folds a chain's blocks into scratch tables, from the first on, with the decoder, the ledger and the writer that the
 * chain's processor uses. A batch is folded while the one before it is written; what is known of the rows is bounded.
 */
export class FoldAgain {
  /** last block that was given; -1: none */
  height = -1
  logs = 0
  private readonly rows: ChainRows
  private written: Promise<void> = Promise.resolve()

  constructor(
    private readonly scratch: Scratch,
    private readonly context: BatchContext,
  ) {
    this.rows = new ChainRows(context.chain)
    this.rows.startEmpty()
  }

  /** The next blocks, as a batch. A failure of its write is thrown by the next call, or by `settled`. */
  async add(blocks: RangeBlock[]): Promise<void> {
    const { source, pool } = this.scratch
    const logs = logsOf(blocks)
    const reader = { client: pool, source, rows: this.rows, settled: this.written }
    const { changes } = await foldBatch(logs, this.context, reader)
    this.rows.stage(changes)
    const statements = await bulkStatements(source, changes)
    await this.written
    this.written = this.write(statements)
    this.written.catch(() => {})
    this.height = blocks.at(-1)!.header.height
    this.logs += logs.length
  }

  /** Resolves once all that was given is in the tables. */
  settled(): Promise<void> {
    return this.written
  }

  private async write(statements: Awaited<ReturnType<typeof bulkStatements>>): Promise<void> {
    const client = await this.scratch.pool.connect()
    try {
      await client.query('BEGIN')
      await bulkWrite(client, statements)
      await client.query('COMMIT')
      client.release()
    } catch (error) {
      client.release(true)
      throw error
    }
    this.rows.commit()
  }
}

import type { PoolClient } from 'pg'
import type { ProtocolLog } from '../../protocols/protocol'
import type { RangeBlock } from '../../rpc/chainLogs'
import { firstLine } from '../../rpc/rpcFault'
import { type BatchContext, decodeBatch, foldBatch } from '../batch'
import { type BulkStatement, bulkStatements, bulkWrite } from '../bulkWrite'
import { placeOf } from '../decode'
import { culpritAmong } from '../pipeline/culprit'
import { ChainRows } from '../pipeline/knownRows'
import { logsOf } from '../protocolLogs'
import { isOfTheRows } from '../store/postgresFault'
import type { Scratch } from './scratch'

/** A batch under way. `failed`: its rows could not be written, and it is still to be done. */
interface Underway {
  logs: ProtocolLog[]
  written: Promise<void>
  failed?: unknown
}

/**
 * Folds a chain's blocks into scratch tables, from the first on, with the decoder, the ledger and the writer that the
 * chain's processor uses. A batch is folded while the one before it is written; what is known of the rows is bounded.
 * A log whose rows cannot be written is rejected, as the processor does.
 */
export class FoldAgain {
  /** last block that was given; -1: none */
  height = -1
  logs = 0
  private rows: ChainRows
  private underway: Underway = { logs: [], written: Promise.resolve() }

  constructor(
    private readonly scratch: Scratch,
    private readonly context: BatchContext,
  ) {
    this.rows = new ChainRows(context.chain)
    this.rows.startEmpty()
  }

  /** The next blocks, as a batch. What fails but for its rows is thrown by the next call, or by `settled`. */
  async add(blocks: RangeBlock[]): Promise<void> {
    const logs = logsOf(blocks)
    const statements = await this.fold(logs)
    const isSound = await this.finish()
    if (statements && isSound) this.begin(logs, statements)
    else await this.addCarefully(logs)
    this.height = blocks.at(-1)!.header.height
    this.logs += logs.length
  }

  /** Resolves once all that was given is in the tables. */
  async settled(): Promise<void> {
    await this.finish()
  }

  /** @returns false: the batch under way failed, and was done again in another way than what is folded on it knows */
  private async finish(): Promise<boolean> {
    await this.underway.written
    const { failed, logs } = this.underway
    if (failed === undefined) return true
    if (!isOfRowsAlone(failed)) throw failed
    this.underway = { logs: [], written: Promise.resolve() }
    await this.addCarefully(logs)
    return false
  }

  /** On what the batches before it come to. undefined: its rows cannot be made. */
  private async fold(logs: ProtocolLog[]): Promise<BulkStatement[] | undefined> {
    const { source, pool } = this.scratch
    const reader = { client: pool, source, rows: this.rows, settled: this.underway.written }
    try {
      const decoded = await decodeBatch(logs, this.context, reader)
      const { changes } = await foldBatch(decoded, this.context, reader)
      this.rows.stage(changes)
      return await bulkStatements(source, changes)
    } catch (error) {
      if (!isOfRowsAlone(error)) throw error
      return undefined
    }
  }

  private begin(logs: ProtocolLog[], statements: BulkStatement[]): void {
    const underway: Underway = { logs, written: Promise.resolve() }
    underway.written = this.transact('COMMIT', client => bulkWrite(client, statements)).then(
      () => this.rows.commit(),
      error => {
        underway.failed = error ?? 'for no reason'
      },
    )
    this.underway = underway
  }

  /** A batch that fails: on what is in the tables, without the logs that make it fail. */
  private async addCarefully(logs: ProtocolLog[]): Promise<void> {
    this.rows = new ChainRows(this.context.chain)
    const refused = new Map<string, string>()
    const { source, pool } = this.scratch
    const write = async (end: 'COMMIT' | 'ROLLBACK', some: ProtocolLog[]) => {
      const context = { ...this.context, refused }
      const decoded = await decodeBatch(some, context, { client: pool, source })
      await this.transact(end, async client => {
        const { changes } = await foldBatch(decoded, context, { client, source })
        await bulkWrite(client, await bulkStatements(source, changes))
      })
    }
    const failureOf = async (some: ProtocolLog[]) => {
      try {
        await write('ROLLBACK', some)
        return undefined
      } catch (error) {
        if (!isOfRowsAlone(error)) throw error
        return firstLine(error)
      }
    }
    for (;;) {
      const culprit = await culpritAmong(logs, failureOf)
      if (!culprit) break
      const place = placeOf(culprit.log)
      if (refused.has(place))
        throw new Error(`the rejection of log ${place} cannot be written: ${culprit.reason}`)
      refused.set(place, culprit.reason)
    }
    await write('COMMIT', logs)
  }

  private async transact(
    end: 'COMMIT' | 'ROLLBACK',
    work: (client: PoolClient) => Promise<void>,
  ): Promise<void> {
    const client = await this.scratch.pool.connect()
    try {
      await client.query('BEGIN')
      await work(client)
      await client.query(end)
      client.release()
    } catch (error) {
      client.release(true)
      throw error
    }
  }
}

/** Unlike a lost connection, whose error has no code either. */
function isOfRowsAlone(error: unknown): boolean {
  const isOurs = error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError
  return isOurs || ((error as { code?: unknown }).code !== undefined && isOfTheRows(error))
}

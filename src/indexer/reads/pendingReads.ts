import type { Logger } from '@subsquid/logger'
import type { Pool } from 'pg'
import { firstLine } from '../../rpc/rpcFault'
import { keyOf, type Question } from './answers'
import type { ChainReader } from './chainReader'

/** Asked again at a time: an endpoint that answers one of them has what the others want. */
const AT_ONCE = 200
const FIRST_REST_MS = 15_000
const LONGEST_REST_MS = 600_000

/** The reads of a chain that no endpoint answered, by key. */
export async function pendingKeys(pool: Pool, chain: string): Promise<Set<string>> {
  return new Set((await pendingOf(pool, chain)).map(keyOf))
}

/** Index: on chain. */
async function pendingOf(pool: Pool, chain: string, most?: number): Promise<Question[]> {
  const { rows } = await pool.query<Question>({
    name: 'pending-reads',
    text: `SELECT DISTINCT block, block_hash AS "blockHash", target AS "to", call, once FROM pending_read
            WHERE chain = $1 ORDER BY block DESC, block_hash, target, call, once LIMIT $2`,
    values: [chain, most ?? null],
  })
  return rows
}

interface Options {
  pool: Pool
  log: Pick<Logger, 'info' | 'warn'>
  /** CAIP-2 */
  chain: string
  reader: ChainReader
}

/**
 * Asks again, beside the batches, what no endpoint answered. What is answered then changes rows that were made without
 * it, and all that was made on them: the chain's logs are folded again (src/indexer/refold/settleSources.ts), with this
 * answer among those that are kept.
 */
export class PendingReads {
  private answered = false

  constructor(private readonly options: Options) {}

  /** An answer came since the rows were made. */
  get isDue(): boolean {
    return this.answered
  }

  start(): void {
    let rest = FIRST_REST_MS
    const tick = async () => {
      try {
        if (!this.answered) await this.ask()
      } catch (error) {
        this.options.log.warn(`reads are not asked again: ${firstLine(error)}`)
      }
      rest = this.answered ? FIRST_REST_MS : Math.min(LONGEST_REST_MS, rest * 2)
      setTimeout(tick, rest).unref()
    }
    setTimeout(tick, rest).unref()
  }

  /** @returns whether the rows are to be made again */
  async ask(): Promise<boolean> {
    const { pool, chain, reader, log } = this.options
    const questions = await pendingOf(pool, chain, AT_ONCE)
    if (questions.length === 0) return false
    const answers = await reader.answer(questions)
    const count = answers.filter(({ kind }) => kind !== 'unanswered').length
    this.answered = count > 0
    if (this.answered) log.info(`${count} of ${answers.length} reads that were pending are answered`)
    return this.answered
  }

  /** The rows are made with what was answered. */
  settled(): void {
    this.answered = false
  }
}

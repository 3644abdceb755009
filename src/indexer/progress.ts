import type { Logger } from '@subsquid/logger'
import type { Pool } from 'pg'
import type { Problems } from './sources/problems'

/** The last block a processor has handled. */
export interface HandledBlock {
  height: number
  hash: string
  /** milliseconds since 1970 */
  time: number
}

/** What the chain says, asked once an interval. */
export interface ChainView {
  head(): Promise<number>
  /** height of the last final block that is known of */
  finalized(): number
  /** hash of the chain's block at that height; null: it has none */
  hashAt(height: number): Promise<string | null>
}

interface Options {
  pool: Pool
  log: Logger
  chain: string
  name: string
  stateSchema: string
  startBlock: number
  view: ChainView
  /** what keeps the processor from going on */
  problems: Pick<Problems, 'current'>
  intervalMs: number
}

/** Seconds over which the rate is taken. */
const WINDOW_SECONDS = 30

/**
 * Keeps this chain's row of `indexer_progress`: head, what is handled, blocks a second, seconds left, and the problem
 * where there is one. For people and for `/ready`; nothing is decided by it.
 */
export class Progress {
  private handled: HandledBlock | undefined
  private samples: { at: number; height: number }[] = []
  private timer: NodeJS.Timeout | undefined
  private ended: string | null = null
  head = -1

  constructor(private readonly options: Options) {}

  note(block: HandledBlock): void {
    this.handled = block
    const now = Date.now()
    this.samples.push({ at: now, height: block.height })
    while (this.samples.length > 2 && now - this.samples[0]!.at > WINDOW_SECONDS * 1000) this.samples.shift()
  }

  start(): void {
    const tick = async () => {
      await this.update().catch(error => this.options.log.warn(`progress is not written: ${error.message}`))
      this.timer = setTimeout(tick, this.options.intervalMs)
      this.timer.unref()
    }
    void tick()
  }

  /** Newest block known, of the chain or of our rows: an endpoint may be behind another. */
  get highest(): number {
    return Math.max(this.head, this.handled?.height ?? 0)
  }

  get indexed(): number | undefined {
    return this.handled?.height
  }

  /** The processor ends, for this reason: the last thing that is said of it. */
  async end(problem: string): Promise<void> {
    clearTimeout(this.timer)
    this.ended = problem
    await this.update().catch(error => this.options.log.warn(`progress is not written: ${error.message}`))
  }

  get blocksPerSecond(): number {
    const first = this.samples[0]
    const last = this.samples.at(-1)
    if (!first || !last || last.at === first.at) return 0
    return Math.max(0, ((last.height - first.height) * 1000) / (last.at - first.at))
  }

  /** Seconds until the head is reached at the present rate; null: not known. */
  get secondsLeft(): number | null {
    const behind = this.head - (this.handled?.height ?? this.options.startBlock - 1)
    if (behind <= 0) return 0
    return this.blocksPerSecond > 0 ? behind / this.blocksPerSecond : null
  }

  private async update(): Promise<void> {
    let problem = this.ended
    try {
      this.head = await this.options.view.head()
      problem ??= this.options.problems.current ?? (await this.lostFork())
    } catch (error) {
      problem ??= `the endpoint does not answer: ${(error as Error).message.split('\n')[0]}`
    }
    const { chain, name, stateSchema, startBlock, view } = this.options
    await this.options.pool.query({
      name: 'progress-upsert',
      text: `INSERT INTO indexer_progress AS p
               (chain, name, state_schema, head, indexed, indexed_hash, indexed_time, finalized, start_block,
                blocks_per_second, seconds_left, problem, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, now())
             ON CONFLICT (chain) DO UPDATE SET
               name = $2, state_schema = $3, head = greatest($4, 0),
               indexed = CASE WHEN $6 = '' THEN p.indexed ELSE $5 END,
               indexed_hash = CASE WHEN $6 = '' THEN p.indexed_hash ELSE $6 END,
               indexed_time = CASE WHEN $6 = '' THEN p.indexed_time ELSE $7 END,
               finalized = $8, start_block = $9, blocks_per_second = $10, seconds_left = $11, problem = $12,
               updated_at = now()`,
      values: [
        chain,
        name,
        stateSchema,
        this.head,
        this.handled?.height ?? -1,
        this.handled?.hash ?? '',
        this.handled ? new Date(this.handled.time) : null,
        Math.max(0, view.finalized()),
        startBlock,
        this.blocksPerSecond,
        this.secondsLeft,
        problem,
      ],
    })
  }

  /** The handled block is no longer the chain's: normal for a moment, until the processor follows. */
  private async lostFork(): Promise<string | null> {
    const handled = this.handled
    if (!handled) return null
    const hash = await this.options.view.hashAt(handled.height)
    if (hash === handled.hash || this.handled !== handled) return null
    return `on a lost fork: block ${handled.height} is ${handled.hash} here and ${hash ?? 'absent'} on the chain`
  }
}

import type { Logger } from '@subsquid/logger'
import type { Pool } from 'pg'
import { readHeights } from '../postgres/heights'
import { withSnapshot } from '../postgres/snapshot'
import { Rate } from './rate'
import type { Problems } from './sources/problems'

/** The last block a processor has handled. */
export interface HandledBlock {
  height: number
  hash: string
  /** milliseconds since 1970; null: not known any more */
  time: number | null
}

/** What the chain says, asked once an interval. */
export interface ChainView {
  /** for messages */
  endpoint: string
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

/** The row is written at least so often: silent for some times longer, a processor is gone, or hangs. */
const HEARTBEAT_MS = 2000
/** A question that has waited for longer is said to wait. */
const SILENT_MS = 3000

/**
 * Keeps this chain's row of `indexer_progress`: head, what is handled, blocks a second, seconds left, and the problem
 * where there is one. For people and for `/ready`; nothing is decided by it. Written by the clock, whatever the endpoint
 * or the blocks wait for.
 */
export class Progress {
  head = -1
  private handled: HandledBlock | undefined
  private readonly rate = new Rate()
  private readonly timers = new Set<NodeJS.Timeout>()
  private hasEnded = false
  private writing: Promise<unknown> | undefined
  private askedSince: number | undefined
  /** what the last look at the chain met, of the block that was handled then */
  private met: { problem: string; of?: HandledBlock } | undefined

  constructor(private readonly options: Options) {}

  note(block: HandledBlock): void {
    this.handled = block
    this.rate.note(block.height, Date.now())
    this.rate.noteBehind(this.behind, Date.now())
  }

  async start(): Promise<void> {
    await this.resume().catch(error => this.options.log.warn(`progress is not read: ${error.message}`))
    const { intervalMs, log } = this.options
    this.every(intervalMs, () => this.look())
    this.every(Math.min(intervalMs, HEARTBEAT_MS), () =>
      this.write().catch(error => log.warn(`progress is not written: ${error.message}`)),
    )
  }

  /** Writes nothing more, once this resolves. */
  async end(): Promise<void> {
    this.hasEnded = true
    for (const timer of this.timers) clearTimeout(timer)
    await this.writing
  }

  /** Newest block known, of the chain or of our rows: an endpoint may be behind another. */
  get highest(): number {
    return Math.max(this.head, this.handled?.height ?? 0)
  }

  get indexed(): number | undefined {
    return this.handled?.height
  }

  get blocksPerSecond(): number {
    return this.rate.blocksPerSecond(Date.now())
  }

  /** Seconds until the head is reached at the present rate; null: not known. */
  get secondsLeft(): number | null {
    return this.head < 0 ? null : this.rate.secondsLeft(this.behind, Date.now())
  }

  /** What keeps the chain from going on now; null: nothing. */
  get problem(): string | null {
    const { current } = this.options.problems
    if (current !== null) return current
    const waited = this.askedSince === undefined ? 0 : Date.now() - this.askedSince
    if (waited > SILENT_MS) {
      return `${this.options.view.endpoint}: asked for the head, it has not answered for ${Math.round(waited / 1000)} s`
    }
    if (this.met?.of && this.met.of !== this.handled) return null
    return this.met?.problem ?? null
  }

  private get behind(): number {
    return this.head - (this.handled?.height ?? this.options.startBlock - 1)
  }

  /** Goes on from what a former process has indexed. */
  private async resume(): Promise<void> {
    const { pool, chain } = this.options
    const heights = await withSnapshot(pool, { timeoutMs: 10_000 }, readHeights)
    const own = heights.find(one => one.chain === chain)
    if (own) this.handled ??= { height: own.height, hash: own.hash, time: own.time?.getTime() ?? null }
  }

  private every(ms: number, work: () => Promise<void>): void {
    let timer: NodeJS.Timeout | undefined
    const tick = async () => {
      await work()
      if (timer) this.timers.delete(timer)
      if (this.hasEnded) return
      timer = setTimeout(tick, ms)
      timer.unref()
      this.timers.add(timer)
    }
    void tick()
  }

  private async look(): Promise<void> {
    this.askedSince = Date.now()
    try {
      this.head = await this.options.view.head()
      this.rate.noteBehind(this.behind, Date.now())
      this.met = await this.lostFork()
    } catch (error) {
      this.met = { problem: `the endpoint does not answer: ${(error as Error).message.split('\n')[0]}` }
    } finally {
      this.askedSince = undefined
    }
  }

  /** The handled block is no longer the chain's: normal for a moment, until the processor follows. */
  private async lostFork(): Promise<{ problem: string; of: HandledBlock } | undefined> {
    const handled = this.handled
    if (!handled) return undefined
    const hash = await this.options.view.hashAt(handled.height)
    if (hash === handled.hash) return undefined
    const problem = `on a lost fork: block ${handled.height} is ${handled.hash} here and ${hash ?? 'absent'} on the chain`
    return { problem, of: handled }
  }

  private async write(): Promise<void> {
    if (this.hasEnded) return
    const { pool, chain, name, stateSchema, startBlock, view } = this.options
    this.writing = pool.query({
      name: 'progress-upsert',
      text: `INSERT INTO indexer_progress AS p
               (chain, name, state_schema, head, indexed, indexed_hash, indexed_time, finalized, start_block,
                blocks_per_second, seconds_left, problem, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, now())
             ON CONFLICT (chain) DO UPDATE SET
               name = $2, state_schema = $3, head = CASE WHEN $4 < 0 THEN p.head ELSE $4 END,
               indexed = CASE WHEN $6 = '' THEN p.indexed ELSE $5 END,
               indexed_hash = CASE WHEN $6 = '' THEN p.indexed_hash ELSE $6 END,
               indexed_time = CASE WHEN $6 IN ('', p.indexed_hash) THEN coalesce($7, p.indexed_time) ELSE $7 END,
               finalized = $8, start_block = $9, blocks_per_second = $10, seconds_left = $11, problem = $12,
               updated_at = now(), ended_at = NULL`,
      values: [
        chain,
        name,
        stateSchema,
        this.head,
        this.handled?.height ?? -1,
        this.handled?.hash ?? '',
        typeof this.handled?.time === 'number' ? new Date(this.handled.time) : null,
        Math.max(0, view.finalized()),
        startBlock,
        this.blocksPerSecond,
        this.secondsLeft,
        this.problem,
      ],
    })
    await this.writing
  }
}

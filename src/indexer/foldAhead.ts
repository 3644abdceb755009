import type { Batch, DataSource } from '@subsquid/util-internal-processor-tools'
import type { RangeBlock } from '../rpc/chainLogs'

interface Options<Folded> {
  /** final blocks, in batches */
  source: DataSource<RangeBlock, unknown>
  /** Folds a batch ahead. @param settled resolves once every batch before this one is committed */
  fold(blocks: RangeBlock[], settled: Promise<void>): Promise<Folded>
  /** whether the first batch's transaction rolls back hot blocks that a former process left */
  rollsBack(): boolean
  /** told how long the next blocks were waited for, ms */
  waited(ms: number): void
  /** told when the final head is reached and all before it is committed */
  ended(): void
}

interface Fold<Folded> {
  folded: Promise<Folded>
  settle(): void
}

/**
 * Folds a final batch while the one before is being written: Postgres works on the one, this process on the other.
 * One batch ahead and no more, which bounds memory. Folds run one after another, each on what the one before came to.
 */
export class FoldAhead<Folded> implements DataSource<RangeBlock, unknown> {
  private readonly folds = new WeakMap<RangeBlock[], Fold<Folded>>()
  private last: Promise<unknown> = Promise.resolve()
  /** the first batch of all */
  private first: RangeBlock[] | undefined
  /** The latest batch is being written, and the next one has not come yet. */
  private hasRoom = false
  /** has come, and is folded once the batch before it is being written */
  private waiting: RangeBlock[] | undefined

  constructor(private readonly options: Options<Folded>) {}

  getFinalizedHeight(): Promise<number> {
    return this.options.source.getFinalizedHeight()
  }

  getBlockHash(height: number): Promise<string | null | undefined> {
    return this.options.source.getBlockHash(height)
  }

  async *getFinalizedBlocks(requests: never, stopOnHead?: boolean): AsyncIterable<Batch<RangeBlock>> {
    const batches = this.options.source.getFinalizedBlocks(requests, stopOnHead)[Symbol.asyncIterator]()
    const pull = async () => {
      const next = await batches.next()
      if (!next.done) this.arrived(next.value.blocks)
      return next
    }
    for (let next = pull(); ; ) {
      const asked = performance.now()
      const batch = await next
      if (batch.done) break
      this.options.waited(performance.now() - asked)
      if (this.waiting === batch.value.blocks) this.waiting = undefined
      next = pull()
      next.catch(() => {}) // thrown when its turn comes
      yield batch.value
    }
    this.options.ended()
  }

  /**
   * What the blocks of a final batch come to; the same again, if the store tries the batch again. The next batch's fold
   * begins here, once the transaction is open: sooner it would hold up its first statements.
   *
   * Where a former process left hot blocks, the first batch of all is folded in its transaction, and nothing ahead of its
   * commit: it rolls them back, which others do not see before, and may be several batches that the Runner has joined.
   *
   * @param foldNow reads in the transaction; for a batch that was not folded ahead
   */
  take(blocks: RangeBlock[], foldNow: () => Promise<Folded>): Promise<Folded> {
    const fold = this.folds.get(blocks) ?? this.begin(blocks, foldNow)
    fold.settle()
    this.first ??= blocks
    if (this.first !== blocks || !this.options.rollsBack()) {
      this.hasRoom = this.waiting === undefined
      if (this.waiting) this.beginAhead(this.waiting)
      this.waiting = undefined
    }
    return fold.folded
  }

  private arrived(blocks: RangeBlock[]): void {
    if (this.hasRoom) this.beginAhead(blocks)
    else this.waiting = blocks
    this.hasRoom = false
  }

  private beginAhead(blocks: RangeBlock[]): void {
    this.begin(blocks, async settled => {
      await new Promise(resolve => setImmediate(resolve)) // the write that is about to begin goes first
      return this.options.fold(blocks, settled)
    })
  }

  private begin(blocks: RangeBlock[], run: (settled: Promise<void>) => Promise<Folded>): Fold<Folded> {
    let settle = () => {}
    const settled = new Promise<void>(resolve => {
      settle = resolve
    })
    const folded = this.last.then(() => run(settled))
    folded.catch(() => {}) // thrown when the batch is taken
    this.last = folded
    const fold = { folded, settle }
    this.folds.set(blocks, fold)
    return fold
  }
}

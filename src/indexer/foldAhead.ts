import type { Batch, DataSource } from '@subsquid/util-internal-processor-tools'
import type { RangeBlock } from '../rpc/chainLogs'

interface Options<Folded> {
  /** final blocks, in batches */
  source: DataSource<RangeBlock, unknown>
  /** @param settled resolves once every batch before this one is committed */
  fold(blocks: RangeBlock[], settled: Promise<void>): Promise<Folded>
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
   * What the blocks of a final batch come to. The same again, if the store tries the batch again.
   *
   * The next batch's fold begins here, once the transaction is open: sooner it would hold up its first statements. And
   * after a restart the Runner joins batches up to the height that it had reached, so no fold may begin before.
   */
  take(blocks: RangeBlock[]): Promise<Folded> {
    const fold = this.folds.get(blocks) ?? this.begin(blocks)
    fold.settle()
    this.hasRoom = this.waiting === undefined
    if (this.waiting) this.begin(this.waiting)
    this.waiting = undefined
    return fold.folded
  }

  private arrived(blocks: RangeBlock[]): void {
    if (this.hasRoom) this.begin(blocks)
    else this.waiting = blocks
    this.hasRoom = false
  }

  private begin(blocks: RangeBlock[]): Fold<Folded> {
    let settle = () => {}
    const settled = new Promise<void>(resolve => {
      settle = resolve
    })
    const folded = this.last.then(async () => {
      await new Promise(resolve => setImmediate(resolve)) // the write that is about to begin goes first
      return this.options.fold(blocks, settled)
    })
    folded.catch(() => {}) // thrown when the batch is taken
    this.last = folded
    const fold = { folded, settle }
    this.folds.set(blocks, fold)
    return fold
  }
}

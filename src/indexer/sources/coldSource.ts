import type { Batch, DataSource } from '@subsquid/util-internal-processor-tools'
import { checkLink, type RangeBlock } from '../../rpc/chainLogs'
import type { RangeFetcher } from '../../rpc/fetchRange'
import { orderedAhead } from '../../rpc/orderedAhead'
import type { RangeCache } from '../../rpc/rangeCache'
import type { RangeSizer } from '../../rpc/rangeSizer'
import { BadAnswer, type BlockSpan } from '../../rpc/rpcFault'
import type { BlockRef } from '../deepReorg'
import type { Heads } from './heads'
import type { Problems } from './problems'

/** Ranges under way or waiting for their turn: hides some 100 ms of latency behind the work on what is there. */
const RANGES_AHEAD = 10
/** Logs in a batch, which is one transaction: more cost memory, fewer cost commits. */
const BATCH_LOGS = 16_000

/** The SDK's requests: ranges of blocks, each with what is asked of it, which we know already as filters. */
export type Requests = readonly { range: { from: number; to?: number } }[]

interface Options {
  heads: Heads
  problems: Problems
  fetcher: RangeFetcher
  sizer: RangeSizer
  /** absent: answers are not kept */
  cache?: RangeCache
  pollIntervalMs: number
}

/** Ranges of two forks. */
const MISFIT = 'history does not fit together'

/** A range, and where its blocks come from. */
type Step = BlockSpan & { cached: boolean }

/**
 * History from JSON-RPC endpoints: `eth_getLogs` with the protocols' filters over ranges that adapt, several under way,
 * in order. Gives only final blocks, those that hold logs and each range's last; another source takes over where
 * blocks are hot. A range is never given unless the whole of it was answered and checked.
 */
export class ColdSource implements DataSource<RangeBlock, unknown> {
  constructor(private readonly options: Options) {}

  getFinalizedHeight(): Promise<number> {
    return this.options.heads.finalizedHeight()
  }

  getBlockHash(height: number): Promise<string> {
    return this.options.heads.hashAt(height)
  }

  /** @throws DeepReorg where the chain no longer has what was given last */
  async *getFinalizedBlocks(requests: Requests, stopOnHead = false): AsyncIterable<Batch<RangeBlock>> {
    const { heads, problems, cache } = this.options
    const first = requests[0]?.range.from
    if (first === undefined) return
    const end = requests.at(-1)!.range.to ?? Number.POSITIVE_INFINITY
    await cache?.open(height => heads.hashNow(height))
    let head = await heads.finalizedHeight()
    let previous = heads.givenBefore(first)
    for (;;) {
      const from = previous ? previous.height + 1 : first
      try {
        for await (const blocks of this.linked(from, end, stopOnHead, previous)) {
          problems.over(MISFIT)
          const { height, hash } = blocks.at(-1)!.header
          previous = { height, hash }
          heads.noteGiven(previous)
          if (height >= head) head = await heads.finalizedHeight()
          yield { blocks, isHead: height >= head }
        }
        return
      } catch (error) {
        // Ranges that are sound in themselves do not fit together, or to what was given: they are read anew.
        if (!(error instanceof BadAnswer)) throw error
        problems.say(MISFIT, error.message)
        await cache?.drop()
        if (previous) await heads.requireFinal(previous)
        await new Promise(resolve => setTimeout(resolve, this.options.pollIntervalMs))
      }
    }
  }

  /** Ranges as they come, in batches, each block linked to the one before by hash where that is known. */
  private async *linked(
    first: number,
    end: number,
    stopOnHead: boolean,
    before: BlockRef | undefined,
  ): AsyncGenerator<RangeBlock[]> {
    const ranges = orderedAhead<Step, RangeBlock[]>(this.steps(first, end, stopOnHead), {
      concurrency: RANGES_AHEAD,
      most: BATCH_LOGS,
      weigh: blocks => blocks.reduce((sum, { logs }) => sum + logs.length, 0),
      run: step => this.read(step),
    })
    let previous = before
    for await (const group of ranges) {
      const blocks = group.flat()
      for (const { header } of blocks) {
        checkLink(previous, header)
        previous = header
      }
      yield blocks
    }
  }

  /** Ranges one after another without a gap, until the final head, or for ever. */
  private async *steps(first: number, end: number, stopOnHead: boolean): AsyncGenerator<Step> {
    const { sizer, cache } = this.options
    let head = -1
    for (let from = first; from <= end; ) {
      const cached = cache?.rangeAt(from)
      if (cached && cached.to <= end) {
        yield { from, to: cached.to, cached: true }
        from = cached.to + 1
        continue
      }
      if (from > head) {
        head = await this.options.heads.finalizedHeight()
        if (from > head) {
          if (stopOnHead) return
          await new Promise(resolve => setTimeout(resolve, this.options.pollIntervalMs))
          continue
        }
      }
      const nextCached = cache?.nextAfter(from) ?? Number.POSITIVE_INFINITY
      const to = Math.min(from + sizer.next() - 1, head, end, nextCached - 1)
      yield { from, to, cached: false }
      from = to + 1
    }
  }

  private async read(step: Step): Promise<RangeBlock[]> {
    const { cache, fetcher, problems } = this.options
    const kept = step.cached ? await cache?.read(step) : undefined
    if (kept) return kept
    const { from, to } = step
    const blocks = await problems.persist(`blocks ${from}-${to}`, () => fetcher.fetch({ from, to }))
    await cache?.keep(step, blocks)
    return blocks
  }
}

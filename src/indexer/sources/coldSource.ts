import type { Batch, DataSource } from '@subsquid/util-internal-processor-tools'
import { checkLink, type RangeBlock } from '../../rpc/chainLogs'
import { orderedAhead } from '../../rpc/orderedAhead'
import type { Kept, RangeCache } from '../../rpc/rangeCache'
import type { RangeSizer } from '../../rpc/rangeSizer'
import { BadAnswer, type BlockSpan } from '../../rpc/rpcFault'
import type { BlockRef } from '../deepReorg'
import type { Follow, Following } from '../following/following'
import { EVERYTHING, type Reading, type WholeRanges } from '../following/wholeRanges'
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
  ranges: WholeRanges
  follow: Follow
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
 * in order, each with the logs of the contracts that are announced in it and in those before it. Gives only final blocks,
 * those that hold logs and each range's last; another source takes over where blocks are hot. A range is never given unless
 * the whole of it was answered and checked.
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
    let following = await this.options.follow(first - 1)
    for (;;) {
      const from = previous ? previous.height + 1 : first
      try {
        for await (const blocks of this.linked(from, end, stopOnHead, previous, following)) {
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
        // Another one: what is still under way notes what it finds in the former.
        following = following.after(previous?.height ?? first - 1)
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
    following: Following,
  ): AsyncGenerator<RangeBlock[]> {
    let former: Promise<unknown> = Promise.resolve()
    const ranges = orderedAhead<Step, RangeBlock[]>(this.steps(first, end, stopOnHead), {
      concurrency: RANGES_AHEAD,
      most: BATCH_LOGS,
      weigh: blocks => blocks.reduce((sum, { logs }) => sum + logs.length, 0),
      run: async step => {
        const read = this.read(step, following, former)
        former = read
        const { blocks, kept } = await read
        if (!kept?.isOwn) await this.options.cache?.keep(step, blocks, kept)
        return blocks
      },
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

  /** @param former resolves once all ranges before are whole */
  private async read(
    step: Step,
    following: Following,
    former: Promise<unknown>,
  ): Promise<{ blocks: RangeBlock[]; kept?: Kept }> {
    const { cache, ranges, problems } = this.options
    const range = { from: step.from, to: step.to }
    const where = `blocks ${range.from}-${range.to}`
    const kept = step.cached ? await cache?.read(range) : undefined
    let begun: Reading | undefined = kept
      ? readingOf(kept)
      : await problems.persist(where, () => ranges.begin(range, following.known()))
    await former
    const { blocks, known } = await problems.persist(where, () => {
      const reading = begun
      begun = undefined // what does not fit is asked for anew
      return ranges.end(range, following.known(), reading)
    })
    following.note(known)
    return { blocks, kept }
  }
}

function readingOf({ blocks, asked: { filters, rules }, isOwn }: Kept): Reading {
  if (isOwn) return { blocks, asked: EVERYTHING }
  return { blocks, asked: { standing: false, found: 0, rules, filters } }
}

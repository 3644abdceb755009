import type { Batch, DataSource } from '@subsquid/util-internal-processor-tools'
import { checkLink, quantity, type RangeBlock } from '../../rpc/chainLogs'
import type { RangeFetcher } from '../../rpc/fetchRange'
import { orderedAhead } from '../../rpc/orderedAhead'
import type { RangeCache } from '../../rpc/rangeCache'
import type { RangeSizer } from '../../rpc/rangeSizer'
import { BadAnswer, type BlockSpan } from '../../rpc/rpcFault'
import type { RpcPool } from '../../rpc/rpcPool'

/** Ranges under way or waiting for their turn: hides some 100 ms of latency behind the work on what is there. */
const RANGES_AHEAD = 10
/** Logs in a batch, which is one transaction: more cost memory, fewer cost commits. */
const BATCH_LOGS = 16_000

/** Times that ranges which do not fit together are read anew. */
const MISFITS = 3

class RangesMisfit extends Error {
  override readonly name = 'RangesMisfit'

  constructor(override readonly cause: Error) {
    super(
      `${cause.message}\n  fix: an endpoint mixes forks (name another in \`rpc\`), or reorganisations are deeper than ` +
        '`finality` (raise it), then start again',
    )
  }
}

/** What the SDK's Runner hands on: ranges of blocks, each with a request, which we know already as filters. */
type Requests = readonly { range: { from: number; to?: number } }[]

interface Options {
  pool: RpcPool
  fetcher: RangeFetcher
  sizer: RangeSizer
  /** absent: answers are not kept */
  cache?: RangeCache
  /** blocks on top after which a block is final */
  finality: number
  pollIntervalMs: number
}

/** A range, and where its blocks come from. */
type Step = BlockSpan & { cached: boolean }

/**
 * History from JSON-RPC endpoints: `eth_getLogs` with the protocols' filters over ranges that adapt, several under way,
 * in order. Gives only final blocks, those that hold logs and each range's last; the SDK's own source takes over where
 * blocks are hot. A range is never given unless the whole of it was answered and checked.
 */
export class ColdSource implements DataSource<RangeBlock, unknown> {
  private head = -1
  private headAsked = Number.NEGATIVE_INFINITY

  constructor(private readonly options: Options) {}

  /** Asked of the chain once in a poll interval. */
  async getFinalizedHeight(): Promise<number> {
    const { pool, pollIntervalMs, finality } = this.options
    if (performance.now() - this.headAsked >= pollIntervalMs) {
      const asked = performance.now()
      this.head = Number(await pool.call<string>('eth_blockNumber', []))
      this.headAsked = asked
    }
    return Math.max(0, this.head - finality)
  }

  async getBlockHash(height: number): Promise<string | undefined> {
    const block = await this.options.pool.call<{ hash: string } | null>('eth_getBlockByNumber', [
      quantity(height),
      false,
    ])
    return block?.hash
  }

  async *getFinalizedBlocks(requests: Requests, stopOnHead = false): AsyncIterable<Batch<RangeBlock>> {
    const first = requests[0]?.range.from
    if (first === undefined) return
    const end = requests.at(-1)!.range.to ?? Number.POSITIVE_INFINITY
    await this.options.cache?.open(height => this.getBlockHash(height))
    let head = await this.getFinalizedHeight()
    let previous: RangeBlock['header'] | undefined
    for (let misfits = 0; ; ) {
      const from = previous ? previous.height + 1 : first
      try {
        for await (const blocks of this.linked(from, end, stopOnHead, previous)) {
          previous = blocks.at(-1)!.header
          if (previous.height >= head) head = await this.getFinalizedHeight()
          yield { blocks, isHead: previous.height >= head }
        }
        break
      } catch (error) {
        // Ranges that are consistent in themselves do not fit together: at most they are read anew.
        if (!(error instanceof BadAnswer)) throw error
        await this.options.cache?.drop()
        if (++misfits > MISFITS) throw new RangesMisfit(error)
      }
    }
  }

  /** Ranges as they come, in batches, each block linked to the one before by hash where that is known. */
  private async *linked(
    first: number,
    end: number,
    stopOnHead: boolean,
    before: RangeBlock['header'] | undefined,
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
        head = await this.getFinalizedHeight()
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
    const { cache, fetcher } = this.options
    const kept = step.cached ? await cache?.read(step) : undefined
    if (kept) return kept
    const blocks = await fetcher.fetch({ from: step.from, to: step.to })
    await cache?.keep(step, blocks)
    return blocks
  }
}

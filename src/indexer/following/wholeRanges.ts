import { firstBlockOf, type RangeBlock, wantedBy } from '../../rpc/chainLogs'
import { RangeFetcher } from '../../rpc/fetchRange'
import { mergeBlocks } from '../../rpc/keptFilters'
import { RangeSizer } from '../../rpc/rangeSizer'
import type { BlockSpan } from '../../rpc/rpcFault'
import type { RpcPool } from '../../rpc/rpcPool'
import type { Asked, Known } from './known'

/** What contracts announce may announce more, and so on: after so many questions everything is asked for by topic. */
export const MOST_ROUNDS = 4

/** Nothing is missing in what was asked for by topic. */
export const EVERYTHING = 'everything'

/** Blocks of a range, and what was asked for them. */
export interface Reading {
  blocks: RangeBlock[]
  asked: Asked | typeof EVERYTHING
}

/**
 * Reads ranges whole: what is wanted of one is known only when it is read, since its logs announce contracts, and so do
 * those of the ranges before it, which may be under way.
 */
export class WholeRanges {
  private readonly fetcher: RangeFetcher
  /** asks for what was found to be missing: smaller answers, which say nothing of how large the others may be */
  private readonly late: RangeFetcher

  constructor(pool: RpcPool, sizer: RangeSizer) {
    this.fetcher = new RangeFetcher(pool, sizer)
    this.late = new RangeFetcher(pool, new RangeSizer())
  }

  /** Asks for what is wanted as far as is known, and for what that announces. Not whole where more is known later. */
  async begin(range: BlockSpan, known: Known): Promise<Reading> {
    return (await this.end(range, known, await this.ask(range, known))).reading
  }

  /**
   * Asks for what is missing, until nothing is.
   *
   * @param known what all before the range announced
   * @throws BadAnswer where what was read before is of another fork
   */
  async end(
    range: BlockSpan,
    known: Known,
    begun?: Reading,
  ): Promise<{ blocks: RangeBlock[]; known: Known; reading: Reading }> {
    let reading = begun ?? (await this.ask(range, known))
    for (let round = 0; ; round++) {
      const { blocks, asked } = reading
      const now = known.after(blocks)
      const missing = asked === EVERYTHING ? [] : now.missing(asked, range)
      if (asked === EVERYTHING || missing.length === 0)
        return { blocks: withLogs(now.only(blocks)), known: now, reading }
      if (round === MOST_ROUNDS) {
        const all = await this.fetcher.fetch(range, now.wantedByTopic)
        reading = { blocks: all, asked: EVERYTHING }
        continue
      }
      const from = Math.max(range.from, firstBlockOf(missing))
      const more = await this.late.fetch({ from, to: range.to }, wantedBy(missing))
      const merged = mergeBlocks(blocks, more)
      // Of an endpoint that counts logs anew in each transaction, what a log's index is depends on all that is asked for.
      reading = merged
        ? { blocks: merged, asked: { ...asked, filters: [...asked.filters, ...missing] } }
        : await this.ask(range, now)
    }
  }

  private async ask(range: BlockSpan, known: Known): Promise<Reading> {
    return { blocks: await this.fetcher.fetch(range, known.wanted(range)), asked: known.asked }
  }
}

/** And the last. */
function withLogs(blocks: RangeBlock[]): RangeBlock[] {
  return blocks.filter(({ logs }, i) => logs.length > 0 || i === blocks.length - 1)
}

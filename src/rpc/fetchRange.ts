import {
  checkLink,
  type LogFilter,
  matcherOf,
  mergeLogs,
  quantity,
  queriesFor,
  type RangeBlock,
  readHeader,
  readLogs,
} from './chainLogs'
import type { RangeSizer } from './rangeSizer'
import { BadAnswer, type BlockSpan, faultOf, firstLine } from './rpcFault'
import type { RpcPool, Session } from './rpcPool'

/** Part of a range's blocks that must hold logs for all headers to be asked for beforehand, which saves a round trip. */
const DENSE = 0.95

/** Asks a chain's endpoints for the logs of ranges of final blocks. */
export class RangeFetcher {
  private readonly matches: ReturnType<typeof matcherOf>
  /** of the latest answer: the part of the blocks that held logs */
  private density = 0

  constructor(
    private readonly pool: RpcPool,
    private readonly filters: LogFilter[],
    private readonly sizer: RangeSizer,
  ) {
    this.matches = matcherOf(filters)
  }

  /**
   * Blocks of the range that hold logs, and its last one, in order. A range that the endpoint finds too large is asked
   * for in parts.
   *
   * @throws RpcUnavailable where every endpoint's answers contradict themselves or the chain
   */
  async fetch(range: BlockSpan): Promise<RangeBlock[]> {
    const start = performance.now()
    const blocks = range.to - range.from + 1
    try {
      const found = await this.pool.session(`logs of blocks ${range.from}-${range.to}`, session =>
        blocks === 1 ? this.askForOne(session, range) : this.ask(session, range),
      )
      const logs = found.reduce((sum, block) => sum + block.logs.length, 0)
      this.sizer.noteAnswer(blocks, logs, performance.now() - start)
      return found
    } catch (error) {
      const fault = faultOf(error, (error as { rpcMethod?: string }).rpcMethod ?? '')
      if (fault.kind !== 'tooMuch') throw error
      this.sizer.noteRefusal(blocks, fault.blocks)
      return this.inParts(range, partOf(range, fault.suggestion, this.sizer.size))
    }
  }

  private async inParts({ from, to }: BlockSpan, size: number): Promise<RangeBlock[]> {
    const whole: RangeBlock[] = []
    for (let start = from; start <= to; start += size) {
      const part = await this.fetch({ from: start, to: Math.min(to, start + size - 1) })
      checkLink(whole.at(-1)?.header, part[0]!.header)
      whole.push(...part)
    }
    return whole
  }

  /** A single block cannot be asked for in parts: another endpoint may give more at once. */
  private async askForOne(session: Session, range: BlockSpan): Promise<RangeBlock[]> {
    try {
      return await this.ask(session, range)
    } catch (error) {
      if (faultOf(error, 'eth_getLogs').kind !== 'tooMuch') throw error
      throw new BadAnswer(`block ${range.from} alone has more logs than it gives: ${firstLine(error)}`)
    }
  }

  /** From one node: the last header shows that it has the whole range, without which it would bring fewer logs. */
  private async ask(session: Session, { from, to }: BlockSpan): Promise<RangeBlock[]> {
    const early = this.density >= DENSE ? heightsOf(from, to) : [to]
    const queries = queriesFor(this.filters, from, to)
    const answers = await session.batchCall<unknown>([
      ...queries.map(query => ({ method: 'eth_getLogs', params: [query] })),
      ...early.map(headerCall),
    ])
    const headers = new Map(
      early.map((height, i) => [height, readHeader(answers[queries.length + i], height)]),
    )
    const found = answers
      .slice(0, queries.length)
      .map(answer => readLogs(answer, from, to))
      .reduce(mergeLogs, [])
      .map(({ height, hash, logs }) => ({
        height,
        hash,
        logs: logs.filter(log => this.matches(log.address, log.topics[0], height)),
      }))
      .filter(({ logs }) => logs.length > 0)
    this.density = found.length / (to - from + 1)
    const late = found.map(({ height }) => height).filter(height => !headers.has(height))
    const lateAnswers = await session.batchCall<unknown>(late.map(headerCall))
    for (const [i, height] of late.entries()) headers.set(height, readHeader(lateAnswers[i], height))
    const blocks = found.map(({ height, hash, logs }): RangeBlock => {
      const header = headers.get(height)!
      if (header.hash !== hash) {
        throw new BadAnswer(`logs of block ${height} are of ${hash}, but the block is ${header.hash}`)
      }
      return { header, logs }
    })
    if (blocks.at(-1)?.header.height !== to) blocks.push({ header: headers.get(to)!, logs: [] })
    for (let i = 1; i < blocks.length; i++) checkLink(blocks[i - 1]!.header, blocks[i]!.header)
    return blocks
  }
}

function heightsOf(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i)
}

function headerCall(height: number): { method: string; params: unknown[] } {
  return { method: 'eth_getBlockByNumber', params: [quantity(height), false] }
}

/** Blocks in a part: as many as the endpoint suggests, else as it has taken lately, and half at most. */
function partOf({ from, to }: BlockSpan, suggestion: BlockSpan | undefined, size: number): number {
  if (suggestion && suggestion.from === from && suggestion.to < to) return suggestion.to - from + 1
  return Math.max(1, Math.min(size, Math.floor((to - from + 1) / 2)))
}

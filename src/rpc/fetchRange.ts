import { AskedBy } from './askedBy'
import { checkLink, quantity, queriesFor, type RangeBlock, readHeader, type Wanted } from './chainLogs'
import type { RangeSizer } from './rangeSizer'
import { logsOf } from './readLogs'
import { BadAnswer, type BlockSpan, faultOf, firstLine, mayBeTooMuch, TooMuch } from './rpcFault'
import type { RpcPool, Session } from './rpcPool'

/** Part of a range's blocks that must hold logs for all headers to be asked for beforehand, which saves a round trip. */
const DENSE = 0.95
/** Failures of a query over several blocks, without a word of its size, after which less is asked for. */
const FAILURES = 3

/** Asks a chain's endpoints for the logs of ranges of final blocks. */
export class RangeFetcher {
  /** of the latest answer: the part of the blocks that held logs */
  private density = 0
  /** addresses in one query: as many as there are, until an endpoint finds that too many */
  private mostAddresses = Number.POSITIVE_INFINITY
  private readonly askedBy = new AskedBy()

  constructor(
    private readonly pool: RpcPool,
    private readonly sizer: RangeSizer,
  ) {}

  /**
   * Blocks of the range that hold logs, and its last one, in order. A range that the endpoint finds too large is asked
   * for in parts, and a block in queries of fewer topics and addresses. What no endpoint answers is waited for.
   */
  async fetch(range: BlockSpan, wanted: Wanted): Promise<RangeBlock[]> {
    const blocks = range.to - range.from + 1
    let failures = 0
    try {
      const read = async (session: Session) => {
        const start = performance.now()
        try {
          const found = await this.ask(session, range, wanted)
          this.sizer.noteAnswer(blocks, logsIn(found), performance.now() - start)
          return found
        } catch (error) {
          if ((error as { rpcMethod?: string }).rpcMethod !== 'eth_getLogs') throw error
          if (faultOf(error, 'eth_getLogs').kind === 'tooManyAddresses')
            throw this.fewerAddresses(error, wanted)
          if (blocks > 1) throw asTooMuch(error, () => ++failures >= FAILURES)
          if (!isRefusal(error)) throw error
          return await this.askApart(session, range.from, wanted, error)
        }
      }
      return await this.pool.session(`logs of blocks ${range.from}-${range.to}`, read, undefined, {
        isPatient: true,
      })
    } catch (error) {
      const fault = faultOf(error, 'eth_getLogs')
      if (fault.kind !== 'tooMuch') throw error
      this.sizer.noteRefusal(blocks, fault.blocks, fault.limited)
      const found = await this.inParts(range, partOf(range, fault.suggestion, this.sizer.size), wanted)
      this.sizer.noteRefused(blocks, logsIn(found))
      return found
    }
  }

  private async inParts({ from, to }: BlockSpan, size: number, wanted: Wanted): Promise<RangeBlock[]> {
    const whole: RangeBlock[] = []
    for (let start = from; start <= to; start += size) {
      const part = await this.fetch({ from: start, to: Math.min(to, start + size - 1) }, wanted)
      checkLink(whole.at(-1)?.header, part[0]!.header)
      whole.push(...part)
    }
    return whole
  }

  /** A single block cannot be asked for in parts: each topic and address by itself may pass. */
  private async askApart(
    session: Session,
    block: number,
    wanted: Wanted,
    refusal: unknown,
  ): Promise<RangeBlock[]> {
    try {
      return await this.ask(session, { from: block, to: block }, wanted, 1)
    } catch (error) {
      if (!isRefusal(error)) throw error
      throw new BadAnswer(`it does not give the logs of block ${block}: ${firstLine(refusal)}`)
    }
  }

  private fewerAddresses(error: unknown, { filters }: Wanted): unknown {
    const asked = new Set(filters.flatMap(({ addresses }) => addresses ?? [])).size
    this.mostAddresses = Math.max(1, Math.floor(Math.min(asked, this.mostAddresses) / 2))
    return error
  }

  /**
   * From one node: the last header shows that it has the whole range, without which it would bring fewer logs.
   *
   * @param most topics and addresses in a query
   */
  private async ask(
    session: Session,
    { from, to }: BlockSpan,
    wanted: Wanted,
    most?: number,
  ): Promise<RangeBlock[]> {
    const filters = await this.askedBy.choose(session, wanted, { from, to })
    const early = this.density >= DENSE ? heightsOf(from, to) : [to]
    const queries = queriesFor(filters, from, to, {
      addresses: most ?? this.mostAddresses,
      topics: most ?? Number.POSITIVE_INFINITY,
    })
    const answers = await session.batchCall<unknown>([
      ...queries.map(query => ({ method: 'eth_getLogs', params: [query] })),
      ...early.map(headerCall),
    ])
    const headers = new Map(
      early.map((height, i) => [height, readHeader(answers[queries.length + i], height)]),
    )
    const found = logsOf(answers.slice(0, queries.length), from, to, wanted.matches)
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

/** A refusal in whatever words; and, with time, a failure that may be one. */
function asTooMuch(error: unknown, isOften: () => boolean): unknown {
  const fault = faultOf(error, 'eth_getLogs')
  if (fault.kind === 'tooMuch') return error
  if (fault.kind === 'refused' || (mayBeTooMuch(error) && isOften())) {
    return new TooMuch(firstLine(error), { kind: 'tooMuch' })
  }
  return error
}

function isRefusal(error: unknown): boolean {
  const { kind } = faultOf(error, 'eth_getLogs')
  return kind === 'tooMuch' || kind === 'refused'
}

function logsIn(blocks: RangeBlock[]): number {
  return blocks.reduce((sum, { logs }) => sum + logs.length, 0)
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

import { AskedBy } from './askedBy'
import {
  type LogQuery,
  type QueryLimits,
  quantity,
  queriesFor,
  queriesOfBlock,
  readHeader,
  type Wanted,
} from './chainLogs'
import type { Endpoint } from './endpoint'
import { type LogsOfBlock, logsOf } from './readLogs'
import { BadAnswer, faultOf, firstLine, mayBeTooMuch, NoAnswer } from './rpcFault'
import type { Session } from './rpcPool'

/** Blocks whose logs are asked for one by one; those of more come by range. */
const MOST_BY_HASH = 8

/** A block whose header is known. */
interface KnownBlock {
  height: number
  hash: string
}

/** By height, without the blocks that hold none. */
export type FoundLogs = Map<number, LogsOfBlock>

/**
 * Asks a node for the logs of blocks that are known by hash: what is wanted, of these blocks and no others at
 * their heights. What the node finds too much is asked for in parts, down to one address and topic of one block.
 */
export class BlockLogs {
  /** addresses in one query: as many as there are, until an endpoint finds that too many */
  private mostAddresses = Number.POSITIVE_INFINITY
  private readonly askedBy = new AskedBy()
  /** refuse `blockHash`, and answer the same by number */
  private readonly withoutHash = new WeakSet<Endpoint>()

  /** @throws BadAnswer, and what the node fails with */
  async of(session: Session, blocks: KnownBlock[], wanted: Wanted): Promise<FoundLogs> {
    const times = blocks.length > MOST_BY_HASH ? 1 : blocks.length
    return this.ofBlocks(session, blocks, await this.thrifty(session, blocks, wanted, times))
  }

  /** The same by one range, whose other blocks do not matter. */
  async ofRange(session: Session, blocks: KnownBlock[], wanted: Wanted): Promise<FoundLogs> {
    return this.ofSpan(session, blocks, await this.thrifty(session, blocks, wanted))
  }

  private async thrifty(session: Session, blocks: KnownBlock[], wanted: Wanted, times = 1): Promise<Wanted> {
    const [first, last] = [blocks[0], blocks.at(-1)]
    if (!first || !last) return wanted
    const span = { from: first.height, to: last.height }
    return { filters: await this.askedBy.choose(session, wanted, span, times), matches: wanted.matches }
  }

  private async ofBlocks(session: Session, blocks: KnownBlock[], wanted: Wanted): Promise<FoundLogs> {
    if (blocks.length > MOST_BY_HASH) return this.ofSpan(session, blocks, wanted)
    if (this.withoutHash.has(session.node)) return this.ofEach(session, blocks, wanted)
    const queries = blocks.map(block => this.byHash(block, wanted, this.limits))
    try {
      const answers = await session.batchCall<unknown>(queries.flat().map(logsCall))
      return this.found(
        blocks,
        queries.flatMap((own, i) => read(answers.splice(0, own.length), blocks[i]!, blocks[i]!, wanted)),
      )
    } catch (error) {
      this.requireRefusal(error, wanted)
      return this.ofEach(session, blocks, wanted)
    }
  }

  private async ofSpan(session: Session, blocks: KnownBlock[], wanted: Wanted): Promise<FoundLogs> {
    const first = blocks[0]
    const last = blocks.at(-1)
    if (!first || !last) return new Map()
    const queries = queriesFor(wanted.filters, first.height, last.height, this.limits)
    if (queries.length === 0) return new Map()
    try {
      const answers = await session.batchCall<unknown>([...queries.map(logsCall), headerCall(last)])
      requireHash(last, readHeader(answers.pop(), last.height).hash)
      return this.found(blocks, read(answers, first, last, wanted))
    } catch (error) {
      if (blocks.length === 1 || !saysNothing(error)) this.requireRefusal(error, wanted)
    }
    if (blocks.length === 1) return this.ofEach(session, blocks, wanted)
    const half = blocks.length >> 1
    const lower = await this.ofSpan(session, blocks.slice(0, half), wanted)
    return new Map([...lower, ...(await this.ofSpan(session, blocks.slice(half), wanted))])
  }

  private async ofEach(session: Session, blocks: KnownBlock[], wanted: Wanted): Promise<FoundLogs> {
    const logs: LogsOfBlock[] = []
    for (const block of blocks) logs.push(...(await this.ofOne(session, block, wanted)))
    return this.found(blocks, logs)
  }

  /** By hash, else by number, and where the node refuses both, the same for each topic and address by itself. */
  private async ofOne(session: Session, block: KnownBlock, wanted: Wanted): Promise<LogsOfBlock[]> {
    let refusal: unknown
    for (const most of [this.limits, APART]) {
      for (const form of this.withoutHash.has(session.node) ? (['number'] as const) : FORMS) {
        try {
          const logs = await (form === 'hash' ? this.oneByHash : this.oneByNumber).call(
            this,
            session,
            block,
            wanted,
            most,
          )
          if (form === 'number' && refusal !== undefined) this.withoutHash.add(session.node)
          return logs
        } catch (error) {
          this.requireRefusal(error, wanted)
          refusal ??= error
        }
      }
    }
    throw new BadAnswer(`it does not give the logs of block ${block.height}: ${firstLine(refusal)}`)
  }

  private async oneByHash(
    session: Session,
    block: KnownBlock,
    wanted: Wanted,
    most: QueryLimits,
  ): Promise<LogsOfBlock[]> {
    const queries = this.byHash(block, wanted, most)
    return read(await session.batchCall<unknown>(queries.map(logsCall)), block, block, wanted)
  }

  private async oneByNumber(
    session: Session,
    block: KnownBlock,
    wanted: Wanted,
    most: QueryLimits,
  ): Promise<LogsOfBlock[]> {
    const { height } = block
    const queries = queriesFor(wanted.filters, height, height, most)
    const answers = await session.batchCall<unknown>([...queries.map(logsCall), headerCall(block)])
    requireHash(block, readHeader(answers.pop(), height).hash)
    return read(answers, block, block, wanted)
  }

  private byHash({ height, hash }: KnownBlock, { filters }: Wanted, most: QueryLimits): LogQuery[] {
    return queriesOfBlock(filters, height, hash, most)
  }

  private get limits(): QueryLimits {
    return { addresses: this.mostAddresses, topics: Number.POSITIVE_INFINITY }
  }

  private found(blocks: KnownBlock[], logs: LogsOfBlock[]): FoundLogs {
    const byHeight = new Map(logs.map(block => [block.height, block]))
    const found: FoundLogs = new Map()
    for (const block of blocks) {
      const own = byHeight.get(block.height)
      if (!own) continue
      requireHash(block, own.hash)
      found.set(block.height, own)
    }
    return found
  }

  /** Throws all but a refusal of which the same question in parts may get an answer. */
  private requireRefusal(error: unknown, { filters }: Wanted): void {
    const { kind } = faultOf(error, 'eth_getLogs')
    if (kind === 'tooMuch' || kind === 'refused') return
    if (kind === 'tooManyAddresses') {
      const asked = new Set(filters.flatMap(({ addresses }) => addresses ?? [])).size
      this.mostAddresses = Math.max(1, Math.floor(Math.min(asked, this.mostAddresses) / 2))
    }
    throw error
  }
}

/** An internal error, or the like: some endpoints have no other word for a range that is too long. */
function saysNothing(error: unknown): boolean {
  const isOfLogs = (error as { rpcMethod?: string }).rpcMethod === 'eth_getLogs'
  return isOfLogs && !(error instanceof NoAnswer) && mayBeTooMuch(error)
}

/** All that is asked for of a block is read at once: what index a log has may depend on the others. */
function read(answers: unknown[], first: KnownBlock, last: KnownBlock, { matches }: Wanted): LogsOfBlock[] {
  return logsOf(answers, first.height, last.height, matches)
}

const FORMS = ['hash', 'number'] as const
const APART: QueryLimits = { addresses: 1, topics: 1 }

function requireHash({ height, hash }: KnownBlock, met: string): void {
  if (met !== hash) throw new BadAnswer(`block ${height} was ${hash}, and is ${met} now`)
}

function logsCall(query: LogQuery): { method: string; params: unknown[] } {
  return { method: 'eth_getLogs', params: [query] }
}

function headerCall({ height }: KnownBlock): { method: string; params: unknown[] } {
  return { method: 'eth_getBlockByNumber', params: [quantity(height), false] }
}

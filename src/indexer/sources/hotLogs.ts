import type { Logger } from '@subsquid/logger'
import { BlockLogs, type FoundLogs } from '../../rpc/blockLogs'
import { BloomTest, type BloomVerdict, isZero } from '../../rpc/bloom'
import { firstBlockOf, type RangeBlock, type Wanted } from '../../rpc/chainLogs'
import type { Endpoint } from '../../rpc/endpoint'
import { BadAnswer } from '../../rpc/rpcFault'
import type { RpcPool, Session } from '../../rpc/rpcPool'
import type { Known } from '../following/known'
import { MOST_ROUNDS } from '../following/wholeRanges'
import type { HotBlock } from './hotChain'
import type { HotHeader } from './hotHeaders'

/** A bloom that matches by accident this seldom speaks for a log: an answer without one is doubted. */
const SPEAKS_FOR_LOG = 0.2
/** Another endpoint's word on what is doubted is not waited for longer than this, ms */
const DOUBT_MS = 2000

interface Options {
  pool: RpcPool
  log: Logger
}

/** Logs of hot blocks, and how far the blooms of their headers and the answers about them are believed. */
export class HotLogs {
  private readonly logs = new BlockLogs()
  private readonly bloom = new BloomTest()
  /** make blooms: one that is zero means something */
  private readonly withBlooms = new WeakSet<Endpoint>()
  /** A log was found that its block's bloom does not hold (such as Bor's of state syncs): none is believed any more. */
  private bloomsLie = false
  private doubting = false

  constructor(private readonly options: Options) {}

  /**
   * The blocks of the headers with their logs, and what is known after them. Blocks from the one on whose logs announce
   * contracts are asked for again, with those.
   *
   * @param known what all before them announced
   * @param again every block is asked for, as `omission` asks, which has found more
   * @throws BadAnswer
   */
  async of(
    session: Session,
    headers: HotHeader[],
    known: Known,
    again: boolean,
  ): Promise<{ blocks: RangeBlock[]; known: Known }> {
    const [first, last] = [headers[0]?.header.height, headers.at(-1)?.header.height]
    if (first === undefined || last === undefined) return { blocks: [], known }
    const span = { from: first, to: last }
    let asked = known
    let blocks = await this.ask(session, headers, known.wanted(span), again)
    for (let round = 1; ; round++) {
      const now = known.after(blocks)
      const missing = round > MOST_ROUNDS ? [] : now.missing(asked.asked, span)
      if (missing.length === 0) return { blocks: now.only(blocks), known: now }
      const from = firstBlockOf(missing)
      const rest = headers.filter(({ header }) => header.height >= from)
      const wanted = round < MOST_ROUNDS ? now.wanted(span) : now.wantedByTopic
      blocks = [
        ...blocks.filter(({ header }) => header.height < from),
        ...(await this.ask(session, rest, wanted, again)),
      ]
      asked = now
    }
  }

  /** Not asked for where the bloom holds nothing that is wanted. */
  private async ask(
    session: Session,
    headers: HotHeader[],
    wanted: Wanted,
    again: boolean,
  ): Promise<RangeBlock[]> {
    if (headers.some(({ bloom }) => bloom !== undefined && !isZero(bloom))) this.withBlooms.add(session.node)
    const judged = headers.map(({ header, bloom }) => ({
      header,
      verdict: this.verdict(session.node, header.height, bloom, wanted),
    }))
    const asked = judged.filter(({ verdict }) => verdict.may || again).map(({ header }) => header)
    const found = again
      ? await this.logs.ofRange(session, asked, wanted)
      : await this.logs.of(session, asked, wanted)
    const doubtful = judged.filter(
      ({ header, verdict }) => verdict.may && verdict.chance < SPEAKS_FOR_LOG && !found.has(header.height),
    )
    if (doubtful.length > 0) {
      const others = await this.askAnother(
        session,
        doubtful.map(({ header }) => header),
        wanted,
      )
      for (const [height, logs] of others) found.set(height, logs)
    }
    const lying = judged.find(({ header, verdict }) => !verdict.may && found.has(header.height))
    if (lying && !this.bloomsLie) {
      this.bloomsLie = true
      this.options.log.warn(
        `block ${lying.header.height} has a log that its bloom does not hold: blooms are not believed any more`,
      )
    }
    return headers.map(({ header }) => ({ header, logs: found.get(header.height)?.logs ?? [] }))
  }

  /**
   * Asks again for the logs of blocks that were given, now that they are older.
   *
   * @param known what is known after them
   * @returns height of the first one that has a log which was not given
   * @throws BadAnswer where one is missing now that was there
   */
  async omission(session: Session, blocks: HotBlock[], known: Known): Promise<number | undefined> {
    const span = { from: blocks[0]!.height, to: blocks.at(-1)!.height }
    const found = await this.logs.ofRange(session, blocks, known.wanted(span))
    for (const { height, logs = [] } of blocks) {
      const now = new Set(found.get(height)?.logs.map(({ logIndex }) => logIndex))
      const gone = logs.find(index => !now.has(index))
      if (gone !== undefined) throw new BadAnswer(`eth_getLogs leaves out log ${gone} of block ${height}`)
      if (now.size > logs.length) return height
    }
    return undefined
  }

  private verdict(
    node: Endpoint,
    height: number,
    bloom: Buffer | undefined,
    { filters }: Wanted,
  ): BloomVerdict {
    const speaks = bloom !== undefined && !this.bloomsLie && (this.withBlooms.has(node) || !isZero(bloom))
    return speaks ? this.bloom.test(bloom, height, filters) : { may: true, chance: Number.POSITIVE_INFINITY }
  }

  /** Of blocks whose bloom speaks for a log, where an endpoint gives none; what no other one gives is believed. */
  private async askAnother(
    session: Session,
    blocks: RangeBlock['header'][],
    wanted: Wanted,
  ): Promise<FoundLogs> {
    const { pool, log } = this.options
    const none: FoundLogs = new Map()
    if (pool.endpoints.length === 1 || this.doubting) return none
    this.doubting = true
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<FoundLogs>(resolve => {
      timer = setTimeout(() => resolve(none), DOUBT_MS)
    })
    const ask = async (other: Session) => {
      if (other.node === session.node) return none
      const found = await this.logs.of(other, blocks, wanted).catch(() => none) // it may not have the block yet
      for (const [height] of found)
        log.warn(`${session.endpoint} leaves out logs of block ${height} that ${other.endpoint} gives`)
      return found
    }
    const asked = pool.session('logs in doubt', ask, session.node).finally(() => {
      this.doubting = false
    })
    return Promise.race([asked, late]).finally(() => clearTimeout(timer))
  }
}

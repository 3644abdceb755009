import type { Logger } from '@subsquid/logger'
import type { Finality } from '../../config/config'
import { quantity, type RawHeader, readHeader } from '../../rpc/chainLogs'
import type { Endpoint } from '../../rpc/endpoint'
import { faultOf } from '../../rpc/rpcFault'
import type { RpcPool, Session } from '../../rpc/rpcPool'
import { type BlockRef, DeepReorg } from '../deepReorg'
import { latest } from './hotHeaders'
import type { Problems } from './problems'

/** Blocks on top after which a block is final where the endpoint does not know the configured tag. */
export const DEPTH_WITHOUT_TAG = 64
/**
 * A block with so many on top counts as final even where the tag lags further behind (a chain whose finality halts, an
 * endpoint that answers the first block for ever): what is not final is kept so that it can be undone.
 */
export const MOST_UNFINAL = 10_000
/** Polls after which the tag is asked for again while blocks are hot. */
const POLLS_PER_TAG = 5
/** Answers, of several endpoints where there are, that must name another block before a final one counts as lost. */
const ANSWERS_TO_LOSE = 3
/** Longest wait between two of them, ms */
const LOST_PAUSE_MS = 1000

/** What is slow at logs is asked for the rest all the same. */
const NO_LOGS = { kind: 'rest' } as const

interface Options {
  pool: RpcPool
  problems: Problems
  log: Logger
  finality: Finality
  pollIntervalMs: number
}

/**
 * The head of one chain and what is final of it, for all sources: a final height that was told once never falls, however
 * far back the endpoint is that answers next.
 */
export class Heads {
  /** of the latest head that was seen, which may be lower than one before; -1: none was */
  height = -1
  private final: BlockRef | undefined
  private asked = Number.NEGATIVE_INFINITY
  private asking: Promise<void> | undefined
  private tagAsked = Number.NEGATIVE_INFINITY
  private tagged: BlockRef | undefined
  private tagMissed = false
  /** a final block that was given to be written */
  private given: BlockRef | undefined

  constructor(private readonly options: Options) {}

  /** Height of the last final block that is known of; -1: none is. */
  get finalized(): number {
    return this.final?.height ?? -1
  }

  /** Asked of the chain once in a poll interval. Waits while no endpoint answers sensibly. */
  async finalizedHeight(): Promise<number> {
    if (performance.now() - this.asked >= this.options.pollIntervalMs) {
      this.asking ??= this.options.problems
        .persist('the head', () => this.ask())
        .finally(() => {
          this.asking = undefined
        })
      await this.asking
    }
    return Math.max(0, this.finalized)
  }

  /** A head that was met elsewhere, with what is final under it. */
  note(head: number, final: BlockRef | undefined): void {
    this.height = head
    this.asked = performance.now()
    if (final && final.height > this.finalized) this.final = final
  }

  /** A final block that is given to be written. */
  noteGiven(block: BlockRef): void {
    this.given = block
  }

  /** The one that was given last, if it is the block before. */
  givenBefore(height: number): BlockRef | undefined {
    return this.given?.height === height - 1 ? this.given : undefined
  }

  /**
   * What is final under a head, as this endpoint says.
   *
   * @param hashAt of blocks that are known to be under the head; others are asked for
   */
  async finalUnder(
    session: Session,
    head: number,
    hashAt: (height: number) => string | undefined = () => undefined,
  ): Promise<BlockRef | undefined> {
    const { finality } = this.options
    if (typeof finality !== 'number') {
      const tagged = await this.taggedBlock(session, finality, head)
      if (tagged && tagged.height >= head - MOST_UNFINAL) return tagged
    }
    const depth = typeof finality === 'number' ? finality : this.tagged ? MOST_UNFINAL : DEPTH_WITHOUT_TAG
    const height = Math.max(0, head - depth)
    if (height <= this.finalized) return undefined
    const hash = hashAt(height)
    return hash === undefined ? headerAt(session, height) : { height, hash }
  }

  /** The hash that an endpoint has at a height now; undefined: none. */
  async hashNow(height: number): Promise<string | undefined> {
    const { pool, problems } = this.options
    const where = `block ${height}`
    return problems.persist(where, () =>
      pool.session(
        where,
        async session => {
          const answer = await session.call('eth_getBlockByNumber', [quantity(height), false])
          return answer === null ? undefined : readHeader(answer, height).hash
        },
        undefined,
        NO_LOGS,
      ),
    )
  }

  /** The chain's hash at a height. Waits until an endpoint has it. @throws DeepReorg */
  async hashAt(height: number): Promise<string> {
    if (this.given?.height === height) {
      await this.requireFinal(this.given)
      return this.given.hash
    }
    const { pool, problems } = this.options
    return problems.persist(`block ${height}`, async () => {
      const block = await pool.session(
        `block ${height}`,
        session => headerAt(session, height),
        undefined,
        NO_LOGS,
      )
      return block.hash
    })
  }

  /**
   * Returns once an endpoint says that the chain still has a block that was final. One that is behind is waited for, and a
   * single answer is not believed.
   *
   * @param doubted the endpoint that says otherwise
   * @throws DeepReorg
   */
  async requireFinal(block: BlockRef, doubted?: Endpoint): Promise<void> {
    const { pool, problems, pollIntervalMs } = this.options
    const pause = Math.min(pollIntervalMs, LOST_PAUSE_MS)
    const where = `block ${block.height}, which is final`
    let avoid = doubted
    for (let others = 0; ; ) {
      const found = await problems.persist(where, () =>
        pool.session(
          where,
          async session => ({ node: session.node, at: await this.glimpse(session, block.height) }),
          avoid,
          NO_LOGS,
        ),
      )
      avoid = found.node
      if (found.at.hash === block.hash) {
        problems.over(where)
        return
      }
      if (found.at.hash === undefined) {
        others = 0
        problems.say(where, behind(found.node.name, found.at.head, block.height))
      } else if (++others >= ANSWERS_TO_LOSE) {
        throw new DeepReorg(block, found.at.hash)
      }
      await new Promise(resolve => setTimeout(resolve, pause))
    }
  }

  private async ask(): Promise<void> {
    const { pool } = this.options
    const asked = performance.now()
    const [head, final] = await pool.session(
      'the head',
      async session => {
        const { height } = (await latest(session)).header
        return [height, await this.finalUnder(session, height)] as const
      },
      undefined,
      NO_LOGS,
    )
    this.note(head, final)
    this.asked = asked
  }

  /** What the endpoint has at a height, and how far it is. */
  private async glimpse(session: Session, height: number): Promise<{ hash?: string; head: number }> {
    const [at, latest] = await session.batchCall<RawHeader | null>(
      [quantity(height), 'latest'].map(block => ({ method: 'eth_getBlockByNumber', params: [block, false] })),
    )
    return {
      hash: at === null ? undefined : readHeader(at, height).hash,
      head: Number(latest?.number),
    }
  }

  private async taggedBlock(
    session: Session,
    tag: 'finalized' | 'safe',
    head: number,
  ): Promise<BlockRef | undefined> {
    if (performance.now() - this.tagAsked < this.options.pollIntervalMs * POLLS_PER_TAG) return this.tagged
    const answer = await session
      .call<RawHeader | null>('eth_getBlockByNumber', [tag, false])
      .catch((error: unknown) => {
        // Nodes refuse a tag that they do not know, and some say so where nothing is final yet.
        const { kind } = faultOf(error, 'eth_getBlockByNumber')
        if (kind === 'refused' || kind === 'unwell') return null
        throw error
      })
    this.tagAsked = performance.now()
    if (answer !== null) {
      const { height, hash } = readHeader(answer, Number(answer.number))
      // One above the head came between the two questions: it is believed the next time.
      if (height <= head) this.tagged = { height, hash }
    } else if (!this.tagged && !this.tagMissed) {
      this.tagMissed = true
      this.options.log.warn(
        `${session.endpoint} does not know the block tag "${tag}": a block is final with ${DEPTH_WITHOUT_TAG} on top`,
      )
    }
    return this.tagged
  }
}

/** What is wrong where an endpoint has not come as far as the final block. */
export function behind(endpoint: string, head: number, final: number): string {
  return (
    `${endpoint} is at block ${head} only, and block ${final} is final here: ` +
    'it has fallen behind, or is of another chain'
  )
}

async function headerAt(session: Session, height: number): Promise<BlockRef> {
  const answer = await session.call('eth_getBlockByNumber', [quantity(height), false])
  const { hash } = readHeader(answer, height)
  return { height, hash }
}

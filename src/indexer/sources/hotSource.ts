import type { HotDatabaseState, HotDataSource, HotUpdate } from '@subsquid/util-internal-processor-tools'
import type { RangeBlock } from '../../rpc/chainLogs'
import type { Endpoint } from '../../rpc/endpoint'
import { BadAnswer } from '../../rpc/rpcFault'
import type { RpcPool, Session } from '../../rpc/rpcPool'
import type { BlockRef } from '../deepReorg'
import type { Follow, Following } from '../following/following'
import type { Known } from '../following/known'
import type { ColdSource, Requests } from './coldSource'
import { behind, type Heads } from './heads'
import { type HotBlock, HotChain } from './hotChain'
import { type HotHeader, headers, latest, pathTo, readHotHeader } from './hotHeaders'
import type { HotLogs } from './hotLogs'
import { NewHeads } from './newHeads'
import type { Problems } from './problems'

/** Blocks in one update: bounds what is asked and held of one look. */
const MOST_BLOCKS = 100
/** Blocks after which their logs are asked for once more; earlier where they are final sooner. */
const MOST_UNCHECKED = 32
/** Polls in a row with a lower head of our own fork after which the chain is taken to be that short. */
const POLLS_TO_SHORTEN = 10
/** Polls without news after which another endpoint is asked, and those for which one that lags is avoided. */
const POLLS_TO_DOUBT = 15
const POLLS_TO_AVOID = 60

interface Options {
  pool: RpcPool
  heads: Heads
  logs: HotLogs
  follow: Follow
  problems: Problems
  /** for what became final before it was hot */
  cold: ColdSource
  pollIntervalMs: number
  /** Throws where nothing can be written now: that is known before there is a block to write. Default: one always can. */
  requireWriter?(): void
}

/** What a look at the head comes to. */
interface Look {
  head: number
  node: Endpoint
  /** absent: nothing has changed */
  step?: Step
  /** the head is on our fork, and below our tip */
  lags?: boolean
  /** our final block is not under the head */
  lost?: boolean
}

interface Step {
  update: HotUpdate<RangeBlock>
  chain: HotChain
  /** contracts that are found up to its tip */
  known: Known
  /** height up to which the logs were asked for once more */
  checked: number
}

interface Plan {
  /** what stays of our chain */
  kept: HotChain
  /** what comes on top of it */
  path: HotHeader[]
  checked: number
  head: number
  /** more was found than was given: no bloom is believed */
  again?: boolean
}

/**
 * New blocks as they come, from JSON-RPC endpoints: the head is looked at once in a poll interval, or as it is pushed,
 * and followed whichever way it moves. Of one look, all answers are of one node, linked by hash.
 */
export class HotSource implements HotDataSource<RangeBlock, unknown> {
  private chain = new HotChain([{ height: -1, hash: '0x' }])
  private following!: Following
  private checked = -1
  private lagging = 0
  private standing = 0
  private avoided: { node: Endpoint; polls: number } | undefined

  constructor(private readonly options: Options) {}

  getFinalizedHeight(): Promise<number> {
    return this.options.heads.finalizedHeight()
  }

  getBlockHash(height: number): Promise<string> {
    return this.options.heads.hashAt(height)
  }

  getFinalizedBlocks(requests: Requests, stopOnHead?: boolean): ReturnType<ColdSource['getFinalizedBlocks']> {
    return this.options.cold.getFinalizedBlocks(requests, stopOnHead)
  }

  /**
   * Ends once the last block that is requested is final.
   *
   * @throws DeepReorg, and what `write` throws
   */
  async processHotBlocks(
    requests: Requests,
    state: HotDatabaseState,
    write: (update: HotUpdate<RangeBlock>) => Promise<void>,
  ): Promise<void> {
    const { pool, heads, problems, pollIntervalMs } = this.options
    const last = requests.at(-1)
    if (!last) return
    const end = last.range.to ?? Number.POSITIVE_INFINITY
    this.chain = new HotChain([state, ...state.top].map(({ height, hash }) => ({ height, hash })))
    this.checked = Math.max(this.chain.final.height, this.chain.tip.height - MOST_UNCHECKED)
    this.following = await this.options.follow(this.chain.tip.height)
    heads.noteGiven(this.chain.final)
    const news = new NewHeads(
      pool.endpoints.find(({ socket }) => socket),
      pollIntervalMs,
    )
    try {
      let pushed: unknown
      while (this.chain.final.height < end) {
        this.options.requireWriter?.()
        const looked = performance.now()
        const look = await problems.persist('new blocks', () => this.look(pushed, end))
        pushed = undefined
        await this.judge(look)
        if (look.step) {
          await write(look.step.update)
          this.chain = look.step.chain
          this.following.note(look.step.known)
          this.checked = look.step.checked
          heads.noteGiven(this.chain.final)
          if (this.chain.tip.height < Math.min(look.head, end)) continue
        }
        pushed = await news.next(looked, look.step !== undefined)
      }
    } finally {
      news.close()
    }
  }

  /** Which endpoint is to be doubted from now on. @throws DeepReorg */
  private async judge({ head, node, step, lags, lost }: Look): Promise<void> {
    const { heads, problems } = this.options
    const { final } = this.chain
    if (head < final.height) problems.say('the head', behind(node.name, head, final.height))
    else problems.over('the head')
    this.lagging = lags ? this.lagging + 1 : 0
    this.standing = step ? 0 : this.standing + 1
    if (this.avoided && --this.avoided.polls <= 0) this.avoided = undefined
    if (lags) this.avoid(node)
    else if (this.standing % POLLS_TO_DOUBT === POLLS_TO_DOUBT - 1) this.avoid(node, 1)
    if (lost) {
      await heads.requireFinal(final, node)
      this.avoid(node)
    }
  }

  private avoid(node: Endpoint, polls = POLLS_TO_AVOID): void {
    this.avoided = { node, polls }
  }

  private look(pushed: unknown, end: number): Promise<Look> {
    let told = pushed
    return this.options.pool.session(
      'new blocks',
      async session => {
        const head = told === undefined ? await latest(session) : readHotHeader(told)
        told = undefined // what does not fit is asked for anew
        // Nothing is given of what is not requested: a later process may request it.
        const last = head.header.height > end ? (await headers(session, end, end))[0]! : head
        return this.lookAt(session, last, head.header.height)
      },
      this.avoided?.node,
    )
  }

  private async lookAt(session: Session, last: HotHeader, head: number): Promise<Look> {
    const { chain } = this
    const { height } = last.header
    const look = { head, node: session.node }
    if (height < chain.final.height) return { ...look, lags: true }
    const isOurs = chain.has(last.header)
    // Our fork, and shorter: a node that lags, unless nothing else is met for long.
    if (isOurs && height < chain.tip.height && this.lagging < POLLS_TO_SHORTEN) return { ...look, lags: true }
    const way = isOurs ? { base: last.header, path: [] } : await pathTo(session, chain, last, MOST_BLOCKS)
    if (!way.base) return { ...look, lost: true }
    const kept = chain.upTo(way.base.height)
    const unchecked = this.dueOf(kept)
    const omission = unchecked.length > 0 ? await this.omission(session, unchecked) : undefined
    if (omission === undefined) {
      const checked = unchecked.length > 0 ? kept.tip.height : this.checked
      return { ...look, step: await this.step(session, { kept, path: way.path, checked, head }) }
    }
    const sound = chain.upTo(omission - 1)
    const { base, path } = await pathTo(session, sound, last, MOST_BLOCKS)
    if (!base) return { ...look, lost: true }
    const plan = { kept: sound, path, checked: sound.tip.height, head, again: true }
    return { ...look, step: await this.step(session, plan) }
  }

  /** Blocks whose logs it is time to ask for once more: all of which that was not done, and none of them is final. */
  private dueOf(kept: HotChain): HotBlock[] {
    const unchecked = kept.after(this.checked)
    const many = Math.min(MOST_UNCHECKED, (kept.tip.height - kept.final.height) >> 1)
    return unchecked.length >= many || this.options.heads.finalized > this.checked ? unchecked : []
  }

  private omission(session: Session, blocks: HotBlock[]): Promise<number | undefined> {
    return this.options.logs.omission(session, blocks, this.following.known(blocks.at(-1)!.height))
  }

  /** What blocks on top of those that are kept come to; undefined: no change. */
  private async step(
    session: Session,
    { kept, path, checked, head, again = false }: Plan,
  ): Promise<Step | undefined> {
    const { heads, logs } = this.options
    const before = this.following.known(kept.tip.height)
    const { blocks, known } = await logs.of(session, path, before, again)
    const whole = kept.with(
      blocks.map(({ header: { height, hash }, logs }) => ({
        height,
        hash,
        logs: logs.map(({ logIndex }) => logIndex),
      })),
    )
    const final = await heads.finalUnder(session, head, height => whole.at(height)?.hash)
    if (final && whole.at(final.height) && !whole.has(final)) {
      throw new BadAnswer(`block ${final.height}, which is final, is ${final.hash}, and not under the head`)
    }
    heads.note(head, final)
    const chain = whole.finalizedTo(Math.min(heads.finalized, checked))
    const { tip, final: former } = this.chain
    if (blocks.length === 0 && kept.tip.height === tip.height && chain.final.height === former.height)
      return undefined
    return {
      update: { blocks, baseHead: refOf(kept.tip), finalizedHead: refOf(chain.final) },
      chain,
      known,
      checked: Math.min(checked, kept.tip.height),
    }
  }
}

function refOf({ height, hash }: BlockRef): BlockRef {
  return { height, hash }
}

import type { Logger } from '@subsquid/logger'
import type { Pool } from 'pg'
import type { ChainConfig } from '../../config/config'
import type { RpcPool } from '../../rpc/rpcPool'
import type { Source } from '../contracts'
import { ChainReader } from '../reads/chainReader'
import { keptAnswers } from '../reads/keptAnswers'
import { pendingKeys } from '../reads/pendingReads'
import { ChainHistory, ChainMoved } from './chainHistory'
import { FoldAgain } from './foldAgain'
import { RefoldProgress } from './refoldProgress'
import { Scratch } from './scratch'
import type { BlockRef, TableHeights } from './tableHeights'

export interface RefoldOptions {
  url: string
  pool: Pool
  chain: ChainConfig
  sources: Source[]
  log: Logger
  signal: AbortSignal
  /** absent: one of its own */
  rpc?: RpcPool
  /** told now and then how far it is */
  progressed?(what: string): void
  /** reads that the tables were made without are not asked again, and the others must be answered */
  asMade?: boolean
}

/** Times that the chain, or its tables, may move away from what is being read before that is said. */
const ATTEMPTS = 5

/** A chain that is folded again beside its tables: from the answers that are kept, and from the endpoints. */
export class Refold {
  private fold: FoldAgain
  /** what was folded is of another fork */
  private isLost = false
  private readonly progress: RefoldProgress

  private constructor(
    readonly scratch: Scratch,
    private readonly history: ChainHistory,
    private readonly reader: ChainReader,
    private readonly options: RefoldOptions,
  ) {
    this.fold = this.begin()
    this.progress = new RefoldProgress(what => {
      options.log.info(what)
      options.progressed?.(what)
    })
  }

  /** Runs `work` with one, and removes its tables at the end. */
  static async run<T>(options: RefoldOptions, work: (refold: Refold) => Promise<T>): Promise<T> {
    const scratch = await Scratch.open(options.url, options.chain)
    const history = new ChainHistory(options)
    const { chain, pool, log, asMade } = options
    try {
      const pending = asMade ? await pendingKeys(pool, chain.caip2) : undefined
      const kept = keptAnswers(chain, pool, log)
      const reader = new ChainReader({ rpc: history.rpc, log, chain: chain.name, kept, pending })
      return await work(new Refold(scratch, history, reader, options))
    } finally {
      history.close()
      await scratch.close()
    }
  }

  /**
   * Folds up to the final block, or goes on to it.
   *
   * @throws ChainMoved where it is another one on the chain
   */
  async toFinal(final: BlockRef): Promise<void> {
    const { history } = this
    if (this.isLost || final.height < this.fold.height) {
      // The tables may have been taken back below a block that was final.
      await this.scratch.empty()
      this.fold = this.begin()
      this.isLost = false
    }
    const from = Math.max(this.fold.height + 1, history.firstBlock)
    if (from > final.height) return
    for await (const blocks of history.finalBlocks(from, final)) {
      this.options.signal.throwIfAborted()
      const last = blocks.at(-1)!.header
      this.isLost = last.height === final.height && last.hash !== final.hash
      await this.fold.add(blocks)
      this.progress.note(this.fold, from, final.height)
    }
    await this.fold.settled()
  }

  /** The same, and on to the newest block. Nothing can go on from there. */
  async toTop({ final, top }: TableHeights): Promise<void> {
    await this.toFinal(final)
    if (top.height <= final.height) return
    const blocks = await this.history.hotBlocks(final.height + 1, top)
    this.isLost = true
    await this.fold.add(blocks)
    await this.fold.settled()
  }

  /**
   * Tries again where the chain moved away from what was being read.
   *
   * @throws ChainMoved where it does so again and again: the tables are of another fork
   */
  async steadily<T>(work: () => Promise<T>): Promise<T> {
    const { chain, log } = this.options
    for (let attempt = 1; ; attempt++) {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof ChainMoved)) throw error
        if (attempt === ATTEMPTS) {
          throw new ChainMoved(
            `${chain.name}: ${error.message}\n  fix: correct \`rpc\` if it is of another chain; else let ` +
              `\`provenance index --chain ${chain.name}\` follow first`,
          )
        }
        log.info(`${error.message}: once more`)
        await new Promise(resolve => setTimeout(resolve, chain.pollIntervalMs))
      }
    }
  }

  private begin(): FoldAgain {
    const { chain, sources } = this.options
    const context = { chain: chain.caip2, sources, tokens: chain.tokens, reader: this.reader }
    return new FoldAgain(this.scratch, context)
  }
}

import type { Logger } from '@subsquid/logger'
import type { Batch } from '@subsquid/util-internal-processor-tools'
import type { Pool } from 'pg'
import type { ChainConfig } from '../../config/config'
import { quantity, type RangeBlock, readHeader } from '../../rpc/chainLogs'
import { RangeCache } from '../../rpc/rangeCache'
import { RangeSizer } from '../../rpc/rangeSizer'
import { RpcPool } from '../../rpc/rpcPool'
import type { Source } from '../contracts'
import { filtersOf } from '../filters'
import { Following } from '../following/following'
import { Rules } from '../following/rules'
import { WholeRanges } from '../following/wholeRanges'
import { ColdSource } from '../sources/coldSource'
import { Heads } from '../sources/heads'
import { Problems } from '../sources/problems'
import { type SdkParts, sdkParts } from '../sources/sdkParts'
import type { BlockRef } from './tableHeights'

/** The chain is not, or no longer, what it was taken for; it may be by now. */
export class ChainMoved extends Error {
  override readonly name = 'ChainMoved'
}

/** A chain's logs as its processor reads them, up to blocks that are named by hash. */
export class ChainHistory {
  readonly firstBlock: number
  readonly rpc: RpcPool
  private readonly isOwnRpc: boolean
  private readonly ranges: WholeRanges
  private following: Following
  /** one after another: a gateway lags behind the endpoints */
  private readonly sources: ((from: number, to: number) => AsyncIterable<Batch<RangeBlock>>)[]

  constructor({
    chain,
    sources,
    pool,
    log,
    rpc,
  }: { chain: ChainConfig; sources: Source[]; pool: Pool; log: Logger; rpc?: RpcPool }) {
    const rules = Rules.of(chain.caip2, sources)
    this.following = new Following(rules)
    this.firstBlock = Math.min(...sources.map(source => source.deployment.firstBlock))
    this.isOwnRpc = rpc === undefined
    this.rpc = rpc ?? new RpcPool(chain.endpoints, chain.id, log)
    const sizer = new RangeSizer()
    this.ranges = new WholeRanges(this.rpc, sizer)
    const mostBytes = chain.rpcCacheMegabytes * 1_000_000
    const cache =
      mostBytes > 0
        ? new RangeCache({ pool, log, chain: chain.caip2, asked: rules.kept, mostBytes })
        : undefined
    const { archive, requests } = sdkParts(chain, sources.flatMap(filtersOf), this.firstBlock)
    const problems = new Problems(log, () => this.rpc.problem())
    const { pollIntervalMs } = chain
    this.sources = [
      ...(archive
        ? [
            (from: number, to: number) =>
              this.noting(archive.getFinalizedBlocks(between(requests, from, to), true)),
          ]
        : []),
      (from, to) => {
        // Another each time: it remembers the head that it has seen. Only blocks are asked for that are final.
        const heads = new Heads({ pool: this.rpc, problems, log, finality: 0, pollIntervalMs })
        const { ranges } = this
        const follow = async (height: number) => this.followAfter(height)
        const cold = new ColdSource({ heads, problems, sizer, ranges, follow, cache, pollIntervalMs })
        return cold.getFinalizedBlocks([{ range: { from, to } }], true)
      },
    ]
  }

  /**
   * Batches of final blocks, in order: those with logs, and the last.
   *
   * @throws ChainMoved where the last is another one on the chain
   */
  async *finalBlocks(from: number, last: BlockRef): AsyncGenerator<RangeBlock[]> {
    await this.check(last)
    this.followAfter(from - 1)
    let previous: RangeBlock['header'] | undefined
    for (const blocksOf of this.sources) {
      const first = previous ? previous.height + 1 : from
      if (first > last.height) break
      for await (const { blocks } of blocksOf(first, last.height)) {
        previous = blocks.at(-1)!.header
        yield blocks
      }
    }
    if (previous?.hash !== last.hash)
      throw moved(last, previous?.height === last.height ? previous.hash : null)
  }

  /** The same for blocks that may be rolled back: all at once, and none of them unless the last is the chain's. */
  async hotBlocks(from: number, last: BlockRef): Promise<RangeBlock[]> {
    const known = this.following.known(from - 1)
    const { blocks } = await this.ranges.end({ from, to: last.height }, known)
    const { hash } = blocks.at(-1)!.header
    if (hash !== last.hash) throw moved(last, hash)
    await this.check(last) // still: what came before it was read of the same chain
    return blocks
  }

  private followAfter(height: number): Following {
    this.following = this.following.after(height)
    return this.following
  }

  /** What contracts the blocks announce, for what is read after them. */
  private async *noting(batches: AsyncIterable<Batch<RangeBlock>>): AsyncGenerator<Batch<RangeBlock>> {
    for await (const batch of batches) {
      const first = batch.blocks[0]!.header.height
      this.following.note(this.following.known(first - 1).after(batch.blocks))
      yield batch
    }
  }

  close(): void {
    if (this.isOwnRpc) this.rpc.close()
  }

  private async check(block: BlockRef): Promise<void> {
    const answer = await this.rpc.call('eth_getBlockByNumber', [quantity(block.height), false])
    const hash = answer ? readHeader(answer, block.height).hash : null
    if (hash !== block.hash) throw moved(block, hash)
  }
}

function moved({ height, hash }: BlockRef, theirs: string | null): ChainMoved {
  return new ChainMoved(`block ${height} is ${hash} in the tables, and ${theirs ?? 'absent'} on the chain`)
}

function between(requests: SdkParts['requests'], from: number, to: number): SdkParts['requests'] {
  return requests
    .filter(({ range }) => range.from <= to && (range.to ?? to) >= from)
    .map(({ range, request }) => ({
      request,
      range: { from: Math.max(range.from, from), to: Math.min(range.to ?? to, to) },
    }))
}

import type { HotUpdate } from '@subsquid/util-internal-processor-tools'
import { expect, vi } from 'vitest'
import type { Finality } from '../../../src/config/config'
import type { BlockRef } from '../../../src/indexer/deepReorg'
import type { LogFilter, RangeBlock } from '../../../src/rpc/chainLogs'
import { Prng } from '../../../src/sandbox/scenario/prng'
import { sourcesOf } from '../../fixtures/sources'
import { word } from '../../replay/recordings'
import { digest, SimChain, type SimTransaction } from '../../sim/simChain'
import { CHAIN_ID } from './forkableNode'

const OURS = `0x${'aa'.repeat(20)}`
const OTHER = `0x${'bb'.repeat(20)}`

/** Topic 1 at one address, topics 2 and 5 anywhere; the chain has topics 1 to 5 at two. */
export const filters: LogFilter[] = [
  { addresses: [OURS], topics: [word(1)], fromBlock: 0 },
  { topics: [word(2), word(5)], fromBlock: 0 },
]

function isWanted({ address, topics }: { address: string; topics: string[] }): boolean {
  return topics[0] === word(2) || topics[0] === word(5) || (topics[0] === word(1) && address === OURS)
}

/** A chain of so many blocks that goes on with logs at random, or without any. */
export function chainOf(blocks: number, { seed = 'hot', transactions = 5000 } = {}): SimChain {
  const random = new Prng(seed)
  const chain = new SimChain(
    random,
    Array.from(
      { length: transactions },
      (_, i): SimTransaction => ({
        hash: digest(`${seed} ${i}`),
        logs: Array.from({ length: random.int(0, 3) }, () => ({
          address: random.chance(50) ? OURS : OTHER,
          topics: [word(random.int(1, 5))],
          data: `0x${i.toString(16).padStart(64, '0')}`,
        })),
      }),
    ),
  )
  chain.mine(blocks)
  return chain
}

/** Another chain, of which no block is in any that `chainOf` makes. */
export function foreignChain(blocks: number): SimChain {
  const chain = chainOf(10)
  chain.reorganise(10, blocks)
  return chain
}

/** Mines a block with exactly these logs' transaction. */
export function mineWith(chain: SimChain, ...topics: number[]): void {
  const rest = chain.waiting.splice(0)
  for (;;) {
    chain.waiting.push({
      hash: digest(`own ${chain.head.hash}`),
      logs: topics.map(topic => ({ address: OURS, topics: [word(topic)], data: '0x' })),
    })
    chain.mine(1)
    if (chain.waiting.length === 0) break
    chain.waiting.splice(0) // mined an empty one: the transaction is for the next
  }
  chain.waiting.push(...rest)
}

/** Mines a block with so many logs that nobody asks for, of 50 contracts. */
export function mineForeign(chain: SimChain, logs: number): void {
  chain.mine(1)
  chain.head.transactions = Array.from({ length: logs / 10 }, (_, i) => ({
    hash: digest(`foreign ${chain.head.hash} ${i}`),
    logs: Array.from({ length: 10 }, (_, k) => ({
      address: `0x${digest(`contract ${i % 50}`).slice(2, 42)}`,
      topics: [word(1000 + (i % 7)), digest(`${chain.head.hash} ${i} ${k}`)],
      data: word(k),
    })),
  }))
}

interface Options {
  urls: string[]
  finality?: Finality
  pollIntervalMs?: number
  /** what a former process has written; absent: the genesis block */
  state?: BlockRef & { top: BlockRef[] }
  chain: SimChain
}

/** What the hot source gives of a chain, applied as a store does, which checks that each update fits. */
export class Followed {
  blocks: RangeBlock[] = []
  readonly updates: HotUpdate<RangeBlock>[] = []
  /** number of blocks that were removed again */
  removed = 0
  final: BlockRef
  readonly sources: ReturnType<typeof sourcesOf>
  /** rejects with what ends it */
  readonly ended: Promise<void>
  private readonly chain: SimChain
  private readonly first: number

  constructor({ urls, finality = 20, pollIntervalMs, chain, state }: Options) {
    const genesis = chain.branch[0]!
    const from = state ?? { height: 0, hash: genesis.hash, top: [] }
    this.chain = chain
    this.final = { height: from.height, hash: from.hash }
    this.first = from.top.at(-1)?.height ?? from.height
    this.sources = sourcesOf({ urls, chainId: CHAIN_ID, filters, finality, pollIntervalMs })
    const known: BlockRef[] = [this.final, ...from.top]
    this.ended = this.sources.hot.processHotBlocks(
      [{ range: { from: from.height + 1 } }],
      {
        ...from,
        nonce: 0,
        templates: [],
        top: from.top.map(block => ({ ...block, templates: [] })),
      } as never,
      async update => this.apply(update, known),
    )
    this.ended.catch(() => {})
  }

  /** Waits until all that was given is what the chain has now, with each log once. */
  async isEqual(within = 20_000): Promise<void> {
    await vi.waitFor(() => expect(this.given()).toEqual(this.truth()), { timeout: within, interval: 5 })
  }

  /** Waits until blocks up to a height were given as final. */
  async isFinalTo(height: number): Promise<void> {
    await vi.waitFor(() => expect(this.final.height).toBe(height), { timeout: 20_000, interval: 5 })
  }

  get tip(): number {
    return this.blocks.at(-1)?.header.height ?? this.first
  }

  close(): void {
    this.sources.pool.close()
  }

  private given(): string[] {
    return this.blocks.map(({ header, logs }) =>
      [
        header.height,
        header.hash,
        header.timestamp,
        ...logs.map(({ logIndex, transactionHash }) => `${logIndex}@${transactionHash}`),
      ].join(' '),
    )
  }

  /** From the chain itself, block by block. */
  private truth(): string[] {
    return this.chain.branch.slice(this.blocks[0]?.header.height ?? this.first + 1).map(block => {
      const logs = block.transactions.flatMap(({ hash, logs }) => logs.map(log => ({ ...log, hash })))
      const places = logs.flatMap((log, i) => (isWanted(log) ? [`${i}@${log.hash}`] : []))
      return [block.number, block.hash, block.timestamp * 1000, ...places].join(' ')
    })
  }

  private apply(update: HotUpdate<RangeBlock>, known: BlockRef[]): void {
    const { baseHead, blocks, finalizedHead } = update
    this.updates.push(update)
    const at = known.findIndex(({ hash }) => hash === baseHead.hash)
    expect(at, 'the base is a block that was given').toBeGreaterThanOrEqual(0)
    expect(baseHead.height, 'nothing final is removed').toBeGreaterThanOrEqual(this.final.height)
    this.removed += known.length - at - 1
    known.splice(at + 1)
    let parent = baseHead
    for (const { header } of blocks) {
      expect(header.parentHash).toBe(parent.hash)
      expect(header.height).toBe(parent.height + 1)
      parent = header
      known.push({ height: header.height, hash: header.hash })
    }
    this.blocks = [...this.blocks.filter(({ header }) => header.height <= baseHead.height), ...blocks]
    expect(finalizedHead.height).toBeGreaterThanOrEqual(this.final.height)
    expect(known.some(({ hash }) => hash === finalizedHead.hash)).toBe(true)
    this.final = finalizedHead
  }
}

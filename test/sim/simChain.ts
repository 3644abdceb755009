import { createHash } from 'node:crypto'
import type { Prng } from '../../src/sandbox/scenario/prng'

/** A log before it is mined. Hex in lower case. */
export interface SimLog {
  address: string
  topics: string[]
  data: string
}

/** A transaction keeps its hash whichever block it is mined in. */
export interface SimTransaction {
  hash: string
  logs: SimLog[]
}

export interface SimBlock {
  number: number
  hash: string
  parentHash: string
  /** seconds since 1970 */
  timestamp: number
  transactions: SimTransaction[]
}

/** Blocks of a chain as one node sees it, genesis first: the place in the list is the height. */
export type Branch = readonly SimBlock[]

const GENESIS_TIME = 1_750_000_000
const BLOCK_SECONDS = 2

/** A chain in memory that can be forked at will. Hashes commit to all before them, so two forks never share one. */
export class SimChain {
  /** every block ever mined, orphans too, as a node keeps them */
  readonly byHash = new Map<string, SimBlock>()
  private blocks: SimBlock[] = []
  private salt = 0
  /** waiting to be mined, in order */
  readonly waiting: SimTransaction[]

  constructor(
    private readonly random: Prng,
    transactions: SimTransaction[],
  ) {
    this.waiting = [...transactions]
    this.add([])
  }

  /** The canonical chain now; never changed, a new list replaces it. */
  get branch(): Branch {
    return this.blocks
  }

  get head(): SimBlock {
    return this.blocks.at(-1)!
  }

  mine(count: number): void {
    for (let i = 0; i < count; i++) this.add(this.take())
  }

  /**
   * Replaces the newest `depth` blocks by `count` others; fewer is a shorter chain. The transactions that were in them
   * come again in the new ones, mixed up a little, or are lost.
   */
  reorganise(depth: number, count: number): void {
    const kept = Math.max(1, this.blocks.length - depth)
    const undone = this.blocks.slice(kept).flatMap(({ transactions }) => transactions)
    const again = undone.filter(() => !this.random.chance(10))
    if (this.random.chance(40)) swapNeighbours(again, this.random)
    if (this.random.chance(20)) again.splice(0, again.length)
    this.waiting.unshift(...again)
    this.blocks = this.blocks.slice(0, kept)
    this.mine(count)
  }

  private take(): SimTransaction[] {
    const kind = this.random.int(0, 9)
    const count = kind < 3 ? 0 : kind < 9 ? this.random.int(1, 4) : this.random.int(5, 12)
    return this.waiting.splice(0, count)
  }

  private add(transactions: SimTransaction[]): void {
    const parent = this.blocks.at(-1)
    const number = this.blocks.length
    const parentHash = parent?.hash ?? `0x${'00'.repeat(32)}`
    const block: SimBlock = {
      number,
      parentHash,
      hash: digest(`${parentHash}/${number}/${this.salt++}`),
      timestamp: (parent?.timestamp ?? GENESIS_TIME) + BLOCK_SECONDS,
      transactions,
    }
    this.byHash.set(block.hash, block)
    this.blocks = [...this.blocks, block]
  }
}

function swapNeighbours(transactions: SimTransaction[], random: Prng): void {
  for (let i = 1; i < transactions.length; i++) {
    if (random.chance(25)) {
      ;[transactions[i - 1], transactions[i]] = [transactions[i]!, transactions[i - 1]!]
    }
  }
}

/** 32 bytes of hex: nothing checks that a hash is the header's own Keccak. */
export function digest(text: string): string {
  return `0x${createHash('sha256').update(text).digest('hex')}`
}

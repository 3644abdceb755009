/** The chain that a recording is served as: a block at every height, most of them empty and made when asked for. */
import { createHash } from 'node:crypto'
import type { RecordedAnswer, RecordedLog } from './recordedLog'
import { content, type RecordedBlock, type RecordedTransaction, type Recording } from './recording'

export type ChainClock = {
  /** Of block 0, in seconds since 1970; only where the recording has no times. */
  genesisTime: number
  /** Seconds from one block to the next where the recording does not say. */
  blockTime: number
}

export type ReplayBlock = {
  number: number
  hash: string
  parentHash: string
  /** Seconds since 1970. */
  timestamp: number
  transactions: readonly RecordedTransaction[]
}

export class ReplayChain {
  readonly firstRecorded: number
  readonly lastRecorded: number
  private readonly byHash = new Map<string, number>()
  private readonly byTransaction = new Map<string, RecordedTransaction>()
  /** Of each contract that emitted, the height of its first log. */
  private readonly emitters = new Map<string, number>()
  private readonly answers = new Map<string, RecordedAnswer>()
  /** digests[i] stands for all logs of blocks[0..i]. */
  private readonly digests: string[] = []
  private readonly timed: { number: number; time: number }[] = []

  constructor(
    readonly chainId: number,
    private readonly recording: Recording,
    private readonly clock: ChainClock,
  ) {
    this.firstRecorded = recording.blocks[0]!.number
    this.lastRecorded = recording.blocks.at(-1)!.number
    let digest = ''
    for (const block of recording.blocks) {
      digest = sha256(digest + block.transactions.flatMap(tx => tx.logs.map(content)).join('\n'))
      this.digests.push(digest)
      this.remember(block)
    }
    for (const answer of recording.answers)
      this.answers.set(callKey(answer.blockNumber, answer.to, answer.data), answer)
  }

  private remember(block: RecordedBlock): void {
    if (block.hash) this.byHash.set(block.hash, block.number)
    if (block.time !== undefined) this.timed.push({ number: block.number, time: block.time })
    for (const transaction of block.transactions) {
      this.byTransaction.set(transaction.hash, transaction)
      for (const { address } of transaction.logs) {
        if (!this.emitters.has(address)) this.emitters.set(address, block.number)
      }
    }
  }

  block(number: number): ReplayBlock {
    return {
      number,
      hash: this.hash(number),
      parentHash: number === 0 ? `0x${'00'.repeat(32)}` : this.hash(number - 1),
      timestamp: this.timestamp(number),
      transactions: this.recordedAt(number)?.transactions ?? [],
    }
  }

  /**
   * The recorded hash, or else one that stands for the logs up to this height and ends in the height: so the hash
   * of any height is known without walking the chain, a hash leads back to its height, and a recording that grew
   * at its end keeps the hashes it had.
   */
  hash(number: number): string {
    const at = this.lastAtOrBelow(number)
    const recorded = this.recording.blocks[at]
    if (recorded?.number === number && recorded.hash) return recorded.hash
    const stem = sha256(`${this.chainId}/${number}/${this.digests[at] ?? ''}`).slice(0, 48)
    return `0x${stem}${number.toString(16).padStart(16, '0')}`
  }

  heightOf(hash: string): number | undefined {
    const recorded = this.byHash.get(hash)
    if (recorded !== undefined) return recorded
    const number = Number(`0x${hash.slice(-16)}`)
    return Number.isSafeInteger(number) && this.hash(number) === hash ? number : undefined
  }

  transaction(hash: string): RecordedTransaction | undefined {
    return this.byTransaction.get(hash)
  }

  /** Whether the address had emitted a log by that height: then it is a contract. */
  emitsBy(address: string, height: number): boolean {
    return (this.emitters.get(address) ?? Infinity) <= height
  }

  /** What a contract answered by the state at the block's end; undefined: it is not recorded. */
  answerTo(number: number, to: string, data: string): RecordedAnswer | undefined {
    return this.answers.get(callKey(number, to, data))
  }

  /** Ascending, both ends included. */
  *recordedBlocks(from: number, to: number): Generator<RecordedBlock> {
    for (let i = this.lastAtOrBelow(from - 1) + 1; i < this.recording.blocks.length; i++) {
      const block = this.recording.blocks[i]!
      if (block.number > to) return
      yield block
    }
  }

  /** Recorded, or on a straight line between recorded times (rounded down), or counted from the nearest by `blockTime`. */
  timestamp(number: number): number {
    const at = lastWhere(this.timed, anchor => anchor.number <= number)
    const before = this.timed[at]
    const after = this.timed[at + 1]
    const { genesisTime, blockTime } = this.clock
    if (before && after) {
      const part = (number - before.number) / (after.number - before.number)
      return Math.floor(before.time + (after.time - before.time) * part)
    }
    if (before) return Math.floor(before.time + (number - before.number) * blockTime)
    if (after) return Math.max(0, Math.floor(after.time - (after.number - number) * blockTime))
    return Math.floor(genesisTime + number * blockTime)
  }

  private recordedAt(number: number): RecordedBlock | undefined {
    const block = this.recording.blocks[this.lastAtOrBelow(number)]
    return block?.number === number ? block : undefined
  }

  /** Index of the last recorded block at or below the height; -1 if there is none. */
  private lastAtOrBelow(number: number): number {
    return lastWhere(this.recording.blocks, block => block.number <= number)
  }
}

function callKey(number: number, to: string, data: string): string {
  return `${number}|${to}|${data}`
}

export function logsOf(transactions: readonly RecordedTransaction[]): RecordedLog[] {
  return transactions.flatMap(transaction => transaction.logs)
}

/** Binary search: the last index whose element holds, where all that hold come first; -1 if none does. */
function lastWhere<T>(sorted: readonly T[], holds: (element: T) => boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(sorted[middle]!)) low = middle + 1
    else high = middle
  }
  return low - 1
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

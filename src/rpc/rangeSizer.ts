/** Logs that a range should bring: well below what providers commonly allow in one answer, so that a denser one passes too. */
const TARGET_LOGS = 4_000
const FIRST_BLOCKS = 8
/** Beyond this an empty range costs a node more than the requests it saves. */
const MOST_BLOCKS = 100_000
/** A longer answer, in ms, is as much as one should ask for. */
const SLOW_MS = 5_000
/** Growth in one step: the next range may be far denser. */
const GROWTH = 4
/** Answers in a row after which a limit that was met is tried again: it may have been a bad hour. */
const FORGET_AFTER = 200

/**
 * How many blocks to ask for at once. Follows the density of logs, halves where the endpoint refuses, remembers the
 * refused size, and grows again after answers.
 */
export class RangeSizer {
  private blocks = FIRST_BLOCKS
  /** smallest size known to be refused for its number of blocks */
  private refused = Number.POSITIVE_INFINITY
  private answersSinceRefusal = 0

  /** Blocks of the next range; at least 1. */
  get size(): number {
    return this.blocks
  }

  noteAnswer(blocks: number, logs: number, ms: number): void {
    if (++this.answersSinceRefusal >= FORGET_AFTER) {
      this.refused *= 2
      this.answersSinceRefusal = 0
    }
    // Only a range of the present size speaks for it: earlier, smaller ones come in while larger ones are asked for.
    const wanted = logs === 0 ? blocks * GROWTH : Math.min(blocks * GROWTH, (blocks * TARGET_LOGS) / logs)
    const bearable = ms > SLOW_MS ? Math.min(wanted, blocks / 2) : wanted
    if (bearable < this.blocks || blocks * 2 >= this.blocks) this.set(bearable)
  }

  /** @param allowed number of blocks that the refusal named, if it did */
  noteRefusal(blocks: number, allowed?: number): void {
    this.answersSinceRefusal = 0
    const next = allowed !== undefined && allowed < blocks ? allowed : Math.floor(blocks / 2)
    if (allowed !== undefined && allowed < blocks) this.refused = Math.min(this.refused, allowed + 1)
    else this.refused = Math.min(this.refused, blocks)
    if (next < this.blocks) this.set(next)
  }

  private set(blocks: number): void {
    this.blocks = Math.max(1, Math.floor(Math.min(blocks, MOST_BLOCKS, this.refused - 1)))
  }
}

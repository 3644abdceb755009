import type { WhatIsLimited } from './limitWords'

/** Logs that a range should bring: well below what providers commonly allow in one answer, so that a denser one passes too. */
const TARGET_LOGS = 4_000
const FIRST_BLOCKS = 8
/** Beyond this an empty range costs a node more than the requests it saves. */
const MOST_BLOCKS = 100_000
/** A longer answer, in ms, is as much as one should ask for. */
const SLOW_MS = 5_000
/** Growth in one step: the next range may be far denser. */
const GROWTH = 4
/** A limit of blocks is known well enough when what is refused is by so much more than what passes. */
const CLOSE = 1 / 32
/** Part of a limit of logs to aim at: the next range may be denser. */
const MARGIN = 0.75
/** Answers at a limit after which it is tried again, since it may have been a bad hour: each time twice as many. */
const TRY_AGAIN_AFTER = 64
/** Refusals that nothing explains, in a row, after which the limit must have come down. */
const UNEXPLAINED = 3
/** Answers and refusals after which a probe counts as lost: its range was cut short, or failed otherwise. */
const PROBE_LOST_AFTER = 100

/** Largest that was accepted, smallest that was refused. */
interface Bounds {
  accepted: number
  refused: number
}

/**
 * How many blocks to ask for at once. Follows the density of logs, and finds an endpoint's limit, of blocks or of logs,
 * whether or not it is named: grows until it is refused, settles just below by bisection, and tries what was refused
 * again, ever more rarely. One range at a time is asked for above what is known to pass.
 *
 * What was refused is known at once in blocks, and in logs when its parts have come. A limit of blocks refuses nothing
 * smaller than what it has accepted, nor does one of logs: so most refusals tell which of the two they were for, and of
 * one that can have been for neither nothing is learnt.
 */
export class RangeSizer {
  /** by the density of logs, and by the time that answers take */
  private wanted = FIRST_BLOCKS
  private readonly blocks: Bounds = { accepted: 0, refused: Number.POSITIVE_INFINITY }
  private readonly logs: Bounds = { accepted: 0, refused: Number.POSITIVE_INFINITY }
  /** what was refused may have been for its blocks or for its logs: the latter is not believed yet */
  private isOpen = false
  /** probes that may be made at once to settle that */
  private settlers = 0
  private unexplained: number[] = []
  private probing: { blocks: number; notes: number } | undefined
  private answersAtLimit = 0
  private tryAgainAfter = TRY_AGAIN_AFTER

  /** Blocks that can be expected to pass; at least 1. */
  get size(): number {
    const { accepted, refused } = this.blocks
    const most = refused === Number.POSITIVE_INFINITY ? MOST_BLOCKS : accepted
    return Math.max(1, Math.floor(Math.min(this.wanted, most)))
  }

  /** Blocks of the next range to ask for: now and then one that is larger than what is known to pass. */
  next(): number {
    const { size } = this
    if (this.probing || this.wanted <= size) return size
    const probe = Math.min(this.probe(), Math.floor(this.wanted))
    if (probe <= size) return size
    this.probing = { blocks: probe, notes: 0 }
    return probe
  }

  noteAnswer(blocks: number, logs: number, ms: number): void {
    this.noteProbe(blocks)
    this.blocks.accepted = Math.max(this.blocks.accepted, blocks)
    this.logs.accepted = Math.max(this.logs.accepted, logs)
    if (blocks >= Math.max(...this.unexplained)) this.unexplained = []
    if (blocks >= this.blocks.refused) this.noLimitOfBlocks()
    if (logs >= this.logs.refused) this.noLimitOfLogs()
    const { size } = this
    if (this.blocks.refused !== Number.POSITIVE_INFINITY && blocks >= size) this.answersAtLimit++
    if (this.isOpen && this.settlers > 0 && logs * 2 <= this.logs.accepted) {
      this.settlers--
      this.answersAtLimit = this.tryAgainAfter
    }
    const byDensity = logs === 0 ? MOST_BLOCKS : (blocks * this.targetLogs) / logs
    const bearable = Math.min(byDensity, ms > SLOW_MS ? blocks / 2 : MOST_BLOCKS, MOST_BLOCKS)
    if (bearable < this.wanted) this.wanted = bearable
    // Only a range of the present size says that it may grow: smaller ones come in while larger ones are asked for.
    else if (blocks * 2 >= size) this.wanted = Math.min(bearable, Math.max(this.wanted, blocks * GROWTH))
  }

  /**
   * @param allowed number of blocks that the refusal named, if it did
   * @param limited what it is about, if it told
   */
  noteRefusal(blocks: number, allowed?: number, limited: WhatIsLimited = 'something'): void {
    const wasProbe = this.noteProbe(blocks)
    this.answersAtLimit = 0
    if (allowed !== undefined && allowed < blocks) {
      this.blocks.refused = Math.min(this.blocks.refused, allowed + 1)
      this.blocks.accepted = Math.min(allowed, this.blocks.refused - 1)
      return
    }
    if (wasProbe && blocks >= this.blocks.refused) this.tryAgainAfter *= 2
    this.wanted = Math.min(this.wanted, blocks / 2)
    if (limited === 'blocks' && blocks <= this.blocks.accepted) this.blocks.accepted = Math.floor(blocks / 2)
    if (limited !== 'logs' && blocks > this.blocks.accepted) {
      this.blocks.refused = Math.min(this.blocks.refused, blocks)
    }
  }

  /** What a refused range turned out to hold. */
  noteRefused(blocks: number, logs: number): void {
    const maybeForBlocks = blocks >= this.blocks.refused
    if (logs <= this.logs.accepted) {
      if (maybeForBlocks) this.noLimitOfLogs()
      else this.noteUnexplained(blocks)
      return
    }
    this.logs.refused = Math.min(this.logs.refused, logs)
    if (!maybeForBlocks) {
      // So the earlier ones were for their logs as well.
      if (this.isOpen) this.noLimitOfBlocks()
    } else if (!this.isOpen) {
      this.isOpen = true
      this.settlers = 3
    }
  }

  private get targetLogs(): number {
    const { accepted, refused } = this.logs
    if (this.isOpen || refused === Number.POSITIVE_INFINITY) return TARGET_LOGS
    return Math.min(TARGET_LOGS, Math.max(1, (MARGIN * (accepted + refused)) / 2))
  }

  private probe(): number {
    const { accepted, refused } = this.blocks
    const low = Math.max(1, accepted)
    if (refused - low > Math.max(1, low * CLOSE)) return roundBetween(low, refused)
    return this.answersAtLimit >= this.tryAgainAfter ? refused : low
  }

  private noteProbe(blocks: number): boolean {
    if (!this.probing) return false
    const isIt = this.probing.blocks === blocks
    if (isIt || ++this.probing.notes >= PROBE_LOST_AFTER) this.probing = undefined
    return isIt
  }

  private noLimitOfBlocks(): void {
    this.blocks.refused = Number.POSITIVE_INFINITY
    this.isOpen = false
    this.tryAgainAfter = TRY_AGAIN_AFTER
  }

  private noLimitOfLogs(): void {
    this.logs.refused = Number.POSITIVE_INFINITY
    this.isOpen = false
  }

  /** As much has passed before, in blocks and in logs: a passing fault, unless it happens again and again. */
  private noteUnexplained(blocks: number): void {
    this.unexplained.push(blocks)
    if (this.unexplained.length < UNEXPLAINED) return
    this.blocks.refused = Math.min(...this.unexplained)
    this.blocks.accepted = Math.floor(this.blocks.refused / 2)
    this.unexplained = []
  }
}

/** The roundest number in the middle half between two: limits are round, and so found exactly. */
function roundBetween(low: number, high: number): number {
  const from = low + (high - low) / 4
  const to = high - (high - low) / 4
  for (let unit = 10 ** Math.floor(Math.log10(to)); unit >= 1; unit /= 10) {
    for (const step of [unit, unit / 2, unit / 5]) {
      const multiple = Math.ceil(from / step) * step
      if (Number.isInteger(multiple) && multiple <= to) return multiple
    }
  }
  return Math.floor((low + high) / 2)
}

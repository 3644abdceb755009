/** Over which the rate is taken. */
const WINDOW_MS = 10_000
/** With no block for longer, while there are some to handle, nothing goes on. */
export const STANDS_STILL_MS = 3000

/** How fast a processor goes, by the blocks it handled lately. Times in ms since 1970. */
export class Rate {
  private samples: { at: number; height: number }[] = []
  private wasAtHead = false
  private behindSince: number | undefined

  note(height: number, at: number): void {
    this.samples.push({ at, height })
    this.trim(at)
  }

  /** Told at every look at the head, so that it is known since when there is something to do. */
  noteBehind(blocks: number, now: number): void {
    if (blocks > 0) this.behindSince ??= now
    else {
      this.wasAtHead = true
      this.behindSince = undefined
    }
  }

  /** Of the last seconds up to now: it falls to 0 when nothing comes any more. */
  blocksPerSecond(now: number): number {
    this.trim(now)
    const [first] = this.samples
    const last = this.samples.at(-1)
    if (!first || !last || now <= first.at) return 0
    return Math.max(0, ((last.height - first.height) * 1000) / (now - first.at))
  }

  /** Seconds until so many blocks are handled; null: not known, or never at this rate. */
  secondsLeft(blocks: number, now: number): number | null {
    if (blocks <= 0) return 0
    const handledAt = this.samples.at(-1)?.at ?? Number.NEGATIVE_INFINITY
    const behindFor = this.behindSince === undefined ? 0 : now - this.behindSince
    if (behindFor > STANDS_STILL_MS && now - handledAt > STANDS_STILL_MS) return null
    const rate = this.blocksPerSecond(now)
    const byRate = rate > 0 ? blocks / rate : null
    // It was at the head a moment ago: what has come since is little, whatever the rate was before.
    const isFresh = this.wasAtHead && behindFor <= STANDS_STILL_MS
    return isFresh ? Math.min(byRate ?? Number.POSITIVE_INFINITY, STANDS_STILL_MS / 1000) : byRate
  }

  /** One sample from before the window stays, to count from. */
  private trim(now: number): void {
    const { samples } = this
    let before = 0
    while (before + 1 < samples.length && samples[before + 1]!.at <= now - WINDOW_MS) before++
    if (before > 0) samples.splice(0, before)
  }
}

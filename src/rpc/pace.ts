/** Answers that are later than so many times the usual are late. */
const LATE_FACTOR = 4
/** What counts as late, ms, at least and at most, and where nothing is known yet. */
const LATE_LEAST_MS = 1000
const LATE_MOST_MS = 10_000
const LATE_UNKNOWN_MS = 2000
/** Weight of the latest answer in what is usual. */
const WEIGHT = 0.2
/** How long an endpoint that was late comes after the others: doubled each time that it is late again. */
const DEMOTION_MS = 30_000
const DEMOTION_MOST_MS = 600_000
/** Answers in time, after which an endpoint that was late counts as one that never was. */
const FORGIVEN_AFTER = 200

/** How quickly an endpoint answers one kind of request, and whether others go before it for having been late. */
export class Pace {
  private usualMs: number | undefined
  private demotedUntil = 0
  private demotion = DEMOTION_MS
  private inTime = 0

  /** ms after which another endpoint is asked the same */
  get lateAfter(): number {
    if (this.usualMs === undefined) return LATE_UNKNOWN_MS
    return Math.min(LATE_MOST_MS, Math.max(LATE_LEAST_MS, this.usualMs * LATE_FACTOR))
  }

  isDemoted(now = Date.now()): boolean {
    return this.demotedUntil > now
  }

  noteAnswer(ms: number, now = Date.now()): void {
    this.usualMs = this.usualMs === undefined ? ms : this.usualMs + WEIGHT * (ms - this.usualMs)
    if (!this.isDemoted(now) && ++this.inTime >= FORGIVEN_AFTER) this.demotion = DEMOTION_MS
  }

  /** Another one was asked as well, and was first. */
  noteLate(now = Date.now()): void {
    if (this.isDemoted(now)) return // requests that were on their way together are late together
    this.inTime = 0
    this.demotedUntil = now + this.demotion
    this.demotion = Math.min(DEMOTION_MOST_MS, this.demotion * 2)
  }
}

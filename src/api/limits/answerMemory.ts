/** What all answers that are worked out or sent at the moment may take together, bytes. */
export const MOST_BYTES_TOGETHER = 64 * 1024 * 1024
/** What an answer takes at once, bytes. */
const PORTION_BYTES = 64 * 1024

/** Shares out the memory for answers, so that many at once, or many that nobody reads, do not end the process. */
export class AnswerMemory {
  private taken = 0

  /** bytes that are taken */
  get bytes(): number {
    return this.taken
  }

  /**
   * What an answer that has `held` bytes gets so that it has at least `needed`; 0: there is no room. The first portion
   * there always is, so that small answers go on beside large ones: connections are bounded too.
   */
  take(held: number, needed: number): number {
    const portions = Math.ceil((needed - held) / PORTION_BYTES) * PORTION_BYTES
    const small = held + portions <= PORTION_BYTES
    if (!small && this.taken + portions > MOST_BYTES_TOGETHER) return 0
    this.taken += portions
    return portions
  }

  giveBack(bytes: number): void {
    this.taken -= bytes
  }
}

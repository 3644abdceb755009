/** Work in one piece, in ms. */
const PIECE_MS = 2

/**
 * Lets a long computation stand back now and then: what is read from endpoints and written to the database meanwhile
 * needs this thread for a moment every few ms.
 */
export class Breather {
  private since = performance.now()

  /** Whether it is time for `rest`. */
  get isDue(): boolean {
    return performance.now() - this.since > PIECE_MS
  }

  async rest(): Promise<void> {
    await new Promise(resolve => setImmediate(resolve))
    this.since = performance.now()
  }
}

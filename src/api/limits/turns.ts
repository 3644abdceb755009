/** Values that are worked out between two turns of the event loop, by all requests together: some 10 ms. */
const VALUES_A_TURN = 5000

/** What waits for a turn. */
interface Waiting {
  /** values that it will lead to at once */
  values: number
  resume: () => void
}

/** Whose values wait; the newest goes on first, so that what is begun is finished before more is begun. */
export class TurnTaker {
  readonly waiting: Waiting[] = []
}

/**
 * Shares out the event loop. An answer made of rows that are at hand is a long chain of promises, in which no timer
 * fires and no other request is heard. So after some thousand values whoever goes on waits for the next turn, in which
 * all who wait get their part.
 */
class Turns {
  private taken = 0
  private begun = false
  private takers: TurnTaker[] = []

  /** Counts values; true: the turn is over, what can wait should wait for the next. */
  take(values: number): boolean {
    this.begin()
    this.taken += values
    return this.taken > VALUES_A_TURN
  }

  /** A turn that has room. */
  next(taker: TurnTaker, values: number): Promise<void> {
    this.begin()
    if (taker.waiting.length === 0) this.takers.push(taker)
    return new Promise(resume => taker.waiting.push({ values, resume }))
  }

  private begin(): void {
    if (this.begun) return
    this.begun = true
    setImmediate(() => this.turn())
  }

  private turn(): void {
    this.begun = false
    this.taken = 0
    while (this.taken < VALUES_A_TURN && this.takers.length > 0) {
      const taker = this.takers.shift()!
      const { values, resume } = taker.waiting.pop()!
      this.taken += values
      resume()
      if (taker.waiting.length > 0) this.takers.push(taker)
    }
    if (this.takers.length > 0) this.begin()
  }
}

/** Of this process, since it has one event loop. */
export const turns = new Turns()

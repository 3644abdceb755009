/** Lets so many go on at once, the others in the order of their coming. */
export class Slots {
  private readonly waiting: (() => void)[] = []

  constructor(private free: number) {}

  /** how many wait */
  get line(): number {
    return this.waiting.length
  }

  async in<T>(work: () => Promise<T>): Promise<T> {
    await this.take()
    try {
      return await work()
    } finally {
      this.giveBack()
    }
  }

  /** Resolves when there is a place; whoever has it gives it back. */
  async take(): Promise<void> {
    if (!this.takeNow()) await new Promise<void>(resolve => this.waiting.push(resolve))
  }

  /** False: there is none at the moment. */
  takeNow(): boolean {
    if (this.free === 0) return false
    this.free--
    return true
  }

  giveBack(): void {
    const next = this.waiting.shift()
    if (next) next()
    else this.free++
  }
}

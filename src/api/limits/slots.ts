/** Lets so many go on at once, the others in the order of their coming. */
export class Slots {
  private readonly waiting: (() => void)[] = []

  constructor(private free: number) {}

  async in<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free--
    else await new Promise<void>(resolve => this.waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.waiting.shift()
      if (next) next()
      else this.free++
    }
  }
}

/** Chance that repeats: the same seed gives the same numbers on every machine. Not for anything secret. */
export class Prng {
  private state: [number, number, number, number]

  constructor(seed: string) {
    // FNV-1a, once for each word of the state.
    const word = (salt: number) => {
      let hash = 0x811c9dc5 ^ salt
      for (let i = 0; i < seed.length; i++) hash = Math.imul(hash ^ seed.charCodeAt(i), 0x01000193)
      return hash >>> 0
    }
    this.state = [word(1), word(2), word(3), 1]
    // The first numbers still look like the seed.
    for (let i = 0; i < 15; i++) this.next()
  }

  /** An integer of [0, 2^32): "small fast counter", sfc32 of the PractRand suite. */
  next(): number {
    const [a, b, c, counter] = this.state
    const sum = (a + b + counter) >>> 0
    this.state = [
      (b ^ (b >>> 9)) >>> 0,
      (c + (c << 3)) >>> 0,
      (((c << 21) | (c >>> 11)) + sum) >>> 0,
      (counter + 1) >>> 0,
    ]
    return sum
  }

  /** An integer of [from, to], both included. */
  int(from: number, to: number): number {
    return from + (this.next() % (to - from + 1))
  }

  /** An amount of [from, to], down to the last unit, so that every rounding is met. */
  amount(from: bigint, to: bigint): bigint {
    let bits = 0n
    for (let i = 0; i < 4; i++) bits = (bits << 32n) | BigInt(this.next())
    return from + (bits % (to - from + 1n))
  }

  chance(percent: number): boolean {
    return this.int(1, 100) <= percent
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new RangeError('nothing to pick from')
    return list[this.int(0, list.length - 1)] as T
  }

  /** `count` different ones, or all if there are fewer, in random order. */
  sample<T>(list: readonly T[], count: number): T[] {
    const rest = [...list]
    const taken: T[] = []
    while (taken.length < count && rest.length > 0) {
      taken.push(...rest.splice(this.int(0, rest.length - 1), 1))
    }
    return taken
  }
}

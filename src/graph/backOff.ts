import { setTimeout as sleep } from 'node:timers/promises'

const FIRST_MS = 200
const LONGEST_MS = 10_000

/** Waits between attempts: twice as long each time up to 10 s, a little at random, cut short by the signal. */
export class BackOff {
  private failures = 0

  constructor(private readonly signal?: AbortSignal) {}

  /** Attempts that failed since the last success. */
  get count(): number {
    return this.failures
  }

  succeeded(): void {
    this.failures = 0
  }

  async wait(): Promise<void> {
    const longest = Math.min(FIRST_MS * 2 ** Math.min(this.failures++, 10), LONGEST_MS)
    await pause(longest * (0.75 + Math.random() / 4), this.signal)
  }
}

/** Sleeps; returns early, without an error, when the signal comes. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {})
}

import type { Endpoint } from '../../rpc/endpoint'

/** A socket that was quiet is opened anew no more often than this, ms */
const REOPEN_MS = 60_000
/** A poll on a quiet socket that takes longer shows that the socket is dead, ms */
const DEAD_MS = 5_000
/** Longest silence of a socket that is believed, ms: a chain of slow blocks */
const LONGEST_SILENCE_MS = 60_000

/**
 * When to look at the head again: as soon as a WebSocket endpoint pushes one (`eth_subscribe newHeads`), else a poll
 * interval after the last look. A socket is relied on while it speaks about as often as it did; one that goes quiet is
 * left for polling, and opened anew.
 */
export class NewHeads {
  private pushed: unknown
  private spokeAt = Number.NEGATIVE_INFINITY
  /** longest pause between two heads lately, ms */
  private pause = 0
  private reopenedAt = performance.now()
  private dead: NodeJS.Timeout | undefined
  private wake = () => {}
  private readonly subscription: { close(): void } | undefined

  constructor(
    private readonly endpoint: Endpoint | undefined,
    private readonly pollIntervalMs: number,
  ) {
    this.subscription = endpoint?.socket?.subscribe({
      method: 'eth_subscribe',
      params: ['newHeads'],
      notification: 'eth_subscription',
      unsubscribe: 'eth_unsubscribe',
      onMessage: head => this.heard(head),
      onError: () => {}, // the endpoint has no such thing: it is polled
      resubscribeOnConnectionLoss: true,
    })
  }

  /**
   * Waits for the next head, or until it is time to poll.
   *
   * @param looked when the head was looked at last, as `performance.now()` tells
   * @param unheard whether that look found a head that was not pushed
   * @returns the pushed head; undefined: poll
   */
  async next(looked: number, unheard: boolean): Promise<unknown> {
    clearTimeout(this.dead)
    if (unheard && !this.speaks) this.reopen()
    if (this.pushed === undefined) {
      const until = this.speaks ? this.spokeAt + this.silence : looked + this.pollIntervalMs
      await this.waitUntil(until)
    }
    const head = this.pushed
    this.pushed = undefined
    if (head === undefined && this.subscription) this.dead = setTimeout(() => this.reopen(), DEAD_MS).unref()
    return head
  }

  close(): void {
    clearTimeout(this.dead)
    this.subscription?.close()
  }

  private get speaks(): boolean {
    return performance.now() < this.spokeAt + this.silence
  }

  private get silence(): number {
    return Math.min(LONGEST_SILENCE_MS, 2 * this.pause + this.pollIntervalMs)
  }

  private heard(head: unknown): void {
    const now = performance.now()
    const since = now - this.spokeAt
    if (since < LONGEST_SILENCE_MS) this.pause = Math.max(since, this.pause * 0.9)
    this.spokeAt = now
    this.pushed = head
    this.wake()
  }

  private reopen(): void {
    const now = performance.now()
    if (!this.subscription || now - this.reopenedAt < REOPEN_MS) return
    this.reopenedAt = now
    this.endpoint?.socket?.reset()
  }

  private waitUntil(time: number): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(done, Math.max(0, time - performance.now()))
      this.wake = done
      function done() {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

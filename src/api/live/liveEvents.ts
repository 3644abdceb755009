import { userError } from '../userError'
import { NOTIFICATION_KINDS, type Notification } from './notification'

/** What a subscriber is told: something of this key changed. null: more than is named, look again at everything. */
export type Change = string | null

/** A subscriber's changes that it has not taken yet: a set, since a change told twice is one. */
export const MOST_WAITING = 1000
/** Subscriptions of one process. */
export const MOST_SUBSCRIBERS = 6000

/** Says which keys a notification means to a subscriber; undefined: nothing. */
export type Interest = (notification: Notification) => readonly Change[] | undefined

/** Hands notifications to subscribers, who take them when they can. */
export class LiveEvents {
  private readonly subscribers = new Set<Subscriber>()

  get size(): number {
    return this.subscribers.size
  }

  publish(notification: Notification): void {
    for (const subscriber of this.subscribers) subscriber.hear(notification)
  }

  /** Notifications may have been missed: anything of any kind may have changed. */
  gap(): void {
    for (const kind of NOTIFICATION_KINDS) this.publish({ kind })
  }

  /** Ends every subscription. */
  close(): void {
    for (const subscriber of this.subscribers) subscriber.end()
  }

  /** Changes of interest from now on, until the caller stops or the process ends. */
  subscribe(interest: Interest): AsyncIterableIterator<Change> {
    if (this.subscribers.size >= MOST_SUBSCRIBERS)
      throw userError(
        'UNAVAILABLE',
        `${this.subscribers.size} subscriptions are open already`,
        'try again later',
      )
    const subscriber = new Subscriber(interest, () => this.subscribers.delete(subscriber))
    this.subscribers.add(subscriber)
    return subscriber
  }
}

class Subscriber implements AsyncIterableIterator<Change> {
  private readonly waiting = new Set<Change>()
  private wake: (() => void) | undefined
  private ended = false
  private failure: Error | undefined

  constructor(
    private readonly interest: Interest,
    private readonly forget: () => void,
  ) {}

  hear(notification: Notification): void {
    for (const change of this.interest(notification) ?? []) this.push(change)
  }

  push(change: Change): void {
    if (this.ended) return
    this.waiting.add(change)
    if (this.waiting.size > MOST_WAITING) {
      this.failure = userError(
        'SLOW_CLIENT',
        `more than ${MOST_WAITING} changes wait to be read`,
        'read faster or subscribe to less; then subscribe again and query what is shown anew',
      )
      this.end()
    }
    this.wake?.()
  }

  end(): void {
    this.ended = true
    this.waiting.clear()
    this.forget()
    this.wake?.()
  }

  async next(): Promise<IteratorResult<Change>> {
    while (this.waiting.size === 0 && !this.ended) {
      await new Promise<void>(resolve => {
        this.wake = resolve
      })
    }
    if (this.failure) {
      const failure = this.failure
      this.failure = undefined
      throw failure
    }
    const [change] = this.waiting
    if (change === undefined) return { done: true, value: undefined }
    this.waiting.delete(change)
    return { done: false, value: change }
  }

  async return(): Promise<IteratorResult<Change>> {
    this.end()
    return { done: true, value: undefined }
  }

  async throw(error: unknown): Promise<IteratorResult<Change>> {
    this.end()
    throw error
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}

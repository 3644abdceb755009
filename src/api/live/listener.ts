import type { Logger } from '@subsquid/logger'
import { Client } from 'pg'
import { type Notification, parseNotification } from './notification'

const CHANNEL = 'provenance'
const LONGEST_PAUSE_MS = 10_000

export interface ListenerOptions {
  url: string
  log: Logger
  onNotification: (notification: Notification) => void
  /** the connection was lost and is back: anything may have changed meanwhile */
  onGap: () => void
}

/** The one connection of this process that listens to Postgres; comes back by itself when it breaks. */
export class Listener {
  private client: Client | undefined
  private timer: NodeJS.Timeout | undefined
  private stopped = false
  private pauseMs = 100
  private listenedBefore = false

  constructor(private readonly options: ListenerOptions) {}

  /** Begins to listen. Where Postgres does not answer yet, goes on trying. */
  async start(): Promise<void> {
    if (this.stopped) return
    const client = new Client({
      connectionString: this.options.url,
      application_name: 'provenance-live',
      keepAlive: true,
    })
    this.client = client
    client.on('error', error => this.lost(client, error))
    client.on('end', () => this.lost(client))
    client.on('notification', ({ payload }) => {
      const notification = payload === undefined ? undefined : parseNotification(payload)
      if (notification) this.options.onNotification(notification)
    })
    try {
      await client.connect()
      await client.query(`LISTEN ${CHANNEL}`)
    } catch (error) {
      this.lost(client, error as Error)
      return
    }
    this.pauseMs = 100
    if (this.listenedBefore) this.options.onGap()
    this.listenedBefore = true
  }

  async stop(): Promise<void> {
    this.stopped = true
    clearTimeout(this.timer)
    const client = this.client
    this.client = undefined
    await client?.end().catch(() => {})
  }

  private lost(client: Client, error?: Error): void {
    if (this.client !== client) return
    this.client = undefined
    client.end().catch(() => {})
    if (this.stopped) return
    this.options.log.warn(
      `live updates pause, Postgres is lost: ${error?.message ?? 'connection closed'}; trying again in ${this.pauseMs} ms`,
    )
    this.timer = setTimeout(() => void this.start(), this.pauseMs)
    this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS)
  }
}

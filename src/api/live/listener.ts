import { randomUUID } from 'node:crypto'
import type { Logger } from '@subsquid/logger'
import type { Client } from 'pg'
import { createClient } from '../../postgres/client'
import { type Notification, parseNotification } from './notification'

const CHANNEL = 'provenance'
const LONGEST_PAUSE_MS = 10_000
/** A connection that a router forgot says nothing, for ever: so often it must show that a notification still arrives. */
const HEARTBEAT_MS = 10_000

export interface ListenerOptions {
  url: string
  log: Logger
  onNotification: (notification: Notification) => void
  /** the connection was lost and is back: anything may have changed meanwhile */
  onGap: () => void
  /** between two heartbeats, and the longest time for one; absent: 10 s */
  heartbeatMs?: number
}

/** The one connection of this process that listens to Postgres; comes back by itself when it breaks or falls silent. */
export class Listener {
  private client: Client | undefined
  private timer: NodeJS.Timeout | undefined
  private stopped = false
  private pauseMs = 100
  private listenedBefore = false
  private readonly heartbeatMs: number

  constructor(private readonly options: ListenerOptions) {
    this.heartbeatMs = options.heartbeatMs ?? HEARTBEAT_MS
  }

  /** Begins to listen. Where Postgres does not answer yet, goes on trying. */
  async start(): Promise<void> {
    if (this.stopped) return
    const client = createClient({
      connectionString: this.options.url,
      application_name: 'provenance-live',
      keepAlive: true,
      connectionTimeoutMillis: this.heartbeatMs,
    })
    this.client = client
    const heartbeat = new Heartbeat(client, this.heartbeatMs)
    client.on('error', error => this.lost(client, error))
    client.on('end', () => this.lost(client))
    client.on('notification', ({ channel, payload }) => {
      if (channel === heartbeat.channel) heartbeat.heard()
      const notification = payload === undefined ? undefined : parseNotification(payload)
      if (notification && channel === CHANNEL) this.options.onNotification(notification)
    })
    try {
      await client.connect()
      await client.query(`LISTEN ${CHANNEL}; LISTEN "${heartbeat.channel}"`)
    } catch (error) {
      this.lost(client, error as Error)
      return
    }
    if (this.listenedBefore) this.options.onGap()
    this.listenedBefore = true
    this.watch(client, heartbeat)
  }

  async stop(): Promise<void> {
    this.stopped = true
    clearTimeout(this.timer)
    const client = this.client
    this.client = undefined
    if (client) drop(client)
  }

  /** Asks for a sign of life again and again; one that does not come in time ends the connection. */
  private watch(client: Client, heartbeat: Heartbeat): void {
    this.timer = setTimeout(async () => {
      try {
        await heartbeat.beat()
        this.pauseMs = 100
      } catch (error) {
        this.lost(client, error as Error)
      }
      if (this.client === client) this.watch(client, heartbeat)
    }, this.heartbeatMs)
  }

  private lost(client: Client, error?: Error): void {
    if (this.client !== client) return
    this.client = undefined
    clearTimeout(this.timer)
    drop(client)
    if (this.stopped) return
    this.options.log.warn(
      `live updates pause, Postgres is lost: ${error?.message ?? 'connection closed'}; trying again in ${this.pauseMs} ms`,
    )
    this.timer = setTimeout(() => void this.start(), this.pauseMs)
    this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS)
  }
}

/**
 * Notifies the connection by itself, on a channel that no other listens to. A query alone would not do: behind a pooler
 * that shares connections out by transaction, queries are answered and notifications go to somebody else.
 */
class Heartbeat {
  readonly channel = `provenance_${randomUUID()}`
  heard: () => void = () => {}

  constructor(
    private readonly client: Client,
    private readonly withinMs: number,
  ) {}

  async beat(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const heard = new Promise<void>(resolve => {
      this.heard = resolve
    })
    const late = new Promise<never>((_, reject) => {
      const silent = `no notification came back within ${this.withinMs} ms (LISTEN needs a connection of its own: a pooler must give it a session)`
      timer = setTimeout(() => reject(new Error(silent)), this.withinMs)
    })
    const asked = this.client.query('SELECT pg_notify($1, $2)', [this.channel, ''])
    asked.catch(() => {}) // when the time was over first
    try {
      await Promise.race([Promise.all([asked, heard]), late])
    } finally {
      clearTimeout(timer)
    }
  }
}

/** Ends the connection without waiting for the other side, which may be gone. */
function drop(client: Client): void {
  client.end().catch(() => {})
  ;(client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy()
}

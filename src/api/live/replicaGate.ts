import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '@subsquid/logger'
import type { Pool } from 'pg'
import type { Notification } from './notification'

/** How often the replica is asked how far it is while something waits for it, ms. */
const ASK_MS = 20
/** A replica that is asked in vain is asked less often. */
const ASK_AFTER_FAILURE_MS = 1_000
/** Notifications that may wait; with more, subscribers are told that anything may have changed. */
const MOST_HELD = 1_000

export interface ReplicaGateOptions {
  primary: Pool
  replica: Pool
  log: Logger
  onNotification: (notification: Notification) => void
  /** anything may have changed */
  onGap: () => void
}

/**
 * Holds what the primary says until the replica, which subscriptions are answered from, has replayed it: otherwise an
 * event would show the state before the change, and nothing would tell of the one after it.
 */
export class ReplicaGate {
  private held: Notification[] = []
  private gap = false
  private running = false
  private stopped = false
  private failing = false

  constructor(private readonly options: ReplicaGateOptions) {}

  notification(notification: Notification): void {
    if (this.gap) return
    this.held.push(notification)
    if (this.held.length > MOST_HELD) this.missed()
    else this.begin()
  }

  missed(): void {
    this.gap = true
    this.held = []
    this.begin()
  }

  stop(): void {
    this.stopped = true
  }

  private begin(): void {
    if (!this.running) void this.run()
  }

  private async run(): Promise<void> {
    this.running = true
    while (!this.stopped && (this.gap || this.held.length > 0)) {
      const { held, gap } = this
      this.held = []
      this.gap = false
      await this.replayed()
      if (this.stopped) break
      if (gap) this.options.onGap()
      else for (const notification of held) this.options.onNotification(notification)
    }
    this.running = false
  }

  /** Waits until the replica has all that is committed now, however long that takes. */
  private async replayed(): Promise<void> {
    for (let position: string | undefined; !this.stopped; ) {
      try {
        position ??= await this.writtenTo()
        const done = await this.hasReplayed(position)
        if (this.failing) this.options.log.info('the replica answers again: live updates go on')
        this.failing = false
        if (done) return
        await sleep(ASK_MS)
      } catch (error) {
        const why = (error as Error).message
        if (!this.failing) this.options.log.warn(`live updates pause until the replica answers: ${why}`)
        this.failing = true
        await sleep(ASK_AFTER_FAILURE_MS, undefined, { ref: false })
      }
    }
  }

  private async writtenTo(): Promise<string> {
    const { rows } = await this.options.primary.query(`SELECT pg_current_wal_insert_lsn()::text AS position`)
    return rows[0].position
  }

  /** One that was promoted, or is no standby at all, has nothing left to replay. */
  private async hasReplayed(position: string): Promise<boolean> {
    const { rows } = await this.options.replica.query(
      `SELECT NOT pg_is_in_recovery() OR pg_last_wal_replay_lsn() >= $1::pg_lsn AS replayed`,
      [position],
    )
    if (rows[0].replayed === null) throw new Error('it does not say how far it has replayed')
    return rows[0].replayed
  }
}

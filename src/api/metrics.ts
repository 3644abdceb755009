import type { Pool } from 'pg'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { AnswerMemory } from './limits/answerMemory'
import type { LiveEvents } from './live/liveEvents'

/** Prometheus metrics of one API server. */
export class ApiMetrics {
  readonly registry = new Registry()
  readonly statements = new Counter({
    name: 'provenance_api_statements_total',
    help: 'SQL statements run for GraphQL requests',
    registers: [this.registry],
  })
  readonly subscriptions = new Gauge({
    name: 'provenance_api_subscriptions',
    help: 'open GraphQL subscriptions',
    registers: [this.registry],
  })
  private readonly seconds = new Histogram({
    name: 'provenance_api_request_seconds',
    help: 'time to execute a GraphQL operation (of a subscription: one event), by type and outcome',
    labelNames: ['operation', 'outcome'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [this.registry],
  })
  private readonly responses = new Counter({
    name: 'provenance_api_responses_total',
    help: 'HTTP responses, by path and status',
    labelNames: ['path', 'status'],
    registers: [this.registry],
  })

  /** Starts the clock of an operation; the function it gives stops it. */
  requestStarted(operation: string): (outcome: 'ok' | 'error') => void {
    const stop = this.seconds.startTimer({ operation })
    return outcome => stop({ outcome })
  }

  responded(path: string, status: number): void {
    this.responses.inc({ path, status: String(status) })
  }

  /** Shows how busy the pool is, and what memory is taken. */
  watch(pool: Pool, live: LiveEvents, memory: AnswerMemory): void {
    new Gauge({
      name: 'provenance_api_pool_connections',
      help: 'connections to Postgres, by state; waiting: requests that wait for one',
      labelNames: ['state'],
      registers: [this.registry],
      collect() {
        this.set({ state: 'idle' }, pool.idleCount)
        this.set({ state: 'busy' }, pool.totalCount - pool.idleCount)
        this.set({ state: 'waiting' }, pool.waitingCount)
      },
    })
    new Gauge({
      name: 'provenance_api_subscribers',
      help: 'subscriptions that wait for notifications',
      registers: [this.registry],
      collect() {
        this.set(live.size)
      },
    })
    new Gauge({
      name: 'provenance_api_answer_bytes',
      help: 'memory counted for answers that are worked out or sent',
      registers: [this.registry],
      collect() {
        this.set(memory.bytes)
      },
    })
  }
}

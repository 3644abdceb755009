import type { Pool } from 'pg'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { KeptAnswers } from './kept/keptAnswers'
import type { AnswerMemory } from './limits/answerMemory'
import type { LiveEvents } from './live/liveEvents'

const PATHS = new Set(['/', '/graphql', '/health', '/ready', '/metrics'])

/** A path as a metric's label: callers must not make ever more of them. */
export function pathLabel(path: string): string {
  if (path.startsWith('/statements/')) return '/statements'
  if (path.startsWith('/lineage/')) return '/lineage'
  return PATHS.has(path) ? path : 'other'
}

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
  private readonly fromMemory = new Counter({
    name: 'provenance_api_answers_from_memory_total',
    help: 'GraphQL answers given again from memory, since nothing had changed',
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

  /** Counts a request that was not let in. */
  readonly refused = (path: string): void => this.responded(pathLabel(path), 503)

  answeredFromMemory(): void {
    this.fromMemory.inc()
    this.responded('/graphql', 200)
  }

  /** Shows how busy the pool is, and what memory is taken. */
  watch(pool: Pool, live: LiveEvents, memory: AnswerMemory, kept: KeptAnswers): void {
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
    new Gauge({
      name: 'provenance_api_kept_bytes',
      help: 'memory of answers that are kept to be given again',
      registers: [this.registry],
      collect() {
        this.set(kept.bytes)
      },
    })
  }
}

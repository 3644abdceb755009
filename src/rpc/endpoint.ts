import { RpcClient, RpcConnectionError } from '@subsquid/rpc-client'
import type { EndpointConfig } from '../config/config'
import { hostOf } from './hostOf'
import type { RpcFault } from './rpcFault'

/** Requests on their way to one endpoint at a time. */
const CAPACITY = 8
const REQUEST_TIMEOUT_MS = 30_000
/** Calls in one JSON-RPC batch: providers take 100 and more. */
const BATCH = 100
/** Rest after the first failure in a row, the second, …, with up to a quarter more by chance. */
const RESTS_MS = [50, 200, 1000, 5000, 15_000, 30_000]
/** An endpoint that asks for a longer rest is asked again after this. */
const LONGEST_REST_MS = 300_000
const LONGEST_REST_UNWELL_MS = 1000

/** Whether an endpoint answers for the configured chain: nothing is believed of one that was not asked yet. */
export type ChainCheck = 'unchecked' | 'right' | 'wrong'

export interface Call {
  method: string
  params?: unknown[]
}

function isGetLogs({ method }: Call): boolean {
  return method === 'eth_getLogs'
}

/** One JSON-RPC endpoint of a chain, and how it has been doing. */
export class Endpoint {
  /** host only: user, path and query hold keys */
  readonly name: string
  readonly client: RpcClient
  check: ChainCheck = 'unchecked'
  inFlight = 0
  requests = 0
  failures = 0
  /** what it last failed with */
  problem = ''
  private batchSize = BATCH
  private failuresInRow = 0
  private restsUntil = 0

  constructor(config: EndpointConfig) {
    this.name = hostOf(config.url)
    this.client = new RpcClient({
      url: config.url,
      rateLimit: config.rateLimit,
      capacity: CAPACITY,
      maxBatchCallSize: BATCH,
      requestTimeout: REQUEST_TIMEOUT_MS,
      retryAttempts: 0, // who is asked again, and when, is the pool's to say
      // A WebSocket that does not connect is the client's to wait for, an HTTP request that fails the pool's.
      retrySchedule: config.url.startsWith('ws') ? RESTS_MS : RESTS_MS.slice(0, 1),
      log: null, // its messages hold the URL's path, where keys are
    })
  }

  get capacity(): number {
    return CAPACITY
  }

  /** One request. The error of a failed one says which method failed, and nothing of the URL but the host. */
  async call<T>(method: string, params: unknown[] | undefined, options: object = {}): Promise<T> {
    this.requests++
    return this.annotated(
      method,
      this.client.call<T>(method, params, { ...options, retryAttempts: 0 } as never),
    )
  }

  /** Calls in as few requests as the endpoint allows; answers in their order. */
  async batchCall<T>(calls: Call[], options: object = {}): Promise<T[]> {
    const parts: Promise<T[]>[] = []
    for (let start = 0; start < calls.length; start += this.batchSize) {
      const part = calls.slice(start, start + this.batchSize)
      this.requests++
      const sent = this.client.batchCall<T>(part as never, { ...options, retryAttempts: 0 } as never)
      parts.push(this.annotated((part.find(isGetLogs) ?? part[0]!).method, sent))
    }
    return (await Promise.all(parts)).flat()
  }

  /** After it has refused a batch of the present size. */
  batchLess(): void {
    this.batchSize = Math.max(1, Math.floor(this.batchSize / 4))
  }

  private async annotated<T>(method: string, request: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    try {
      // A WebSocket that never connects leaves its requests waiting: another endpoint shall have them.
      if (!this.client.supportsNotifications()) return await request
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new RpcConnectionError('no answer')), REQUEST_TIMEOUT_MS + 5_000)
      })
      return await Promise.race([request, late])
    } catch (error) {
      if (error instanceof Error)
        Object.assign(error, { rpcMethod: method, rpcUrl: this.name, rpcResponse: undefined })
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  /** ms until it may be asked again; 0: now */
  restsFor(now = Date.now()): number {
    return Math.max(0, this.restsUntil - now)
  }

  noteSuccess(): void {
    this.failuresInRow = 0
  }

  /** @returns ms it is left alone */
  noteFault(fault: RpcFault, problem: string): number {
    this.problem = problem
    this.failures++
    // Requests that were on their way together and fail together are one failure in the row.
    if (this.restsFor() === 0 || this.failuresInRow === 0) this.failuresInRow++
    if (fault.kind === 'batchTooLarge') return 0
    const usual = RESTS_MS[Math.min(this.failuresInRow, RESTS_MS.length) - 1]! * (1 + Math.random() / 4)
    const asked = fault.kind === 'rateLimited' ? (fault.retryAfterMs ?? 0) : 0
    // One that does answer is asked again soon: what was wrong may have been one of the nodes behind it.
    const longest = fault.kind === 'unwell' ? LONGEST_REST_UNWELL_MS : LONGEST_REST_MS
    const rest = Math.min(longest, Math.max(usual, asked))
    this.restsUntil = Math.max(this.restsUntil, Date.now() + rest)
    return rest
  }
}

import { RpcClient, RpcError } from '@subsquid/rpc-client'
import type { EndpointConfig } from '../config/config'
import { HttpTransport } from './httpTransport'
import { Pace } from './pace'
import { NoAnswer, type RpcFault } from './rpcFault'
import { hostOf, redacted, redactorOf } from './secrets'

/** Requests on their way to one endpoint at a time. */
export const CAPACITY = 8
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

/** `eth_getLogs`, which an endpoint may be slow at, or have no history for, while it is quick at the rest. */
export type Work = 'logs' | 'rest'

interface Answered {
  id?: number | null
  result?: unknown
  error?: { code: number; message: string; data?: unknown }
}

function isGetLogs({ method }: Call): boolean {
  return method === 'eth_getLogs'
}

/** One JSON-RPC endpoint of a chain, and how it has been doing. No error of it holds its keys. */
export class Endpoint {
  /** host only: user, path and query hold keys */
  readonly name: string
  readonly redact: (text: string) => string
  /** of a WebSocket endpoint */
  readonly socket: RpcClient | undefined
  readonly capacity = CAPACITY
  readonly pace: Record<Work, Pace> = { logs: new Pace(), rest: new Pace() }
  check: ChainCheck = 'unchecked'
  inFlight = 0
  requests = 0
  /** seconds that the answers took, added up */
  seconds = 0
  failures = 0
  /** what it last failed with */
  problem = ''
  private readonly http: HttpTransport | undefined
  private batchSize = BATCH
  private failuresInRow = 0
  private restsUntil = 0
  private lastId = 0
  private nextTurn = 0

  constructor(private readonly config: EndpointConfig) {
    const { url } = config
    this.name = hostOf(url)
    this.redact = redactorOf(url)
    if (!url.startsWith('ws')) {
      this.http = new HttpTransport({ url, capacity: CAPACITY, timeoutMs: REQUEST_TIMEOUT_MS })
      return
    }
    this.socket = new RpcClient({
      url,
      capacity: CAPACITY,
      requestTimeout: REQUEST_TIMEOUT_MS,
      retryAttempts: 0, // who is asked again, and when, is the pool's to say
      retrySchedule: RESTS_MS, // a connection that is not made is the client's to wait for
      log: null, // its messages hold the URL's path, where keys are
    })
  }

  /** One request. The error of a failed one says which method failed, and nothing of the URL but the host. */
  async call<T>(method: string, params: unknown[] = [], signal?: AbortSignal): Promise<T> {
    return (await this.send([{ method, params }], signal))[0] as T
  }

  /** Calls in as few requests as the endpoint allows; answers in their order. */
  async batchCall<T>(calls: Call[], signal?: AbortSignal): Promise<T[]> {
    return (await this.inBatches(calls, signal)) as T[]
  }

  /** The same, where a call that is refused has its error for an answer. What fails of the whole is thrown. */
  settle(calls: Call[], signal?: AbortSignal): Promise<unknown[]> {
    return this.inBatches(calls, signal, true)
  }

  /** After it has refused a batch of the present size. */
  batchLess(): void {
    this.batchSize = Math.max(1, Math.floor(this.batchSize / 4))
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
    if (fault.kind === 'batchTooLarge' || fault.kind === 'tooManyAddresses') return 0
    const usual = RESTS_MS[Math.min(this.failuresInRow, RESTS_MS.length) - 1]! * (1 + Math.random() / 4)
    const asked = fault.kind === 'rateLimited' ? (fault.retryAfterMs ?? 0) : 0
    // One that does answer is asked again soon: what was wrong may have been one of the nodes behind it.
    const longest = fault.kind === 'unwell' ? LONGEST_REST_UNWELL_MS : LONGEST_REST_MS
    const rest = Math.min(longest, Math.max(usual, asked))
    this.restsUntil = Math.max(this.restsUntil, Date.now() + rest)
    return rest
  }

  close(): void {
    this.http?.close()
    this.socket?.close()
  }

  private get callsInBatch(): number {
    const { rateLimit } = this.config
    return rateLimit === undefined
      ? this.batchSize
      : Math.max(1, Math.min(this.batchSize, Math.floor(rateLimit / 5)))
  }

  private async inBatches(
    calls: Call[],
    signal: AbortSignal | undefined,
    settled?: boolean,
  ): Promise<unknown[]> {
    const parts: Promise<unknown[]>[] = []
    const size = this.callsInBatch
    for (let start = 0; start < calls.length; start += size) {
      parts.push(this.send(calls.slice(start, start + size), signal, settled))
    }
    return (await Promise.all(parts)).flat()
  }

  /** @param settled errors of single calls are answers */
  private async send(calls: Call[], signal: AbortSignal | undefined, settled = false): Promise<unknown[]> {
    await this.turn(calls.length)
    this.requests++
    const start = performance.now()
    try {
      const ask = settled
        ? () => (this.socket ? this.settledOverSocket(calls, signal) : this.settledOverHttp(calls, signal))
        : () => (this.socket ? this.overSocket(calls, signal) : this.overHttp(calls, signal))
      const answers = await ask()
      this.seconds += (performance.now() - start) / 1000
      return answers
    } catch (error) {
      const method =
        (error as { rpcMethod?: string }).rpcMethod ?? (calls.find(isGetLogs) ?? calls[0]!).method
      throw Object.assign(redacted(error, this.redact), {
        rpcMethod: method,
        rpcUrl: this.name,
        rpcResponse: undefined,
      })
    }
  }

  private async overHttp(calls: Call[], signal: AbortSignal | undefined): Promise<unknown[]> {
    const answers = await this.settledOverHttp(calls, signal)
    const refused = answers.find(answer => answer instanceof RpcError)
    if (refused) throw refused
    return answers
  }

  /** A single error may answer a whole batch: it is then the error of each call, of the logs' before all. */
  private async settledOverHttp(calls: Call[], signal: AbortSignal | undefined): Promise<unknown[]> {
    const requests = calls.map(call => ({ jsonrpc: '2.0', id: ++this.lastId, ...call }))
    const answer = await this.http!.post(
      JSON.stringify(requests.length === 1 ? requests[0] : requests),
      signal,
    )
    const answers = Array.isArray(answer) ? (answer as Answered[]) : [answer as Answered]
    const alone = answers.length === 1 ? answers[0] : undefined
    if (alone?.error && requests.length > 1) throw refusalOf(alone.error)
    const byId = new Map(answers.map(one => [one?.id, one]))
    return requests.map(({ id, method }) => {
      // Some servers do not repeat the id of a single request.
      const own = requests.length === 1 && alone?.id == null ? alone : byId.get(id)
      if (own?.error) return Object.assign(refusalOf(own.error), { rpcMethod: method })
      if (own === undefined || own === null || !('result' in own)) {
        throw new NoAnswer(`does not answer ${method} in its answer`)
      }
      return own.result
    })
  }

  private async overSocket(calls: Call[], signal: AbortSignal | undefined): Promise<unknown[]> {
    return this.inTime(this.socket!.batchCall(calls as never), signal)
  }

  private async settledOverSocket(calls: Call[], signal: AbortSignal | undefined): Promise<unknown[]> {
    const asked = calls.map(async ({ method, params }) => {
      try {
        return await this.socket!.call<unknown>(method, params)
      } catch (error) {
        if (error instanceof RpcError) return error
        throw error
      }
    })
    return this.inTime(Promise.all(asked), signal)
  }

  /** A WebSocket that never connects leaves its requests waiting: another endpoint shall have them. */
  private async inTime<T>(answered: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const late = AbortSignal.timeout(REQUEST_TIMEOUT_MS + 5_000)
    const end = signal ? AbortSignal.any([signal, late]) : late
    const ended = new Promise<never>((_, reject) => {
      end.addEventListener('abort', () => reject(new NoAnswer('no answer', { late: true })), { once: true })
    })
    return Promise.race([answered, ended])
  }

  /** Waits so that no more calls a second are made than are allowed. */
  private async turn(calls: number): Promise<void> {
    const { rateLimit } = this.config
    if (rateLimit === undefined) return
    const now = Date.now()
    const at = Math.max(now, this.nextTurn)
    this.nextTurn = at + (calls * 1000) / rateLimit
    if (at > now) await new Promise(resolve => setTimeout(resolve, at - now))
  }
}

function refusalOf(error: unknown): RpcError {
  const { code, message, data } = (typeof error === 'object' ? error : {}) as NonNullable<Answered['error']>
  const said = typeof error === 'string' ? error : message
  return new RpcError({ code: Number(code) || 0, message: String(said ?? 'an error without words'), data })
}

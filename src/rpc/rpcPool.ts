import { setMaxListeners } from 'node:events'
import type { Logger } from '@subsquid/logger'
import type { EndpointConfig } from '../config/config'
import { ConfigError } from '../config/configError'
import { readQuantity } from './chainLogs'
import { type Call, Endpoint, type Work } from './endpoint'
import { BadAnswer, faultOf, firstLine, type RpcFault, RpcUnavailable } from './rpcFault'
import { redacted } from './secrets'
import { Troubles } from './troubles'

interface CallOptions {
  /** so many more tries, and no waiting but for a short rest; absent: until there is an answer */
  retryAttempts?: number
}

/** Methods of which a refusal is the answer: the contract reverts, or the endpoint has no state. */
const REFUSABLE = new Set(['eth_call', 'eth_getCode'])
/** Attempts at what every endpoint answers badly. Not answering at all is waited out, however long. */
const BAD_ANSWERS = 6
/** An endpoint that refuses one thing again and again rests so long each time, and may well answer another. */
const SHORT_REST_MS = 1500
/** The same words of one endpoint are logged again after this. */
const SAY_AGAIN_MS = 60_000

const NOBODY: ReadonlySet<Endpoint> = new Set()

/** One endpoint, for requests that must come from the same node. */
export interface Session {
  readonly endpoint: string
  /** for `avoid` of a later session: names may be shared */
  readonly node: Endpoint
  call<T>(method: string, params: unknown[]): Promise<T>
  batchCall<T>(calls: Call[]): Promise<T[]>
  /** A call that is refused has its error for an answer. */
  settle(calls: Call[]): Promise<unknown[]>
}

interface Asking<T> {
  what: string
  work: Work
  /** asked again so many times, and not waited for; absent: until there is an answer, or `BAD_ANSWERS` bad ones */
  attempts?: number
  /** bad answers are waited out as well */
  isPatient?: boolean
  /** are asked only where no other endpoint is well */
  avoid: ReadonlySet<Endpoint>
  /** whether a refusal is thrown, or another endpoint asked, and the same again */
  refusable: boolean
  ask(endpoint: Endpoint, signal: AbortSignal): Promise<T>
}

type Outcome<T> = { answer: T; endpoint: Endpoint } | { error: Error; fault: RpcFault; endpoint: Endpoint }

/**
 * The endpoints of one chain as one client: the first in the configured order that is well and has room is asked, one
 * that fails rests and another takes over, one that is late has another asked beside it and loses its place to it. While
 * none answers the pool waits, however long, and `problem` says why.
 */
export class RpcPool {
  readonly endpoints: Endpoint[]
  /** for messages: no keys in it */
  readonly url: string
  private readonly troubles = new Troubles()
  private readonly said = new Map<string, number>()

  constructor(
    configs: EndpointConfig[],
    private readonly chainId: number,
    private readonly log: Logger,
  ) {
    this.endpoints = configs.map(config => new Endpoint(config))
    this.url = this.endpoints.map(({ name }) => name).join(', ')
  }

  /**
   * @throws what an endpoint refuses of `eth_call` and `eth_getCode`, or where `retryAttempts` is given, and then the
   *   last failure after so many; RpcUnavailable after bad answers only
   */
  call<T>(method: string, params?: unknown[], { retryAttempts }: CallOptions = {}): Promise<T> {
    return this.try({
      what: method,
      work: method === 'eth_getLogs' ? 'logs' : 'rest',
      attempts: retryAttempts,
      refusable: retryAttempts !== undefined || REFUSABLE.has(method),
      avoid: NOBODY,
      ask: (endpoint, signal) => endpoint.call<T>(method, params, signal),
    })
  }

  /**
   * Runs `work` against one endpoint, and again against another (or the same, after a rest) if a request fails or
   * `work` throws BadAnswer. Where the endpoint is late, against two at the same time.
   *
   * @param avoid is, or are, asked only where no other endpoint is well
   * @param kind `logs`, where it asks for logs: an endpoint that is late with those comes last for those only
   * @param isPatient bad answers are waited out too, however long: there is no other way to go on
   * @throws TooMuch, and RpcError where the endpoint says that `eth_getLogs` is over too much; RpcUnavailable after bad
   *   answers only
   */
  session<T>(
    what: string,
    work: (session: Session) => Promise<T>,
    avoid?: Endpoint | ReadonlySet<Endpoint>,
    { kind = 'logs' as Work, isPatient = false } = {},
  ): Promise<T> {
    return this.try({
      what,
      work: kind,
      refusable: false,
      avoid: avoid instanceof Endpoint ? new Set([avoid]) : (avoid ?? NOBODY),
      isPatient,
      ask: (endpoint, signal) =>
        work({
          endpoint: endpoint.name,
          node: endpoint,
          call: (method, params) => endpoint.call(method, params, signal),
          batchCall: calls => endpoint.batchCall(calls, signal),
          settle: calls => endpoint.settle(calls, signal),
        }),
    })
  }

  /** Why requests are waiting now; null: none is kept waiting. */
  problem(): string | null {
    return this.troubles.worst()
  }

  /**
   * An endpoint with nothing better to do, another one each turn; undefined: there is none now. For a question of which
   * nobody knows whether it can be answered, so that the endpoint is not to blame if it is not.
   */
  spare(turn: number): Endpoint | undefined {
    const free = this.endpoints.filter(
      endpoint =>
        endpoint.check === 'right' && endpoint.restsFor() === 0 && endpoint.inFlight < endpoint.capacity / 2,
    )
    return free[turn % free.length]
  }

  close(): void {
    for (const endpoint of this.endpoints) endpoint.close()
  }

  private async try<T>(asking: Asking<T>): Promise<T> {
    const { attempts, what } = asking
    const trouble = attempts === undefined ? this.troubles.begin(what) : undefined
    try {
      for (let failed = 0, bad = 0; ; ) {
        const endpoint = await this.pick(asking)
        trouble?.asks(endpoint.name)
        const outcome = await this.hedged(endpoint, asking)
        if ('answer' in outcome) return outcome.answer
        const { error, fault } = outcome
        if (error instanceof ConfigError || fault.kind === 'tooMuch') throw error
        if (fault.kind === 'refused' && asking.refusable) throw error
        if (attempts !== undefined && ++failed > attempts) throw error
        if (!isSilence(fault) && ++bad >= BAD_ANSWERS && !asking.isPatient) {
          throw new RpcUnavailable(what, bad, error)
        }
        trouble?.failed(outcome.endpoint.name, this.meaningOf(fault, error))
      }
    } finally {
      trouble?.end()
    }
  }

  /** Where the endpoint is late, the next one is asked as well, and the first answer is taken. */
  private async hedged<T>(first: Endpoint, asking: Asking<T>): Promise<Outcome<T>> {
    const cancelled = new AbortController()
    const asked = this.ask(first, asking, cancelled)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<undefined>(resolve => {
      timer = setTimeout(() => resolve(undefined), first.pace[asking.work].lateAfter)
    })
    const inTime = await Promise.race([asked, late])
    clearTimeout(timer)
    if (inTime) return inTime
    const second = this.placeable(asking.work).find(
      endpoint =>
        endpoint !== first &&
        !asking.avoid.has(endpoint) &&
        endpoint.inFlight < endpoint.capacity &&
        endpoint.check === 'right',
    )
    if (!second) return asked
    const otherCancelled = new AbortController()
    const other = this.ask(second, asking, otherCancelled)
    const sooner = await Promise.race([asked, other])
    const winner = 'answer' in sooner ? sooner : await (sooner.endpoint === first ? other : asked)
    if ('answer' in winner && winner.endpoint === second) {
      first.pace[asking.work].noteLate()
      this.say(
        first,
        `${asking.what}: late, and slower than ${second.name}, which is asked first for a while`,
      )
    }
    cancelled.abort()
    otherCancelled.abort()
    return winner
  }

  private async ask<T>(
    endpoint: Endpoint,
    { what, work, refusable, ask }: Asking<T>,
    cancelled: AbortController,
  ): Promise<Outcome<T>> {
    const start = performance.now()
    setMaxListeners(0, cancelled.signal) // each request of a session listens
    endpoint.inFlight++
    try {
      await this.checkChain(endpoint)
      const answer = await ask(endpoint, cancelled.signal)
      endpoint.noteSuccess()
      endpoint.pace[work].noteAnswer(performance.now() - start)
      return { answer, endpoint }
    } catch (caught) {
      const error = caught instanceof ConfigError ? caught : redacted(caught, endpoint.redact)
      const fault = faultOf(error, methodOf(error, what))
      if (cancelled.signal.aborted || error instanceof ConfigError) return { error, fault, endpoint }
      if (fault.kind === 'tooMuch' || (fault.kind === 'refused' && refusable)) {
        endpoint.noteSuccess()
        return { error, fault, endpoint }
      }
      if (fault.kind === 'batchTooLarge') endpoint.batchLess()
      // It answers all else: only when nobody else answers this is it asked again.
      if (fault.kind === 'pruned' || fault.kind === 'needsAddress') endpoint.pace[work].noteLate()
      const rest = endpoint.noteFault(fault, firstLine(error))
      this.say(
        endpoint,
        `${what}: ${this.meaningOf(fault, error)}; it is asked again after ${Math.ceil(rest)} ms`,
      )
      return { error, fault, endpoint }
    } finally {
      endpoint.inFlight--
    }
  }

  /** Waits while all rest, unless that takes long and the caller wants to know it at once. */
  private async pick({ work, attempts, avoid }: Asking<unknown>): Promise<Endpoint> {
    for (;;) {
      const usable = this.endpoints.filter(({ check }) => check !== 'wrong')
      if (usable.length === 0) throw this.wrongChain(this.endpoints[0]!)
      const rested = this.placeable(work)
      const others = rested.filter(endpoint => !avoid.has(endpoint))
      const well = others.length > 0 ? others : rested
      const free = well.find(({ inFlight, capacity }) => inFlight < capacity)
      if (free) return free
      // All that are well are busy: the least busy one queues the request.
      if (well.length > 0) return well.reduce((best, next) => (next.inFlight < best.inFlight ? next : best))
      const wait = Math.min(...usable.map(endpoint => endpoint.restsFor()))
      if (attempts !== undefined && wait > SHORT_REST_MS)
        throw new Error(usable.map(({ name, problem }) => `${name}: ${problem}`).join('; '))
      await new Promise(resolve => setTimeout(resolve, wait))
    }
  }

  /** Those that are well, in the order in which they are to be asked. */
  private placeable(work: Work): Endpoint[] {
    const well = this.endpoints.filter(endpoint => endpoint.check !== 'wrong' && endpoint.restsFor() === 0)
    const demoted = well.filter(({ pace }) => pace[work].isDemoted())
    return [...well.filter(endpoint => !demoted.includes(endpoint)), ...demoted]
  }

  private async checkChain(endpoint: Endpoint): Promise<void> {
    if (endpoint.check === 'right') return
    const id = readQuantity(await endpoint.call('eth_chainId', []), 'eth_chainId')
    endpoint.check = id === this.chainId ? 'right' : 'wrong'
    if (endpoint.check === 'right') return
    this.log.error(`${endpoint.name} answers for chain ${id}, not ${this.chainId}: it is not asked again`)
    if (this.endpoints.every(({ check }) => check === 'wrong')) throw this.wrongChain(endpoint)
    throw new BadAnswer(`it answers for chain ${id}`)
  }

  private wrongChain(endpoint: Endpoint): ConfigError {
    return new ConfigError(
      'rpc',
      `${endpoint.name} answers for another chain than ${this.chainId}`,
      `set \`rpc\` to an endpoint of chain ${this.chainId}`,
    )
  }

  private meaningOf({ kind }: RpcFault, error: Error): string {
    const words = firstLine(error)
    if (kind === 'pruned') {
      return `it does not keep history that old (${words}): name an archive endpoint in \`rpc\`, or a later \`firstBlock\``
    }
    if (kind === 'needsAddress') {
      return `it answers for named addresses only (${words}), and some logs are read of any contract: name another endpoint in \`rpc\``
    }
    return kind === 'rateLimited' ? `its limit of requests is reached (${words})` : words
  }

  private say(endpoint: Endpoint, words: string): void {
    const key = `${endpoint.name} ${words.replace(/\d+/g, '')}`
    const now = Date.now()
    if (now - (this.said.get(key) ?? Number.NEGATIVE_INFINITY) < SAY_AGAIN_MS) return
    if (this.said.size > 1000) this.said.clear()
    this.said.set(key, now)
    this.log.warn(`${endpoint.name}: ${words}`)
  }
}

/** The endpoint does not answer, which may take hours: no reason to ask for anything else. */
function isSilence({ kind }: RpcFault): boolean {
  return kind === 'unavailable' || kind === 'rateLimited'
}

/** The endpoint notes the method on the error; a session asks several. */
function methodOf(error: unknown, what: string): string {
  return (error as { rpcMethod?: string }).rpcMethod ?? what
}

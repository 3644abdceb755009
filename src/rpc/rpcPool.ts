import type { Logger } from '@subsquid/logger'
import type { RpcClient } from '@subsquid/rpc-client'
import type { EndpointConfig } from '../config/config'
import { ConfigError } from '../config/configError'
import { type Call, Endpoint } from './endpoint'
import { BadAnswer, faultOf, firstLine, RpcUnavailable } from './rpcFault'

/** Options of the SDK's client, which the hot source uses. */
type CallOptions<R> = NonNullable<Parameters<RpcClient['call']>[2]> & {
  validateResult?: (result: unknown, request: unknown) => R
}
/** Attempts at what every endpoint answers badly. Not answering at all is waited out, however long. */
const BAD_ANSWERS = 6

/** One endpoint, for requests that must come from the same node. */
export interface Session {
  readonly endpoint: string
  /** for `avoid` of a later session: names may be shared */
  readonly node: Endpoint
  call<T>(method: string, params: unknown[]): Promise<T>
  batchCall<T>(calls: Call[]): Promise<T[]>
}

/**
 * The endpoints of one chain as one client: the first in the configured order that is well and has room is asked, one
 * that fails rests and another takes over, and while none answers the pool waits. Speaks the SDK client's language
 * (`call`, `batchCall`, …), so that the SDK's hot source runs on it.
 */
export class RpcPool {
  readonly endpoints: Endpoint[]
  /** for the SDK's messages: no keys in it */
  readonly url: string

  constructor(
    configs: EndpointConfig[],
    private readonly chainId: number,
    private readonly log: Logger,
    /** those known to answer for the chain; the others are asked before they are believed */
    sound: EndpointConfig[] = [],
  ) {
    this.endpoints = configs.map(config => {
      const endpoint = new Endpoint(config)
      if (sound.includes(config)) endpoint.check = 'right'
      return endpoint
    })
    this.url = this.endpoints.map(({ name }) => name).join(', ')
  }

  call<T>(method: string, params?: unknown[], options: CallOptions<T> = {}): Promise<T> {
    return this.try(method, options.retryAttempts, endpoint => endpoint.call<T>(method, params, options))
  }

  batchCall<T>(batch: Call[], options: CallOptions<T> = {}): Promise<T[]> {
    if (batch.length === 0) return Promise.resolve([])
    return this.try(batch[0]!.method, options.retryAttempts, endpoint =>
      endpoint.batchCall<T>(batch, options),
    )
  }

  /**
   * Runs `work` against one endpoint, and again against another (or the same, after a rest) if a request fails or
   * `work` throws BadAnswer.
   *
   * @param avoid is asked only where no other endpoint is well
   * @throws what the endpoints refuse, `eth_getLogs` over too much among it; RpcUnavailable after bad answers only
   */
  session<T>(what: string, work: (session: Session) => Promise<T>, avoid?: Endpoint): Promise<T> {
    const ask = (endpoint: Endpoint) =>
      work({
        endpoint: endpoint.name,
        node: endpoint,
        call: (method, params) => endpoint.call(method, params),
        batchCall: calls => endpoint.batchCall(calls),
      })
    return this.try(what, undefined, ask, avoid)
  }

  getConcurrency(): number {
    return this.endpoints.reduce((sum, { capacity }) => sum + capacity, 0)
  }

  /** New heads are pushed only where there is no other endpoint to go to when the connection is silent. */
  supportsNotifications(): boolean {
    return this.endpoints.length === 1 && this.endpoints[0]!.client.supportsNotifications()
  }

  subscribe: RpcClient['subscribe'] = subscription => this.endpoints[0]!.client.subscribe(subscription)

  reset(reason?: Error): void {
    for (const { client } of this.endpoints) client.reset(reason)
  }

  getMetrics(): ReturnType<RpcClient['getMetrics']> {
    const each = this.endpoints.map(({ client }) => client.getMetrics())
    const served = each.reduce((sum, { requestsServed }) => sum + requestsServed, 0)
    const time = each.reduce(
      (sum, { requestsServed, avgResponseTime }) => sum + requestsServed * avgResponseTime,
      0,
    )
    return {
      url: this.url,
      requestsServed: served,
      connectionErrors: this.endpoints.reduce((sum, { failures }) => sum + failures, 0),
      notificationsReceived: each.reduce((sum, { notificationsReceived }) => sum + notificationsReceived, 0),
      avgResponseTime: served > 0 ? time / served : 0,
    }
  }

  close(): void {
    for (const { client } of this.endpoints) client.close()
  }

  private async try<T>(
    what: string,
    attempts: number | undefined,
    ask: (endpoint: Endpoint) => Promise<T>,
    avoid?: Endpoint,
  ): Promise<T> {
    let unanswered = 0
    let bad = 0
    for (;;) {
      const endpoint = await this.pick(attempts !== undefined, avoid)
      endpoint.inFlight++
      try {
        await this.checkChain(endpoint)
        const answer = await ask(endpoint)
        endpoint.noteSuccess()
        return answer
      } catch (error) {
        if (error instanceof ConfigError) throw error
        const fault = faultOf(error, methodOf(error, what))
        if (fault.kind === 'refused' || fault.kind === 'tooMuch') {
          endpoint.noteSuccess()
          throw error
        }
        if (fault.kind === 'batchTooLarge') endpoint.batchLess()
        const rest = endpoint.noteFault(fault, firstLine(error))
        this.log.warn(
          `${endpoint.name}: ${what}: ${firstLine(error)}; it is asked again after ${Math.ceil(rest)} ms`,
        )
        if (fault.kind === 'unwell' || fault.kind === 'batchTooLarge') bad++
        else unanswered++
        if (bad >= BAD_ANSWERS) throw new RpcUnavailable(what, bad + unanswered, error)
        if (attempts !== undefined && bad + unanswered > attempts) throw error
      } finally {
        endpoint.inFlight--
      }
    }
  }

  /** Waits while all rest, unless the caller wants to know that at once. */
  private async pick(impatient: boolean, avoid?: Endpoint): Promise<Endpoint> {
    for (;;) {
      const usable = this.endpoints.filter(({ check }) => check !== 'wrong')
      if (usable.length === 0) throw this.wrongChain(this.endpoints[0]!)
      const rested = usable.filter(endpoint => endpoint.restsFor() === 0)
      const others = rested.filter(endpoint => endpoint !== avoid)
      const well = others.length > 0 ? others : rested
      const free = well.find(({ inFlight, capacity }) => inFlight < capacity)
      if (free) return free
      // All that are well are busy: the least busy one queues the request.
      if (well.length > 0) return well.reduce((best, next) => (next.inFlight < best.inFlight ? next : best))
      if (impatient) throw new Error(usable.map(({ name, problem }) => `${name}: ${problem}`).join('; '))
      const wait = Math.min(...usable.map(endpoint => endpoint.restsFor()))
      await new Promise(resolve => setTimeout(resolve, wait))
    }
  }

  private async checkChain(endpoint: Endpoint): Promise<void> {
    if (endpoint.check === 'right') return
    const id = Number(await endpoint.call<string>('eth_chainId', []))
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
}

/** The endpoint notes the method on the error; a session asks several. */
function methodOf(error: unknown, what: string): string {
  return (error as { rpcMethod?: string }).rpcMethod ?? what
}

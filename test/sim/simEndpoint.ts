import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { RpcError } from '../../src/replay/rpcError'
import type { Prng } from '../../src/sandbox/scenario/prng'
import {
  ANSWER_FAULTS,
  BEYOND_HEAD,
  BLOCK_LIMITS,
  CALL_FAULTS,
  type Fault,
  LOG_LIMITS,
  type Oddity,
  PASSING_ERRORS,
  QUOTA,
  spoiled,
  TRANSPORT_FAULTS,
} from './faults'
import { type AnsweredLog, answerOf, type NodeView } from './simRpc'

/** What an endpoint refuses for good. */
export interface Limits {
  /** blocks and logs in one answer, and calls in one batch */
  blocks?: number
  logs?: number
  batch?: number
  /** which words of faults.ts it refuses in */
  words: number
  /** refuses queries that name no address */
  wantsAddress?: boolean
}

interface Options {
  random: Prng
  /** the chain as the endpoint's node sees it now */
  view(faults: readonly Fault[], random: Prng): NodeView
  limits: Limits
  oddities: readonly Oddity[]
  /** told each fault that was committed */
  committed(fault: string): void
}

interface Call {
  id: unknown
  method: string
  params?: unknown[]
}

/** How long a request that hangs is held, ms: beyond the patience of any client that is to go on. */
const HANG_MS = 60_000

/** A JSON-RPC endpoint over HTTP with its whims. */
export class SimEndpoint {
  /** percent of requests (or calls, or answers) that each fault befalls */
  weather = new Map<Fault, number>()
  private server!: Server

  private constructor(private readonly options: Options) {}

  static async start(options: Options): Promise<SimEndpoint> {
    const endpoint = new SimEndpoint(options)
    endpoint.server = createServer((request, response) => {
      endpoint.serve(request, response).catch(() => response.destroy())
    })
    await new Promise<void>(resolve => endpoint.server.listen(0, '127.0.0.1', resolve))
    return endpoint
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise(resolve => this.server.close(resolve))
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const asked = JSON.parse(Buffer.concat(chunks).toString()) as Call | Call[]
    const calls = Array.isArray(asked) ? asked : [asked]
    const fault = this.befalls(TRANSPORT_FAULTS)
    if (fault && (await this.failed(fault, calls, response))) return
    const { batch } = this.options.limits
    if (Array.isArray(asked) && batch && calls.length > batch) {
      return send(response, {
        jsonrpc: '2.0',
        id: null,
        error: { code: -32600, message: `batch of ${calls.length} is more than ${batch}` },
      })
    }
    const { random, view: viewOf } = this.options
    const now = [...this.weather].filter(([, percent]) => random.chance(percent)).map(([name]) => name)
    const view = viewOf(now, random)
    const answers = calls.map(call => this.answer(view, call))
    const body = JSON.stringify(Array.isArray(asked) ? answers : answers[0])
    if (fault === 'dropsHalfWay') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
      response.write(body.slice(0, body.length / 2), () => response.destroy())
      return
    }
    send(response, body)
  }

  /** Which of the faults happens now. */
  private befalls<T extends Fault>(faults: readonly T[]): T | undefined {
    return faults.find(name => {
      const percent = this.weather.get(name)
      return percent !== undefined && this.options.random.chance(percent)
    })
  }

  /** Whether the request is over with that. */
  private async failed(fault: Fault, calls: Call[], response: ServerResponse): Promise<boolean> {
    if (fault === 'hangsOnLogs' && !calls.some(({ method }) => method === 'eth_getLogs')) return false
    this.options.committed(fault)
    switch (fault) {
      case 'hangs':
      case 'hangsOnLogs':
        setTimeout(() => response.destroy(), HANG_MS).unref()
        return true
      case 'slow':
        await new Promise(resolve => setTimeout(resolve, this.options.random.int(50, 600)))
        return false
      case 'drops':
        response.destroy()
        return true
      case 'html502':
        response.writeHead(502, { 'content-type': 'text/html' }).end('<html><h1>502 Bad Gateway</h1></html>')
        return true
      case 'status503':
        response.writeHead(503).end('no backend')
        return true
      case 'status429':
        response.writeHead(429, { 'content-type': 'application/json' }).end('{"error":"slow down"}')
        return true
      case 'status429RetryAfter':
        response.writeHead(429, { 'retry-after': '1' }).end()
        return true
      case 'notJson':
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end('{"jsonrpc":"2.0","id":1,"result":')
        return true
      case 'emptyBody':
        response.writeHead(200, { 'content-type': 'application/json' }).end()
        return true
      case 'oneErrorForBatch':
        send(response, { jsonrpc: '2.0', id: null, error: { code: -32000, message: 'server is busy' } })
        return true
      default:
        return false
    }
  }

  private answer(view: NodeView, { id, method, params = [] }: Call): object {
    try {
      this.refuse(view, method, params)
      return { jsonrpc: '2.0', id, result: this.spoil(method, params, answerOf(view, method, params)) }
    } catch (error) {
      if (!(error instanceof RpcError)) throw error
      return { jsonrpc: '2.0', id, error: { code: error.code, message: error.message } }
    }
  }

  private refuse(view: NodeView, method: string, params: readonly unknown[]): void {
    const { random, limits, committed } = this.options
    const fault = this.befalls(CALL_FAULTS)
    const say = ([code, message]: readonly [number, string]) => {
      if (fault) committed(fault)
      throw new RpcError(code, message)
    }
    if (fault === 'passingError') say(random.pick(PASSING_ERRORS))
    if (fault === 'quota') say(random.pick(QUOTA))
    if (fault === 'callFails' && method === 'eth_call') say([-32000, 'state is not available'])
    if (fault === 'beyondHead' && method === 'eth_getLogs') say(random.pick(BEYOND_HEAD))
    if (method !== 'eth_getLogs') return
    const { fromBlock, toBlock, address } = params[0] as {
      fromBlock?: string
      toBlock?: string
      address?: unknown
    }
    if (limits.wantsAddress && address === undefined)
      say([-32602, 'Please specify an address in your request'])
    const blocks = fromBlock === undefined ? 1 : Number(toBlock) - Number(fromBlock) + 1
    if (limits.blocks && blocks > limits.blocks)
      say(BLOCK_LIMITS[limits.words % BLOCK_LIMITS.length]!(limits.blocks))
    if (!limits.logs || blocks === 1) return
    const found = answerOf(view, method, params) as unknown[]
    if (found.length > limits.logs) say(LOG_LIMITS[limits.words % LOG_LIMITS.length]!(limits.logs))
  }

  private spoil(method: string, params: readonly unknown[], result: unknown): unknown {
    const { random, committed, oddities } = this.options
    let answer = result
    if (method === 'eth_getLogs') {
      const logs = answer as AnsweredLog[]
      const fault = this.befalls(ANSWER_FAULTS)
      const wrong =
        fault && spoiled(fault, logs, (params[0] as { blockHash?: string }).blockHash !== undefined, random)
      if (wrong) committed(fault)
      answer = wrong ?? logs
    }
    if (method.startsWith('eth_getBlockBy') && answer !== null && this.befalls(['noSuchBlock'])) {
      committed('noSuchBlock')
      return null
    }
    return oddities.reduce((value, oddity) => odd(oddity, method, value), answer)
  }
}

/** The same answer as another client writes it. */
function odd(oddity: Oddity, method: string, answer: unknown): unknown {
  const isLogs = method === 'eth_getLogs' && Array.isArray(answer)
  const isBlock = method.startsWith('eth_getBlockBy') && answer !== null
  switch (oddity) {
    case 'upperCase':
      return isLogs || isBlock ? mapped(answer, text => `0x${text.slice(2).toUpperCase()}`) : answer
    case 'leadingZeros':
      return isLogs
        ? (answer as AnsweredLog[]).map(log => ({
            ...log,
            logIndex: padded(log.logIndex),
            blockNumber: padded(log.blockNumber),
          }))
        : answer
    case 'nullForNone':
      return isLogs && (answer as unknown[]).length === 0 ? null : answer
    case 'nullTopics':
      return isLogs
        ? (answer as AnsweredLog[]).map(log => (log.topics.length === 0 ? { ...log, topics: null } : log))
        : answer
    case 'noOptionalFields':
      return isLogs ? (answer as AnsweredLog[]).map(({ removed: _, ...log }) => log) : answer
    case 'noBloom':
      return isBlock ? { ...(answer as object), logsBloom: `0x${'00'.repeat(256)}` } : answer
  }
}

function padded(quantity: string): string {
  return `0x0${quantity.slice(2)}`
}

function mapped(value: unknown, change: (hex: string) => string): unknown {
  return JSON.parse(JSON.stringify(value), (_, one) =>
    typeof one === 'string' && one.startsWith('0x') ? change(one) : one,
  )
}

function send(response: ServerResponse, body: string | object): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { RpcError } from '../../../src/replay/rpcError'
import { acceptSockets } from '../../fixtures/socketServer'
import type { Answer, RpcRequest } from '../../rpc/proxy'
import type { Branch, SimBlock, SimChain } from '../../sim/simChain'
import { answerOf } from '../../sim/simRpc'

export const CHAIN_ID = 4242

/** A node of a chain in memory, over HTTP and WebSocket, that answers as told. */
export class ForkableNode {
  /** the calls that it met; those of a batch each */
  readonly seen: RpcRequest[] = []
  requests = 0
  /** of the bodies that it sent */
  bytes = 0
  /** what it takes for the chain; absent: what the chain is */
  branch: (() => Branch) | undefined
  /** height of the tags; absent: it does not know them */
  finalized: number | undefined
  /** numbers each transaction's logs from 0 */
  countsByTransaction = false
  /** its socket pushes new heads */
  pushes = true
  /** an answer of its own; a throw is an error */
  before: (request: RpcRequest) => { result: unknown } | undefined = () => undefined
  /** changes a sound answer */
  after: (request: RpcRequest, result: Answer) => Answer = (_, result) => result
  /** ms that it takes to answer, over HTTP */
  delay: () => number = () => 0
  private server!: Server
  private sockets!: ReturnType<typeof acceptSockets>

  private constructor(private readonly chain: SimChain) {}

  static async start(chain: SimChain): Promise<ForkableNode> {
    const node = new ForkableNode(chain)
    node.server = createServer(async (request, response) => {
      const parts: Buffer[] = []
      for await (const part of request) parts.push(part as Buffer)
      const body = node.reply(Buffer.concat(parts).toString())
      const late = node.delay()
      if (late > 0) await sleep(late)
      response.setHeader('content-type', 'application/json')
      response.end(body)
    })
    node.sockets = acceptSockets(node.server, (text, send) => send(node.reply(text)))
    await new Promise<void>(resolve => node.server.listen(0, '127.0.0.1', resolve))
    return node
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  get socketUrl(): string {
    return this.url.replace('http', 'ws')
  }

  get openSockets(): number {
    return this.sockets.count()
  }

  asked(method: string): RpcRequest[] {
    return this.seen.filter(request => request.method === method)
  }

  /** Tells subscribers of the head, as nodes do with every block. */
  pushHead(): void {
    if (!this.pushes) return
    const result = this.answer({ id: 0, method: 'eth_getBlockByNumber', params: ['latest', false] })
    this.sockets.sendAll(
      JSON.stringify({ jsonrpc: '2.0', method: 'eth_subscription', params: { subscription: '0x1', result } }),
    )
  }

  async stop(): Promise<void> {
    this.sockets.closeAll()
    this.server.closeAllConnections()
    await new Promise(resolve => this.server.close(resolve))
  }

  private reply(text: string): string {
    this.requests++
    const asked = JSON.parse(text) as RpcRequest | RpcRequest[]
    const answers = (Array.isArray(asked) ? asked : [asked]).map(request => {
      this.seen.push(request)
      try {
        return { jsonrpc: '2.0', id: request.id, result: this.answer(request) }
      } catch (error) {
        if (!(error instanceof RpcError)) throw error
        return { jsonrpc: '2.0', id: request.id, error: { code: error.code, message: error.message } }
      }
    })
    const body = JSON.stringify(Array.isArray(asked) ? answers : answers[0])
    this.bytes += body.length
    return body
  }

  private answer(request: RpcRequest): unknown {
    if (request.method === 'eth_subscribe') return '0x1'
    const own = this.before(request)
    if (own) return own.result
    return this.after(request, answerOf(this.view(), request.method, request.params))
  }

  private view() {
    return {
      chainId: CHAIN_ID,
      branch: this.branch?.() ?? this.chain.branch,
      byHash: this.chain.byHash as ReadonlyMap<string, SimBlock>,
      finalized: this.finalized,
      countsByTransaction: this.countsByTransaction,
    }
  }
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface RpcRequest {
  id: number
  method: string
  params: unknown[]
}

// biome-ignore lint/suspicious/noExplicitAny: a proxy that lies changes answers of every shape
export type Answer = any

/** What a proxy does with a request; `undefined` from `before` passes it on. */
export interface Behaviour {
  /** HTTP-level misbehaviour: true when it has dealt with the whole request itself */
  http?(requests: RpcRequest[], response: ServerResponse): boolean
  /** an answer of its own instead of the node's: `{ result }` or `{ error }` */
  before?(request: RpcRequest): object | undefined
  /** changes the node's result */
  after?(request: RpcRequest, result: Answer): Answer
}

export interface Front {
  url: string
  /** requests met so far, the calls of a batch each */
  seen: RpcRequest[]
  behaviour: Behaviour
  close(): Promise<void>
}

/** An endpoint in front of a real one that misbehaves as told. */
export async function frontOf(target: string, behaviour: Behaviour = {}): Promise<Front> {
  const self: Front = { url: '', seen: [], behaviour, close: async () => {} }
  const server = createServer((request, response) => {
    void handle(request, response).catch(() => response.destroy())
  })
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const body = JSON.parse(Buffer.concat(parts).toString()) as RpcRequest | RpcRequest[]
    const requests = Array.isArray(body) ? body : [body]
    self.seen.push(...requests)
    if (self.behaviour.http?.(requests, response)) return
    const answers: object[] = []
    for (const one of requests) {
      const own = self.behaviour.before?.(one)
      if (own) {
        answers.push({ jsonrpc: '2.0', id: one.id, ...own })
        continue
      }
      const forwarded = await fetch(target, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(one),
      })
      const answer = (await forwarded.json()) as { result?: Answer }
      if ('result' in answer && self.behaviour.after) answer.result = self.behaviour.after(one, answer.result)
      answers.push(answer)
    }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(Array.isArray(body) ? answers : answers[0]))
  }
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  self.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  self.close = () =>
    new Promise(resolve => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return self
}

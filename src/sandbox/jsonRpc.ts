/** A local chain's JSON-RPC, in batches. */
import { SandboxError } from './sandboxError'

export interface RpcRequest {
  method: string
  params: unknown[]
}

interface RpcAnswer {
  id: number
  result?: unknown
  error?: { message: string; data?: unknown }
}

export class JsonRpc {
  constructor(readonly url: string) {}

  async call<T>(method: string, params: unknown[] = []): Promise<T> {
    const [result] = await this.batch<T>([{ method, params }])
    return result as T
  }

  /** Results in the order of the requests; throws at the first that failed. */
  async batch<T>(requests: RpcRequest[]): Promise<T[]> {
    const results: T[] = []
    for (const { id, result, error } of await this.send(requests)) {
      if (error) {
        throw new SandboxError(
          `${requests[id]?.method} on ${this.url}: ${error.message}`,
          'the sandbox drives anvil: point it at an anvil of its own, started fresh',
        )
      }
      results[id] = result as T
    }
    return results
  }

  /** What the chain has against a request: its message, and the data of a revert; undefined: nothing. */
  async objection(request: RpcRequest): Promise<{ message: string; data?: unknown } | undefined> {
    const [answer] = await this.send([request])
    return answer?.error
  }

  private async send(requests: RpcRequest[]): Promise<RpcAnswer[]> {
    if (requests.length === 0) return []
    const body = requests.map((request, id) => ({ jsonrpc: '2.0', id, ...request }))
    const response = await fetch(this.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }).catch(cause => {
      throw new SandboxError(`${this.url} does not answer`, 'check that the local chain is running', {
        cause,
      })
    })
    return (await response.json()) as RpcAnswer[]
  }
}

import { setTimeout } from 'node:timers/promises'
import type { Hex } from 'viem'
import type { EndpointConfig } from '../../config/config'
import { Endpoint } from '../../rpc/endpoint'
import { faultOf, firstLine } from '../../rpc/rpcFault'
import type { RpcBlock } from './header'
import type { RpcReceipt } from './receipt'

/** Times that all endpoints are asked, where one may answer yet. */
const ROUNDS = 3
/** Somebody waits for the file. */
const LONGEST_REST_MS = 5_000
/** What an endpoint says of the thing itself: it says so again. */
const FINAL = new Set(['refused', 'pruned'])
/** Receipts that are asked for at once, where an endpoint does not give a block's together. */
const AT_ONCE = 20

/** No endpoint gave what a proof is made of. Its keys are not in the message. */
export class ChainReadError extends Error {
  override name = 'ChainReadError'
}

/**
 * Asks a chain's endpoints for blocks and receipts, the preferred one first. Unlike an RpcPool it needs not know the
 * chain, believes nothing (what comes is checked against hashes), and gives up.
 */
export class ChainReader {
  private readonly endpoints: Endpoint[]
  private givesBlockReceipts = true

  constructor(endpoints: readonly EndpointConfig[]) {
    this.endpoints = endpoints.map(endpoint => new Endpoint(endpoint))
  }

  close(): void {
    for (const endpoint of this.endpoints) endpoint.close()
  }

  /** CAIP-2 */
  async chain(): Promise<string> {
    return `eip155:${Number(await this.ask<string>('eth_chainId', []))}`
  }

  /** undefined: there is no such block */
  async block(number: number): Promise<RpcBlock | undefined> {
    const block = await this.ask<RpcBlock | null>('eth_getBlockByNumber', [`0x${number.toString(16)}`, false])
    return block ?? undefined
  }

  /** All of a block, in their order. */
  async receipts({ number, transactions }: RpcBlock): Promise<RpcReceipt[]> {
    if (this.givesBlockReceipts) {
      const all = await this.ask<RpcReceipt[] | null>('eth_getBlockReceipts', [number]).catch(() => null)
      if (all && all.length === transactions.length)
        return [...all].sort((a, b) => Number(a.transactionIndex) - Number(b.transactionIndex))
      this.givesBlockReceipts = false // many nodes do not know it
    }
    const receipts: RpcReceipt[] = []
    for (let start = 0; start < transactions.length; start += AT_ONCE) {
      const some = transactions.slice(start, start + AT_ONCE)
      receipts.push(...(await Promise.all(some.map(hash => this.receipt(hash)))))
    }
    return receipts
  }

  private async receipt(hash: Hex): Promise<RpcReceipt> {
    const receipt = await this.ask<RpcReceipt | null>('eth_getTransactionReceipt', [hash])
    if (!receipt) throw new ChainReadError(`no receipt of transaction ${hash}`)
    return receipt
  }

  private async ask<T>(method: string, params: unknown[]): Promise<T> {
    const open = new Set(this.endpoints)
    const problems = new Map<Endpoint, string>()
    for (let round = 0; round < ROUNDS && open.size > 0; round++) {
      for (const endpoint of open) {
        if (round > 0) await setTimeout(Math.min(endpoint.restsFor(), LONGEST_REST_MS))
        try {
          const answer = await endpoint.call<T>(method, params)
          endpoint.noteSuccess()
          return answer
        } catch (error) {
          const fault = faultOf(error, method)
          if (FINAL.has(fault.kind)) open.delete(endpoint)
          else endpoint.noteFault(fault, firstLine(error))
          const what = fault.kind === 'unavailable' ? 'does not answer' : 'refuses it'
          problems.set(endpoint, `${endpoint.name} ${what} (${firstLine(error)})`)
        }
      }
    }
    throw new ChainReadError(`${method}: ${[...problems.values()].join(', ') || 'no endpoint'}`)
  }
}

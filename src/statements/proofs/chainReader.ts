import type { Hex } from 'viem'
import { hostOf } from '../../rpc/secrets'
import type { RpcBlock } from './header'
import type { RpcReceipt } from './receipt'

const TIMEOUT_MS = 30_000
/** Receipts that are asked for at once, where an endpoint does not give a block's together. */
const AT_ONCE = 20

/** No endpoint gave what a proof is made of. Its keys are not in the message. */
export class ChainReadError extends Error {
  override name = 'ChainReadError'
}

/** Asks a chain's endpoints for blocks and receipts, the preferred one first. */
export class ChainReader {
  private givesBlockReceipts = true

  constructor(private readonly urls: readonly string[]) {}

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
    const problems: string[] = []
    for (const url of this.urls) {
      try {
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
          signal: AbortSignal.timeout(TIMEOUT_MS),
        })
        const { result, error } = (await response.json()) as { result?: T; error?: { code?: unknown } }
        if (error === undefined && result !== undefined) return result
        problems.push(`${hostOf(url)} refuses it (${String(error?.code ?? response.status)})`)
      } catch {
        problems.push(`${hostOf(url)} does not answer`)
      }
    }
    throw new ChainReadError(`${method}: ${problems.join(', ') || 'no endpoint'}`)
  }
}

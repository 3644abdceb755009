import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { events } from '../../src/abi/erc4626/vault'
import { quantity } from '../../src/rpc/chainLogs'

/** Transfers of other contracts in a block: Base on a busy day. */
const FOREIGN_LOGS = 2_000
/** and the tokens that emit them */
const FOREIGN_TOKENS = 500
/** Logs of followed vaults in a block. */
const VAULT_LOGS = 10

interface Call {
  id: number
  method: string
  params: [
    { fromBlock?: string; toBlock?: string; blockHash?: string; address?: string[]; topics: [string[]] },
  ]
}

const word = (n: number) => `0x${n.toString(16).padStart(64, '0')}`
const hashOf = (height: number) => word(2 ** 40 + height)

export function vaultOf(n: number): string {
  return `0x${(2 ** 44 + n).toString(16).padStart(40, '0')}`
}

/** A chain with full blocks, as a node tells it over HTTP: made up when it is asked for, with what that costs. */
export class BusyChain {
  head = 0
  requests = 0
  /** of both directions, uncompressed */
  bytes = 0
  private server!: Server

  private constructor(private readonly vaults: number) {}

  static async start(vaults: number): Promise<BusyChain> {
    const chain = new BusyChain(vaults)
    chain.server = createServer(async (request, response) => {
      const parts: Buffer[] = []
      for await (const part of request) parts.push(part as Buffer)
      const asked = Buffer.concat(parts)
      const body = chain.reply(asked.toString())
      chain.requests++
      chain.bytes += asked.length + body.length
      response.setHeader('content-type', 'application/json')
      response.end(body)
    })
    await new Promise<void>(resolve => chain.server.listen(0, '127.0.0.1', resolve))
    return chain
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise(resolve => this.server.close(resolve))
  }

  hashAt(height: number): string {
    return hashOf(height)
  }

  private reply(text: string): string {
    const asked = JSON.parse(text) as Call | Call[]
    if (!Array.isArray(asked)) return this.answer(asked)
    return `[${asked.map(call => this.answer(call)).join()}]`
  }

  private answer({ id, method, params }: Call): string {
    return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${this.resultOf(method, params)}}`
  }

  private resultOf(method: string, params: Call['params']): string {
    if (method === 'eth_chainId') return '"0x1"'
    if (method === 'eth_blockNumber') return JSON.stringify(quantity(this.head))
    if (method === 'eth_getLogs') return this.logsFor(params[0])
    const tag = params[0] as unknown as string
    return this.header(tag === 'latest' ? this.head : Number(tag))
  }

  private header(height: number): string {
    return JSON.stringify({
      number: quantity(height),
      hash: hashOf(height),
      parentHash: hashOf(height - 1),
      timestamp: quantity(1_750_000_000 + 2 * height),
      logsBloom: `0x${'ff'.repeat(256)}`, // of 8,000 items every bit is set
    })
  }

  private logsFor({ fromBlock, toBlock, blockHash, address, topics }: Call['params'][0]): string {
    const from = blockHash ? Number(BigInt(blockHash)) - 2 ** 40 : Number(fromBlock)
    const to = blockHash ? from : Number(toBlock)
    if (!topics[0].includes(events.Transfer.topic)) return '[]'
    const wanted = address && new Set(address)
    const logs: string[] = []
    for (let height = from; height <= Math.min(to, this.head); height++) {
      for (let i = 0; i < VAULT_LOGS; i++) {
        const vault = vaultOf((height * VAULT_LOGS + i) % this.vaults)
        if (!wanted || wanted.has(vault)) logs.push(logOf(height, vault, i))
      }
      if (wanted) continue // no foreign token is followed
      for (let i = 0; i < FOREIGN_LOGS; i++) {
        const token = `0x${(2 ** 45 + (i % FOREIGN_TOKENS)).toString(16).padStart(40, '0')}`
        logs.push(logOf(height, token, VAULT_LOGS + i))
      }
    }
    return `[${logs.join()}]`
  }
}

function logOf(height: number, address: string, index: number): string {
  const topics = `"${events.Transfer.topic}","${word(index + 1)}","${word(index + 2)}"`
  return (
    `{"address":"${address}","topics":[${topics}],"data":"${word(1)}","blockNumber":"${quantity(height)}",` +
    `"blockHash":"${hashOf(height)}","transactionHash":"${word(height * 10_000 + index)}",` +
    `"transactionIndex":"${quantity(index)}","logIndex":"${quantity(index)}","removed":false}`
  )
}

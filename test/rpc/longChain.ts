import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { word } from '../replay/recordings'
import type { RpcRequest } from './proxy'

interface Query {
  from: number
  to: number
  addresses?: string[]
  topics: string[]
}

interface Options {
  head: number
  /** blocks that hold logs, and how many: all of one contract, of topic 1 */
  logsOf?: (block: number) => number
  /** the message of a refusal */
  refuses?: (query: Query, logs: number) => string | undefined
}

export interface LongChain {
  url: string
  queries: Query[]
  refused: number
  close(): Promise<void>
}

export const CONTRACT = `0x${'aa'.repeat(20)}`

/** A chain of any length that takes no room, behind an endpoint with limits. */
export async function longChain({ head, logsOf = () => 0, refuses }: Options): Promise<LongChain> {
  const hash = (block: number) => word(block + 1_000_000_000)
  const self: LongChain = { url: '', queries: [], refused: 0, close: async () => {} }
  const logs = (query: Query): object[] => {
    const found: object[] = []
    if (!query.topics.includes(word(1))) return found
    for (let block = query.from; block <= query.to; block++) {
      for (let index = 0; index < logsOf(block); index++) {
        found.push({
          blockNumber: block,
          blockHash: hash(block),
          transactionHash: word(block * 1000),
          transactionIndex: '0x0',
          logIndex: index,
          address: CONTRACT,
          topics: [word(1)],
          data: '0x',
        })
      }
    }
    return found
  }
  const answer = ({ id, method, params }: RpcRequest): object => {
    const [first] = params as [
      string & { fromBlock: string; toBlock: string; address?: string[]; topics: string[][] },
    ]
    if (method === 'eth_chainId') return { id, result: '0x1' }
    if (method === 'eth_blockNumber') return { id, result: head }
    if (method === 'eth_getBlockByNumber') {
      const block = first === 'latest' ? head : Number(first)
      return {
        id,
        result: { number: block, hash: hash(block), parentHash: hash(block - 1), timestamp: block },
      }
    }
    const { fromBlock, toBlock, address, topics } = first
    const query = { from: Number(fromBlock), to: Number(toBlock), addresses: address, topics: topics[0]! }
    self.queries.push(query)
    const found = logs(query)
    const message = refuses?.(query, found.length)
    if (message === undefined) return { id, result: found }
    self.refused++
    return { id, error: { code: -32000, message } }
  }
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const body = JSON.parse(Buffer.concat(parts).toString())
    response.end(JSON.stringify(Array.isArray(body) ? body.map(answer) : answer(body)))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  self.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  self.close = () =>
    new Promise(resolve => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return self
}

import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { packageRoot } from '../../src/config/packageRoot'
import { type Replay, replayServer } from '../../src/replay/replayServer'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { Pipeline } from './pipeline'

/** Newest block that the gateway has: the rest of the recording comes from the endpoint. */
const GATEWAY_HEIGHT = 120

interface Query {
  fromBlock: number
  toBlock?: number
  includeAllBlocks?: boolean
  logs?: { address?: string[]; topic0?: string[] }[]
}

interface RpcLog {
  blockNumber: string
  transactionHash: string
  transactionIndex: string
  logIndex: string
  address: string
  topics: string[]
  data: string
}

let replay: Replay
let database: TestDatabase
let reference: TestDatabase
const queries: Query[] = []

/** The SQD Network's protocol (`GET /height`, `GET /<height>/worker`, `POST` of a query to it) over the same chain. */
const gateway = createServer(async (request, response) => {
  const own = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`
  const text = (body: string) => response.writeHead(200, { 'content-type': 'text/plain' }).end(body)
  if (request.url === '/height') return text(String(GATEWAY_HEIGHT))
  if (request.url?.endsWith('/worker')) return text(`${own}/query`)
  const query = JSON.parse(await bodyOf(request)) as Query
  queries.push(query)
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(await blocksOf(query)))
})

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += chunk
  return body
}

async function rpc<T>(method: string, params: unknown[]): Promise<T> {
  const response = await fetch(replay.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  return ((await response.json()) as { result: T }).result
}

const hex = (n: number) => `0x${n.toString(16)}`

/** Blocks with logs that match, and the last of the range; a worker answers a part of what it is asked for. */
async function blocksOf({ fromBlock, toBlock, logs: wanted, includeAllBlocks }: Query): Promise<object[]> {
  const to = Math.min(toBlock ?? GATEWAY_HEIGHT, GATEWAY_HEIGHT, fromBlock + 49)
  const logs = (await rpc<RpcLog[]>('eth_getLogs', [{ fromBlock: hex(fromBlock), toBlock: hex(to) }])).filter(
    log =>
      wanted?.some(
        ({ address, topic0 }) =>
          (!address?.length || address.includes(log.address)) &&
          (!topic0?.length || topic0.includes(log.topics[0]!)),
      ),
  )
  const heights = new Set([...logs.map(log => Number(log.blockNumber)), to])
  if (includeAllBlocks) for (let n = fromBlock; n <= to; n++) heights.add(n)
  return Promise.all(
    [...heights]
      .sort((a, b) => a - b)
      .map(async number => {
        const header = await rpc<{ hash: string; parentHash: string; timestamp: string }>(
          'eth_getBlockByNumber',
          [hex(number), false],
        )
        const { hash, parentHash, timestamp } = header
        return {
          header: { number, hash, parentHash, timestamp: Number(timestamp) },
          logs: logs
            .filter(log => Number(log.blockNumber) === number)
            .map(({ address, topics, data, transactionHash, transactionIndex, logIndex }) => ({
              logIndex: Number(logIndex),
              transactionIndex: Number(transactionIndex),
              transactionHash,
              address,
              topics,
              data,
            })),
        }
      }),
  )
}

beforeAll(async () => {
  const files = [join(packageRoot, 'src/sandbox/recordings/story.jsonl')]
  replay = await replayServer({ files, chainId: 1514, tailBlocks: 24 })
  ;[database, reference] = await Promise.all([freshDatabase(), freshDatabase()])
  await new Promise<void>(resolve => gateway.listen(0, '127.0.0.1', resolve))
})

afterAll(async () => {
  gateway.close()
  await Promise.all([replay?.stop(), database?.drop(), reference?.drop()])
})

test('history from a gateway of the SQD Network, and the rest from the endpoint, are the same rows', async () => {
  const chains = { story: replay.url }
  const pipeline = new Pipeline({ database, chains, finality: 20 })
  const undisturbed = new Pipeline({ database: reference, chains, finality: 20 })
  const config = parse(readFileSync(pipeline.config, 'utf8'))
  config.chains[0].gateway = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`
  writeFileSync(pipeline.config, stringify(config))
  try {
    await Promise.all([pipeline.index('story'), undisturbed.index('story')])
    await Promise.all([pipeline.caughtUp(), undisturbed.caughtUp()])
    expect(await pipeline.rows()).toEqual(await undisturbed.rows())
    expect(Math.max(...queries.map(({ fromBlock }) => fromBlock))).toBeGreaterThan(100)
    queries.length = 0
    expect(await pipeline.verify()).toMatchObject({ code: 0, differences: [] })
    expect(queries.length).toBeGreaterThan(2)
  } finally {
    await Promise.all([pipeline.stop(), undisturbed.stop()])
  }
})

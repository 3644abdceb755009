import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Replay, replayServer } from '../../src/replay/replayServer'
import type { LogFilter } from '../../src/rpc/chainLogs'
import { CAPACITY } from '../../src/rpc/endpoint'
import { line, type RawLine, recordingOf, word } from '../replay/recordings'
import { type Answer, type Behaviour, type Front, frontOf, type RpcRequest } from './proxy'
import { problemOf, readCold } from './reading'

const CHAIN = 777
const OURS = `0x${'aa'.repeat(20)}`
const OTHER = `0x${'bb'.repeat(20)}`
const FINALITY = 5

/** 400 blocks; two thirds hold logs, of topic 1 at our contract, topic 2 anywhere, and some that nobody asks for. */
const lines: RawLine[] = []
for (let block = 10; block <= 400; block++) {
  for (let index = 0; index < block % 3; index++) {
    const address = (block + index) % 2 === 0 ? OURS : OTHER
    lines.push(line({ blockNumber: block, logIndex: index, address, topics: [word((block % 2) + 1)] }))
  }
}
const filters: LogFilter[] = [
  { addresses: [OURS], topics: [word(1)], fromBlock: 0 },
  { topics: [word(2)], fromBlock: 50 },
]
const wanted = lines
  .filter(({ address, topics, blockNumber }) =>
    topics[0] === word(1) ? address === OURS : topics[0] === word(2) && blockNumber >= 50,
  )
  .filter(({ blockNumber }) => blockNumber <= 400 - FINALITY)
  .map(({ blockNumber, logIndex }) => `${blockNumber}-${logIndex}`)

let node: Replay
const fronts: Front[] = []

beforeAll(async () => {
  node = await replayServer({ files: [recordingOf(lines)], chainId: CHAIN })
})

afterAll(() => node.stop())

afterEach(async () => {
  for (const open of fronts.splice(0)) await open.close()
})

async function endpoint(behaviour: Behaviour = {}): Promise<Front> {
  const made = await frontOf(node.url, behaviour)
  fronts.push(made)
  return made
}

const reading = (endpoints: Front[]) => readCold({ endpoints, chainId: CHAIN, filters, finality: FINALITY })
const read = (endpoints: Front[]) => reading(endpoints).done

/** A lie told only about some ranges, so that it is met in the middle of the work. */
function middle(request: RpcRequest): boolean {
  const [filter] = request.params as [{ fromBlock?: string; toBlock?: string }]
  return request.method === 'eth_getLogs' && Number(filter.toBlock) >= 200 && Number(filter.fromBlock) <= 300
}

test('a sound endpoint: all final logs that are asked for, once, and headers only of blocks that hold them', async () => {
  const sound = await endpoint()
  const { logs, blocks } = await read([sound])
  expect(logs).toEqual(wanted)
  expect(blocks.at(-1)!.header.height).toBe(400 - FINALITY)
  const ranges = new Set(
    sound.seen
      .filter(({ method }) => method === 'eth_getLogs')
      .map(({ params }) => JSON.stringify((params[0] as { fromBlock: string }).fromBlock)),
  )
  const headers = sound.seen.filter(
    ({ method, params }) => method === 'eth_getBlockByNumber' && params[0] !== 'latest',
  ).length
  const holding = new Set(wanted.map(place => place.split('-')[0])).size
  expect(headers).toBeLessThanOrEqual(holding + ranges.size + 1) // and the final one
})

const lies: Record<string, Behaviour> = {
  'logs of another block hash': {
    after: (request, result) =>
      middle(request) ? result.map((log: Answer) => ({ ...log, blockHash: word(9) })) : result,
  },
  'logs of other blocks': {
    after: (request, result) =>
      middle(request) ? result.map((log: Answer) => ({ ...log, blockNumber: '0x1' })) : result,
  },
  'logs that are none': { after: (request, result) => (middle(request) ? 'none' : result) },
  'null for a block it has just named': {
    after: (request, result) =>
      request.method === 'eth_getBlockByNumber' && Number(request.params[0]) % 7 === 0 ? null : result,
  },
  'another block than was asked for': {
    after: (request, result) =>
      request.method === 'eth_getBlockByNumber' && Number(request.params[0]) % 7 === 0
        ? { ...result, number: '0x1' }
        : result,
  },
  'a block with another parent': {
    after: (request, result) =>
      request.method === 'eth_getBlockByNumber' ? { ...result, parentHash: word(8) } : result,
  },
  'an internal error': {
    before: request => (middle(request) ? { error: { code: -32603, message: 'internal error' } } : undefined),
  },
}

describe.each(Object.entries(lies))('an endpoint that answers with %s', (_, behaviour) => {
  test('another is asked, and nothing is missed or doubled', async () => {
    const { logs } = await read([await endpoint(behaviour), await endpoint()])
    expect(logs).toEqual(wanted)
  })

  test('on and off: it is asked again', async () => {
    let turn = 0
    const sometimes = (request: RpcRequest) => request.method !== 'eth_chainId' && turn++ % 5 === 0
    const moody: Behaviour = {
      before: request => (sometimes(request) ? behaviour.before?.(request) : undefined),
      after: (request, result) =>
        behaviour.after && sometimes(request) ? behaviour.after(request, result) : result,
    }
    const { logs } = await read([await endpoint(moody), await endpoint()])
    expect(logs).toEqual(wanted)
  })
})

test('no endpoint tells the truth: no block past the hole, what is wrong is said while it is, and it goes on after', async () => {
  const liar = await endpoint(lies['logs of another block hash'])
  const { pool, done } = reading([liar])
  expect(await problemOf(pool)).toMatch(
    /^http:\/\/127\.0\.0\.1:\d+: logs of blocks \d+-\d+: logs of block \d+ are of 0x0+9, but the block is 0x/,
  )
  liar.behaviour = {}
  expect((await done).logs).toEqual(wanted)
  expect(pool.problem()).toBeNull()
})

describe('an endpoint that fails as servers do', () => {
  test('drops connections: the request is made again', async () => {
    let turn = 0
    const { logs } = await read([
      await endpoint({
        http: (_, response) => {
          if (turn++ % 4 !== 2) return false
          response.destroy()
          return true
        },
      }),
    ])
    expect(logs).toEqual(wanted)
  })

  test('answers half a body, or what is no JSON', async () => {
    let turn = 0
    const { logs } = await read([
      await endpoint({
        http: (_, response) => {
          if (turn++ % 4 !== 2) return false
          response.setHeader('content-type', turn % 8 < 4 ? 'application/json' : 'text/html')
          response.end(turn % 8 < 4 ? '{"jsonrpc":"2.0","id":1,"res' : '<html>busy</html>')
          return true
        },
      }),
    ])
    expect(logs).toEqual(wanted)
  })

  test('is gone: the other one does all', async () => {
    const gone = await endpoint()
    await gone.close()
    const { logs } = await read([gone, await endpoint()])
    expect(logs).toEqual(wanted)
  })

  test('429 with Retry-After: it is left alone for as long as it says, and the other one works on', async () => {
    let refusals = 0
    const limited = await endpoint({
      http: (requests, response) => {
        if (requests[0]!.method === 'eth_chainId') return false
        refusals++
        response.writeHead(429, { 'retry-after': '60' }).end('{}')
        return true
      },
    })
    const { logs } = await read([limited, await endpoint()])
    expect(logs).toEqual(wanted)
    // Those that were on their way when it first refused, and none after.
    expect(refusals).toBeGreaterThan(0)
    expect(refusals).toBeLessThanOrEqual(CAPACITY)
  })

  test('429 with Retry-After and no other endpoint: it waits that long and goes on', async () => {
    let refusedAt = 0
    let nextAt = 0
    const { logs } = await read([
      await endpoint({
        http: (requests, response) => {
          const isLogs = requests.some(({ method }) => method === 'eth_getLogs')
          if (refusedAt === 0 && isLogs) {
            refusedAt = Date.now()
            response.writeHead(429, { 'retry-after': '3' }).end('{}')
            return true
          }
          // Those before were on their way when it refused.
          if (isLogs && nextAt === 0 && Date.now() - refusedAt > 1500) nextAt = Date.now()
          return false
        },
      }),
    ])
    expect(logs).toEqual(wanted)
    expect(nextAt - refusedAt).toBeGreaterThanOrEqual(2950)
  })

  test('is of another chain: it is asked for nothing else', async () => {
    const foreign = await endpoint({
      before: ({ method }) => (method === 'eth_chainId' ? { result: '0x1' } : undefined),
    })
    const { logs } = await read([foreign, await endpoint()])
    expect(logs).toEqual(wanted)
    expect(new Set(foreign.seen.map(({ method }) => method))).toEqual(new Set(['eth_chainId']))
  })
})

describe('an endpoint with limits', () => {
  const spanOf = (request: RpcRequest) => {
    const [{ fromBlock, toBlock }] = request.params as [{ fromBlock: string; toBlock: string }]
    return Number(toBlock) - Number(fromBlock) + 1
  }

  test.each([
    ['names it', (most: number) => `eth_getLogs is limited to a ${most} range`],
    ['does not name it', () => 'block range is too wide'],
    ['lies about it', () => 'eth_getLogs is limited to a 10,000 range'],
  ])('on the number of blocks, and %s', async (_, message) => {
    for (const most of [1, 7, 33]) {
      const limited = await endpoint({
        before: request =>
          request.method === 'eth_getLogs' && spanOf(request) > most
            ? { error: { code: -32000, message: message(most) } }
            : undefined,
      })
      const { logs } = await read([limited])
      expect(logs).toEqual(wanted)
      const asked = limited.seen.filter(({ method }) => method === 'eth_getLogs')
      const refused = asked.filter(request => spanOf(request) > most)
      expect(refused.length, 'the limit is learnt').toBeLessThan(asked.length / 3 + 16)
    }
  })

  test('on the number of results', async () => {
    const strict = await replayServer({ files: [recordingOf(lines)], chainId: CHAIN, maxResults: 5 })
    const front = await frontOf(strict.url)
    fronts.push(front)
    try {
      expect((await read([front])).logs).toEqual(wanted)
    } finally {
      await strict.stop()
    }
  })

  test('on the calls of a batch', async () => {
    const limited = await endpoint({
      before: () => undefined,
      http: (requests, response) => {
        if (requests.length <= 3) return false
        response.setHeader('content-type', 'application/json')
        const error = { code: -32600, message: 'Batch of more than 3 requests are not allowed on free tier' }
        response.end(JSON.stringify(requests.map(({ id }) => ({ jsonrpc: '2.0', id, error }))))
        return true
      },
    })
    expect((await read([limited])).logs).toEqual(wanted)
  })

  test('one block alone is more than it gives: that is said, nothing is left out, and it goes on once it gives it', async () => {
    const limited = await endpoint({
      before: request =>
        middle(request) ? { error: { code: -32000, message: 'response size exceeded' } } : undefined,
    })
    const { pool, done } = reading([limited])
    expect(await problemOf(pool)).toMatch(
      /: logs of blocks (\d+)-\1: it does not give the logs of block \1: response size exceeded$/,
    )
    limited.behaviour = {}
    expect((await done).logs).toEqual(wanted)
  })
})

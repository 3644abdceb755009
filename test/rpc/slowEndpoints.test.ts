import { createLogger } from '@subsquid/logger'
import { afterEach, describe, expect, test } from 'vitest'
import { wantedBy } from '../../src/rpc/chainLogs'
import { RangeFetcher } from '../../src/rpc/fetchRange'
import { RangeSizer } from '../../src/rpc/rangeSizer'
import { RpcPool } from '../../src/rpc/rpcPool'
import { word } from '../replay/recordings'
import { type LongChain, longChain } from './longChain'
import { type Behaviour, type Front, frontOf } from './proxy'

const WANTED = wantedBy([{ topics: [word(1)], fromBlock: 0 }])

const open: { close(): Promise<void> }[] = []

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

async function chain(): Promise<LongChain> {
  const made = await longChain({ head: 1000, logsOf: () => 1 })
  open.push(made)
  return made
}

async function front(target: LongChain, behaviour: Behaviour): Promise<Front> {
  const made = await frontOf(target.url, behaviour)
  open.push(made)
  return made
}

function pool(...endpoints: { url: string }[]): { pool: RpcPool; fetcher: RangeFetcher } {
  const made = new RpcPool(
    endpoints.map(({ url }) => ({ url })),
    1,
    createLogger('test:quiet'),
  )
  open.push({ close: async () => made.close() })
  for (const endpoint of made.endpoints) endpoint.check = 'right'
  return {
    pool: made,
    fetcher: new RangeFetcher(made, new RangeSizer()),
  }
}

const isLogs = (method: string) => method === 'eth_getLogs'
/** Neither answered nor refused. */
const hangs: Behaviour = { http: requests => requests.some(({ method }) => isLogs(method)) }

describe('an endpoint that hangs on eth_getLogs, beside a sound one', () => {
  test('costs one wait, not one for each block, and keeps its place for all else', async () => {
    const sound = await chain()
    const hanging = await front(sound, hangs)
    const { pool: both, fetcher } = pool(hanging, sound)
    const start = performance.now()
    for (let block = 1; block <= 20; block++) {
      const [found] = await fetcher.fetch({ from: block, to: block }, WANTED)
      expect(found!.logs).toHaveLength(1)
      await both.call('eth_blockNumber')
    }
    expect(performance.now() - start).toBeLessThan(20_000)
    expect(hanging.seen.filter(({ method }) => isLogs(method))).toHaveLength(1)
    expect(hanging.seen.filter(({ method }) => method === 'eth_blockNumber').length).toBeGreaterThan(10)
  })

  test('and behind it is asked no more', async () => {
    const sound = await chain()
    const hanging = await front(sound, hangs)
    const { pool: both, fetcher } = pool(sound, hanging)
    for (let block = 1; block <= 20; block++) await fetcher.fetch({ from: block, to: block }, WANTED)
    expect(hanging.seen).toEqual([])
    expect(both.problem()).toBeNull()
  })
})

test('an endpoint that becomes slow loses its place to the next', async () => {
  const sound = await chain()
  let isSlow = false
  const slow = await front(sound, { http: () => isSlow })
  const { fetcher } = pool(slow, sound)
  for (let block = 1; block <= 5; block++) await fetcher.fetch({ from: block, to: block }, WANTED)
  expect(sound.queries).toHaveLength(5)
  const before = slow.seen.length
  expect(before).toBe(10)
  isSlow = true
  for (let block = 6; block <= 15; block++) await fetcher.fetch({ from: block, to: block }, WANTED)
  expect(slow.seen.length - before, 'one session of two calls').toBe(2)
})

test('an endpoint that is merely slow, and first all the same, keeps its place', async () => {
  const sound = await chain()
  const hanging = await front(sound, hangs)
  let turn = 0
  const late = await front(sound, {
    before: () => undefined,
    http: (requests, response) => {
      if (turn++ > 0) return false
      setTimeout(async () => {
        const answer = await fetch(sound.url, { method: 'POST', body: JSON.stringify(requests) })
        response.end(await answer.text())
      }, 2500)
      return true
    },
  })
  const { fetcher } = pool(late, hanging)
  await fetcher.fetch({ from: 1, to: 1 }, WANTED)
  await fetcher.fetch({ from: 2, to: 2 }, WANTED)
  expect(late.seen).toHaveLength(4)
  expect(hanging.seen.length, 'asked beside it once').toBe(2)
})

test('no endpoint answers: that is a problem while it is so, and none after', async () => {
  const sound = await chain()
  const silent = await front(sound, { http: (_, response) => !!response.destroy() })
  const { pool: one } = pool(silent)
  const asked = one.call('eth_blockNumber')
  while (one.problem() === null) await new Promise(resolve => setTimeout(resolve, 50))
  expect(one.problem()).toMatch(
    /^http:\/\/127\.0\.0\.1:\d+: eth_blockNumber: (socket hang up|read ECONNRESET)$/,
  )
  silent.behaviour = {}
  expect(await asked).toBe(1000)
  expect(one.problem()).toBeNull()
})

test('one error answers a whole batch: it is each call’s', async () => {
  const sound = await chain()
  const refusing = await front(sound, {
    http: (requests, response) => {
      if (requests.length === 1) return false
      response.end(
        JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32005, message: 'batch limit is 1' } }),
      )
      return true
    },
  })
  const { fetcher } = pool(refusing)
  const found = await fetcher.fetch({ from: 1, to: 3 }, WANTED)
  expect(found.map(({ header }) => header.height)).toEqual([1, 2, 3])
  expect(refusing.seen.length).toBeLessThan(20)
})

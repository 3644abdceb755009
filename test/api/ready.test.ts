import { afterAll, beforeAll, expect, test } from 'vitest'
import { CHAIN, setHeights, type TestApi, testApi } from './apiFixture'

let api: TestApi
beforeAll(async () => {
  api = await testApi({ maxLagSeconds: 60 })
})
afterAll(() => api?.close())

async function ready(): Promise<{
  status: number
  reasons: { chain?: string; reason: string; message: string }[]
}> {
  const response = await fetch(`${api.url}/ready`)
  const { ready, reasons } = (await response.json()) as { ready: boolean; reasons: [] }
  expect(ready).toBe(response.status === 200)
  return { status: response.status, reasons }
}
const ago = (seconds: number) => new Date(Date.now() - seconds * 1000)

test('a configured chain that no processor has begun', async () => {
  expect(await ready()).toMatchObject({ status: 503, reasons: [{ chain: CHAIN, reason: 'not_started' }] })
  const { chains } = await api.data('{ chains { id head indexed { height } } asOf { height } }')
  expect(chains).toEqual([{ id: CHAIN, head: null, indexed: null }])
})

test('a chain at its head', async () => {
  await setHeights(api.pool, { height: 100, finalized: 95 })
  expect(await ready()).toEqual({ status: 200, reasons: [] })
  const { chains } = await api.data(
    '{ chains { name head lagBlocks lagSeconds problem indexed { height hash finalized } finalized { height hash } projected { height } } }',
  )
  expect(chains).toEqual([
    {
      name: 'local',
      head: 100,
      lagBlocks: 0,
      lagSeconds: 0,
      problem: null,
      indexed: { height: 100, hash: '0xb100', finalized: false },
      finalized: { height: 95, hash: '0xf95' },
      projected: null,
    },
  ])
})

test('a chain that lags, by more and by less than the limit', async () => {
  await setHeights(api.pool, { height: 50, finalized: 50, head: 100, time: ago(30) })
  expect((await ready()).status).toBe(200)
  await setHeights(api.pool, { height: 50, finalized: 50, head: 100, time: ago(90) })
  const { status, reasons } = await ready()
  expect(status).toBe(503)
  expect(reasons).toMatchObject([{ reason: 'lagging' }])
  expect(reasons[0]!.message).toMatch(/^50 blocks behind; the indexed block is 9\d s old, the limit is 60 s$/)
})

test('a chain of old blocks that is being followed is no lag', async () => {
  await setHeights(api.pool, { height: 99, finalized: 50, head: 100, time: ago(1e7), secondsLeft: 1 })
  expect((await ready()).status).toBe(200)
})

test('a processor that is silent', async () => {
  await setHeights(api.pool, { height: 100, finalized: 95, updatedAt: ago(45) })
  expect(await ready()).toMatchObject({ status: 503, reasons: [{ reason: 'stalled' }] })
})

test('a chain on a lost fork', async () => {
  await setHeights(api.pool, {
    height: 100,
    finalized: 95,
    problem: 'on a lost fork: block 100 is 0xb100 here and 0xaa on the chain',
  })
  const { status, reasons } = await ready()
  expect(status).toBe(503)
  expect(reasons).toEqual([
    { chain: CHAIN, reason: 'problem', message: expect.stringContaining('lost fork') },
  ])
})

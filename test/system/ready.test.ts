import { readFileSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { type NotReady, readiness } from '../../src/api/readiness'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { type Behaviour, type Front, frontOf } from '../rpc/proxy'
import { kill9, Pipeline } from './pipeline'
import { type ScenarioChains, scenarioChains } from './scenarioChains'

/** What `/ready` says of a processor as deployed, while things go wrong with it. */

let chains: ScenarioChains
let database: TestDatabase
let front: Front
let pipeline: Pipeline

beforeEach(async () => {
  chains = await scenarioChains()
  database = await freshDatabase()
  front = await frontOf(chains.alpha.url)
  pipeline = new Pipeline({ database, chains: { alpha: front.url }, finality: 20 })
})

afterEach(async () => {
  await pipeline?.stop()
  await front?.close()
  await database?.drop()
  await chains?.close()
})

function reasons(): Promise<NotReady[]> {
  const chain = { caip2: 'eip155:31337', name: 'alpha' }
  return readiness({ pool: database.pool, chains: [chain], maxLagSeconds: 5 })
}

/** Looks until `/ready` says nothing but this; whatever it said before. */
async function says(reason: string, message: RegExp): Promise<void> {
  for (;;) {
    const met = await reasons()
    if (met.length === 1 && met[0]!.reason === reason && message.test(met[0]!.message)) return
    await sleep(50)
  }
}

const held: ServerResponse[] = []
const hangs: Behaviour = { http: (_, response) => held.push(response) > 0 }
/** Caught up besides: a few blocks behind is ready too, and lags once its endpoint hangs. */
async function untilReady(): Promise<void> {
  await pipeline.caughtUp()
  await expect.poll(reasons, { timeout: 60_000 }).toEqual([])
}

test('nobody runs it: how to start it; its endpoint lets nobody in when it starts: that it ended, and why', async () => {
  expect(await reasons()).toEqual([
    {
      chain: 'eip155:31337',
      reason: 'not_started',
      message: 'no block is indexed; start its processor: provenance index --chain alpha',
    },
  ])
  front.behaviour = { http: (_, response) => Boolean(response.writeHead(404).end()) }
  await pipeline.index('alpha')
  await says(
    'ended',
    /^its processor ended \d+ s ago: chains\[0\]\.rpc: .* does not answer: .*; fix: .*; start it again with: /,
  )
})

test('its endpoint is down when it starts: that, and not to start it; then it goes on', async () => {
  front.behaviour = { http: (_, response) => Boolean(response.writeHead(503).end()) }
  await pipeline.index('alpha')
  await says('problem', /HTTP 503/)
  front.behaviour = {}
  await untilReady()
})

test('it runs and its endpoint hangs: that, and not to start it; then it goes on', async () => {
  await pipeline.index('alpha')
  await untilReady()
  front.behaviour = hangs
  await says('problem', /127\.0\.0\.1.*(has not answered for|no answer)/)
  front.behaviour = {}
  for (const response of held.splice(0)) response.destroy()
  await untilReady()
})

test('it stands still while the chain goes on, since its endpoint refuses what it needs: that it lags, and why', async () => {
  await pipeline.index('alpha')
  await untilReady()
  front.behaviour = {
    before: ({ method, params }) =>
      method === 'eth_getLogs' || (method === 'eth_getBlockByNumber' && params[0] === 'latest')
        ? { error: { code: -32000, message: 'out to lunch' } }
        : undefined,
  }
  await chains.liveOn(40)
  for (;;) {
    const met = await reasons()
    const said = new Map(met.map(({ reason, message }) => [reason, message]))
    if (/out to lunch/.test(said.get('problem') ?? '') && /blocks behind/.test(said.get('lagging') ?? ''))
      break
    await sleep(50)
  }
  front.behaviour = {}
  await untilReady()
})

test('it is killed: that it is silent; it is started again: ready', async () => {
  const child = await pipeline.index('alpha')
  await untilReady()
  await kill9(child)
  await says(
    'stalled',
    /^its processor has not reported for 1\d s, so it was stopped, or hangs; start it with: /,
  )
  await pipeline.index('alpha')
  await untilReady()
})

test('its config names another chain’s endpoint: that it ended, and why, at once', async () => {
  const config = parse(readFileSync(pipeline.config, 'utf8'))
  config.chains[0].id = 1
  writeFileSync(pipeline.config, stringify(config))
  const child = await pipeline.index('alpha')
  await child.exited
  const met = await readiness({
    pool: database.pool,
    chains: [{ caip2: 'eip155:1', name: 'alpha' }],
    maxLagSeconds: 5,
  })
  expect(met).toMatchObject([
    {
      reason: 'ended',
      message: expect.stringMatching(/answers for chain 31337, expected 1; fix: correct `id`/),
    },
  ])
})

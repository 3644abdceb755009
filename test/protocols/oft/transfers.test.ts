import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyFacts } from '../../../src/indexer/refold/verifyFacts'
import { type TestApi, testApi } from '../../api/apiFixture'
import { Pipeline } from '../../system/pipeline'
import { OftPair, type Side } from './oftPair'

/*
 * A coin that is locked on one chain and minted on another, moved both ways at random, each chain indexed by its own
 * processor: what is under way is what the contracts lack, to the wei, also while either chain is taken back.
 */

let api: TestApi
let pipeline: Pipeline
let pair: OftPair

beforeAll(async () => {
  pair = await OftPair.create()
  api = await testApi()
  const [alpha, beta] = pair.sides.map(({ contracts }) => contracts.chain.url)
  pipeline = new Pipeline({ database: api.database, chains: { alpha, beta }, finality: 64 })
  pipeline.configure(([home, away]) => {
    home!.protocols = {
      oft: { firstBlock: 1, contracts: { oft: [pair.alpha.oft.address, pair.nothing.address] } },
    }
    away!.protocols = { oft: { firstBlock: 1, contracts: { oft: [pair.beta.oft.address] } } }
  })
})
afterAll(async () => {
  await pipeline?.stop()
  await api?.close()
  await pair?.close()
})

// biome-ignore lint/suspicious/noExplicitAny: an answer has the shape that its query asks for
type Answer = any

async function ask(query: string): Promise<Answer> {
  await pipeline.caughtUp()
  return api.data(query)
}

const chainOf = ({ name }: Side) => (name === 'alpha' ? 'eip155:31337' : 'eip155:31338')
const tokenOf = (side: Side) => `${chainOf(side)}/erc20:${side.token.address}`

async function transit(side: Side): Promise<{ amount: bigint; transfers: number; unsent: bigint }> {
  const { token } = await ask(`{ token(id: "${tokenOf(side)}") { inTransit { amount transfers unsent } } }`)
  const { amount, transfers, unsent } = token.inTransit
  return { amount: BigInt(amount), transfers, unsent: BigInt(unsent) }
}

/** By the test's own book of messages. */
async function eachIsUnderWayOrArrived(): Promise<void> {
  for (const side of pair.sides) {
    const sent = pair.underWay.filter(({ from }) => from === side)
    const early = [...pair.arrived.values()].filter(({ guid, from }) => from !== side && !pair.sent.has(guid))
    expect(await transit(side), side.name).toEqual({
      amount: sent.reduce((sum, { amountSD }) => sum + amountSD * side.rate, 0n),
      transfers: sent.length,
      unsent: early.reduce((sum, { amountSD }) => sum + amountSD * side.rate, 0n),
    })
  }
}

/** By the contracts: what is locked is what was minted, and what is on its way either way. */
async function valueIsConserved(): Promise<void> {
  const { alpha, beta } = pair
  const locked = await alpha.contracts.view<bigint>(alpha.token, 'balanceOf', [alpha.oft.address])
  const minted = await beta.contracts.view<bigint>(beta.token, 'totalSupply')
  const [out, back] = [await transit(alpha), await transit(beta)]
  expect(locked / alpha.rate).toBe(minted / beta.rate + out.amount / alpha.rate + back.amount / beta.rate)
  expect(locked % alpha.rate).toBe(0n)
}

async function count(condition: string): Promise<number> {
  const { crossChainTransfers } = await ask(`{ crossChainTransfers(where: {${condition}}) { totalCount } }`)
  return crossChainTransfers.totalCount
}

test('what arrives is seen before it was sent, when the other chain is indexed first', async () => {
  await pair.send(pair.alpha)
  await pair.play(20)
  await pair.deliver(pair.underWay[0]!)
  await pipeline.index('beta')
  await expect
    .poll(async () => (await api.pool.query('SELECT FROM cross_chain_transfer')).rowCount, {
      timeout: 30_000,
    })
    .toBeGreaterThan(0)
  const { token } = await api.data(`{ token(id: "${tokenOf(pair.beta)}") { inTransit { unsent } } }`)
  expect(BigInt(token.inTransit.unsent)).toBeGreaterThan(0n)
  await pipeline.index('alpha')
  await eachIsUnderWayOrArrived()
  await valueIsConserved()
})

test('value is conserved over both chains, whatever is sent and handed over, in any order', async () => {
  for (let round = 0; round < 4; round++) {
    await pair.play(20)
    await eachIsUnderWayOrArrived()
    await valueIsConserved()
  }
  const { crossChainTransfers } = await ask(`{ crossChainTransfers(first: 500) { nodes {
    guid direction tokenId amount peerEid account { id } counterpart { guid tokenId } } } }`)
  for (const end of crossChainTransfers.nodes) {
    const { from, amountSD } = pair.sent.get(end.guid)!
    const here = end.direction === 'SENT' ? from : pair.other(from)
    const there = pair.other(here)
    expect(end).toMatchObject({
      tokenId: tokenOf(here),
      amount: `${amountSD * here.rate}`,
      peerEid: `${there.eid}`,
      account: { id: expect.stringContaining(chainOf(here)) },
      counterpart: pair.arrived.has(end.guid) ? { guid: end.guid, tokenId: tokenOf(there) } : null,
    })
  }
})

test('what moves is in no pool and is nobody’s royalty', async () => {
  const { stakePools, royaltyAccruals, tvl } = await ask(`{
    stakePools { totalCount } royaltyAccruals { totalCount }
    tvl { tokens { tokenId } } }`)
  expect([stakePools.totalCount, royaltyAccruals.totalCount, tvl.tokens]).toEqual([0, 0, []])
})

test('either chain is taken back, and goes on: each amount is under way, or arrived, or not sent yet', async () => {
  for (const side of [pair.beta, pair.alpha]) {
    const { number } = await side.contracts.head()
    const before = { sent: [...pair.sent.keys()], arrived: [...pair.arrived.keys()] }
    await pair.send(pair.alpha)
    await pair.play(12)
    await pair.deliver(pair.underWay.find(({ from }) => from === pair.alpha)!)
    await eachIsUnderWayOrArrived()
    await pair.rollBack(side, number, before)
    await pair.send(side)
    await eachIsUnderWayOrArrived()
    await pair.play(12)
    await eachIsUnderWayOrArrived()
  }
  expect(await pipeline.verify()).toMatchObject({ code: 0, differences: [] })
  for (const side of pair.sides) {
    const wrong: unknown[] = []
    await verifyFacts(api.pool, chainOf(side), difference => wrong.push(difference))
    expect(wrong).toEqual([])
  }
  const { rows } = await api.pool.query('SELECT contract, reason FROM rejected_log')
  expect(rows).toEqual([])
})

test('a contract whose token is nobody is no OFT: what it says is kept apart', async () => {
  const ends = await count('')
  await pair.pretend()
  expect(await count('')).toBe(ends)
  const { rows } = await api.pool.query('SELECT contract, reason FROM rejected_log')
  expect(rows).toEqual([
    { contract: pair.nothing.address, reason: expect.stringContaining('token() gives no address') },
  ])
})

test('the query of the README has the answer that the book of messages gives', async () => {
  const readme = readFileSync(resolve(__dirname, '../../../src/protocols/oft/README.md'), 'utf8')
  const query = /```graphql\n([^`]+)```/
    .exec(readme)![1]!
    .replace(/eip155:1\/erc20:0x[0-9a-f…]+/, tokenOf(pair.alpha))
  const { token, crossChainTransfers } = await ask(query)
  const sent = pair.underWay.filter(({ from }) => from === pair.alpha)
  expect(token.inTransit.transfers).toBe(sent.length)
  expect(crossChainTransfers.nodes).toHaveLength(1)
})

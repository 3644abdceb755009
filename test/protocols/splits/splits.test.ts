import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Hex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyFacts } from '../../../src/indexer/refold/verifyFacts'
import { type TestApi, testApi } from '../../api/apiFixture'
import { testChain } from '../../fixtures/chain'
import { Contracts } from '../../fixtures/contracts'
import { Pipeline } from '../../system/pipeline'
import { ANN, BEN, CAT, DAN, EVE, NATIVE, SplitsChain } from './splitsChain'

/*
 * Splits on a chain, paid, changed and distributed at random, indexed by a processor of its own: who was given what is
 * what the coin and the warehouse say, to the wei.
 */

const CHAIN = 'eip155:31337'
const MODEL = `${CHAIN}/reference:1`
const PART = 'eip155:8453/virtuals:12'
const PUSHED = `${CHAIN}/reference:2`

let api: TestApi
let pipeline: Pipeline
let chain: SplitsChain

beforeAll(async () => {
  chain = await SplitsChain.on(await Contracts.on(await testChain({ chainId: 31_337 })))
  const { warehouse, pullFactory, pushFactory, liar } = chain.at
  const { pull, nested, push } = chain.split
  api = await testApi()
  pipeline = new Pipeline({
    database: api.database,
    chains: { alpha: chain.contracts.chain.url },
    finality: 64,
  })
  pipeline.configure(([entry]) => {
    entry!.protocols = {
      splits: {
        firstBlock: 1,
        contracts: { warehouse: warehouse.address, splitFactory: [pullFactory.address, pushFactory.address] },
        // A recipient that says it is a split is none.
        models: { [pull]: MODEL, [nested]: PART, [push]: PUSHED, [liar.address]: PUSHED },
      },
    }
  })
  await pipeline.index('alpha')
})
afterAll(async () => {
  await pipeline?.stop()
  await api?.close()
  await chain?.contracts.chain.close()
})

// biome-ignore lint/suspicious/noExplicitAny: an answer has the shape that its query asks for
type Answer = any

async function ask(query: string): Promise<Answer> {
  await pipeline.caughtUp()
  return api.data(query)
}

const id = (address: string) => `${CHAIN}:${address.toLowerCase()}`
const tokenId = (address: string) => `${CHAIN}/erc20:${address.toLowerCase()}`
const rejected = async () => (await api.pool.query('SELECT contract, reason FROM rejected_log')).rows

async function everyFigure(): Promise<void> {
  const { royaltyBalances, warehouseBalances, revenueSplits } = await ask(`{
    royaltyBalances(first: 100) { nodes { accountId tokenId accrued claimed } }
    warehouseBalances(first: 100) { nodes { accountId tokenId balance royalties } }
    revenueSplits(first: 100) { nodes { id modelId totalAllocation incentive recipientCount
      shares(first: 100, where: {allocation_gt: 0}) { nodes { ordinal accountId allocation } } } } }`)
  const { miser } = chain.at
  for (const token of chain.tokens) {
    const of = (nodes: Answer[], who: Hex) =>
      nodes.find(node => node.accountId === id(who) && node.tokenId === tokenId(token))
    for (const who of [ANN, BEN, CAT, DAN, EVE, miser.address as Hex]) {
      const [kept, held] = [await chain.kept(who, token), await chain.held(who, token)]
      const ours = of(royaltyBalances.nodes, who) ?? { accrued: '0', claimed: '0' }
      expect([BigInt(ours.accrued), BigInt(ours.claimed)], `${who} ${token}`).toEqual([kept + held, held])
      const inside = of(warehouseBalances.nodes, who) ?? { balance: '0', royalties: '0' }
      expect([BigInt(inside.balance), BigInt(inside.royalties)]).toEqual([kept, kept])
    }
    for (const split of Object.values(chain.split)) {
      const inside = of(warehouseBalances.nodes, split) ?? { balance: '0', royalties: '0' }
      expect(BigInt(inside.balance)).toBe(await chain.kept(split, token))
      expect(BigInt(inside.royalties)).toBeLessThanOrEqual(BigInt(inside.balance))
    }
  }
  const coin = chain.at.coin.address
  const saved = royaltyBalances.nodes.find(
    (node: Answer) => node.accountId === id(chain.saver) && node.tokenId === tokenId(coin),
  )
  // What it gave to who withdrew for it, it has claimed too.
  const paid = (await chain.held(chain.saver, coin)) + (await chain.held(chain.keeper, coin))
  expect([BigInt(saved?.accrued ?? 0), BigInt(saved?.claimed ?? 0)]).toEqual([
    paid + (await chain.kept(chain.saver, coin)),
    paid,
  ])
  for (const [split, parts] of chain.parts) {
    const ours = revenueSplits.nodes.find((node: Answer) => node.id === id(split))
    expect(ours).toMatchObject({
      totalAllocation: `${parts.totalAllocation}`,
      incentive: parts.distributionIncentive,
      recipientCount: parts.recipients.length,
    })
    expect(ours.shares.nodes).toEqual(
      parts.recipients.flatMap((who, ordinal) =>
        parts.allocations[ordinal] === 0n
          ? []
          : [{ ordinal, accountId: id(who), allocation: `${parts.allocations[ordinal]}` }],
      ),
    )
  }
}

test('a payment is divided as the split divides it, by push and by pull, in coins and in tokens', async () => {
  for (const token of chain.tokens) {
    for (const split of Object.values(chain.split)) {
      await chain.pay(split, token, 10n ** 18n + 7n)
      expect(await chain.distribute(split, token)).toBe(true)
      await everyFigure()
    }
  }
  const { model } = await ask(`{ model(id: "${MODEL}") { parents { nodes {
    parentId role shareNumerator shareDenominator sharePpm policy } } } }`)
  expect(model.parents.nodes).toEqual([
    {
      parentId: PART,
      role: 'COMPONENT',
      shareNumerator: '3',
      shareDenominator: '7',
      sharePpm: 428_571,
      policy: 'HOP',
    },
  ])
  expect(await rejected()).toEqual([])
})

test('after all that can be done with them, and what comes to an account otherwise is no royalty', async () => {
  for (let round = 0; round < 3; round++) {
    await chain.play(25)
    await everyFigure()
  }
  const coin = chain.at.coin.address
  const { owner, at, contracts } = chain
  await contracts.send(owner, at.coin, 'approve', at.warehouse.address, 10n ** 30n)
  await contracts.send(owner, at.warehouse, 'deposit', owner, coin, 1_000n)
  await contracts.send(owner, at.warehouse, 'transfer', contracts.accounts[5]!, BigInt(coin), 400n)
  await contracts.send(owner, at.warehouse, 'withdraw', contracts.accounts[5]!, coin)
  const { stranger, before } = await ask(`{
    stranger: warehouseBalances(where: {accountId_eq: "${id(contracts.accounts[5]!)}"}) { nodes { balance royalties } }
    before: royaltyClaims(where: {accountId_eq: "${id(contracts.accounts[5]!)}"}) { totalCount } }`)
  expect(stranger.nodes).toEqual([{ balance: '1', royalties: '0' }])
  expect(before.totalCount).toBe(0)
  expect(await rejected()).toEqual([])
})

test('accruals name the model whose revenue it was, and the model that a recipient stands for', async () => {
  const { royaltyAccruals } =
    await ask(`{ royaltyAccruals(first: 500, where: {fromModelId_eq: "${MODEL}"}) { nodes {
    kind toModelId beneficiaryId amount } } }`)
  const nested = royaltyAccruals.nodes.filter((node: Answer) => node.beneficiaryId === id(chain.split.nested))
  expect(nested.length).toBeGreaterThan(1)
  expect(nested.every((node: Answer) => node.kind === 'ANCESTOR' && node.toModelId === PART)).toBe(true)
  const own = royaltyAccruals.nodes.filter((node: Answer) => node.beneficiaryId === id(ANN))
  expect(own.every((node: Answer) => node.kind === 'OWN' && node.toModelId === MODEL)).toBe(true)
})

test('a split that is created later is found, and passes on nobody’s royalties; a liar is nothing', async () => {
  const parts = {
    recipients: [ANN, EVE],
    allocations: [1n, 2n ** 200n],
    totalAllocation: 2n ** 200n + 1n,
    distributionIncentive: 65_535,
  }
  const found = await chain.create('pushFactory', parts, false)
  const { liar, coin } = chain.at
  const mine = { recipients: [DAN], allocations: [1n], totalAllocation: 1n, distributionIncentive: 0 }
  await chain.contracts.send(chain.owner, liar, 'lie', mine, coin.address, 10n ** 20n)
  await everyFigure()
  const { split, liars } = await ask(`{
    split: revenueSplits(where: {id_eq: "${id(found)}"}) { nodes { modelId shares { nodes { allocation } } } }
    liars: revenueSplits(where: {id_eq: "${id(liar.address)}"}) { totalCount } }`)
  expect(split.nodes).toEqual([
    { modelId: null, shares: { nodes: [{ allocation: '1' }, { allocation: `${2n ** 200n}` }] } },
  ])
  expect(liars.totalCount).toBe(0)
})

test('the query of the README has the answer that the split and the warehouse give', async () => {
  const readme = readFileSync(resolve(__dirname, '../../../src/protocols/splits/README.md'), 'utf8')
  const query = /```graphql\n([^`]+)```/.exec(readme)![1]!.replace('eip155:31341/erc8004:0', MODEL)
  const { model, warehouseBalances } = await ask(query)
  const { totalAllocation, distributionIncentive: incentive, recipients } = chain.parts.get(chain.split.pull)!
  expect(model.splits.nodes).toEqual([
    { totalAllocation: `${totalAllocation}`, incentive, recipientCount: recipients.length },
  ])
  const kept = await Promise.all(
    [ANN, BEN, CAT, DAN].flatMap(who => chain.tokens.map(token => chain.kept(who, token))),
  )
  const [first] = warehouseBalances.nodes
  expect(kept.every(one => one <= BigInt(first.royalties))).toBe(true)
})

test('a reorganisation takes back what it removes, and the chain goes on from there', async () => {
  await pipeline.caughtUp()
  const before = new Map(chain.parts)
  const { number } = await chain.contracts.head()
  await chain.play(12)
  await everyFigure()
  const { number: end } = await chain.contracts.head()
  await chain.contracts.chain.rpc('anvil_rollback', [end - number])
  chain.parts.clear()
  for (const [split, parts] of before) chain.parts.set(split, parts)
  await chain.play(14)
  await chain.pay(chain.split.push, NATIVE, 12_345_678n)
  await chain.distribute(chain.split.push, NATIVE)
  await everyFigure()
  expect(await rejected()).toEqual([])
  expect(await pipeline.verify()).toMatchObject({ code: 0, differences: [] })
  const wrong: unknown[] = []
  await verifyFacts(api.pool, CHAIN, difference => wrong.push(difference))
  expect(wrong).toEqual([])
})

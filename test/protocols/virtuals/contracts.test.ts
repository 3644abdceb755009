import type { Hex } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApi } from '../../../src/api/server'
import { loadConfig } from '../../../src/config/load'
import { protocols } from '../../../src/protocols/registry'
import { freshDatabase, type TestDatabase } from '../../fixtures/database'
import { requireNeo4j, type TestNeo4j, testNeo4j } from '../../fixtures/neo4j'
import { Pipeline } from '../../system/pipeline'
import { people, VirtualsChain } from './virtualsChain'

/**
 * Contracts with Virtuals' arithmetic are driven at random, and what GraphQL answers is compared with their views, also
 * after a reorganisation. 0 wei off.
 */

let chain: VirtualsChain
let database: TestDatabase
let pipeline: Pipeline
let neo4j: TestNeo4j | { unavailable: string }
let api: Awaited<ReturnType<typeof startApi>>

beforeAll(async () => {
  chain = await VirtualsChain.start(5)
  await chain.play(260)
  database = await freshDatabase()
  neo4j = await testNeo4j()
  const neo4jUrl = 'url' in neo4j ? neo4j.url : undefined
  pipeline = new Pipeline({ database, chains: { alpha: chain.driven.chain.url }, finality: 60, neo4jUrl })
  pipeline.configure(chains => {
    Object.assign(chains[0]!, { protocols: { virtuals: { firstBlock: 0, contracts: chain.at } } })
  })
  await pipeline.index('alpha')
  await pipeline.caughtUp()
  if (neo4jUrl) await pipeline.project()
  api = await startApi({ config: loadConfig(pipeline.config, protocols), port: 0 })
})

afterAll(async () => {
  await api?.close()
  await pipeline?.stop()
  if (neo4j && 'url' in neo4j) await neo4j.close()
  await database?.drop()
  await chain?.driven.close()
})

// biome-ignore lint/suspicious/noExplicitAny: an answer has the shape that its query asks for
async function ask(query: string): Promise<any> {
  const response = await fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  })
  const { data, errors } = (await response.json()) as { data: unknown; errors?: unknown }
  expect(errors).toBeUndefined()
  return data
}

// biome-ignore lint/suspicious/noExplicitAny: as above
type Node = any

const CHAIN = 'eip155:31337'
const id = (address: string) => `${CHAIN}:${address}`
const pool = (address: string) => `${CHAIN}/pool:${address}`
const model = (n: number | bigint) => `${CHAIN}/virtuals:${n}`
const contribution = (n: bigint) => (n === 0n ? null : `${CHAIN}/virtuals:contribution-${n}`)
const sum = (all: (string | bigint)[]) => all.reduce<bigint>((total, one) => total + BigInt(one), 0n)
const held = (token: Hex, who: string) => chain.driven.view<bigint>(token, 'balanceOf', [who])

/** An account's shares in a pool are the token's balance, and a delegate's votes those of the contract. */
async function expectPatrons(of: string, balance: (who: Hex) => Promise<bigint>, token?: Hex): Promise<void> {
  const { stakePositions, delegateVoteses } = await ask(`{
    stakePositions(first: 100, where: {poolId_eq: "${of}"}) { nodes { accountId shares } }
    delegateVoteses(first: 100, where: {poolId_eq: "${of}"}) { nodes { delegateId votes } } }`)
  for (const who of people) {
    const ours = stakePositions.nodes.find((node: Node) => node.accountId === id(who))
    expect(ours?.shares ?? '0', `${who} in ${of}`).toBe(`${await balance(who)}`)
    if (!token) continue
    const votes = delegateVoteses.nodes.find((node: Node) => node.delegateId === id(who))
    expect(votes?.votes ?? '0').toBe(`${await chain.driven.view<bigint>(token, 'getVotes', [who])}`)
  }
}

function everyFigure(): void {
  test('of agents: founder, contracts, blacklist, stake of the present veToken, votes; the former ones retired', async () => {
    const { models, stakePools, modelContracts } = await ask(`{
      models(first: 100, where: {kind_eq: MODEL}) { nodes { id creatorId suspended } }
      stakePools(first: 100, where: {kind_eq: DIRECT}) { nodes { id modelId activeAssets totalShares retiredAt } }
      modelContracts(first: 200, where: {current_eq: true}) { nodes { modelId role accountId } } }`)
    const agents = await chain.agents()
    expect(agents.length).toBeGreaterThan(3)
    for (const agent of agents) {
      const ours = models.nodes.find((node: Node) => node.id === model(agent.id))
      const suspended = await chain.view<boolean>('agentNft', 'isBlacklisted', agent.id)
      expect(ours).toMatchObject({ creatorId: id(agent.founder), suspended })
      for (const role of ['token', 'tba', 'veToken', 'lp'] as const) {
        const named = modelContracts.nodes.filter(
          (node: Node) => node.modelId === model(agent.id) && node.role === role,
        )
        expect(named.map((node: Node) => node.accountId)).toEqual([id(agent[role])])
      }
      const supply = `${await chain.driven.view<bigint>(agent.veToken, 'totalSupply')}`
      const its = stakePools.nodes.filter((node: Node) => node.modelId === model(agent.id))
      const present = its.filter((node: Node) => node.retiredAt === null)
      expect(present).toMatchObject([{ id: pool(agent.veToken), activeAssets: supply, totalShares: supply }])
      await expectPatrons(pool(agent.veToken), who => held(agent.veToken, who), agent.veToken)
    }
    expect(stakePools.nodes.some((node: Node) => node.retiredAt !== null)).toBe(true)
  })

  test('of contributions: what they are, their parents and datasets, maturity, impact, and which is present', async () => {
    const { contributions, lineageEdges } = await ask(`{
      contributions(first: 200) { nodes { id modelId isModel core parentId maturity impact current } }
      lineageEdges(first: 500) { nodes { childId parentId role } } }`)
    let datasets = 0
    for (const number of chain.contributions.keys()) {
      const ours = contributions.nodes.find((node: Node) => node.id === contribution(number))
      const view = <T>(role: 'contributionNft' | 'serviceNft', name: string) =>
        chain.view<T>(role, name, number)
      const isModel = await view<boolean>('contributionNft', 'isModel')
      const core = await view<number>('contributionNft', 'getCore')
      const parent = contribution(await view<bigint>('contributionNft', 'getParentId'))
      const dataset = contribution(await view<bigint>('contributionNft', 'getDatasetId'))
      if (!ours?.modelId) {
        expect(await chain.view<string>('contributionNft', 'ownerOf', number)).toMatch(/^0x0+$/)
        continue
      }
      expect(ours).toMatchObject({ isModel, core, parentId: parent })
      expect([ours.maturity ?? '0', ours.impact ?? '0']).toEqual([
        `${await view<bigint>('serviceNft', 'getMaturity')}`,
        `${await view<bigint>('serviceNft', 'getImpact')}`,
      ])
      const edges = (role: string) =>
        lineageEdges.nodes
          .filter((node: Node) => node.childId === ours.id && node.role === role)
          .map((node: Node) => node.parentId)
      expect(edges('PARENT')).toEqual(parent ? [parent] : [])
      // What its log names as dataset of a dataset is none.
      expect(edges('DATASET')).toEqual(dataset ? [dataset] : [])
      if (dataset) datasets++
    }
    expect(datasets).toBeGreaterThan(1)
    for (const { id: agent } of await chain.agents())
      for (const core of [0, 1]) {
        const present = await chain.view<bigint>('serviceNft', 'getCoreService', agent, core)
        const ours = contributions.nodes.find((node: Node) => node.id === contribution(present))
        if (present !== 0n) expect(ours.current).toBe(true)
      }
  })

  test('of veVIRTUAL: balances now and later by formula, what is locked, votes', async () => {
    const { timestamp } = await chain.driven.chain.rpc<{ timestamp: Hex }>('eth_getBlockByNumber', [
      'latest',
      false,
    ])
    const times = [0, 11, 60].map(weeks => Number(timestamp) + weeks * 604_800 + 77)
    const balances = times.map((time, i) => `at${i}: balance(at: "${new Date(time * 1000).toISOString()}")`)
    const { voteLocks } = await ask(
      `{ voteLocks(first: 200) { nodes { accountId amount permanent ${balances.join(' ')} } } }`,
    )
    for (const who of people) {
      const its = voteLocks.nodes.filter((node: Node) => node.accountId === id(who))
      for (const [i, time] of times.entries())
        expect(sum(its.map((node: Node) => node[`at${i}`]))).toBe(
          await chain.view<bigint>('veVirtual', 'balanceOfAt', who, time),
        )
    }
    expect(voteLocks.nodes.some((node: Node) => node.permanent)).toBe(true)
    expect(voteLocks.nodes.some((node: Node) => node.amount === '0')).toBe(true)
    const locked = async (who: Hex) => {
      const count = await chain.view<bigint>('veVirtual', 'numPositions', who)
      const positions = await chain.view<{ amount: bigint }[]>('veVirtual', 'getPositions', who, 0n, count)
      return sum(positions.map(({ amount }) => amount))
    }
    await expectPatrons(pool(chain.at.veVirtual), locked, chain.at.veVirtual)
  })

  test('of curves: reserves, price, what the pair really holds, who holds the token; graduated, and unwrapped', async () => {
    const { bondingCurves, stakePools } = await ask(`{
      bondingCurves(first: 100) { nodes { id creatorId reserveToken reserveAsset price graduatedModelId graduatedTokenId } }
      stakePools(first: 100, where: {kind_eq: BONDING_CURVE}) { nodes { id activeAssets } } }`)
    expect(bondingCurves.nodes).toHaveLength(chain.curves.length)
    let graduated = 0
    for (const token of chain.curves) {
      const pair = await chain.pairOf(token)
      const ours = bondingCurves.nodes.find((node: Node) => node.id === `${CHAIN}/curve:${token}`)
      const [reserve0, reserve1] = await Promise.all(
        ['reserve0', 'reserve1'].map(name => chain.driven.view<bigint>(pair, name)),
      )
      const creator = (await chain.view<Hex>('bonding', 'creatorOf', token)).toLowerCase()
      expect(ours).toMatchObject({
        reserveToken: `${reserve0}`,
        reserveAsset: `${reserve1}`,
        creatorId: id(creator),
        price: `${(reserve1! * 10n ** 18n) / reserve0!}`,
      })
      const agentToken = (await chain.view<Hex>('bonding', 'graduatedTo', token)).toLowerCase()
      const agent = (await chain.agents()).find(one => one.token === agentToken)
      expect(ours.graduatedModelId).toBe(agent ? model(agent.id) : null)
      expect(stakePools.nodes.find((node: Node) => node.id === pool(pair)).activeAssets).toBe(
        `${await held(chain.at.virtual, pair)}`,
      )
      await expectPatrons(pool(pair), who => held(token, who))
      if (agent) graduated++
    }
    expect(graduated).toBeGreaterThan(0)
  })

  test('of money: each agent’s account has what its prompts paid; royaltyFlow says the same', async () => {
    for (const { id: agent, tba } of await chain.agents()) {
      const balance = await held(chain.at.virtual, tba)
      const { royaltyBalances, royaltyFlow } = await ask(`{
        royaltyBalances(where: {accountId_eq: "${id(tba)}"}) { nodes { accrued claimed } }
        royaltyFlow(model: "${model(agent)}", direction: IN) { nodes { model { id } amounts { accrued } } } }`)
      const paid = { accrued: `${balance}`, claimed: `${balance}` }
      const none = balance === 0n ? [] : [paid]
      expect(royaltyBalances.nodes.filter((node: Node) => node.accrued !== '0')).toEqual(none)
      // What the creators were paid of the tax is the agent's too.
      const flow = royaltyFlow.nodes.find((node: Node) => node.model.id === model(agent))
      expect(sum((flow?.amounts ?? []).map((one: Node) => one.accrued))).toBeGreaterThanOrEqual(balance)
    }
    expect((await database.pool.query('SELECT reason FROM rejected_log')).rows).toEqual([])
  })
}

describe('every figure is the contracts’ own', everyFigure)

describe('after a reorganisation too, which removes agents, curves and their clones', () => {
  beforeAll(async () => {
    const { curves, contributions } = chain
    await chain.driven.chain.rpc('anvil_rollback', [50])
    const count = await countOf('bonding', 'tokens')
    curves.splice(count)
    await chain.play(70)
    expect(contributions.size).toBeGreaterThan(5)
    await pipeline.caughtUp()
  })

  everyFigure()

  test('and folded again the rows are the same', async () => {
    expect(await pipeline.verify()).toMatchObject({ code: 0, differences: [] })
  })

  test('and Neo4j has the same', async context => {
    requireNeo4j(context, neo4j)
    await pipeline.projected()
    const verified = async () => (await (await pipeline.run('graph', 'verify')).exited).code
    await expect.poll(verified, { timeout: 60_000 }).toBe(0)
    const { driver } = neo4j
    const [agent] = await chain.agents()
    const staked = async () => {
      const { records } = await driver.executeQuery(
        `MATCH (:Account)-[s:STAKES]->(p:Pool)-[:STEERS]->(m:Model {id: $id}) RETURN p.id AS pool, s.shares AS shares`,
        { id: model(1) },
      )
      return sum(
        records.filter(one => one.get('pool') === pool(agent!.veToken)).map(one => one.get('shares')),
      )
    }
    const supply = await chain.driven.view<bigint>(agent!.veToken, 'totalSupply')
    await expect.poll(staked, { timeout: 60_000 }).toBe(supply)
  })
})

/** How many there are in a list of a contract. */
async function countOf(role: 'bonding', name: string): Promise<number> {
  for (let i = 0; ; i++) {
    const there = await chain.view<Hex>(role, name, i).catch(() => undefined)
    if (there === undefined) return i
  }
}

import type { Hex } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApi } from '../../../src/api/server'
import { loadConfig } from '../../../src/config/load'
import { addressOf } from '../../../src/ledger/ids'
import { protocols } from '../../../src/protocols/registry'
import { freshDatabase, type TestDatabase } from '../../fixtures/database'
import { requireNeo4j, type TestNeo4j, testNeo4j } from '../../fixtures/neo4j'
import { Pipeline } from '../../system/pipeline'
import { avs, BEACON, operators, RestakedChain, SETS, stakers } from './restakedChain'

/**
 * Contracts with EigenLayer's arithmetic are driven at random, and what GraphQL answers is compared with their views: at
 * the head and at earlier blocks, and again after a reorganisation. 0 wei off.
 */

let chain: RestakedChain
let database: TestDatabase
let pipeline: Pipeline
let neo4j: TestNeo4j | { unavailable: string }
let api: Awaited<ReturnType<typeof startApi>>
const model = 'eip155:31337/reference:7'
/** earlier blocks, and the head */
let blocks: number[]

beforeAll(async () => {
  chain = await RestakedChain.start(7)
  await chain.play(110)
  blocks = [await chain.driven.height()]
  await chain.play(110)
  blocks.push(await chain.driven.height())
  database = await freshDatabase()
  neo4j = await testNeo4j()
  const neo4jUrl = 'url' in neo4j ? neo4j.url : undefined
  pipeline = new Pipeline({ database, chains: { alpha: chain.driven.chain.url }, finality: 40, neo4jUrl })
  pipeline.configure(chains => {
    const eigenlayer = { firstBlock: 0, contracts: chain.contracts, models: { [avs]: model } }
    Object.assign(chains[0]!, { protocols: { eigenlayer } })
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

/** While the processor's note of how far it is, which it writes beside its batches, is far behind them. */
async function askBehindNote(query: string): ReturnType<typeof ask> {
  await database.pool.query('UPDATE indexer_progress SET indexed = 1')
  return ask(query)
}

const id = (address: string) => `eip155:31337:${address}`
const pool = (strategy: string) => `eip155:31337/pool:${strategy}`
const strategies = () => [...chain.strategies, BEACON] as Hex[]

const DELEGATION = 'delegation'

function everyFigure(): void {
  test('of stakers: deposit and withdrawable shares, scaling factor, operator', async () => {
    let compared = 0
    for (const block of blocks) {
      const { restakedPositions } = await ask(
        `{ restakedPositions(first: 100) { nodes { id at(block: ${block}) { operatorId depositShares scalingFactor withdrawableShares } } } }`,
      )
      // biome-ignore lint/suspicious/noExplicitAny: as above
      const found = new Map(restakedPositions.nodes.map((node: any) => [node.id, node.at]))
      for (const staker of stakers) {
        const operator = await chain.view<Hex>(DELEGATION, 'delegatedTo', [staker], block)
        for (const strategy of strategies()) {
          const ours = found.get(`${pool(strategy)}|${id(staker)}`) as Record<string, string> | undefined
          const view = async (name: string) =>
            String(await chain.view<bigint>(DELEGATION, name, [staker, strategy], block))
          const theirs = {
            depositShares: await view('getDepositedShares'),
            scalingFactor: await view('depositScalingFactor'),
            withdrawableShares: await view('getWithdrawableShares'),
          }
          if (!ours) expect(theirs.depositShares).toBe('0')
          else {
            const operatorId = BigInt(operator) === 0n ? null : id(operator.toLowerCase())
            expect(ours, `${staker} ${strategy} at ${block}`).toEqual({ ...theirs, operatorId })
            compared += 4
          }
        }
      }
    }
    expect(compared).toBeGreaterThan(60)
  })

  test('of operators: shares, magnitudes, encumbered and allocated, shares in the queue that a slash reaches', async () => {
    const at = blocks.map(
      (block, i) =>
        `at${i}: at(block: ${block}) { shares maxMagnitude } queued${i}: slashableQueuedShares(block: ${block})
         encumbered${i}: encumberedMagnitude(block: ${block})`,
    )
    const allocated = blocks.map(
      (block, i) => `at${i}: at(block: ${block}) { currentMagnitude pendingDiff effectBlock }`,
    )
    const { operatorStakes, operatorAllocations } = await askBehindNote(`{
      operatorStakes(first: 100) { nodes { id encumberedMagnitude slashableQueuedShares ${at.join(' ')} } }
      operatorAllocations(first: 100) { nodes { operatorId poolId operatorSet avsId modelId magnitude ${allocated.join(' ')} } } }`)
    let slashed = 0
    for (const operator of operators)
      for (const strategy of strategies()) {
        const key = `${pool(strategy)}|operator:${operator}`
        // biome-ignore lint/suspicious/noExplicitAny: as above
        const ours = operatorStakes.nodes.find((node: any) => node.id === key)
        for (const [i, block] of blocks.entries()) {
          const view = async (name: string, role: typeof DELEGATION | 'allocation' = DELEGATION) =>
            String(await chain.view<bigint>(role, name, [operator, strategy], block))
          const maxMagnitude = await view('getMaxMagnitude', 'allocation')
          expect(ours?.[`at${i}`] ?? { shares: '0', maxMagnitude: '1000000000000000000' }).toEqual({
            shares: await view('operatorShares'),
            maxMagnitude,
          })
          expect(ours?.[`queued${i}`] ?? '0').toBe(await view('getSlashableSharesInQueue'))
          if (maxMagnitude !== '1000000000000000000') slashed++
          expect(ours?.[`encumbered${i}`] ?? '0').toBe(await view('getEncumberedMagnitude', 'allocation'))
          if (block !== blocks.at(-1)) continue
          expect(ours?.encumberedMagnitude ?? '0').toBe(await view('getEncumberedMagnitude', 'allocation'))
          expect(ours?.slashableQueuedShares ?? '0').toBe(ours?.[`queued${i}`] ?? '0')
        }
        for (let set = 0; set < SETS; set++) {
          const [current] = await chain.view<[bigint]>('allocation', 'getAllocation', [
            operator,
            set,
            strategy,
          ])
          const allocation = operatorAllocations.nodes.find(
            // biome-ignore lint/suspicious/noExplicitAny: as above
            (node: any) =>
              node.operatorId === id(operator) &&
              node.poolId === pool(strategy) &&
              node.operatorSet === `${set}`,
          )
          if (!allocation) expect(current).toBe(0n)
          else expect(allocation).toMatchObject({ magnitude: `${current}`, avsId: id(avs), modelId: model })
          for (const [i, block] of blocks.entries()) {
            const args = [operator, set, strategy]
            const theirs = await chain.view<[bigint, bigint, bigint]>(
              'allocation',
              'getAllocation',
              args,
              block,
            )
            const ours = allocation?.[`at${i}`]
            if (!ours) expect(theirs).toEqual([0n, 0n, 0n])
            else {
              expect([ours.currentMagnitude, ours.pendingDiff]).toEqual([`${theirs[0]}`, `${theirs[1]}`])
              // Where nothing waits, a contract keeps the block of before.
              if (theirs[1] !== 0n) expect(ours.effectBlock).toBe(`${theirs[2]}`)
            }
          }
        }
      }
    expect(slashed).toBeGreaterThan(2)
  })

  test('of operators: how long their allocations wait', async () => {
    const at = blocks.map((block, i) => `at${i}: delay(block: ${block})`)
    const { allocationDelays } = await askBehindNote(
      `{ allocationDelays(first: 100) { nodes { operatorId delay ${at.join(' ')} } } }`,
    )
    expect(allocationDelays.nodes.length).toBeGreaterThan(0)
    for (const { operatorId, delay, ...ours } of allocationDelays.nodes)
      for (const [i, block] of [...blocks, undefined].entries()) {
        const args = [addressOf(operatorId)]
        const theirs = await chain.view<[boolean, number]>('allocation', 'getAllocationDelay', args, block)
        expect(block === undefined ? delay : ours[`at${i}`]).toBe(theirs[0] ? `${theirs[1]}` : null)
      }
  })

  test('of beacon chain ETH: the pool has the deposit shares of all pods, and those of the queue', async () => {
    const { stakePools, exitRequests } = await ask(`{
      stakePools(where: { id_eq: "${pool(BEACON)}" }) { nodes { activeAssets totalShares asset { id } } }
      exitRequests(first: 500, where: { poolId_eq: "${pool(BEACON)}", status_eq: PENDING }) { nodes { shares } } }`)
    const deposited = await Promise.all(
      stakers.map(one => chain.view<bigint>(DELEGATION, 'getDepositedShares', [one, BEACON])),
    )
    const queued = (exitRequests.nodes as { shares: string }[]).map(({ shares }) => BigInt(shares))
    const all = [...deposited, ...queued].reduce((sum, one) => sum + one, 0n)
    expect(stakePools.nodes).toEqual([
      { activeAssets: `${all}`, totalShares: `${all}`, asset: { id: 'eip155:31337/slip44:60' } },
    ])
  })

  test('of queued withdrawals: what each pays, then and now, whether it is paid or put back', async () => {
    await chain.knowRoots()
    const at = blocks.map((block, i) => `at${i}: payableShares(block: ${block})`)
    const { exitRequests } = await ask(
      `{ exitRequests(first: 500) { nodes { id block status readyBlock paidShares payableShares ${at.join(' ')} } } }`,
    )
    const nodes = exitRequests.nodes as Record<string, string | number>[]
    for (const root of chain.roots)
      for (const [i, block] of blocks.entries()) {
        const theirs = await chain.view<bigint[]>(DELEGATION, 'getQueuedShares', [root], block)
        for (const [part, shares] of theirs.entries()) {
          const ours = nodes.find(node => node.id === `eip155:31337/withdrawal:${root}/${part}`)!
          if (ours.status === 'PENDING') expect(ours[`at${i}`]).toBe(`${shares}`)
        }
      }
    const kinds = new Set(nodes.map(({ status }) => status))
    for (const kind of ['PENDING', 'PAID', 'RESTAKED']) expect(kinds).toContain(kind)
    for (const { status, paidShares, payableShares } of nodes)
      if (status !== 'PENDING') expect(payableShares).toBe(paidShares)
  })

  test('of strategies: shares, tokens and what a share is worth; of slashes what waits to be burned', async () => {
    const { stakePools, burnableShareses } = await ask(
      '{ stakePools { nodes { id kind activeAssets totalShares virtualAssets virtualShares patronCount } } burnableShareses(first: 200) { nodes { id shares } } }',
    )
    for (const [i, strategy] of chain.strategies.entries()) {
      // biome-ignore lint/suspicious/noExplicitAny: as above
      const ours = stakePools.nodes.find((node: any) => node.id === pool(strategy))
      const ask = (name: string, args: unknown[] = []) => chain.driven.view<bigint>(strategy, name, args)
      const balance = await chain.driven.view<bigint>(chain.tokens[i]!, 'balanceOf', [strategy])
      expect(ours).toMatchObject({
        kind: 'RESTAKING',
        activeAssets: `${balance}`,
        totalShares: `${await ask('totalShares')}`,
      })
      const shares = 10n ** 18n
      const worth =
        (shares * (balance + BigInt(ours.virtualAssets))) /
        (BigInt(ours.totalShares) + BigInt(ours.virtualShares))
      expect(worth).toBe(await ask('sharesToUnderlying', [shares]))
      const holders = await Promise.all(
        stakers.map(one => chain.view<bigint>(DELEGATION, 'getDepositedShares', [one, strategy])),
      )
      expect(ours.patronCount).toBe(holders.filter(one => one > 0n).length)
    }
    expect(burnableShareses.nodes.length).toBeGreaterThan(3)
    for (const { id, shares } of burnableShareses.nodes as { id: string; shares: string }[]) {
      const [, poolId, set, slash] = /^(.*)\|.*\/(\d+)\/(\d+)$/.exec(id) ?? []
      if (!poolId) continue // of beacon chain ETH: numbered by nothing
      const args = [{ avs, id: set }, slash, addressOf(poolId)]
      expect(shares).toBe(`${await chain.view<bigint>('manager', 'getBurnOrRedistributableShares', args)}`)
    }
  })

  test('of earners: what they have claimed; and no log was rejected', async () => {
    const { restakingRewardTotals } = await ask(
      '{ restakingRewardTotals(first: 100) { nodes { earnerId tokenId claimed } } }',
    )
    expect(restakingRewardTotals.nodes.length).toBeGreaterThan(1)
    for (const { earnerId, tokenId, claimed } of restakingRewardTotals.nodes) {
      const args = [addressOf(earnerId), addressOf(tokenId)]
      expect(claimed).toBe(`${await chain.view<bigint>('rewards', 'cumulativeClaimed', args)}`)
    }
    expect((await database.pool.query('SELECT reason FROM rejected_log')).rows).toEqual([])
  })
}

describe('every figure is the contracts’ own', everyFigure)

describe('after a reorganisation too', () => {
  beforeAll(async () => {
    await chain.driven.chain.rpc('anvil_rollback', [30])
    await chain.play(60)
    blocks = [blocks[0]!, await chain.driven.height()]
    await pipeline.caughtUp()
  })

  everyFigure()

  test('and folded again the rows are the same', async () => {
    expect(await pipeline.verify()).toMatchObject({ code: 0, differences: [] })
  })

  test('and Neo4j has who restakes what, with whom, and what secures the model', async context => {
    requireNeo4j(context, neo4j)
    await pipeline.projected()
    const found = await neo4j.driver.executeQuery(
      `MATCH (a:Account)-[r:RESTAKES]->(p:Pool) OPTIONAL MATCH (a)-[:RESTAKES_WITH]->(o:Account)
       RETURN a.address AS staker, p.id AS pool, r.depositShares AS shares, o.address AS operator`,
    )
    const theirs = new Map(found.records.map(one => [`${one.get('pool')}|${one.get('staker')}`, one]))
    let count = 0
    for (const staker of stakers)
      for (const strategy of strategies()) {
        const shares = await chain.view<bigint>(DELEGATION, 'getDepositedShares', [staker, strategy])
        const operator = await chain.view<Hex>(DELEGATION, 'delegatedTo', [staker])
        const one = theirs.get(`${pool(strategy)}|${staker}`)
        expect(one?.get('shares') ?? '0').toBe(`${shares}`)
        if (one) expect(one.get('operator') ?? `0x${'0'.repeat(40)}`).toBe(operator.toLowerCase())
        if (one) count++
      }
    expect(theirs.size).toBe(count)
    const operated = await neo4j.driver.executeQuery(
      `MATCH (o:Account)-[r:OPERATES]->(p:Pool) RETURN o.address AS operator, p.id AS pool, r.shares AS shares`,
    )
    for (const one of operated.records) {
      const args = [one.get('operator'), addressOf(one.get('pool'))]
      expect(one.get('shares')).toBe(`${await chain.view<bigint>(DELEGATION, 'operatorShares', args)}`)
    }
    const secured = await neo4j.driver.executeQuery(
      'MATCH (:Account)-[s:SECURES]->(m:Model {id: $model}) RETURN DISTINCT s.avs AS avs',
      { model },
    )
    expect(secured.records.map(one => one.get('avs'))).toEqual([id(avs)])
    const child = await pipeline.run('graph', 'verify')
    expect(await child.exited, child.tail()).toMatchObject({ code: 0 })
  })
})

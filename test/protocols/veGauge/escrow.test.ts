import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Hex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packageRoot } from '../../../src/config/packageRoot'
import { verifyFacts } from '../../../src/indexer/refold/verifyFacts'
import { gaugeWeight, relativeWeight, votePower } from '../../../src/measures/voteBalance'
import { Prng } from '../../../src/sandbox/scenario/prng'
import { type TestApi, testApi } from '../../api/apiFixture'
import { testChain } from '../../fixtures/chain'
import { Contracts, type Deployed } from '../../fixtures/contracts'
import type { Artifact } from '../../fixtures/solidity'
import { Pipeline } from '../../system/pipeline'

/*
 * Balancer's VotingEscrow and GaugeController, which are Curve's, deployed from their npm package, indexed by a processor
 * of its own and asked for in GraphQL: every figure is the contracts' view.
 */

const CHAIN = 'eip155:31337'
const WEEK = 604_800
const YEAR = 365 * 86_400
const RULES = { formula: 'SLOPE', maxLock: BigInt(YEAR) } as const
const HOME = 'eip155:31337/reference:1'
const ABROAD = 'eip155:8453/virtuals:12'
const GAUGES = ['a1', 'a2', 'a3'].map(byte => `0x${byte.repeat(20)}` as Hex)
const chance = new Prng('escrow')
const upTo = (n: number) => chance.next() % n

let api: TestApi
let contracts: Contracts
let pipeline: Pipeline
let token: Deployed
let escrow: Deployed
let controller: Deployed
let other: { escrow: Deployed; controller: Deployed }
let stranger: Deployed
let admin: Hex
let voters: Hex[]

function artifact(name: string): Artifact {
  const task = '@balancer-labs/v2-deployments/dist/tasks/20220325-gauge-controller/artifact'
  return createRequire(__filename)(`${task}/${name}.json`)
}

beforeAll(async () => {
  contracts = await Contracts.on(await testChain({ chainId: 31_337 }))
  admin = contracts.accounts[0]!
  voters = contracts.accounts.slice(1, 4)
  const coin = JSON.parse(readFileSync(join(packageRoot, 'src/sandbox/artifacts/TestToken.json'), 'utf8'))
  token = await contracts.deploy(coin, 'Pool token', 'BPT', 18)
  const makeEscrow = async () => {
    const made = await contracts.deploy(artifact('VotingEscrow'), token.address, 'Votes', 'VE', admin)
    for (const who of voters) await contracts.send(who, token, 'approve', made.address, 10n ** 30n)
    return made
  }
  for (const who of voters) await contracts.send(who, token, 'mint', who, 10n ** 30n)
  escrow = await makeEscrow()
  controller = await contracts.deploy(artifact('GaugeController'), escrow.address, admin)
  const second = await makeEscrow()
  other = {
    escrow: second,
    controller: await contracts.deploy(artifact('GaugeController'), second.address, admin),
  }
  stranger = await makeEscrow()
  for (const one of [controller, other.controller]) {
    await contracts.send(admin, one, 'add_type', 'Pools', 10n ** 18n)
    await contracts.send(admin, one, 'add_type', 'Others', 3n * 10n ** 17n)
    await contracts.send(admin, one, 'add_gauge', GAUGES[0], 0n, 0n)
  }
  await contracts.send(admin, controller, 'add_gauge', GAUGES[1], 1n, 5n * 10n ** 21n)
  await contracts.send(admin, controller, 'add_gauge', GAUGES[2], 0n)
  api = await testApi()
  pipeline = new Pipeline({ database: api.database, chains: { alpha: contracts.chain.url }, finality: 64 })
  pipeline.configure(([chain]) => {
    chain!.protocols = {
      veGauge: {
        firstBlock: 1,
        contracts: {
          votingEscrow: [escrow.address, second.address],
          gaugeController: [controller.address, other.controller.address],
        },
        models: { [GAUGES[0]!]: HOME, [GAUGES[1]!]: ABROAD },
      },
    }
  })
  await pipeline.index('alpha')
})
afterAll(async () => {
  await pipeline?.stop()
  await api?.close()
  await contracts?.chain.close()
})

async function wait(seconds: number): Promise<void> {
  await contracts.chain.rpc('evm_increaseTime', [seconds])
  await contracts.chain.rpc('anvil_mine', ['0x1'])
}

/** Something that a voter or the admin does; what the contracts refuse is left out. */
async function act(): Promise<void> {
  const who = voters[upTo(3)]!
  const gauge = GAUGES[upTo(3)]!
  const { time } = await contracts.head()
  const amount = BigInt(1 + upTo(1_000_000_000)) * 10n ** BigInt(4 + upTo(15)) + BigInt(upTo(1000))
  const until = BigInt(time + (1 + upTo(51)) * WEEK)
  switch (upTo(12)) {
    case 0:
      await contracts.tried(who, escrow, 'create_lock', amount, until)
      break
    case 1:
      await contracts.tried(voters[upTo(3)]!, escrow, 'deposit_for', who, amount)
      break
    case 2:
      await contracts.tried(who, escrow, 'increase_amount', amount)
      break
    case 3:
      await contracts.tried(who, escrow, 'increase_unlock_time', until)
      break
    case 4:
      await contracts.tried(who, escrow, 'withdraw')
      break
    case 5: {
      const weight = await contracts.view<bigint>(controller, 'get_gauge_weight', [gauge])
      await contracts.tried(admin, controller, 'change_gauge_weight', gauge, weight + amount)
      break
    }
    case 6:
      await contracts.tried(admin, controller, 'change_type_weight', BigInt(upTo(2)), amount % 10n ** 18n)
      break
    case 7:
      await wait(upTo(5 * WEEK))
      break
    default:
      await contracts.tried(who, controller, 'vote_for_gauge_weights', gauge, BigInt(upTo(4000)))
  }
}

interface Vote {
  accountId: string
  modelId: string | null
  weightBps: number
  amount: string
  slope: string
  startsAt: string
  endsAt: string
  permanent: boolean
}
interface Gauge {
  id: string
  modelId: string | null
  gaugeType: string
  baseWeight: string
  contract: string
  steeringVotes: { nodes: Vote[] }
}

const seconds = (iso: string) => Math.floor(Date.parse(iso) / 1000)

async function gaugesOf(of: Deployed): Promise<Gauge[]> {
  const { voteGauges } = await api.data(`{ voteGauges(where: { contract_eq: "${of.address}" }) { nodes {
    id modelId gaugeType baseWeight contract steeringVotes(first: 50) { nodes {
      accountId modelId weightBps amount slope startsAt endsAt permanent } } } } }`)
  return voteGauges.nodes
}

/** Each lock, and all of them, at several times as the escrow answers for them. */
async function locksEqualTheViews(of: Deployed): Promise<void> {
  const { time } = await contracts.head()
  const times = [0, 1, WEEK, 20 * WEEK + 12_345, 60 * WEEK].map(later => time + later)
  const balances = times.map((at, i) => `b${i}: balance(at: "${new Date(at * 1000).toISOString()}")`)
  const { stakePool } = await api.data(`{ stakePool(id: "${CHAIN}/pool:${of.address}") {
    activeAssets maxLockSeconds lockStepSeconds kind asset { symbol }
    voteLocks(first: 50) { nodes { accountId amount endsAt ${balances.join(' ')} } } } }`)
  expect(stakePool).toMatchObject({
    kind: 'VOTE_ESCROW',
    maxLockSeconds: YEAR,
    lockStepSeconds: WEEK,
    activeAssets: String(await contracts.view(of, 'supply')),
    asset: { symbol: 'BPT' },
  })
  const locks = stakePool.voteLocks.nodes as (Record<string, string> & { amount: string })[]
  for (const [i, at] of times.entries()) {
    let all = 0n
    for (const lock of locks) {
      const account = lock.accountId!.slice(CHAIN.length + 1)
      const balance = BigInt(lock[`b${i}`]!)
      expect(balance).toBe(await contracts.view(of, 'balanceOf', [account, BigInt(at)]))
      all += balance
    }
    expect(all).toBe(await contracts.view(of, 'totalSupply', [BigInt(at)]))
  }
  for (const { accountId, amount, endsAt } of locks) {
    const account = accountId!.slice(CHAIN.length + 1)
    const locked = await contracts.view<{ amount: bigint; end: bigint }>(of, 'locked', [account])
    expect(BigInt(amount)).toBe(locked.amount)
    if (locked.amount > 0n) expect(BigInt(seconds(endsAt!))).toBe(locked.end)
  }
}

/** Each vote, and each gauge at the next week's begin, from which on this week's votes count. */
async function votesEqualTheViews(of: Deployed): Promise<void> {
  const next = (Math.floor((await contracts.head()).time / WEEK) + 1) * WEEK
  const { voteGaugeTypes } = await api.data(
    `{ voteGaugeTypes(where: { contract_eq: "${of.address}" }) { nodes { number name weight weightFrom } } }`,
  )
  const types = new Map<string, bigint>()
  for (const { number, weight, weightFrom } of voteGaugeTypes.nodes) {
    expect(seconds(weightFrom)).toBeLessThanOrEqual(next)
    expect(BigInt(weight)).toBe(await contracts.view(of, 'get_type_weight', [BigInt(number)]))
    types.set(number, BigInt(weight))
  }
  const weights = []
  for (const { id, gaugeType, baseWeight, steeringVotes } of await gaugesOf(of)) {
    const gauge = id.slice(id.lastIndexOf('/') + 1)
    const powers: bigint[] = []
    for (const vote of steeringVotes.nodes) {
      const account = vote.accountId.slice(CHAIN.length + 1)
      const told = await contracts.view<{ slope: bigint; power: bigint; end: bigint }>(
        of,
        'vote_user_slopes',
        [account, gauge],
      )
      expect([BigInt(vote.slope), BigInt(vote.weightBps), BigInt(seconds(vote.endsAt))]).toEqual([
        told.slope,
        told.power,
        told.end,
      ])
      const [start, end] = [seconds(vote.startsAt), seconds(vote.endsAt)]
      const lock = { amount: BigInt(vote.amount), start: BigInt(start), end: BigInt(end), permanent: false }
      powers.push(votePower({ ...lock, weightBps: vote.weightBps }, RULES, BigInt(next)))
    }
    const weight = gaugeWeight(BigInt(baseWeight), powers)
    weights.push({ gauge, weight, typeWeight: types.get(gaugeType)! })
  }
  for (const { gauge, weight, typeWeight } of weights) {
    await contracts.send(admin, of, 'checkpoint_gauge', gauge)
    expect(weight).toBe(await contracts.view(of, 'get_gauge_weight', [gauge]))
    const part = await contracts.view(of, 'gauge_relative_weight', [gauge, BigInt(next)])
    expect(relativeWeight({ weight, typeWeight }, weights)).toBe(part)
  }
  // The same in GraphQL, at the next week's begin and within it; in a week before, the votes of now do not count.
  for (const at of [next, next + 3_600]) {
    const { voteGauges } = await api.data(
      `{ voteGauges(where: { contract_eq: "${of.address}" }) { nodes {
        id relativeWeight(at: "${new Date(at * 1000).toISOString()}") before: relativeWeight(at: "2026-01-01T00:00:00Z") } } }`,
    )
    expect(voteGauges.nodes).toHaveLength(weights.length)
    for (const { id, relativeWeight: part, before } of voteGauges.nodes) {
      const gauge = id.slice(id.lastIndexOf('/') + 1)
      const weighed = await contracts.view(of, 'gauge_relative_weight', [gauge, BigInt(at)])
      expect([part, before]).toEqual([`${weighed}`, null])
    }
  }
}

async function equalTheViews(): Promise<void> {
  await pipeline.caughtUp()
  await locksEqualTheViews(escrow)
  await votesEqualTheViews(controller)
}

const rejected = async () => (await api.pool.query('SELECT contract, reason FROM rejected_log')).rows

test('locks, votes and weights are what the contracts say, at several times, after all that can be done', async () => {
  const { time } = await contracts.head()
  for (const [i, who] of voters.entries())
    await contracts.send(
      who,
      escrow,
      'create_lock',
      10n ** 21n + BigInt(i),
      BigInt(time + (10 + 12 * i) * WEEK),
    )
  await equalTheViews()
  for (let round = 0; round < 3; round++) {
    for (let step = 0; step < 25; step++) await act()
    await equalTheViews()
  }
  expect(await rejected()).toEqual([])
})

test('a later end is a deposit of nothing, and votes go on as they were cast until they are cast anew', async () => {
  const who = voters[0]!
  await wait(53 * WEEK)
  await contracts.tried(who, escrow, 'withdraw')
  const { time } = await contracts.head()
  await contracts.send(who, escrow, 'create_lock', 10n ** 22n, BigInt(time + 10 * WEEK))
  await contracts.send(who, controller, 'vote_for_gauge_weights', GAUGES[0], 0n)
  for (const gauge of GAUGES) await contracts.tried(who, controller, 'vote_for_gauge_weights', gauge, 1_000n)
  await contracts.send(who, escrow, 'increase_unlock_time', BigInt(time + 40 * WEEK))
  await equalTheViews()
  await wait(2 * WEEK)
  await contracts.send(who, controller, 'vote_for_gauge_weights', GAUGES[1], 2_500n)
  await equalTheViews()
  const { steeringVotes, account } = await api.data(`{
    steeringVotes(where: { accountId_eq: "${CHAIN}:${who}", weightBps_eq: 2500 }) { nodes { modelId gaugeId } }
    account(id: "${CHAIN}:${who}") { positions { nodes { shares assets pool { id } } } } }`)
  expect(steeringVotes.nodes).toEqual([
    { modelId: ABROAD, gaugeId: `${CHAIN}/gauge:${controller.address}/${GAUGES[1]}` },
  ])
  const readme = readFileSync(join(packageRoot, 'src/protocols/veGauge/README.md'), 'utf8')
  const told = await api.data(/```graphql\n([^`]+)```/.exec(readme)![1]!)
  expect(told.steeringVotes.nodes).toContainEqual(
    expect.objectContaining({ accountId: `${CHAIN}:${who}`, modelId: ABROAD, weightBps: 2500 }),
  )
  expect(account.positions.nodes).toEqual([
    {
      shares: String(10n ** 22n),
      assets: String(10n ** 22n),
      pool: { id: `${CHAIN}/pool:${escrow.address}` },
    },
  ])
})

test('a second escrow is told from the first, its controller asked which it counts; one that is not named is not read', async () => {
  const [, who] = voters as [Hex, Hex]
  const { time } = await contracts.head()
  const held = async () =>
    BigInt((await api.data('{ stakePools { nodes { activeAssets } } }')).stakePools.nodes.length)
  await contracts.send(who, other.escrow, 'create_lock', 7n * 10n ** 18n, BigInt(time + 30 * WEEK))
  await contracts.send(who, other.controller, 'vote_for_gauge_weights', GAUGES[0], 10_000n)
  await contracts.send(who, stranger, 'create_lock', 10n ** 18n, BigInt(time + 30 * WEEK))
  await pipeline.caughtUp()
  expect(await held()).toBe(2n)
  await locksEqualTheViews(other.escrow)
  await votesEqualTheViews(other.controller)
  expect((await gaugesOf(other.controller)).map(({ modelId }) => modelId)).toEqual([HOME])
  expect(await rejected()).toEqual([])
})

test('a reorganisation takes back locks and votes, and the chain goes on from there', async () => {
  await pipeline.caughtUp()
  await contracts.chain.rpc('anvil_reorg', [12, []])
  await contracts.chain.rpc('anvil_mine', ['0x1'])
  await equalTheViews()
  for (let step = 0; step < 12; step++) await act()
  await equalTheViews()
  expect(await pipeline.verify()).toMatchObject({ code: 0, differences: [] })
  const wrong: unknown[] = []
  await verifyFacts(api.pool, CHAIN, difference => wrong.push(difference))
  expect(wrong).toEqual([])
})

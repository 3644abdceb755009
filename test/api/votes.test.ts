import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gaugeWeight, type VoteFormula, voteBalance, votePower } from '../../src/measures/voteBalance'
import { ACCOUNT, ADDRESS, CHAIN, MODEL, setHeights, type TestApi, TOKEN, testApi } from './apiFixture'

/** Votes of three escrows, one of each formula, for models here and elsewhere; the database adds up, we by the measures. */

const DAY = 86_400
const WEEK = 7 * DAY
/** of the newest indexed block, seconds */
const NOW = Date.UTC(2026, 5, 1) / 1000
const MAX = 52 * WEEK
const FOREIGN = 'eip155:8453/reference:7'
const FORMULAS: VoteFormula[] = ['SLOPE', 'LINEAR', 'RATE']
const POOL = (n: number) => `${CHAIN}/pool:${ADDRESS(n)}`
const GAUGE = (n: number) => `${CHAIN}/gauge:${ADDRESS(n)}`
/** by number: escrow, model, weight that the admin gave */
const gauges = [
  { pool: 0, model: MODEL(1), base: 0n },
  { pool: 0, model: FOREIGN, base: 12n },
  { pool: 1, model: MODEL(1), base: 0n },
  { pool: 1, model: null, base: 10n ** 30n },
  { pool: 2, model: MODEL(1), base: -(10n ** 40n) },
  { pool: 2, model: FOREIGN, base: 0n },
]

const vote = fc.record({
  gauge: fc.nat({ max: gauges.length - 1 }),
  amount: fc.oneof(fc.bigInt({ min: 1n, max: 10n ** 27n }), fc.bigInt({ min: 1n, max: 2n ** 126n })),
  start: fc.integer({ min: NOW - MAX, max: NOW + DAY }),
  length: fc.integer({ min: 1, max: MAX }),
  permanent: fc.nat({ max: 6 }).map(n => n === 0),
  weightBps: fc.nat({ max: 10_000 }),
})
/** The same on every run. */
const votes = fc
  .sample(vote, { numRuns: 90, seed: 7 })
  .map((one, i) => ({ ...one, end: one.start + one.length, account: ACCOUNT(100 + (i % 20)), number: i }))

function power({ gauge, amount, start, end, permanent, weightBps }: (typeof votes)[number]): bigint {
  const rules = { formula: FORMULAS[gauges[gauge]!.pool]!, maxLock: BigInt(MAX) }
  const lock = { amount, start: BigInt(start), end: BigInt(end), permanent, weightBps }
  return votePower(lock, rules, BigInt(NOW))
}

const weights = gauges.map(({ base }, n) =>
  gaugeWeight(
    base,
    votes.filter(({ gauge }) => gauge === n).map(one => power(one)),
  ),
)
const sum = (values: bigint[]) => values.reduce((a, b) => a + b, 0n)
const at = (seconds: number) => new Date(seconds * 1000)

let api: TestApi

beforeAll(async () => {
  api = await testApi()
  await setHeights(api.pool, { height: 7, finalized: 7, time: at(NOW) })
  await api.insert('Token', { id: TOKEN, address: ADDRESS(0xeee), symbol: 'CRED', decimals: 18 })
  await api.insert('Model', { id: MODEL(1), name: 'm1' })
  for (const [n, voteFormula] of FORMULAS.entries())
    await api.insert('StakePool', {
      id: POOL(n),
      kind: 'VOTE_ESCROW',
      assetId: TOKEN,
      voteFormula,
      maxLockSeconds: MAX,
      lockStepSeconds: 1,
    })
  for (const [n, { pool, model, base }] of gauges.entries())
    await api.insert('VoteGauge', { id: GAUGE(n), poolId: POOL(pool), modelId: model, baseWeight: base })
  for (const { gauge, amount, start, end, permanent, weightBps, account, number } of votes)
    await api.insert('SteeringVote', {
      id: `${GAUGE(gauge)}|${account}|${number}`,
      poolId: POOL(gauges[gauge]!.pool),
      gaugeId: GAUGE(gauge),
      modelId: gauges[gauge]!.model,
      accountId: account,
      lockId: `${POOL(gauges[gauge]!.pool)}/lock:${number}`,
      weightBps,
      amount,
      startsAt: at(start),
      endsAt: at(end),
      permanent,
      time: at(NOW - MAX),
    })
  const lock = { lockId: `${POOL(1)}/lock:1`, poolId: POOL(1), accountId: ACCOUNT(1) }
  const begun = { startsAt: at(NOW - 10 * WEEK), endsAt: at(NOW + 10 * WEEK) }
  await api.insert(
    'VoteLockEvent',
    { ...lock, ...begun, amountDelta: 1000n, time: at(NOW - 10 * WEEK), block: 2 },
    {
      ...lock,
      ...begun,
      amountDelta: 500n,
      endsAt: at(NOW + 20 * WEEK),
      time: at(NOW - 5 * WEEK),
      block: 3,
    },
  )
  await api.insert('VoteLock', {
    id: lock.lockId,
    poolId: POOL(1),
    accountId: ACCOUNT(1),
    amount: 1500n,
    startsAt: begun.startsAt,
    endsAt: at(NOW + 20 * WEEK),
    time: at(NOW - 5 * WEEK),
    block: 3,
  })
})
afterAll(() => api?.close())

describe('what a pool earns', () => {
  const EARNING = POOL(9)
  const DAYS = 30
  const begin = NOW - DAYS * DAY
  /** day, kind, change of the active stake, shares, account */
  const changes = [
    [0, 'STAKE', 1000n, 1000n, 1],
    [5, 'STAKE', 500n, 500n, 2],
    [10, 'COMPOUND', 60n, 0n, null],
    [20, 'WITHDRAW', -104n, -100n, 1],
    [25, 'SLASH', -56n, 0n, null],
    [28, 'COMPOUND', 40n, 0n, null],
  ] as const
  /** The stake of each second of a day, one after the other. */
  const assetSeconds = (from: number, to: number) =>
    Array.from({ length: (to - from) * 24 }, (_, hour) => from + (hour + 0.5) / 24)
      .map(day => sum(changes.filter(([at]) => at < day).map(([, , delta]) => delta)) * 3600n)
      .reduce((a, b) => a + b, 0n)

  beforeAll(async () => {
    await api.insert('StakePool', {
      id: EARNING,
      modelId: null,
      assetId: TOKEN,
      activeAssets: 1440n,
      totalShares: 1400n,
    })
    for (const [day, kind, activeDelta, sharesDelta, account] of changes)
      await api.insert('StakeEvent', {
        kind,
        poolId: EARNING,
        assetId: TOKEN,
        accountId: account && ACCOUNT(account),
        activeDelta,
        sharesDelta,
        time: at(begin + day * DAY),
      })
    const position = (n: number, shares: bigint, delegate: number) => ({
      id: `${EARNING}|${ACCOUNT(n)}`,
      poolId: EARNING,
      accountId: ACCOUNT(n),
      delegateId: ACCOUNT(delegate),
      shares,
      depositedAssets: n === 1 ? 1000n : 500n,
      withdrawnAssets: n === 1 ? 104n : 0n,
    })
    await api.insert('StakePosition', position(1, 900n, 1), position(2, 500n, 1))
  })

  test('a year is fees over the stake of each moment, from and to any time; who came first is told', async () => {
    const time = (day: number) => at(begin + day * DAY).toISOString()
    const { stakePool } = await api.data(`{ stakePool(id: "${EARNING}") {
      apr part: apr(from: "${time(8)}", to: "${time(27)}") before: apr(to: "${time(0)}")
      earlyPatron { accountId assets premium influence }
      positions(where: { accountId_eq: "${ACCOUNT(2)}" }) { nodes { premium influence } }
    } }`)
    const rate = (gained: bigint, seconds: bigint) =>
      expect.closeTo(Number((gained * 365n * 86_400n * 10n ** 9n) / seconds) / 1e9, 5)
    expect(stakePool).toEqual({
      apr: rate(100n, assetSeconds(0, DAYS)),
      part: rate(60n, assetSeconds(8, 27)),
      before: null,
      // 900 of 1400 shares are 925 wei; with the 104 that he took out 1.029 of what he paid. Both steer by him.
      earlyPatron: { accountId: ACCOUNT(1), assets: '925', premium: 1.029, influence: 1 },
      positions: { nodes: [{ premium: 1.028, influence: 0 }] },
    })
  })
})

describe('votes that steer', () => {
  test('weigh for a gauge what the formulas say, whichever its escrow has', async () => {
    const { voteGauges } = await api.data('{ voteGauges(orderBy: [id_ASC]) { nodes { weight } } }')
    expect(voteGauges.nodes).toEqual(weights.map(weight => ({ weight: String(weight) })))
    expect(weights.filter(weight => weight > 0n).length).toBeGreaterThan(3)
    const { steeringVotes } = await api.data('{ steeringVotes(first: 200) { nodes { id weight } } }')
    const shown = new Map(
      steeringVotes.nodes.map((one: { id: string; weight: string }) => [one.id, one.weight]),
    )
    for (const one of votes)
      expect(shown.get(`${GAUGE(one.gauge)}|${one.account}|${one.number}`)).toBe(String(power(one)))
  })

  test('count for a model beside the stake: its part of all votes, and who cast them', async () => {
    const { model } = await api.data(`{ model(id: "${MODEL(1)}") { stake {
      tvl { amount }
      votes { tokenId weight allWeight share voters }
      voteInfluence(first: 3) { account { id } votes share }
      one: voteInfluence(account: "${ADDRESS(101)}") { votes }
      none: voteInfluence(account: "${ADDRESS(7)}") { votes }
    } } }`)
    const own = votes.filter(({ gauge }) => gauges[gauge]!.model === MODEL(1))
    const weight = sum(weights.filter((_, n) => gauges[n]!.model === MODEL(1)))
    const allWeight = sum(weights)
    const byAccount = new Map<string, bigint>()
    for (const one of own) byAccount.set(one.account, (byAccount.get(one.account) ?? 0n) + power(one))
    const voters = [...byAccount].filter(([, votes]) => votes > 0n).sort((a, b) => (a[1] > b[1] ? -1 : 1))
    const cast = sum(voters.map(([, votes]) => votes))
    const { stake } = model
    expect(stake.tvl).toEqual([])
    expect(stake.votes).toEqual([
      {
        tokenId: TOKEN,
        weight: String(weight),
        allWeight: String(allWeight),
        share: expect.closeTo(Number((weight * 10n ** 9n) / allWeight) / 1e9, 5),
        voters: voters.length,
      },
    ])
    expect(stake.voteInfluence).toEqual(
      voters.slice(0, 3).map(([id, votes]) => ({
        account: { id },
        votes: String(votes),
        share: expect.closeTo(Number((votes * 10n ** 9n) / cast) / 1e9, 5),
      })),
    )
    expect(stake.one).toEqual([{ votes: String(byAccount.get(ACCOUNT(101))) }])
    expect(stake.none).toEqual([])
  })

  test('of a lock are told at any time: before its last change as it was then, and none before it began', async () => {
    const ask = (weeks: number) => `t${weeks + 20}: balance(at: "${at(NOW + weeks * WEEK).toISOString()}")`
    const { voteLock } = await api.data(
      `{ voteLock(id: "${POOL(1)}/lock:1") { balance ${[-11, -8, -5, 0, 3, 20].map(ask).join(' ')} } }`,
    )
    const balance = (amount: bigint, weeksLeft: number) =>
      String(
        voteBalance(
          { amount, start: 0n, end: BigInt(weeksLeft * WEEK), permanent: false },
          { formula: 'LINEAR', maxLock: BigInt(MAX) },
          0n,
        ),
      )
    expect(voteLock).toEqual({
      balance: balance(1500n, 20),
      t9: '0',
      t12: balance(1000n, 18),
      t15: balance(1500n, 25),
      t20: balance(1500n, 20),
      t23: balance(1500n, 17),
      t40: '0',
    })
  })

  test('are not told of a time before they were cast', async () => {
    const before = at(NOW - MAX - 1).toISOString()
    const { steeringVotes } = await api.data(
      `{ steeringVotes(first: 1) { nodes { weight(at: "${before}") } } }`,
    )
    expect(steeringVotes.nodes).toEqual([{ weight: null }])
  })
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DomainEvent } from '../../src/ledger/events'
import { gaugeId, lockId } from '../../src/ledger/ids'
import { lockOf } from '../../src/ledger/voteEscrow'
import { gaugeWeight, voteBalance, votePower } from '../../src/measures/voteBalance'
import {
  StakePool,
  StakePosition,
  SteeringVote,
  SteeringVoteEvent,
  VoteGauge,
  VoteLock,
} from '../../src/model'
import { account, Memory, origins, POOL, TOKEN } from './memory'

const WEEK = 604_800
const MAX = 4 * 365 * 86_400
const RULES = { formula: 'SLOPE', maxLock: BigInt(MAX) } as const
/** a Thursday, as 1970 began with */
const BEGIN = 2600 * WEEK
const CHAIN = 'eip155:31337'
const GAUGE = gaugeId(CHAIN, '0xaa', '0xbb')
const FOREIGN = 'eip155:8453/reference:7'

const step = fc.record({
  who: fc.integer({ min: 1, max: 3 }),
  what: fc.constantFrom('lock', 'extend', 'withdraw', 'vote', 'vote'),
  n: fc.bigInt({ min: 1n, max: 10n ** 24n }),
  weeks: fc.integer({ min: 2, max: 200 }),
  bps: fc.integer({ min: 0, max: 10_000 }),
  wait: fc.integer({ min: 1, max: 20 * WEEK }),
})

const pool = (origin: DomainEvent['origin']): DomainEvent => ({
  kind: 'poolCreated',
  origin,
  pool: POOL,
  poolKind: 'VOTE_ESCROW',
  asset: TOKEN,
  unbondingSeconds: 0,
  virtualAssets: 0n,
  virtualShares: 0n,
  escrow: { formula: 'SLOPE', maxLockSeconds: MAX, lockStepSeconds: WEEK },
})

test('votes at any time are those of a contract that steps from week to week', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async steps => {
      const next = origins()
      const events: DomainEvent[] = [pool(next())]
      events.push({
        kind: 'gaugeAdded',
        origin: next(),
        gauge: GAUGE,
        pool: POOL,
        model: FOREIGN,
        weight: 5n,
      })
      // The contracts' own way: bias, slope, and what the slope falls by at each week's end.
      const locks = new Map<number, { amount: bigint; end: number }>()
      const votes = new Map<number, { slope: bigint; end: number }>()
      let now = BEGIN
      for (const { who, what, n, weeks, bps, wait } of steps) {
        now += wait
        const origin = { ...next(), time: now * 1000 }
        const lock = locks.get(who)
        const at = { origin, pool: POOL, lock: lockId(POOL, account(who)), account: account(who) }
        const end = Math.floor((now + weeks * WEEK) / WEEK) * WEEK
        if (what === 'lock' && !lock) {
          events.push({ ...at, kind: 'voteLockChanged', amount: n, endsAt: end * 1000 + 5000 })
          locks.set(who, { amount: n, end })
        } else if (what === 'lock' && lock && lock.end > now) {
          events.push({ ...at, kind: 'voteLockChanged', amount: n })
          lock.amount += n
        } else if (what === 'extend' && lock && lock.end > now && end > lock.end) {
          events.push({ ...at, kind: 'voteLockChanged', amount: 0n, endsAt: end * 1000 })
          lock.end = end
        } else if (what === 'withdraw' && lock && lock.end <= now) {
          events.push({ kind: 'voteUnlocked', origin, pool: POOL, lock: at.lock, amount: lock.amount })
          locks.delete(who)
        } else if (what === 'vote' && lock && lock.end > now) {
          events.push({ ...at, kind: 'steeringVoteCast', gauge: GAUGE, weightBps: bps })
          votes.set(who, { slope: ((lock.amount / BigInt(MAX)) * BigInt(bps)) / 10_000n, end: lock.end })
        }
      }
      const memory = new Memory()
      const state = await memory.batch(events)
      expect(state.rejections()).toEqual([])
      const rows = memory.rows(VoteLock)
      const escrow = memory.rows(StakePool)[0]!
      const held = [...locks.values()].map(({ amount }) => amount)
      expect(escrow.activeAssets).toBe(held.reduce((a, b) => a + b, 0n))
      expect(escrow.patronCount).toBe(held.length)
      const slopes = [...locks.values()].map(({ amount, end }) => ({ slope: amount / BigInt(MAX), end }))
      for (const later of [0, 1, 12 * WEEK + 17, 100 * WEEK]) {
        const at = now + later
        const balances = rows.map(row => voteBalance(lockOf(row), RULES, BigInt(at)))
        expect(balances.reduce((a, b) => a + b, 0n)).toBe(stepped(slopes, now, at))
        const [gauge] = memory.rows(VoteGauge)
        const powers = memory
          .rows(SteeringVote)
          .map(vote => votePower({ ...lockOf(vote), weightBps: vote.weightBps }, RULES, BigInt(at)))
        expect(gaugeWeight(gauge!.baseWeight, powers)).toBe(5n + stepped([...votes.values()], now, at))
      }
      for (const row of rows) {
        const since = BigInt(now - row.time.getTime() / 1000)
        const declined = row.bias - row.slope * since
        expect(voteBalance(lockOf(row), RULES, BigInt(now))).toBe(declined > 0n ? declined : 0n)
      }
      for (const vote of memory.rows(SteeringVote)) expect(vote.modelId).toBe(FOREIGN)
      expect(memory.rows(SteeringVote).length).toBe(votes.size)
      expect(memory.rows(SteeringVoteEvent).length).toBe(
        events.filter(({ kind }) => kind === 'steeringVoteCast').length,
      )
    }),
    { numRuns: 60 },
  )
})

/** Σ bias, walked from week to week with the slope changes due there, as Curve's contracts do. */
function stepped(locks: { slope: bigint; end: number }[], from: number, to: number): bigint {
  const live = locks.filter(({ end }) => end > from)
  let slope = live.reduce((sum, lock) => sum + lock.slope, 0n)
  let bias = live.reduce((sum, lock) => sum + lock.slope * BigInt(lock.end - from), 0n)
  for (let at = from; at < to; ) {
    const week = Math.min((Math.floor(at / WEEK) + 1) * WEEK, to)
    bias -= slope * BigInt(week - at)
    for (const lock of live) if (lock.end === week) slope -= lock.slope
    at = week
  }
  return bias
}

test("a renewing lock keeps its votes, and declines anew once it does not (Virtuals' formula)", async () => {
  const next = origins()
  const years = 104 * WEEK
  const lock = lockId(POOL, 1n)
  const at = (seconds: number) => ({
    origin: { ...next(), time: seconds * 1000 },
    pool: POOL,
    lock,
    account: account(1),
  })
  const rules = { formula: 'RATE', maxLock: BigInt(years) } as const
  const memory = new Memory()
  const created = pool(next()) as Extract<DomainEvent, { kind: 'poolCreated' }>
  await memory.batch([
    { ...created, escrow: { formula: 'RATE', maxLockSeconds: years, lockStepSeconds: 1 } },
    { ...at(BEGIN), kind: 'voteLockChanged', amount: 1_000_000n, endsAt: (BEGIN + 52 * WEEK) * 1000 },
  ])
  const votes = (seconds: number) => voteBalance(lockOf(memory.rows(VoteLock)[0]!), rules, BigInt(seconds))
  expect(votes(BEGIN)).toBe(500_000n)
  expect(votes(BEGIN + 26 * WEEK)).toBe(
    500_000n - (15_724_800n * ((500_000n * 10_000n) / 31_449_600n)) / 10_000n,
  )
  await memory.batch([{ ...at(BEGIN + 10), kind: 'voteLockChanged', amount: 0n, extendedSeconds: 26 * WEEK }])
  expect(votes(BEGIN)).toBe(750_000n)
  await memory.batch([
    {
      ...at(BEGIN + WEEK),
      kind: 'voteLockChanged',
      amount: 0n,
      permanent: true,
      restarts: true,
      endsAt: (BEGIN + 105 * WEEK) * 1000,
    },
  ])
  expect(votes(BEGIN + 500 * WEEK)).toBe(1_000_000n)
  await memory.batch([
    {
      ...at(BEGIN + 2 * WEEK),
      kind: 'voteLockChanged',
      amount: 0n,
      permanent: false,
      restarts: true,
      endsAt: (BEGIN + 106 * WEEK) * 1000,
    },
  ])
  expect([votes(BEGIN + 2 * WEEK), votes(BEGIN + 106 * WEEK)]).toEqual([1_000_000n, 0n])
  await memory.batch([{ ...at(BEGIN + 200 * WEEK), kind: 'voteUnlocked', amount: 1_000_000n }])
  expect(memory.rows(StakePool)[0]!.activeAssets).toBe(0n)
  expect(memory.rows(StakePosition)[0]!.withdrawnAssets).toBe(1_000_000n)
})

test('what no contract can say is rejected with the reason, and changes nothing', async () => {
  const next = origins()
  const at = () => ({
    origin: { ...next(), time: BEGIN * 1000 },
    pool: POOL,
    lock: lockId(POOL, account(1)),
    account: account(1),
  })
  const endsAt = (BEGIN + 10 * WEEK) * 1000
  const memory = new Memory()
  await memory.batch([pool(next()), { ...at(), kind: 'voteLockChanged', amount: 10n ** 20n, endsAt }])
  const before = memory.dump()
  const state = await memory.batch([
    { ...at(), kind: 'voteLockChanged', amount: 2n ** 127n, endsAt },
    { ...at(), kind: 'voteLockChanged', amount: 1n, endsAt: (BEGIN - WEEK) * 1000 },
    { ...at(), kind: 'voteLockChanged', account: account(2), amount: 1n, endsAt },
    {
      ...at(),
      kind: 'voteLockChanged',
      lock: lockId(POOL, account(2)),
      account: account(2),
      amount: 0n,
      endsAt,
    },
    { ...at(), kind: 'voteUnlocked', amount: 10n ** 20n + 1n },
    { ...at(), kind: 'steeringVoteCast', gauge: GAUGE, weightBps: 1 },
    { ...at(), kind: 'steeringVoteCast', gauge: GAUGE, model: FOREIGN, weightBps: 10_001 },
    { ...at(), kind: 'steeringVoteCast', gauge: GAUGE, model: FOREIGN, account: account(2), weightBps: 1 },
    { kind: 'gaugeWeightSet', origin: at().origin, gauge: GAUGE, weight: 1n, from: endsAt },
  ])
  expect(state.rejections().map(({ reason }) => reason.replace(/eip155\S+/g, '…'))).toEqual([
    'voteLockChanged: … holds more than an int128',
    'voteLockChanged: … ends in the past',
    "voteLockChanged: … is another account's",
    'voteLockChanged: … holds nothing',
    'voteUnlocked: takes more from … than it holds',
    'steeringVoteCast: no such gauge: …',
    'steeringVoteCast: 10001 basis points are not 0 to 10000',
    'steeringVoteCast: … has no lock …',
    'gaugeWeightSet: no such gauge: …',
  ])
  expect(memory.dump()).toEqual(before)
})

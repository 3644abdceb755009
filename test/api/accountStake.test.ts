import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DomainEvent } from '../../src/ledger/events'
import { hhi } from '../../src/measures/hhi'
import { ExitRequest, ExitStatus, StakeEvent, StakePool, StakePosition } from '../../src/model'
import { account, Memory, origins, TOKEN } from '../ledger/memory'
import { eventsOf, step } from '../ledger/poolHistory'
import { ACCOUNT, ADDRESS, CHAIN, MODEL, setHeights, type TestApi, testApi } from './apiFixture'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const YEAR_SECONDS = 31_536_000

let api: TestApi
beforeAll(async () => {
  api = await testApi()
  for (const n of [1, 2, 3, 4]) await api.insert('Account', { id: ACCOUNT(n), address: ADDRESS(n) })
})
afterAll(() => api?.close())

/** What an account's shares are worth after these events, folded anew. */
async function worthAfter(events: DomainEvent[], who: string): Promise<bigint> {
  const memory = new Memory()
  await memory.batch(events)
  const [pool] = memory.rows(StakePool)
  const position = memory.rows(StakePosition).find(({ accountId }) => accountId === who)
  return pool && position && pool.totalShares > 0n
    ? (position.shares * pool.activeAssets) / pool.totalShares
    : 0n
}

/** An account's part in an event of the pool: what it brought, took back or transferred. */
function partOf(event: DomainEvent, who: string) {
  const own = 'account' in event && event.account === who
  return {
    inflow: own && event.kind === 'staked' ? event.assets : 0n,
    unstaked: own && (event.kind === 'withdrawn' || event.kind === 'exitRequested') ? event.assets : 0n,
    transferred: event.kind === 'sharesTransferred' && (event.from === who || event.to === who),
  }
}

test('changes, activity and exit queue of an account are what its history comes to', async () => {
  const world = fc.record({
    steps: fc.array(step, { minLength: 8, maxLength: 30 }),
    hours: fc.integer({ min: 5, max: 50 }),
    days: fc.integer({ min: 1, max: 9 }),
    who: fc.integer({ min: 1, max: 4 }),
    transfers: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(world, async ({ steps, hours, days, who: n, transfers }) => {
      const who = account(n)
      const kept = steps.filter(({ what }) => transfers || what !== 'transfer')
      const history = eventsOf(kept, origins(hours * HOUR))
      const end = Math.max(...history.map(({ origin }) => origin.time)) + 5 * HOUR
      for (const [i, event] of history.entries())
        if (event.kind === 'exitRequested') event.readyAt = end + ((i % 2) * 2 - 1) * HOUR
      const memory = new Memory()
      await memory.batch(history)
      await api.pool.query('TRUNCATE stake_event, stake_pool, stake_position, exit_request')
      await setHeights(api.pool, { height: 7, finalized: 7, time: new Date(end) })
      for (const entity of [StakeEvent, StakePool, StakePosition, ExitRequest])
        for (const row of memory.rows<{ id: string }>(entity)) await api.insert(entity.name, { ...row })

      const { stake } = (
        await api.data(`{ account(id: "${ACCOUNT(n)}") { stake {
          exitQueue { tokenId waiting oldestAt oldestSeconds amount withdrawable }
          changes { tokenId day dayShare week weekShare }
          activity(days: ${days}) { tokenId from to inflow unstaked earned churn apr } } } }`)
      ).account
      const held = memory.rows(StakePosition).some(({ accountId }) => accountId === who)

      const before = (ms: number) => history.filter(({ origin }) => origin.time <= end - ms)
      const [now, day, week] = [
        await worthAfter(history, who),
        await worthAfter(before(DAY), who),
        await worthAfter(before(7 * DAY), who),
      ]
      const share = (then: bigint) =>
        then === 0n ? null : expect.closeTo(Number(now - then) / Number(then), 5)
      expect(stake.changes).toEqual(
        held
          ? [
              {
                tokenId: TOKEN,
                day: `${now - day}`,
                dayShare: share(day),
                week: `${now - week}`,
                weekShare: share(week),
              },
            ]
          : [],
      )

      const then = await worthAfter(before(days * DAY), who)
      const since = history.filter(({ origin }) => origin.time > end - days * DAY)
      const parts = since.map(event => ({ ...partOf(event, who), left: (end - event.origin.time) / 1000 }))
      const sum = (of: (part: (typeof parts)[number]) => bigint) =>
        parts.reduce((all, part) => all + of(part), 0n)
      const [inflow, unstaked] = [sum(part => part.inflow), sum(part => part.unstaked)]
      const earned = parts.some(({ transferred }) => transferred) ? null : now - then - inflow + unstaked
      const area =
        then * BigInt((days * DAY) / 1000) + sum(part => (part.inflow - part.unstaked) * BigInt(part.left))
      const rate = (amount: bigint, seconds: number) => {
        const value = (Number(amount) * seconds) / Number(area)
        return area > 0n && Math.abs(value) < 1e9 ? expect.closeTo(value, 4) : null
      }
      expect(stake.activity).toEqual(
        held
          ? [
              {
                tokenId: TOKEN,
                from: new Date(end - days * DAY).toISOString(),
                to: new Date(end).toISOString(),
                inflow: `${inflow}`,
                unstaked: `${unstaked}`,
                earned: earned === null ? null : `${earned}`,
                churn: rate(unstaked, (days * DAY) / 1000),
                apr: earned === null ? null : rate(earned, YEAR_SECONDS),
              },
            ]
          : [],
      )

      const [pool] = memory.rows(StakePool)
      const pending = memory
        .rows(ExitRequest)
        .filter(({ status, accountId }) => status === ExitStatus.PENDING && accountId === who)
      const values = (list: ExitRequest[]) =>
        list.reduce(
          (all, { exitShares }) =>
            all +
            (pool!.totalExitShares === 0n ? 0n : (exitShares * pool!.exitingAssets) / pool!.totalExitShares),
          0n,
        )
      const oldest = Math.min(...pending.map(({ requestedAt }) => requestedAt.getTime()))
      expect(stake.exitQueue).toEqual(
        pending.length === 0
          ? []
          : [
              {
                tokenId: TOKEN,
                waiting: pending.length,
                oldestAt: new Date(oldest).toISOString(),
                oldestSeconds: (end - oldest) / 1000,
                amount: `${values(pending)}`,
                withdrawable: `${values(pending.filter(({ readyAt }) => readyAt!.getTime() <= end))}`,
              },
            ],
      )
    }),
    { numRuns: 15 },
  )
})

test('concentration is over models, of all chains for an address, and says what is delegated', async () => {
  const other = 'eip155:1'
  await api.insert('Account', { id: ACCOUNT(77), address: ADDRESS(77) })
  await api.insert('Account', { id: ACCOUNT(77, other), chain: other, address: ADDRESS(77) })
  const pools: [id: string, modelId: string | null, assets: bigint, shares: bigint][] = [
    ['a', MODEL(1), 1000n, 100n],
    ['b', MODEL(1), 500n, 500n],
    ['c', MODEL(2), 300n, 300n],
    ['d', null, 90n, 90n],
  ]
  for (const [id, modelId, activeAssets, totalShares] of pools)
    await api.insert('StakePool', {
      id: `${CHAIN}/pool:${id}`,
      modelId,
      assetId: 'token',
      activeAssets,
      totalShares,
    })
  const positions: [pool: string, accountId: string, delegateId: string, shares: bigint][] = [
    ['a', ACCOUNT(77), ACCOUNT(77), 33n],
    ['b', ACCOUNT(77), ACCOUNT(5), 70n],
    ['c', ACCOUNT(77, other), ACCOUNT(77, other), 60n],
    ['d', ACCOUNT(77), ACCOUNT(77), 40n],
    ['d', ACCOUNT(78), ACCOUNT(77), 50n],
  ]
  for (const [pool, accountId, delegateId, shares] of positions)
    await api.insert('StakePosition', { poolId: `${CHAIN}/pool:${pool}`, accountId, delegateId, shares })
  const fields = `stake { concentration { tokenId amount models hhi largestShare delegatedShare } }`
  const { all, one } = await api.data(`{
    all: account(id: "${ADDRESS(77)}") { ${fields} } one: account(id: "${ACCOUNT(77, other)}") { ${fields} } }`)
  // 330 + 70 on the first model, 60 on the second, 40 on no model
  expect(all.stake.concentration).toEqual([
    {
      tokenId: 'token',
      amount: '500',
      models: 3,
      hhi: hhi([400n, 60n, 40n]),
      largestShare: 0.8,
      delegatedShare: 0.14,
    },
  ])
  expect(one.stake.concentration).toEqual([
    { tokenId: 'token', amount: '60', models: 1, hhi: 10_000, largestShare: 1, delegatedShare: 0 },
  ])
})

test('days that cannot be are refused', async () => {
  const { errors } = await api.gql(
    `{ account(id: "${ADDRESS(77)}") { stake { activity(days: 367) { tokenId } } } }`,
  )
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
})

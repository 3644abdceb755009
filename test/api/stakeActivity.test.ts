import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exitValue } from '../../src/measures/poolValue'
import { change, churn } from '../../src/measures/stakeOverTime'
import { yearlyRate } from '../../src/measures/yield'
import { ExitRequest, ExitStatus, StakeDay, StakeEvent, StakePool } from '../../src/model'
import { Memory, MODEL, origins, TOKEN } from '../ledger/memory'
import { eventsOf, step } from '../ledger/poolHistory'
import { setHeights, type TestApi, testApi } from './apiFixture'

const HOUR = 3_600_000
const DAY = 24 * HOUR

let api: TestApi
beforeAll(async () => {
  api = await testApi()
  await api.insert('Model', { id: MODEL })
})
afterAll(() => api?.close())

test('activity, exit queue and changes are what the events and requests come to', async () => {
  const world = fc.record({
    steps: fc.array(step, { minLength: 8, maxLength: 30 }),
    hours: fc.integer({ min: 1, max: 50 }),
    days: fc.integer({ min: 1, max: 12 }),
    ready: fc.nat(400),
  })
  await fc.assert(
    fc.asyncProperty(world, async ({ steps, hours, days, ready }) => {
      const memory = new Memory()
      const history = eventsOf(steps, origins(hours * HOUR))
      const end = Math.max(...history.map(({ origin }) => origin.time)) + 5 * HOUR
      for (const [i, event] of history.entries())
        if (event.kind === 'exitRequested') event.readyAt = end + ((i % 2) * 2 - 1) * ready * HOUR
      await memory.batch(history)
      await api.pool.query('TRUNCATE stake_event, stake_day, stake_pool, exit_request')
      await setHeights(api.pool, { height: 7, finalized: 7, time: new Date(end) })
      for (const entity of [StakeEvent, StakeDay, StakePool, ExitRequest])
        for (const row of memory.rows<{ id: string }>(entity)) await api.insert(entity.name, { ...row })

      const { stake } = (
        await api.data(`{ model(id: "${MODEL}") { stake {
          activity(days: ${days}) { tokenId from to inflow outflow compounded slashed unstaked averageStake churn apr }
          exitQueue { tokenId waiting oldestAt oldestSeconds amount withdrawable }
          changes { tokenId day dayShare week weekShare } } } }`)
      ).model

      const facts = memory.rows(StakeEvent)
      const pool = memory.rows(StakePool)[0]!
      const to = Math.floor(end / DAY) * DAY
      const from = to - days * DAY
      const within = facts.filter(({ time }) => time.getTime() >= from && time.getTime() < to)
      const sum = (list: StakeEvent[], of: (fact: StakeEvent) => bigint) =>
        list.reduce((all, fact) => all + of(fact), 0n)
      const both = (fact: StakeEvent) => fact.activeDelta + fact.exitingDelta
      const kinds = (...names: string[]) => within.filter(({ kind }) => names.includes(kind))
      const unstaked = -sum(kinds('WITHDRAW', 'EXIT_REQUEST', 'EXIT_PAID'), fact => fact.activeDelta)
      const compounded = sum(kinds('COMPOUND'), both)
      const seconds = BigInt((to - from) / 1000)
      const area = sum(
        facts.filter(({ time }) => time.getTime() < to),
        ({ activeDelta, time }) => activeDelta * BigInt((to - Math.max(from, time.getTime())) / 1000),
      )
      const activity = {
        tokenId: TOKEN,
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
        inflow: `${sum(kinds('STAKE'), both)}`,
        outflow: `${-sum(kinds('WITHDRAW', 'EXIT_REQUEST', 'EXIT_PAID'), both)}`,
        compounded: `${compounded}`,
        slashed: `${-sum(kinds('SLASH'), both)}`,
        unstaked: `${unstaked}`,
        averageStake: `${area / seconds}`,
        churn: churn(unstaked, seconds, area),
        apr: yearlyRate(compounded, area),
      }
      if ((activity.apr ?? 0) >= 1e9) activity.apr = null
      expect(stake.activity).toEqual(facts.some(({ time }) => time.getTime() < to) ? [activity] : [])

      const pending = memory.rows(ExitRequest).filter(({ status }) => status === ExitStatus.PENDING)
      const values = (list: ExitRequest[]) =>
        list.reduce((all, { exitShares }) => all + exitValue(exitShares, pool), 0n)
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

      const now = pool.activeAssets + pool.exitingAssets
      const since = (ms: number) =>
        sum(
          facts.filter(({ time }) => time.getTime() > end - ms),
          both,
        )
      const [day, week] = [since(DAY), since(7 * DAY)]
      expect(stake.changes).toEqual([
        {
          tokenId: TOKEN,
          day: `${day}`,
          dayShare: change(now, now - day),
          week: `${week}`,
          weekShare: change(now, now - week),
        },
      ])
    }),
    { numRuns: 12 },
  )
})

test('days that cannot be are refused', async () => {
  const { errors } = await api.gql(`{ model(id: "${MODEL}") { stake { activity(days: 0) { tokenId } } } }`)
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
})

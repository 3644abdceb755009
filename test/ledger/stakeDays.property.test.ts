import fc from 'fast-check'
import { expect, test } from 'vitest'
import { StakeDay, StakeEvent, StakePool } from '../../src/model'
import { account, CHAIN, Memory, MODEL, origins, TOKEN } from './memory'
import { eventsOf, step } from './poolHistory'

const DAY_MS = 86_400_000
const OTHER = `${CHAIN}/pool:0x00000000000000000000000000000000000000b1`

/** Each sum of a day, from all facts, by the day's own words in schema.graphql. */
function bruteDay(facts: StakeEvent[], begin: number) {
  const end = begin + DAY_MS
  const today = facts.filter(({ time }) => time.getTime() >= begin && time.getTime() < end)
  const sum = (kinds: string | undefined, of: (fact: StakeEvent) => bigint) =>
    today
      .filter(({ kind }) => !kinds || kinds.split(' ').includes(kind))
      .reduce((a, fact) => a + of(fact), 0n)
  const both = (fact: StakeEvent) => fact.activeDelta + fact.exitingDelta
  let activeSeconds = 0n
  for (const fact of today)
    for (let i = 0n; i < BigInt(Math.floor((end - fact.time.getTime()) / 1000)); i += 900n)
      activeSeconds += 900n * fact.activeDelta
  return {
    activeDelta: sum(undefined, fact => fact.activeDelta),
    exitingDelta: sum(undefined, fact => fact.exitingDelta),
    activeSeconds,
    inflow: sum('STAKE', both),
    outflow: -sum('WITHDRAW EXIT_REQUEST EXIT_PAID GRADUATE', both),
    compounded: sum('COMPOUND', both),
    slashed: -sum('SLASH', both),
    unstaked: -sum('WITHDRAW EXIT_REQUEST EXIT_PAID', fact => fact.activeDelta),
  }
}

test('each day of a model and of all pools is what its facts add up to, however the history is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 80 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 200 }),
      async (steps, size, quarters) => {
        const next = origins(quarters * 900_000)
        const memory = new Memory()
        const events = eventsOf(steps, next)
        // A second pool of the same kind and token, of no model: part of all pools' day alone.
        const other = { pool: OTHER, poolKind: 'DIRECT', asset: TOKEN, unbondingSeconds: 0 } as const
        await memory.batch([
          { kind: 'poolCreated', origin: next(), ...other, virtualAssets: 0n, virtualShares: 0n },
          { kind: 'staked', origin: next(), pool: OTHER, account: account(9), assets: 77n, shares: 77n },
        ])
        for (let i = 0; i < events.length; i += size) await memory.batch(events.slice(i, i + size))

        const facts = memory.rows(StakeEvent)
        const days = memory.rows(StakeDay)
        const begins = new Set(facts.map(({ time }) => Math.floor(time.getTime() / DAY_MS) * DAY_MS))
        for (const day of days) {
          const own = day.modelId ? facts.filter(({ modelId }) => modelId === day.modelId) : facts
          expect(day).toMatchObject(bruteDay(own, day.day.getTime()))
          expect(day.activeDelta + day.exitingDelta).toBe(
            day.inflow - day.outflow + day.compounded - day.slashed,
          )
          expect(day.id).toBe(
            [CHAIN, 'reference', 'DIRECT', TOKEN, day.day.toISOString().slice(0, 10)].join('|') +
              (day.modelId ? `|${day.modelId}` : ''),
          )
        }
        expect(days.filter(({ modelId }) => !modelId)).toHaveLength(begins.size)
        const pool = memory.rows(StakePool).find(({ modelId }) => modelId === MODEL)!
        const whole = days.filter(({ modelId }) => modelId === MODEL)
        expect(whole.reduce((sum, { activeDelta }) => sum + activeDelta, 0n)).toBe(pool.activeAssets)
        expect(whole.reduce((sum, { unstaked }) => sum + unstaked, 0n) >= 0n).toBe(true)
      },
    ),
    { numRuns: 60 },
  )
})

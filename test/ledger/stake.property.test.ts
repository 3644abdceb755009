import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ExitRequest, ExitStatus, RejectedLog, StakeEvent, StakePool, StakePosition } from '../../src/model'
import { Memory } from './memory'
import { eventsOf, type Step, step } from './poolHistory'

const sum = (values: bigint[]) => values.reduce((a, b) => a + b, 0n)

test('a pool is always the sum of its positions, its queue and its events, and nothing is negative', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async steps => {
      const memory = new Memory()
      await memory.batch(eventsOf(steps))
      const pool = memory.rows(StakePool)[0]!
      const positions = memory.rows(StakePosition)
      const facts = memory.rows(StakeEvent)
      const pending = memory.rows(ExitRequest).filter(({ status }) => status === ExitStatus.PENDING)
      expect(memory.rows(RejectedLog)).toEqual([])
      expect(pool.totalShares).toBe(sum(positions.map(p => p.shares)))
      expect(pool.totalExitShares).toBe(sum(pending.map(r => r.exitShares)))
      expect(pool.activeAssets).toBe(sum(facts.map(f => f.activeDelta)))
      expect(pool.exitingAssets).toBe(sum(facts.map(f => f.exitingDelta)))
      expect(pool.patronCount).toBe(positions.filter(p => p.shares > 0n).length)
      for (const amount of [pool.activeAssets, pool.exitingAssets, ...positions.map(p => p.shares)]) {
        expect(amount >= 0n).toBe(true)
      }
      for (const position of positions) {
        const own = facts.filter(f => f.accountId === position.accountId)
        expect(position.shares).toBe(sum(own.map(f => f.sharesDelta)))
      }
    }),
    { numRuns: 60 },
  )
})

test('cutting a history into other batches changes no row', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      fc.integer({ min: 1, max: 7 }),
      async (steps, size) => {
        const events = eventsOf(steps)
        const whole = new Memory()
        await whole.batch(events)
        const pieces = new Memory()
        for (let i = 0; i < events.length; i += size) await pieces.batch(events.slice(i, i + size))
        expect(pieces.dump()).toEqual(whole.dump())
      },
    ),
    { numRuns: 40 },
  )
})

test('the rounds of loading do not grow with the number of events', async () => {
  const steps = (n: number): Step[] =>
    Array.from({ length: n }, (_, i) => ({
      who: (i % 4) + 1,
      what: i % 3 === 2 ? 'exit' : 'stake',
      n: 1_000_000n + BigInt(i),
    }))
  const rounds: number[] = []
  for (const n of [10, 1000]) {
    const memory = new Memory()
    await memory.batch(eventsOf(steps(n)))
    rounds.push(memory.rounds)
  }
  expect(rounds[1]).toBe(rounds[0])
  expect(rounds[1]).toBeLessThanOrEqual(3)
})

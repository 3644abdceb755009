import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DomainEvent } from '../../src/ledger/events'
import { ExitRequest, ExitStatus, RejectedLog, StakeEvent, StakePool, StakePosition } from '../../src/model'
import { account, Memory, MODEL, origins, POOL, TOKEN } from './memory'

type Step = {
  who: number
  what: 'stake' | 'withdraw' | 'transfer' | 'exit' | 'pay' | 'slash' | 'compound' | 'delegate'
  n: bigint
}

const step: fc.Arbitrary<Step> = fc.record({
  who: fc.integer({ min: 1, max: 4 }),
  what: fc.constantFrom('stake', 'withdraw', 'transfer', 'exit', 'pay', 'slash', 'compound', 'delegate'),
  n: fc.bigInt({ min: 0n, max: 10n ** 24n }),
})

/** A pool with the reference protocol's arithmetic, written down a second time: makes events that a pool could emit. */
function eventsOf(steps: Step[]): DomainEvent[] {
  const next = origins()
  const shares = new Map<number, bigint>()
  const requests: { id: string; who: number; exitShares: bigint }[] = []
  let [active, exiting, total, totalExit] = [0n, 0n, 0n, 0n]
  const events: DomainEvent[] = [
    {
      kind: 'poolCreated',
      origin: next(),
      pool: POOL,
      poolKind: 'DIRECT',
      model: MODEL,
      asset: TOKEN,
      unbondingSeconds: 60,
      virtualAssets: 0n,
      virtualShares: 0n,
    },
  ]
  for (const { who, what, n } of steps) {
    const own = shares.get(who) ?? 0n
    const part = own === 0n ? 0n : n % (own + 1n)
    const at = { origin: next(), pool: POOL, account: account(who) }
    if (what === 'stake') {
      const minted = total === 0n ? n : active === 0n ? 0n : (n * total) / active
      if (minted === 0n) continue
      events.push({ ...at, kind: 'staked', assets: n, shares: minted })
      shares.set(who, own + minted)
      total += minted
      active += n
    } else if (what === 'withdraw' && part > 0n) {
      const assets = (part * active) / total
      events.push({ ...at, kind: 'withdrawn', assets, shares: part })
      shares.set(who, own - part)
      total -= part
      active -= assets
    } else if (what === 'transfer' && part > 0n) {
      const to = (who % 4) + 1
      events.push({
        kind: 'sharesTransferred',
        origin: at.origin,
        pool: POOL,
        from: account(who),
        to: account(to),
        shares: part,
      })
      shares.set(who, own - part)
      shares.set(to, (shares.get(to) ?? 0n) + part)
    } else if (what === 'exit' && part > 0n) {
      const assets = (part * active) / total
      const exitShares = totalExit === 0n || exiting === 0n ? assets : (assets * totalExit) / exiting
      const id = `${POOL}/exit:${requests.length}`
      events.push({
        ...at,
        kind: 'exitRequested',
        requestId: id,
        shares: part,
        assets,
        exitShares,
        readyAt: 0,
      })
      requests.push({ id, who, exitShares })
      shares.set(who, own - part)
      total -= part
      active -= assets
      exiting += assets
      totalExit += exitShares
    } else if (what === 'pay' && requests.length > 0) {
      const request = requests.shift()!
      const assets = totalExit === 0n ? 0n : (request.exitShares * exiting) / totalExit
      events.push({
        kind: 'exitPaid',
        origin: at.origin,
        pool: POOL,
        requestId: request.id,
        account: account(request.who),
        assets,
      })
      exiting -= assets
      totalExit -= request.exitShares
    } else if (what === 'slash') {
      const ppm = n % 900_000n
      const [a, e] = [(active * ppm) / 1_000_000n, (exiting * ppm) / 1_000_000n]
      events.push({ kind: 'slashed', origin: at.origin, pool: POOL, activeAssets: a, exitingAssets: e })
      active -= a
      exiting -= e
    } else if (what === 'compound' && total > 0n) {
      events.push({ kind: 'compounded', origin: at.origin, pool: POOL, from: account(who), assets: n })
      active += n
    } else if (what === 'delegate') {
      events.push({ ...at, kind: 'delegated', to: account((who % 4) + 1) })
    }
  }
  return events
}

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

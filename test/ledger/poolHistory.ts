import fc from 'fast-check'
import type { DomainEvent } from '../../src/ledger/events'
import { account, MODEL, origins, POOL, TOKEN } from './memory'

export type Step = {
  who: number
  what: 'stake' | 'withdraw' | 'transfer' | 'exit' | 'pay' | 'slash' | 'compound' | 'delegate'
  n: bigint
}

export const step: fc.Arbitrary<Step> = fc.record({
  who: fc.integer({ min: 1, max: 4 }),
  what: fc.constantFrom('stake', 'withdraw', 'transfer', 'exit', 'pay', 'slash', 'compound', 'delegate'),
  n: fc.bigInt({ min: 0n, max: 10n ** 24n }),
})

/** A pool with the reference protocol's arithmetic, written down a second time: makes events that a pool could emit. */
export function eventsOf(steps: Step[], next = origins()): DomainEvent[] {
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

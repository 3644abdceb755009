import fc from 'fast-check'
import { expect, test } from 'vitest'
import { attempt } from '../../src/ledger/attempt'
import type { DomainEvent, Origin } from '../../src/ledger/events'
import { fold } from '../../src/ledger/fold'
import { Note } from '../../src/ledger/note'
import { type Guard, LedgerState } from '../../src/ledger/state'
import { Account, Model, StakeEvent, StakePosition, UsageFee } from '../../src/model'
import { account, Memory, MODEL, origins, POOL, TOKEN } from './memory'

/*
 * Given random logs, of which a guard refuses some: the fold comes to what it would without those logs, and the refused
 * ones are told with their reasons.
 */

const BAD = 666_666n

/** Refuses what a log with the amount BAD brings about, wherever it shows. */
const guard: Guard = (entity, row) => {
  const held = Object.values(row as unknown as Record<string, unknown>)
  return held.some(value => typeof value === 'bigint' && value % 1_000_000n === BAD)
    ? `${entity.name} is bad`
    : undefined
}

interface Step {
  what:
    | 'stake'
    | 'withdraw'
    | 'transfer'
    | 'fee'
    | 'revenue'
    | 'claim'
    | 'shares'
    | 'debt'
    | 'paid'
    | 'delegate'
  who: number
  other: number
  n: bigint
  isBad: boolean
  endsTransaction: boolean
}

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom(
    'stake',
    'withdraw',
    'transfer',
    'fee',
    'revenue',
    'claim',
    'shares',
    'debt',
    'paid',
    'delegate',
  ),
  who: fc.integer({ min: 1, max: 3 }),
  other: fc.integer({ min: 1, max: 3 }),
  n: fc.bigInt({ min: 0n, max: 9n }).map(n => n * 1_000_000n),
  isBad: fc.boolean(),
  endsTransaction: fc.boolean(),
})

const VAULT = account(0xfa)

function eventOf(step: Step, origin: Origin, number: number): DomainEvent {
  const amount = step.isBad ? step.n + BAD : step.n
  const [who, other] = [account(step.who), account(step.other)]
  const at = { origin, pool: POOL }
  const money = { origin, token: TOKEN, amount }
  switch (step.what) {
    case 'stake':
      return { ...at, kind: 'staked', account: who, assets: amount, shares: step.n }
    case 'withdraw':
      return { ...at, kind: 'withdrawn', account: who, assets: amount, shares: step.n }
    case 'transfer':
      return { ...at, kind: 'sharesTransferred', from: who, to: other, shares: amount }
    case 'delegate':
      return { ...at, kind: 'delegated', account: who, to: other }
    case 'fee':
    case 'paid': {
      const paid = {
        gross: amount + 1_000_000n,
        protocolFee: 1_000_000n,
        net: amount,
        token: TOKEN,
        payer: who,
      }
      const fee = { origin, fee: `eip155:31337/fee:${number % 20}`, feeKind: 'USAGE' as const, model: MODEL }
      return step.what === 'fee'
        ? { ...fee, ...paid, kind: 'feePaid' }
        : { ...fee, ...paid, kind: 'vaultPaid' }
    }
    case 'revenue':
      return { ...money, kind: 'vaultRevenueAdded', vault: VAULT }
    case 'claim':
      return { ...money, kind: 'royaltyClaimed', vault: VAULT, account: who }
    case 'shares':
      return {
        origin,
        kind: 'vaultSharesMoved',
        vault: VAULT,
        from: who,
        to: other,
        shares: step.n / 1_000_000n,
      }
    case 'debt':
      return { origin, kind: 'vaultDebtUpdated', vault: VAULT, account: who, token: TOKEN, debt: amount }
  }
}

function setUp(next: () => Origin): DomainEvent[] {
  const pool = { pool: POOL, poolKind: 'DIRECT' as const, model: MODEL, asset: TOKEN, unbondingSeconds: 60 }
  return [
    { kind: 'modelRegistered', origin: next(), model: MODEL, modelKind: 'MODEL' },
    { ...pool, kind: 'poolCreated', origin: next(), virtualAssets: 0n, virtualShares: 0n },
    ...[1, 2, 3].map(
      (n): DomainEvent => ({
        kind: 'vaultSharesMoved',
        origin: next(),
        vault: VAULT,
        to: account(n),
        shares: 7n,
      }),
    ),
    { kind: 'vaultDeployed', origin: next(), vault: VAULT, model: MODEL },
  ]
}

function eventsOf(steps: Step[]): DomainEvent[] {
  const next = origins()
  const events = setUp(next)
  let transaction = 0
  steps.forEach((step, number) => {
    events.push(eventOf(step, { ...next(), transaction: `0x${transaction}` }, number))
    if (step.endsTransaction) transaction++
  })
  return events
}

const places = (state: LedgerState) =>
  state.rejections().map(({ origin }) => `${origin.block}-${origin.logIndex}`)

test('a log that does not fit leaves the rows of all others as they would be without it', async () => {
  let refused = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async steps => {
      const events = eventsOf(steps)
      const guarded = new Memory(guard)
      const state = await guarded.batch(events)
      const bad = new Set(
        state
          .rejections()
          .filter(({ reason }) => reason.endsWith('is bad'))
          .map(({ origin }) => origin),
      )
      refused += bad.size
      const without = new Memory()
      const rest = await without.batch(events.filter(({ origin }) => !bad.has(origin)))
      expect(guarded.dump()).toEqual(without.dump())
      expect(places(state).filter(place => !places(rest).includes(place))).toHaveLength(bad.size)
    }),
    { numRuns: 300 },
  )
  expect(refused).toBeGreaterThan(100)
})

test('which log is refused does not depend on where batches end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
      const events = eventsOf(steps)
      const whole = new Memory(guard)
      const refused = places(await whole.batch(events))
      const pieces = new Memory(guard)
      const refusedInPieces: string[] = []
      for (let i = 0, start = 0; i < events.length; i++) {
        if (events[i]!.origin.transaction === events[i + 1]?.origin.transaction) continue
        refusedInPieces.push(...places(await pieces.batch(events.slice(start, i + 1))))
        start = i + 1
      }
      expect(refusedInPieces.sort()).toEqual(refused.sort())
      expect(pieces.dump()).toEqual(whole.dump())
    }),
    { numRuns: 100 },
  )
})

test('undo leaves rows, facts, numbers, notes and rejections as they were, in place and in order', async () => {
  const notes = new Note<string, number>()
  const state = new LedgerState(undefined, () => 'never')
  state.beCareful()
  state.restart()
  const [first, second] = [origins()(), { ...origins()(), logIndex: 7 }]
  const known = new Account({
    id: account(1),
    chain: 'eip155:31337',
    address: '0x1',
    block: 1,
    time: new Date(0),
  })
  state.provide(Account, known.id, known)
  for (const id of [account(2), account(3)]) state.provide(Account, id, null)
  const made = state.put(Account, new Account({ id: account(2), block: 2 }))
  state.add(StakeEvent, new StakeEvent({ id: state.factId(StakeEvent, first) }))
  state.note(notes).set('kept', 1)
  state.note(notes).set('taken', 2)
  state.reject(first, 'before')
  const shown = () =>
    JSON.stringify([state.changes().map(({ named, ...rest }) => [rest, [...named]]), state.rejections()])
  const before = shown()

  state.begin()
  made.block = 99
  Object.assign(made, { address: 'new property' })
  state.put(Account, state.get(Account, account(2))!).block = 100
  state.put(Account, Object.assign(state.get(Account, account(1))!, { block: 50 }))
  state.put(Account, new Account({ id: account(3), block: 3 }))
  state.put(Account, new Account({ id: account(2), block: 4 }))
  state.add(StakeEvent, new StakeEvent({ id: state.factId(StakeEvent, second) }))
  state.addNamed(UsageFee, new UsageFee({ id: 'eip155:31337/fee:1' }))
  state.note(notes).set('kept', 3)
  state.note(notes).set('noted', 4)
  state.note(notes).take('taken')
  state.reject(second, 'meanwhile')
  expect(state.undo()).toBe(true)

  expect(state.get(Account, account(2))).toBe(made)
  expect(state.get(Account, account(1))!.block).toBe(1)
  expect(state.get(Account, account(3))).toBeUndefined()
  expect(['kept', 'taken', 'noted'].map(key => state.note(notes).get(key))).toEqual([1, 2, undefined])
  expect(state.factId(StakeEvent, second)).toMatch(/-00007$/)
  // `made` was changed without `get`, which the ledger never does: that alone stays.
  expect(made.block).toBe(99)
  made.block = 2
  Reflect.deleteProperty(made, 'address')
  expect(shown()).toBe(before)
})

test('work that throws is rejected with its message, and the next log is applied', async () => {
  const state = new LedgerState()
  state.beCareful()
  state.restart()
  const at = origins()
  attempt(state, at(), () => {
    state.put(StakePosition, new StakePosition({ id: 'half' }))
    throw new RangeError('Maximum BigInt size exceeded\nat a place')
  })
  attempt(state, at(), () => void state.put(StakePosition, new StakePosition({ id: 'whole' })))
  expect(state.rejections().map(({ reason }) => reason)).toEqual(['RangeError: Maximum BigInt size exceeded'])
  expect(state.created(StakePosition).map(({ id }) => id)).toEqual(['whole'])
})

test('a log that an answer holds twice counts once', async () => {
  const next = origins()
  const memory = new Memory()
  const events = eventsOf([])
  const origin = next()
  const twice = (): DomainEvent => ({
    kind: 'staked',
    origin: { ...origin, block: 9 },
    pool: POOL,
    account: account(1),
    assets: 5n,
    shares: 5n,
  })
  const state = await memory.batch([...events, twice(), twice()])
  expect(state.rejections().map(({ reason }) => reason)).toEqual([
    'a log of this place in the block came before',
  ])
  expect(memory.rows(StakePosition).map(({ shares }) => shares)).toEqual([5n])
})

test('a fact that its protocol numbers, told again in this batch or a later one, is rejected', async () => {
  const next = origins()
  const memory = new Memory()
  const paid = (fee: number): DomainEvent => ({
    kind: 'feePaid',
    origin: next(),
    fee: `eip155:31337/fee:${fee}`,
    feeKind: 'USAGE',
    model: MODEL,
    payer: account(1),
    token: TOKEN,
    gross: 10n,
    protocolFee: 1n,
    net: 9n,
  })
  const version = (number: number): DomainEvent => ({
    kind: 'versionPublished',
    origin: next(),
    model: MODEL,
    number,
  })
  const first = await memory.batch([...setUp(next), paid(1), paid(1), version(2), version(1)])
  const second = await memory.batch([paid(1), paid(2), version(2)])
  const reasons = [first, second].map(state => state.rejections().map(({ reason }) => reason))
  expect(reasons).toEqual([
    ['fee eip155:31337/fee:1 was paid already', `version 1 of ${MODEL} was published already`],
    ['fee eip155:31337/fee:1 was paid already', `version 2 of ${MODEL} was published already`],
  ])
  expect(memory.rows(UsageFee)).toHaveLength(2)
  expect(memory.rows(Model)[0]!.version).toBe(2)
})

test('a fold that needs nothing but whether facts are new runs over its events once', async () => {
  let asked = 0
  const next = origins()
  const fee: DomainEvent = {
    kind: 'feePaid',
    origin: next(),
    fee: 'eip155:31337/fee:1',
    feeKind: 'USAGE',
    model: MODEL,
    payer: account(1),
    token: TOKEN,
    gross: 1n,
    protocolFee: 0n,
    net: 1n,
  }
  const known = { row: () => null, hasFact: () => false }
  const load = async (missing: Parameters<Parameters<typeof fold>[1]>[0], state: LedgerState) => {
    asked++
    for (const [entity, ids] of missing.facts) for (const id of ids) state.provideFact(entity, id, false)
  }
  const state = await fold([fee], load, new LedgerState(known))
  expect(asked).toBe(1)
  expect(state.changes().flatMap(({ facts }) => facts)).toHaveLength(1)
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DomainEvent } from '../../src/ledger/events'
import { withdrawable } from '../../src/ledger/restakingMath'
import {
  ExitRequest,
  OperatorStake,
  RestakedPosition,
  Restaker,
  RestakingWithdrawal,
  StakePool,
} from '../../src/model'
import { account, Memory, origins, POOL, TOKEN } from './memory'

/*
 * EigenLayer's arithmetic written down a second time, with the contracts' own state (their deposit shares are a ledger
 * here and are in no event), which makes the events that the contracts would emit.
 */

const WAD = 10n ** 18n
const DELAY = 3n
const OTHER = `${POOL}:not a strategy`
const mul = (x: bigint, y: bigint) => (x * y) / WAD
const div = (x: bigint, y: bigint) => (x * WAD) / y
const mulUp = (x: bigint, y: bigint) => (x * y + WAD - 1n) / WAD
const ceilDiv = (x: bigint, y: bigint) => (x + y - 1n) / y

type Step = {
  what: 'deposit' | 'delegate' | 'undelegate' | 'queue' | 'complete' | 'slash' | 'donate'
  who: number
  n: bigint
  asTokens: boolean
}

const steps = fc.array(
  fc.record<Step>({
    what: fc.constantFrom(
      'deposit',
      'deposit',
      'delegate',
      'undelegate',
      'queue',
      'queue',
      'complete',
      'complete',
      'slash',
      'donate',
    ),
    who: fc.integer({ min: 1, max: 3 }),
    n: fc.bigInt({ min: 1n, max: 10n ** 21n }),
    asTokens: fc.boolean(),
  }),
  { maxLength: 60 },
)

interface Staker {
  shares: bigint
  factor: bigint
  operator?: number
}
interface Queued {
  id: string
  who: number
  operator?: number
  scaled: bigint
  start: number
  paid?: { shares: bigint; tokens: bigint; back: boolean }
}

function play(history: Step[]) {
  const next = origins()
  const events: DomainEvent[] = []
  const stakers = new Map([1, 2, 3].map((who): [number, Staker] => [who, { shares: 0n, factor: WAD }]))
  const operators = new Map([8, 9].map(n => [n, { shares: 0n, magnitudes: [{ block: 0, value: WAD }] }]))
  const queue: Queued[] = []
  let [balance, total] = [0n, 0n]
  let origin = next()
  const advance = () => {
    const { block } = origin
    while (origin.block === block) origin = next() // each step is a transaction, in a block of its own
  }
  const tell = (event: object) => {
    events.push({ ...event, origin } as DomainEvent)
    origin = next()
  }
  const magnitude = (operator?: number) =>
    operator === undefined ? WAD : operators.get(operator)!.magnitudes.at(-1)!.value
  const moved = (amount: bigint) => {
    balance += amount
    const [fromPool, toPool] = amount < 0n ? [POOL, OTHER] : [OTHER, POOL]
    tell({ kind: 'tokenMoved', token: TOKEN, fromPool, toPool, amount: amount < 0n ? -amount : amount })
  }
  const factorSet = (who: number) =>
    tell({ kind: 'scalingFactorSet', pool: POOL, account: account(who), factor: stakers.get(who)!.factor })
  const operatorMoved = (operator: number, delta: bigint, who?: number) => {
    operators.get(operator)!.shares += delta
    const by = who === undefined ? {} : { account: account(who) }
    tell({ kind: 'operatorSharesMoved', pool: POOL, operator: account(operator), delta, ...by })
  }
  const add = (who: number, shares: bigint) => {
    const staker = stakers.get(who)!
    const m = magnitude(staker.operator)
    const before = staker.shares
    staker.shares += shares
    tell({ kind: 'restakeDeposited', pool: POOL, account: account(who), shares })
    staker.factor =
      before === 0n
        ? div(staker.factor, m)
        : div(div(mul(mul(before, staker.factor), m) + shares, staker.shares), m)
    factorSet(who)
    if (staker.operator !== undefined) operatorMoved(staker.operator, shares, who)
  }
  const take = (who: number, shares: bigint, operator?: number) => {
    const staker = stakers.get(who)!
    const scaled = mul(shares, staker.factor)
    const now = mul(scaled, magnitude(operator))
    if (operator !== undefined) operatorMoved(operator, -now, who)
    staker.shares -= shares
    if (staker.shares === 0n) {
      staker.factor = WAD
      factorSet(who)
    }
    const id = `${origin.chain}/withdrawal:${queue.length}`
    queue.push({ id, who, operator, scaled, start: origin.block })
    tell({
      kind: 'withdrawalQueued',
      withdrawal: id,
      account: account(who),
      operator: operator === undefined ? undefined : account(operator),
      withdrawer: account(who),
      nonce: BigInt(queue.length),
      startBlock: BigInt(origin.block),
      delay: DELAY,
      parts: [{ pool: POOL, scaledShares: scaled, sharesThen: now, isPod: false }],
    })
  }
  const room = (n: number) => {
    for (let i = 0; i < n; i++) if (origin.logIndex + i >= 10) return false
    return true
  }

  tell({ kind: 'strategyTokenSet', pool: POOL, token: TOKEN })
  for (const { what, who, n, asTokens } of history) {
    advance()
    if (!room(5)) throw new Error('a step is longer than a block of the fixture')
    const staker = stakers.get(who)!
    const operator = 8 + (who % 2)
    if (what === 'donate' && total > 0n) moved(n)
    else if (what === 'deposit' && magnitude(staker.operator) > 0n) {
      const shares = (n * (total + 1000n)) / (balance + 1000n)
      if (shares === 0n) continue
      moved(n)
      tell({ kind: 'strategyPriced', pool: POOL })
      total += shares
      add(who, shares)
    } else if (what === 'delegate' && staker.operator === undefined && magnitude(operator) > 0n) {
      staker.operator = operator
      tell({ kind: 'restakerDelegated', account: account(who), operator: account(operator) })
      if (staker.shares > 0n) {
        staker.factor = div(staker.factor, magnitude(operator))
        factorSet(who)
        operatorMoved(operator, staker.shares, who)
      }
    } else if (what === 'undelegate' && staker.operator !== undefined) {
      const former = staker.operator
      staker.operator = undefined
      tell({ kind: 'restakerDelegated', account: account(who) })
      if (staker.shares > 0n) take(who, staker.shares, former)
    } else if (what === 'queue' && staker.shares > 0n) {
      take(who, n % 3n === 0n ? staker.shares : 1n + (n % staker.shares), staker.operator)
    } else if (what === 'complete') {
      const one = queue.find(q => q.paid === undefined && BigInt(origin.block) > BigInt(q.start) + DELAY)
      if (!one) continue
      const then =
        one.operator === undefined
          ? WAD
          : operators.get(one.operator)!.magnitudes.findLast(m => m.block <= one.start + Number(DELAY))!.value
      const shares = mul(one.scaled, then)
      if (!asTokens && magnitude(stakers.get(one.who)!.operator) === 0n) continue
      tell({ kind: 'withdrawalCompleted', withdrawal: one.id })
      one.paid = { shares, tokens: 0n, back: false }
      if (shares === 0n) continue
      if (asTokens) {
        one.paid.tokens = ((balance + 1000n) * shares) / (total + 1000n)
        total -= shares
        tell({ kind: 'strategyPriced', pool: POOL })
        moved(-one.paid.tokens)
      } else {
        one.paid.back = true
        add(one.who, shares)
      }
    } else if (what === 'slash') {
      const { magnitudes, shares } = operators.get(operator)!
      const before = magnitudes.at(-1)!.value
      if (before === 0n) continue
      const after = before - mulUp(before, n % 4n === 0n ? WAD : n % (WAD / 2n) || 1n)
      magnitudes.push({ block: origin.block, value: after })
      tell({ kind: 'magnitudeSet', pool: POOL, operator: account(operator), which: 'MAX', magnitude: after })
      operatorMoved(operator, -(shares - ceilDiv(shares * after, before)))
    }
  }
  return { events, stakers, operators, queue, balance, total, magnitude }
}

test('whatever stakers, operators and slashers do, the fold has the figures of the contracts to the wei', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 9 }), async (history, batches) => {
      const { events, stakers, operators, queue, balance, total, magnitude } = play(history)
      const memory = new Memory()
      const blocks = [...new Set(events.map(({ origin }) => origin.block))]
      const size = Math.ceil(blocks.length / batches)
      for (let i = 0; i < blocks.length; i += size) {
        const some = new Set(blocks.slice(i, i + size))
        const state = await memory.batch(events.filter(({ origin }) => some.has(origin.block)))
        expect(state.rejections()).toEqual([])
      }
      for (const [who, staker] of stakers) {
        const row = memory.rows(RestakedPosition).find(({ accountId }) => accountId === account(who))
        expect(row?.depositShares ?? 0n).toBe(staker.shares)
        expect(row?.scalingFactor ?? WAD).toBe(staker.factor)
        const restaker = memory.rows(Restaker).find(({ accountId }) => accountId === account(who))
        expect(restaker?.operatorId ?? undefined).toBe(staker.operator && account(staker.operator))
        const m = magnitude(staker.operator)
        expect(row ? withdrawable(row.depositShares, row.scalingFactor, m) : 0n).toBe(
          mul(mul(staker.shares, staker.factor), m),
        )
      }
      for (const [n, { shares }] of operators) {
        const row = memory.rows(OperatorStake).find(({ operatorId }) => operatorId === account(n))
        expect(row?.shares ?? 0n).toBe(shares)
        expect(row?.maxMagnitude ?? WAD).toBe(magnitude(n))
      }
      for (const one of queue) {
        const request = memory.rows(ExitRequest).find(({ withdrawalId }) => withdrawalId === one.id)!
        expect(request.exitShares).toBe(one.scaled)
        expect(request.readyBlock).toBe(one.start + Number(DELAY) + 1)
        expect(request.paidShares ?? undefined).toBe(one.paid?.shares)
        expect(request.paidAssets ?? undefined).toBe(one.paid?.tokens)
        expect(request.status).toBe(!one.paid ? 'PENDING' : one.paid.back ? 'RESTAKED' : 'PAID')
      }
      expect(memory.rows(RestakingWithdrawal)).toHaveLength(queue.length)
      const [pool] = memory.rows(StakePool)
      expect(pool?.totalShares ?? 0n).toBe(total)
      expect(pool?.activeAssets ?? 0n).toBe(balance)
    }),
    { numRuns: 100 },
  )
})

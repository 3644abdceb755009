import { type Lock, type VoteRules, voteBalance, voteSlope } from '../measures/voteBalance'
import { StakePool, VoteLock, VoteLockEvent } from '../model'
import { originColumns } from './parties'
import { staked, withdrawn } from './stake'
import type { LedgerState } from './state'
import type { EscrowCounted, VoteLockChanged, VoteUnlocked } from './votingEvents'

/** Curve keeps amount, bias and slope as int128: no lock of its formula can hold more. */
const INT128_END = 2n ** 127n

/**
 * Invariants, held by test/ledger/voting.property.test.ts: an escrow's active assets = Σ amounts of its locks; a lock's
 * votes at any time follow from its row alone.
 */
export function voteLockChanged(state: LedgerState, event: VoteLockChanged): void {
  const { origin, account } = event
  const pool = state.get(StakePool, event.pool)
  const known = state.get(VoteLock, event.lock)
  const rules = pool && rulesOf(pool)
  if (!pool || !rules) return state.reject(origin, `${event.kind}: no such vote escrow: ${event.pool}`)
  if (known && (known.poolId !== pool.id || known.accountId !== account))
    return state.reject(origin, `${event.kind}: ${event.lock} is another account's`)
  const begins = !known || known.amount === 0n
  const now = origin.time
  const startsAt = begins || event.restarts ? now : known.startsAt.getTime()
  const endsAt = endOf(event, begins ? now : known.endsAt.getTime(), pool.lockStepSeconds ?? 1)
  const permanent = event.permanent ?? (!begins && known.permanent)
  const amount = (known?.amount ?? 0n) + event.amount
  const wrong = wrongWith({ amount, startsAt, endsAt, permanent, now }, rules)
  if (wrong !== undefined) return state.reject(origin, `${event.kind}: ${event.lock} ${wrong}`)
  if (event.amount > 0n)
    staked(state, {
      kind: 'staked',
      origin,
      pool: pool.id,
      account,
      assets: event.amount,
      shares: event.amount,
    })
  const lock =
    known ?? new VoteLock({ id: event.lock, chain: origin.chain, poolId: pool.id, accountId: account })
  lock.amount = amount
  lock.startsAt = new Date(startsAt)
  lock.endsAt = new Date(endsAt)
  lock.permanent = permanent
  write(state, lock, rules, event, event.amount)
}

export function voteUnlocked(state: LedgerState, event: VoteUnlocked): void {
  const { origin, amount } = event
  const pool = state.get(StakePool, event.pool)
  const lock = state.get(VoteLock, event.lock)
  const rules = pool && rulesOf(pool)
  if (!pool || !rules) return state.reject(origin, `${event.kind}: no such vote escrow: ${event.pool}`)
  if (!lock || lock.poolId !== pool.id)
    return state.reject(origin, `${event.kind}: no such lock: ${event.lock}`)
  if (lock.amount < amount)
    return state.reject(origin, `${event.kind}: takes more from ${event.lock} than it holds`)
  withdrawn(state, {
    kind: 'withdrawn',
    origin,
    pool: pool.id,
    account: lock.accountId,
    assets: amount,
    shares: amount,
  })
  lock.amount -= amount
  if (lock.amount === 0n) lock.permanent = false
  write(state, lock, rules, event, -amount)
}

/** Changes nothing: where the escrow's own count is another, logs of it were not read, or do not say what they did. */
export function escrowCounted(state: LedgerState, event: EscrowCounted): void {
  const { origin, amount } = event
  const pool = state.get(StakePool, event.pool)
  if (!pool || !rulesOf(pool))
    return state.reject(origin, `${event.kind}: no such vote escrow: ${event.pool}`)
  if (pool.activeAssets !== amount)
    return state.reject(origin, `${event.kind}: ${pool.id} holds ${amount}, its locks ${pool.activeAssets}`)
}

/** Undefined: the pool is no vote escrow. */
export function rulesOf(pool: StakePool): VoteRules | undefined {
  if (!pool.voteFormula || !pool.maxLockSeconds) return undefined
  return { formula: pool.voteFormula, maxLock: BigInt(pool.maxLockSeconds) }
}

/** The lock as the formulas take it. */
export function lockOf(lock: Pick<VoteLock, 'amount' | 'startsAt' | 'endsAt' | 'permanent'>): Lock {
  const { amount, permanent } = lock
  return { amount, permanent, start: seconds(lock.startsAt.getTime()), end: seconds(lock.endsAt.getTime()) }
}

/** Whole seconds since 1970. */
export function seconds(ms: number): bigint {
  return BigInt(Math.floor(ms / 1000))
}

function endOf(event: VoteLockChanged, former: number, step: number): number {
  const end = (event.endsAt ?? former) + (event.extendedSeconds ?? 0) * 1000
  return Math.floor(end / (step * 1000)) * step * 1000
}

function wrongWith(
  lock: { amount: bigint; startsAt: number; endsAt: number; permanent: boolean; now: number },
  { formula }: VoteRules,
): string | undefined {
  if (lock.amount === 0n) return 'holds nothing'
  if (formula === 'SLOPE' && lock.amount >= INT128_END) return 'holds more than an int128'
  if (lock.permanent) return undefined
  // Of RATE a lock of no week at all: it has no votes from its start.
  const least = Math.max(lock.now, lock.startsAt) + (formula === 'RATE' ? 0 : 1)
  if (lock.endsAt < least) return 'ends in the past'
  return undefined
}

function write(
  state: LedgerState,
  lock: VoteLock,
  rules: VoteRules,
  { origin }: VoteLockChanged | VoteUnlocked,
  amountDelta: bigint,
): void {
  const now = seconds(origin.time)
  const shape = lockOf(lock)
  lock.bias = voteBalance(shape, rules, now)
  lock.slope = lock.bias === 0n ? 0n : voteSlope(shape, rules)
  lock.block = origin.block
  lock.time = new Date(origin.time)
  state.put(VoteLock, lock)
  state.add(
    VoteLockEvent,
    new VoteLockEvent({
      id: state.factId(VoteLockEvent, origin),
      lockId: lock.id,
      poolId: lock.poolId,
      accountId: lock.accountId,
      amountDelta,
      startsAt: lock.startsAt,
      endsAt: lock.endsAt,
      permanent: lock.permanent,
      ...originColumns(origin),
    }),
  )
}

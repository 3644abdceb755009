import { StakeEvent, type StakePool, StakePosition } from '../model'
import type { Origin } from './events'
import type { Of } from './origin'
import type { LedgerState } from './state'

/** The rows that stake of every kind changes. */

/** An event of a pool. */
type StakeChange = Of<string> & { pool: string }

export function positionOf(
  state: LedgerState,
  poolId: string,
  accountId: string,
  event: StakeChange,
): StakePosition {
  const id = `${poolId}|${accountId}`
  return (
    state.get(StakePosition, id) ??
    new StakePosition({
      id,
      chain: event.origin.chain,
      poolId,
      accountId,
      shares: 0n,
      delegateId: accountId,
      depositedAssets: 0n,
      withdrawnAssets: 0n,
    })
  )
}

export function moveShares(
  state: LedgerState,
  pool: StakePool,
  position: StakePosition,
  delta: bigint,
  event: StakeChange,
): void {
  const before = position.shares
  position.shares += delta
  if (before === 0n && position.shares > 0n) pool.patronCount += 1
  if (before > 0n && position.shares === 0n) pool.patronCount -= 1
  touch(state, pool, position, event)
}

export function touch(
  state: LedgerState,
  pool: StakePool,
  position: StakePosition,
  event: StakeChange,
): void {
  position.modelId = pool.modelId
  position.block = event.origin.block
  position.time = new Date(event.origin.time)
  state.put(StakePosition, position)
}

/** A fact of a pool's change. Most of a busy chain's rows are these. */
export function recordStake(
  state: LedgerState,
  pool: StakePool,
  origin: Origin,
  change: Pick<StakeEvent, 'kind'> & Partial<StakeEvent>,
): StakeEvent {
  // Assigned one by one, at a third of what a literal and its copy cost.
  const row = new StakeEvent()
  row.id = state.factId(StakeEvent, origin)
  row.chain = origin.chain
  row.protocol = origin.protocol
  row.contract = origin.contract
  row.kind = change.kind
  row.poolId = pool.id
  row.modelId = pool.modelId
  row.assetId = pool.assetId
  row.accountId = change.accountId ?? null
  row.sharesDelta = change.sharesDelta ?? 0n
  row.activeDelta = change.activeDelta ?? 0n
  row.exitingDelta = change.exitingDelta ?? 0n
  row.block = origin.block
  row.time = new Date(origin.time)
  row.transaction = origin.transaction
  row.logIndex = origin.logIndex
  return state.add(StakeEvent, row)
}

export function rejectUnknownPool(state: LedgerState, event: StakeChange): void {
  state.reject(event.origin, `${event.kind}: no such pool: ${event.pool}`)
}

export function rejectOverdraw(state: LedgerState, event: StakeChange): void {
  state.reject(event.origin, `${event.kind}: takes more from ${event.pool} than it holds`)
}

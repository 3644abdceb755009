import { StakeEventKind, StakePool } from '../model'
import type { Compounded, SharesTransferred, Staked, Withdrawn } from './events'
import { seeAccount } from './parties'
import { moveShares, positionOf, recordStake, rejectOverdraw, rejectUnknownPool } from './stakeRows'
import type { LedgerState } from './state'

/** What pools of several kinds have in common; what one has alone: directStake.ts, bondingCurve.ts, voteEscrow.ts, restaking*.ts. */

/**
 * Invariants, held by test/ledger/stake.property.test.ts:
 * pool.totalShares = Σ position.shares; pool.totalExitShares = Σ exitShares of pending requests;
 * pool.activeAssets = Σ activeDelta and pool.exitingAssets = Σ exitingDelta of its events; nothing is ever negative.
 */

export function staked(state: LedgerState, event: Staked): void {
  const pool = state.get(StakePool, event.pool)
  const position = positionOf(state, event.pool, event.account, event)
  seeAccount(state, event.account, event.origin)
  if (!pool) return rejectUnknownPool(state, event)
  position.depositedAssets += event.assets
  moveShares(state, pool, position, event.shares, event)
  pool.totalShares += event.shares
  pool.activeAssets += event.assets
  state.put(StakePool, pool)
  recordStake(state, pool, event.origin, {
    kind: StakeEventKind.STAKE,
    accountId: event.account,
    sharesDelta: event.shares,
    activeDelta: event.assets,
  })
}

export function withdrawn(state: LedgerState, event: Withdrawn): void {
  const pool = state.get(StakePool, event.pool)
  const position = positionOf(state, event.pool, event.account, event)
  if (!pool) return rejectUnknownPool(state, event)
  if (position.shares < event.shares || pool.activeAssets < event.assets) return rejectOverdraw(state, event)
  position.withdrawnAssets += event.assets
  moveShares(state, pool, position, -event.shares, event)
  pool.totalShares -= event.shares
  pool.activeAssets -= event.assets
  state.put(StakePool, pool)
  recordStake(state, pool, event.origin, {
    kind: StakeEventKind.WITHDRAW,
    accountId: event.account,
    sharesDelta: -event.shares,
    activeDelta: -event.assets,
  })
}

export function sharesTransferred(state: LedgerState, event: SharesTransferred): void {
  const pool = state.get(StakePool, event.pool)
  const from = positionOf(state, event.pool, event.from, event)
  const to = event.to === event.from ? from : positionOf(state, event.pool, event.to, event)
  seeAccount(state, event.to, event.origin)
  if (!pool) return rejectUnknownPool(state, event)
  if (from.shares < event.shares) return rejectOverdraw(state, event)
  moveShares(state, pool, from, -event.shares, event)
  moveShares(state, pool, to, event.shares, event)
  state.put(StakePool, pool)
  recordStake(state, pool, event.origin, {
    kind: StakeEventKind.TRANSFER_OUT,
    accountId: event.from,
    sharesDelta: -event.shares,
  })
  recordStake(state, pool, event.origin, {
    kind: StakeEventKind.TRANSFER_IN,
    accountId: event.to,
    sharesDelta: event.shares,
  })
}

export function compounded(state: LedgerState, event: Compounded): void {
  const pool = state.get(StakePool, event.pool)
  if (!pool) return rejectUnknownPool(state, event)
  pool.activeAssets += event.assets
  pool.compoundedAssets += event.assets
  state.put(StakePool, pool)
  recordStake(state, pool, event.origin, { kind: StakeEventKind.COMPOUND, activeDelta: event.assets })
}

import { Delegation, ExitRequest, ExitStatus, Slash, StakeEventKind, StakePool } from '../model'
import type { Delegated, ExitPaid, ExitRequested, Slashed } from './events'
import { originColumns, seeAccount } from './parties'
import { moveShares, positionOf, recordStake, rejectOverdraw, rejectUnknownPool, touch } from './stakeRows'
import type { LedgerState } from './state'

/** Direct stake: it leaves through a queue, is slashed there too, and lends its influence. Invariants: stake.ts. */

/** From here on the shares are gone and the assets wait, still slashable, in the exit queue. */
export function exitRequested(state: LedgerState, event: ExitRequested): void {
  const { origin } = event
  const pool = state.get(StakePool, event.pool)
  const position = positionOf(state, event.pool, event.account, event)
  const known = state.get(ExitRequest, event.requestId)
  if (!pool) return rejectUnknownPool(state, event)
  if (known) return state.reject(origin, `exit request ${event.requestId} exists already`)
  if (position.shares < event.shares || pool.activeAssets < event.assets) return rejectOverdraw(state, event)
  position.withdrawnAssets += event.assets
  moveShares(state, pool, position, -event.shares, event)
  pool.totalShares -= event.shares
  pool.activeAssets -= event.assets
  pool.exitingAssets += event.assets
  pool.totalExitShares += event.exitShares
  state.put(StakePool, pool)
  state.put(
    ExitRequest,
    new ExitRequest({
      id: event.requestId,
      chain: origin.chain,
      poolId: pool.id,
      modelId: pool.modelId,
      accountId: event.account,
      shares: event.shares,
      requestedAssets: event.assets,
      exitShares: event.exitShares,
      status: ExitStatus.PENDING,
      requestedAt: new Date(origin.time),
      readyAt: new Date(event.readyAt),
      paidAt: null,
      paidAssets: null,
      block: origin.block,
      transaction: origin.transaction,
      logIndex: origin.logIndex,
    }),
  )
  recordStake(state, pool, event.origin, {
    kind: StakeEventKind.EXIT_REQUEST,
    accountId: event.account,
    sharesDelta: -event.shares,
    activeDelta: -event.assets,
    exitingDelta: event.assets,
  })
}

export function exitPaid(state: LedgerState, event: ExitPaid): void {
  const { origin } = event
  const pool = state.get(StakePool, event.pool)
  const request = state.get(ExitRequest, event.requestId)
  if (!pool) return rejectUnknownPool(state, event)
  if (!request) return state.reject(origin, `payment of an unknown exit request: ${event.requestId}`)
  if (request.status === ExitStatus.PAID)
    return state.reject(origin, `exit request ${request.id} is paid already`)
  if (pool.exitingAssets < event.assets) return rejectOverdraw(state, event)
  request.status = ExitStatus.PAID
  request.paidAt = new Date(origin.time)
  request.paidAssets = event.assets
  state.put(ExitRequest, request)
  pool.exitingAssets -= event.assets
  pool.totalExitShares -= request.exitShares
  state.put(StakePool, pool)
  recordStake(state, pool, event.origin, {
    kind: StakeEventKind.EXIT_PAID,
    accountId: event.account,
    exitingDelta: -event.assets,
  })
}

export function slashed(state: LedgerState, event: Slashed): void {
  const { origin } = event
  const pool = state.get(StakePool, event.pool)
  if (event.slasher) seeAccount(state, event.slasher, origin)
  if (!pool) return rejectUnknownPool(state, event)
  if (pool.activeAssets < event.activeAssets || pool.exitingAssets < event.exitingAssets) {
    return rejectOverdraw(state, event)
  }
  pool.activeAssets -= event.activeAssets
  pool.exitingAssets -= event.exitingAssets
  pool.slashedAssets += event.activeAssets + event.exitingAssets
  state.put(StakePool, pool)
  state.add(
    Slash,
    new Slash({
      id: state.factId(Slash, origin),
      poolId: pool.id,
      modelId: pool.modelId,
      assetId: pool.assetId,
      slasherId: event.slasher ?? null,
      activeAssets: event.activeAssets,
      exitingAssets: event.exitingAssets,
      reason: event.reason ?? null,
      ...originColumns(origin),
    }),
  )
  recordStake(state, pool, event.origin, {
    kind: StakeEventKind.SLASH,
    activeDelta: -event.activeAssets,
    exitingDelta: -event.exitingAssets,
  })
}

/** Moves influence only. It holds for shares that the account has now and those it will have. */
export function delegated(state: LedgerState, event: Delegated): void {
  const { origin } = event
  const pool = state.get(StakePool, event.pool)
  const position = positionOf(state, event.pool, event.account, event)
  seeAccount(state, event.account, origin)
  seeAccount(state, event.to, origin)
  if (!pool) return rejectUnknownPool(state, event)
  state.add(
    Delegation,
    new Delegation({
      id: state.factId(Delegation, origin),
      poolId: pool.id,
      modelId: pool.modelId,
      delegatorId: event.account,
      delegateId: event.to,
      previousDelegateId: position.delegateId,
      ...originColumns(origin),
    }),
  )
  position.delegateId = event.to
  touch(state, pool, position, event)
}

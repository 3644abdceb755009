import {
  Delegation,
  ExitRequest,
  ExitStatus,
  type PoolKind,
  Slash,
  StakeEvent,
  StakeEventKind,
  StakePool,
  StakePosition,
  type VoteFormula,
} from '../model'
import type {
  Compounded,
  Delegated,
  ExitPaid,
  ExitRequested,
  PoolCreated,
  SharesTransferred,
  Slashed,
  Staked,
  Withdrawn,
} from './events'
import { originColumns, seeAccount, seeToken } from './parties'
import type { LedgerState } from './state'

/**
 * Invariants, held by test/ledger/stake.property.test.ts:
 * pool.totalShares = Σ position.shares; pool.totalExitShares = Σ exitShares of pending requests;
 * pool.activeAssets = Σ activeDelta and pool.exitingAssets = Σ exitingDelta of its events; nothing is ever negative.
 */

/** A week: formulas count in them. */
const LEAST_LOCK_SECONDS = 604_800

export function poolCreated(state: LedgerState, event: PoolCreated): void {
  const { origin } = event
  const known = state.get(StakePool, event.pool)
  seeToken(state, event.asset, origin)
  if (known) return state.reject(origin, `pool ${event.pool} exists already`)
  const { escrow } = event
  if (escrow && !(escrow.maxLockSeconds >= LEAST_LOCK_SECONDS && escrow.lockStepSeconds >= 1))
    return state.reject(
      origin,
      `pool ${event.pool} locks for ${escrow.maxLockSeconds} s at most: no vote escrow`,
    )
  state.put(
    StakePool,
    new StakePool({
      id: event.pool,
      modelId: event.model ?? null,
      kind: event.poolKind as PoolKind,
      assetId: event.asset,
      unbondingSeconds: event.unbondingSeconds,
      activeAssets: 0n,
      exitingAssets: 0n,
      slashedAssets: 0n,
      compoundedAssets: 0n,
      totalShares: 0n,
      totalExitShares: 0n,
      virtualAssets: event.virtualAssets,
      virtualShares: event.virtualShares,
      voteFormula: (escrow?.formula ?? null) as VoteFormula | null,
      maxLockSeconds: escrow?.maxLockSeconds ?? null,
      lockStepSeconds: escrow?.lockStepSeconds ?? null,
      patronCount: 0,
      retiredAt: null,
      ...originColumns(origin),
    }),
  )
}

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
  record(state, pool, event, {
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
  record(state, pool, event, {
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
  record(state, pool, event, {
    kind: StakeEventKind.TRANSFER_OUT,
    accountId: event.from,
    sharesDelta: -event.shares,
  })
  record(state, pool, event, {
    kind: StakeEventKind.TRANSFER_IN,
    accountId: event.to,
    sharesDelta: event.shares,
  })
}

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
  record(state, pool, event, {
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
  record(state, pool, event, {
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
  record(state, pool, event, {
    kind: StakeEventKind.SLASH,
    accountId: null,
    activeDelta: -event.activeAssets,
    exitingDelta: -event.exitingAssets,
  })
}

export function compounded(state: LedgerState, event: Compounded): void {
  const pool = state.get(StakePool, event.pool)
  if (!pool) return rejectUnknownPool(state, event)
  pool.activeAssets += event.assets
  pool.compoundedAssets += event.assets
  state.put(StakePool, pool)
  record(state, pool, event, { kind: StakeEventKind.COMPOUND, accountId: null, activeDelta: event.assets })
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

type PoolEvent =
  | Staked
  | Withdrawn
  | SharesTransferred
  | ExitRequested
  | ExitPaid
  | Slashed
  | Compounded
  | Delegated

function positionOf(state: LedgerState, poolId: string, accountId: string, event: PoolEvent): StakePosition {
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

function moveShares(
  state: LedgerState,
  pool: StakePool,
  position: StakePosition,
  delta: bigint,
  event: PoolEvent,
): void {
  const before = position.shares
  position.shares += delta
  if (before === 0n && position.shares > 0n) pool.patronCount += 1
  if (before > 0n && position.shares === 0n) pool.patronCount -= 1
  touch(state, pool, position, event)
}

function touch(state: LedgerState, pool: StakePool, position: StakePosition, event: PoolEvent): void {
  position.modelId = pool.modelId
  position.block = event.origin.block
  position.time = new Date(event.origin.time)
  state.put(StakePosition, position)
}

function record(
  state: LedgerState,
  pool: StakePool,
  event: PoolEvent,
  change: Pick<StakeEvent, 'kind' | 'accountId'> & Partial<StakeEvent>,
): void {
  // Most of a busy chain's rows are these: assigned one by one, at a third of what a literal and its copy cost.
  const { origin } = event
  const row = new StakeEvent()
  row.id = state.factId(StakeEvent, origin)
  row.chain = origin.chain
  row.protocol = origin.protocol
  row.contract = origin.contract
  row.kind = change.kind
  row.poolId = pool.id
  row.modelId = pool.modelId
  row.assetId = pool.assetId
  row.accountId = change.accountId
  row.sharesDelta = change.sharesDelta ?? 0n
  row.activeDelta = change.activeDelta ?? 0n
  row.exitingDelta = change.exitingDelta ?? 0n
  row.block = origin.block
  row.time = new Date(origin.time)
  row.transaction = origin.transaction
  row.logIndex = origin.logIndex
  state.add(StakeEvent, row)
}

function rejectUnknownPool(state: LedgerState, event: PoolEvent): void {
  state.reject(event.origin, `${event.kind}: no such pool: ${event.pool}`)
}

function rejectOverdraw(state: LedgerState, event: PoolEvent): void {
  state.reject(event.origin, `${event.kind}: takes more from ${event.pool} than it holds`)
}

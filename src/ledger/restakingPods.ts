import { ExitRequest, ExitStatus, StakeEvent, StakeEventKind, StakePool } from '../model'
import type { Origin } from './events'
import type { BeaconFactorSet, PodSharesMoved, PodSharesSet } from './eventsRestaking'
import { Note } from './note'
import { seeAccount } from './parties'
import { noteReturned, type Open, podPart, takePodPart } from './restakingParts'
import { putPosition, restakedPosition, setDeposit } from './restakingRows'
import { poolOf } from './restakingStrategies'
import { recordStake } from './stakeRows'
import type { LedgerState } from './state'

/*
 * Beacon chain ETH, whose shares are wei and whose deposits are the beacon chain's: no strategy holds it. Its pool has the
 * deposit shares of all pods that are not below 0, and those of queued withdrawals until they are paid.
 */

/** Positions whose new total was told in this transaction: a queued withdrawal has taken its shares by it. */
export const podTotals = new Note<string, boolean>()
/** By the place of its log: a part that came back, unless it only filled a deficit. */
const cameBack = new Note<number, { part: Open; account: string }>()

/** A pod has more, or less; before the slashing release less than nothing. */
export function podSharesMoved(state: LedgerState, event: PodSharesMoved): void {
  const { origin, pool: poolId, account, delta } = event
  const position = restakedPosition(state, poolId, account, origin)
  const pool = poolOf(state, poolId, event.asset, origin)
  const part = delta > 0n ? podPart(state, poolId, account, origin) : undefined
  seeAccount(state, account, origin)
  const before = position.depositShares
  setDeposit(state, position, before + delta, pool)
  putPosition(state, position, origin)
  if (!pool) return
  const change = held(before + delta) - held(before)
  moveActive(state, pool, change)
  if (part && delta <= part.shares) return giveBack(state, part, event, change)
  if (delta > 0n) noteReturned(state, poolId, account, delta)
  if (change === 0n) return
  const kind = change > 0n ? StakeEventKind.STAKE : StakeEventKind.SLASH
  recordStake(state, pool, origin, { kind, accountId: account, activeDelta: change, sharesDelta: change })
}

/** A deficit takes its part of what is paid. Where all of it came back, it did as shares if a scaling factor follows. */
function giveBack(state: LedgerState, part: Open, event: PodSharesMoved, change: bigint): void {
  takePodPart(state, event.pool)
  const request = state.get(ExitRequest, part.request)
  if (request) {
    request.paidAssets = part.shares - event.delta
    state.put(ExitRequest, request)
  }
  state.note(cameBack).set(event.origin.logIndex, { part, account: event.account })
  if (!part.paid) return
  state.amend(StakeEvent, part.paid, {
    kind: change > 0n ? StakeEventKind.TRANSFER_IN : part.paid.kind,
    activeDelta: part.paid.activeDelta + change,
    sharesDelta: part.paid.sharesDelta + change,
  })
}

/** After `podSharesMoved` it says the same; alone it is what a queued withdrawal has left. */
export function podSharesSet(state: LedgerState, event: PodSharesSet): void {
  const { origin, pool: poolId, account, shares } = event
  const position = restakedPosition(state, poolId, account, origin)
  const pool = poolOf(state, poolId, event.asset, origin)
  seeAccount(state, account, origin)
  state.note(podTotals).set(position.id, true)
  if (shares === position.depositShares) return
  setDeposit(state, position, shares, pool)
  putPosition(state, position, origin)
}

/** Two logs after a part came back: it did as shares, and no deficit took it. */
export function factorAfterReturn(state: LedgerState, place: number, account: string): void {
  const back = state.note(cameBack).get(place - 2)
  const request = back?.account === account ? state.get(ExitRequest, back.part.request) : undefined
  if (request?.paidAssets !== 0n) return
  request.status = ExitStatus.RESTAKED
  state.put(ExitRequest, request)
}

export function beaconFactorSet(state: LedgerState, event: BeaconFactorSet): void {
  const position = restakedPosition(state, event.pool, event.account, event.origin)
  position.beaconFactor = event.factor
  putPosition(state, position, event.origin)
}

/** A completed part leaves the pool with the deposit shares that it took: what slashes took of it is in no pod. */
export function payFromPod(
  state: LedgerState,
  pool: StakePool,
  { accountId, shares }: ExitRequest,
  origin: Origin,
): StakeEvent {
  // Where what came before the first block is not known, the pool may have less.
  const change = shares < pool.activeAssets ? -shares : -pool.activeAssets
  moveActive(state, pool, change)
  return recordStake(state, pool, origin, {
    kind: StakeEventKind.EXIT_PAID,
    accountId,
    activeDelta: change,
    sharesDelta: change,
  })
}

function moveActive(state: LedgerState, pool: StakePool, delta: bigint): void {
  pool.activeAssets += delta
  pool.totalShares += delta
  state.put(StakePool, pool)
}

function held(depositShares: bigint): bigint {
  return depositShares > 0n ? depositShares : 0n
}

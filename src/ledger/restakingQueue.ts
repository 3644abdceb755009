import { ExitRequest, ExitStatus, RestakingWithdrawal, StakeEvent, StakeEventKind, StakePool } from '../model'
import type { Origin } from './events'
import type { WithdrawalCompleted, WithdrawalQueued } from './eventsRestaking'
import { originColumns, seeAccount } from './parties'
import { magnitudeAt } from './restakingMagnitudes'
import { depositSharesTaken, mulWad, WAD } from './restakingMath'
import { beginCompletion, openPart, takeLeft, takeReturned } from './restakingParts'
import { payFromPod, podTotals } from './restakingPods'
import { operatorStakeId, putPosition, restakedPosition, scalingResets, setDeposit } from './restakingRows'
import { moveOut, tokensOf } from './restakingStrategies'
import type { LedgerState } from './state'

/**
 * Takes deposit shares, by the factor before the reset where the withdrawal took all that was left. Of a strategy that
 * it names twice the last part is the one that did.
 */
export function withdrawalQueued(state: LedgerState, event: WithdrawalQueued): void {
  const { origin, parts, account, operator, withdrawal } = event
  const known = state.get(RestakingWithdrawal, withdrawal)
  for (const { pool } of parts) restakedPosition(state, pool, account, origin) // asked for before anything is changed
  const pools = parts.map(({ pool }) => state.get(StakePool, pool))
  seeAccount(state, account, origin)
  if (operator !== undefined) seeAccount(state, operator, origin)
  if (known) return state.reject(origin, `withdrawal ${withdrawal} exists already`)
  const slashableUntil = event.startBlock + event.delay
  state.put(
    RestakingWithdrawal,
    new RestakingWithdrawal({
      id: withdrawal,
      accountId: account,
      operatorId: operator ?? null,
      withdrawerId: event.withdrawer,
      nonce: event.nonce,
      startBlock: event.startBlock,
      slashableUntil,
      parts: parts.length,
      completedBlock: null,
      ...originColumns(origin),
    }),
  )
  const resets = state.note(scalingResets)
  const lastOf = new Map(parts.map(({ pool }, i) => [pool, i]))
  for (const [i, { pool, scaledShares, sharesThen, isPod }] of parts.entries()) {
    const position = restakedPosition(state, pool, account, origin)
    const isLast = lastOf.get(pool) === i
    const before = resets.get(position.id)
    const asked = depositSharesTaken(scaledShares, before ?? position.scalingFactor)
    const takesAll = isLast && before !== undefined
    const taken = isPod ? asked : takesAll || asked > position.depositShares ? position.depositShares : asked
    if (!isPod || !state.note(podTotals).get(position.id)) {
      setDeposit(state, position, position.depositShares - taken, pools[i])
      putPosition(state, position, origin)
    }
    if (isLast) resets.set(position.id, undefined)
    state.put(
      ExitRequest,
      new ExitRequest({
        id: `${withdrawal}/${i}`,
        chain: origin.chain,
        poolId: pool,
        modelId: null,
        accountId: account,
        shares: taken,
        requestedAssets: pools[i] ? tokensOf(pools[i]!, sharesThen) : 0n,
        exitShares: scaledShares,
        status: ExitStatus.PENDING,
        requestedAt: new Date(origin.time),
        readyAt: null,
        readyBlock: Number(slashableUntil) + 1,
        withdrawalId: withdrawal,
        paidAt: null,
        paidAssets: null,
        paidShares: null,
        block: origin.block,
        transaction: origin.transaction,
        logIndex: origin.logIndex,
      }),
    )
  }
}

/** Pays each part by the magnitude at its last slashable block: later slashes do not count. */
export function withdrawalCompleted(state: LedgerState, event: WithdrawalCompleted): void {
  const { origin, withdrawal: id } = event
  const withdrawal = state.get(RestakingWithdrawal, id)
  if (!withdrawal) return state.reject(origin, `completion of an unknown withdrawal: ${id}`)
  if (withdrawal.completedBlock != null) return state.reject(origin, `${id} is completed already`)
  withdrawal.completedBlock = origin.block
  state.put(RestakingWithdrawal, withdrawal)
  beginCompletion(state, origin)
  for (let i = withdrawal.parts - 1; i >= 0; i--) {
    const request = state.get(ExitRequest, `${id}/${i}`)
    if (!request) continue
    const { poolId, accountId } = request
    const position = restakedPosition(state, poolId, accountId, origin)
    const pool = state.get(StakePool, poolId)
    const magnitude = withdrawal.operatorId
      ? magnitudeAt(state, operatorStakeId(poolId, withdrawal.operatorId), withdrawal.slashableUntil)
      : WAD
    const shares = mulWad(request.exitShares, mulWad(magnitude, position.beaconFactor))
    const isPod = poolId.endsWith(BEACON_CHAIN_ETH)
    request.status = ExitStatus.PAID
    request.paidAt = new Date(origin.time)
    request.paidShares = shares
    request.paidAssets = isPod ? shares : 0n
    state.put(ExitRequest, request)
    const paid = isPod && pool ? payFromPod(state, pool, request, origin) : undefined
    if (shares === 0n) continue // the contract does nothing for it
    if (event.isPaidBefore)
      findPayment(state, request, shares, isPod ? accountId : withdrawal.withdrawerId, origin)
    else openPart(state, poolId, { request: request.id, account: accountId, shares, paid })
  }
}

/** Shares that came back, or tokens that left, before the completion. */
function findPayment(
  state: LedgerState,
  request: ExitRequest,
  shares: bigint,
  receiver: string,
  origin: Origin,
): void {
  const { poolId, accountId } = request
  if (takeReturned(state, poolId, receiver, shares)) {
    request.status = ExitStatus.RESTAKED
    request.paidAssets = 0n
    return
  }
  const row = takeLeft(state, poolId)
  if (!row) return
  request.paidAssets = -row.activeDelta
  state.amend(StakeEvent, row, { kind: StakeEventKind.EXIT_PAID, accountId })
  moveOut(state, poolId, shares, origin, accountId)
}

/** The strategy that stands for beacon chain ETH, whose shares are wei. */
const BEACON_CHAIN_ETH = ':0xbeac0eeeeeeeeeeeeeeeeeeeeeeeeeeeeeebeac0'

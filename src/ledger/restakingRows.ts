import {
  OperatorStake,
  OperatorStakeChange,
  RestakedPosition,
  RestakedPositionChange,
  StakePool,
} from '../model'
import type { Origin } from './events'
import { addressOf } from './ids'
import { Note } from './note'
import { originColumns } from './parties'
import { WAD } from './restakingMath'
import type { LedgerState } from './state'

/** The rows that several handlers of restaking change, and their histories. */

export function restakerId(account: string): string {
  const at = account.lastIndexOf(':')
  return `${account.slice(0, at)}/restaker:${account.slice(at + 1)}`
}

export function restakedPosition(
  state: LedgerState,
  poolId: string,
  accountId: string,
  origin: Origin,
): RestakedPosition {
  const id = `${poolId}|${accountId}`
  return (
    state.get(RestakedPosition, id) ??
    new RestakedPosition({
      id,
      chain: origin.chain,
      poolId,
      accountId,
      restakerId: restakerId(accountId),
      depositShares: 0n,
      scalingFactor: WAD,
      beaconFactor: WAD,
    })
  )
}

export function putPosition(state: LedgerState, position: RestakedPosition, origin: Origin): void {
  position.block = origin.block
  position.time = new Date(origin.time)
  state.put(RestakedPosition, position)
  state.add(
    RestakedPositionChange,
    new RestakedPositionChange({
      id: state.factId(RestakedPositionChange, origin),
      positionId: position.id,
      depositShares: position.depositShares,
      scalingFactor: position.scalingFactor,
      beaconFactor: position.beaconFactor,
      ...originColumns(origin),
    }),
  )
}

/** Sets a position's deposit shares; the pool's patrons are who have some. */
export function setDeposit(
  state: LedgerState,
  position: RestakedPosition,
  shares: bigint,
  pool: StakePool | undefined,
): void {
  if (pool && shares > 0n !== position.depositShares > 0n) {
    pool.patronCount += shares > 0n ? 1 : -1
    state.put(StakePool, pool)
  }
  position.depositShares = shares
}

export function operatorStakeId(poolId: string, operatorId: string): string {
  return `${poolId}|operator:${addressOf(operatorId)}`
}

export function operatorStake(
  state: LedgerState,
  poolId: string,
  operatorId: string,
  origin: Origin,
): OperatorStake {
  const id = operatorStakeId(poolId, operatorId)
  return (
    state.get(OperatorStake, id) ??
    new OperatorStake({
      id,
      chain: origin.chain,
      poolId,
      operatorId,
      shares: 0n,
      maxMagnitude: WAD,
      emittedEncumbered: 0n,
      checkpoints: 0,
    })
  )
}

export function putOperatorStake(state: LedgerState, stake: OperatorStake, origin: Origin): void {
  stake.block = origin.block
  stake.time = new Date(origin.time)
  state.put(OperatorStake, stake)
  state.add(
    OperatorStakeChange,
    new OperatorStakeChange({
      id: state.factId(OperatorStakeChange, origin),
      operatorStakeId: stake.id,
      shares: stake.shares,
      maxMagnitude: stake.maxMagnitude,
      emittedEncumbered: stake.emittedEncumbered,
      ...originColumns(origin),
    }),
  )
}

/**
 * Scaling factors before those that were set to 1 in this transaction, by position: a withdrawal that takes everything
 * resets the factor, and its log comes after.
 */
export const scalingResets = new Note<string, bigint>()

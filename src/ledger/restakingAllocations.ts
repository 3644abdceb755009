import {
  AllocationDelay,
  AllocationDelayChange,
  OperatorAllocation,
  OperatorAllocationChange,
} from '../model'
import type { AllocationDelaySet, AllocationSet } from './eventsRestaking'
import { originColumns, seeAccount } from './parties'
import { allocated } from './restakingMath'
import { operatorStakeId } from './restakingRows'
import type { LedgerState } from './state'

export function allocationSet(state: LedgerState, event: AllocationSet): void {
  const { origin, pool, operator, set } = event
  const stakeId = operatorStakeId(pool, operator)
  const id = `${stakeId}|${set.avs}/${set.number}`
  const known = state.get(OperatorAllocation, id)
  seeAccount(state, operator, origin)
  seeAccount(state, set.avs, origin)
  const allocation =
    known ??
    new OperatorAllocation({
      id,
      chain: origin.chain,
      operatorStakeId: stakeId,
      poolId: pool,
      operatorId: operator,
      avsId: set.avs,
      operatorSet: set.number,
      currentMagnitude: 0n,
      targetMagnitude: 0n,
      effectBlock: 0n,
    })
  const after = allocated(allocation, event.magnitude, event.effectBlock, BigInt(origin.block))
  const { currentMagnitude, targetMagnitude, effectBlock } = after
  Object.assign(allocation, {
    currentMagnitude,
    targetMagnitude,
    effectBlock,
    modelId: set.model ?? null,
    block: origin.block,
    time: new Date(origin.time),
  })
  state.put(OperatorAllocation, allocation)
  state.add(
    OperatorAllocationChange,
    new OperatorAllocationChange({
      id: state.factId(OperatorAllocationChange, origin),
      allocationId: id,
      currentMagnitude,
      targetMagnitude,
      effectBlock,
      ...originColumns(origin),
    }),
  )
}

/** One that has not had its effect yet is replaced as if it had never been. */
export function allocationDelaySet(state: LedgerState, event: AllocationDelaySet): void {
  const { origin, operator, delay, effectBlock } = event
  const id = `${operator}|allocation`
  const known = state.get(AllocationDelay, id)
  seeAccount(state, operator, origin)
  const row = known ?? new AllocationDelay({ id, chain: origin.chain, operatorId: operator, current: null })
  if (known && BigInt(origin.block) >= known.effectBlock) row.current = known.next
  row.next = delay
  row.effectBlock = effectBlock
  row.block = origin.block
  row.time = new Date(origin.time)
  state.put(AllocationDelay, row)
  state.add(
    AllocationDelayChange,
    new AllocationDelayChange({
      id: state.factId(AllocationDelayChange, origin),
      delayId: id,
      current: row.current,
      next: delay,
      effectBlock,
      ...originColumns(origin),
    }),
  )
}

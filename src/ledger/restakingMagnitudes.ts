import { MagnitudeCheckpoint, OperatorStake } from '../model'
import type { Origin } from './events'
import { WAD } from './restakingMath'
import type { LedgerState } from './state'

/*
 * Maximum magnitudes of an operator in a strategy, one a block, numbered from 0 in chain order. An AVS can make as many as
 * it likes, so the one of a block is searched for, never all of them listed.
 */

/** Rows asked for at once: a fold loads them in one round, and 2^31 checkpoints take eight. */
const BRANCHES = 16

/** Notes the magnitude as that of the block's end. */
export function noteMagnitude(
  state: LedgerState,
  stake: OperatorStake,
  magnitude: bigint,
  origin: Origin,
): void {
  const newest = stake.checkpoints > 0 ? checkpoint(state, stake, stake.checkpoints - 1) : undefined
  const isOfBlock = newest?.block === origin.block
  const row =
    isOfBlock && newest
      ? newest
      : new MagnitudeCheckpoint({
          id: idOf(stake, stake.checkpoints),
          chain: origin.chain,
          operatorStakeId: stake.id,
          block: origin.block,
        })
  row.magnitude = magnitude
  if (!isOfBlock) stake.checkpoints += 1
  state.put(MagnitudeCheckpoint, row)
}

/** The magnitude at the end of a block: all of 1e18 before the first. */
export function magnitudeAt(state: LedgerState, stakeId: string, block: bigint): bigint {
  const stake = state.get(OperatorStake, stakeId)
  if (!stake) return WAD
  let found: MagnitudeCheckpoint | undefined
  // Checkpoints up to `from` are not after the block, those from `to` on are.
  for (let from = -1, to = stake.checkpoints; to - from > 1; ) {
    const step = Math.max(1, Math.ceil((to - from) / BRANCHES))
    const places: number[] = []
    for (let at = from + step; at < to; at += step) places.push(at)
    const rows = places.map(at => checkpoint(state, stake, at))
    if (rows.includes(undefined)) return WAD // asked for: the fold runs again
    const after = rows.findIndex(row => BigInt(row!.block) > block)
    const last = after < 0 ? rows.length - 1 : after - 1
    if (after >= 0) to = places[after]!
    if (last < 0) continue
    from = places[last]!
    found = rows[last]
  }
  return found?.magnitude ?? WAD
}

function checkpoint(state: LedgerState, stake: OperatorStake, n: number): MagnitudeCheckpoint | undefined {
  return state.get(MagnitudeCheckpoint, idOf(stake, n))
}

function idOf({ id }: OperatorStake, n: number): string {
  return `${id}#${n}`
}

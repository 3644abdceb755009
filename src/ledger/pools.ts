import { type PoolKind, StakePool, type VoteFormula } from '../model'
import type { PoolCreated } from './events'
import { originColumns, seeToken } from './parties'
import type { LedgerState } from './state'

/** A week: formulas count in them. */
const LEAST_LOCK_SECONDS = 604_800

export function poolCreated(state: LedgerState, event: PoolCreated): void {
  const { origin } = event
  const known = state.get(StakePool, event.pool)
  if (known && event.ifAbsent && known.protocol === origin.protocol) return
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

import { StakeEventKind, StakePool } from '../model'
import type { AssetsWithdrawn, Origin, PoolValued } from './events'
import { withdrawn } from './stake'
import { recordStake } from './stakeRows'
import type { LedgerState } from './state'

/*
 * Pools whose assets a contract tells rather than logs (ERC-4626): shares are followed by the logs that move them, assets
 * by those that pay in and out, and what is left between them and the contract's word is compounded.
 * Invariant, held by test/protocols/erc4626/vaults.test.ts: after a valuation, pool.activeAssets is what was said.
 */

export function poolValued(state: LedgerState, event: PoolValued): void {
  const { origin, assets, virtual } = event
  const pool = state.get(StakePool, event.pool)
  if (pool?.kind !== 'VAULT') return rejectUnknown(state, event)
  if (virtual) {
    pool.virtualAssets = virtual.assets
    pool.virtualShares = virtual.shares
    state.put(StakePool, pool)
  }
  if (assets !== pool.activeAssets) compound(state, pool, assets - pool.activeAssets, origin)
}

/** What is paid out beyond what is known of was earned before: yield makes no log. */
export function assetsWithdrawn(state: LedgerState, event: AssetsWithdrawn): void {
  const { origin, account, assets } = event
  const pool = state.get(StakePool, event.pool)
  if (pool?.kind !== 'VAULT') return rejectUnknown(state, event)
  if (assets > pool.activeAssets) compound(state, pool, assets - pool.activeAssets, origin)
  withdrawn(state, { kind: 'withdrawn', origin, pool: pool.id, account, assets, shares: 0n })
}

/** @param delta below 0: a loss */
function compound(state: LedgerState, pool: StakePool, delta: bigint, origin: Origin): void {
  pool.activeAssets += delta
  pool.compoundedAssets += delta
  state.put(StakePool, pool)
  recordStake(state, pool, origin, { kind: StakeEventKind.COMPOUND, activeDelta: delta })
}

function rejectUnknown(state: LedgerState, event: PoolValued | AssetsWithdrawn): void {
  state.reject(event.origin, `${event.kind}: no such vault: ${event.pool}`)
}

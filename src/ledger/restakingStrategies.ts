import { RestakedPosition, RestakingStrategy, StakeEvent, StakeEventKind, StakePool } from '../model'
import type { Origin } from './events'
import type { StrategyTokenSet } from './eventsRestaking'
import { Note, pop, push, type Stack } from './note'
import { poolCreated } from './pools'
import { OFFSET } from './restakingMath'
import { recordStake } from './stakeRows'
import type { LedgerState } from './state'

/*
 * A strategy as a pool: activeAssets is its balance of the token, totalShares its own count. One share is worth
 * (balance + 1000) / (totalShares + 1000), as StrategyBase has it. Queued and slashed shares stay in both until paid.
 */

/** Of this transaction: logs that told a rate, by place. */
export const pricedAt = new Note<number, string>()
/** By place: a token that came to an address. */
export const transferredAt = new Note<number, { toPool: string; token: string; amount: bigint }>()
/** By pool: what came in and no deposit has explained. */
export const arrived = new Note<string, Stack<StakeEvent>>()
/** By pool that is not made yet: what came in with this transaction. */
const early = new Note<string, bigint>()

/** Tokens came to a strategy, or left it, that has no pool yet. */
export function movedEarly(state: LedgerState, strategy: RestakingStrategy, delta: bigint): void {
  const noted = state.note(early)
  strategy.earlyAssets += delta
  state.put(RestakingStrategy, strategy)
  if (delta > 0n) noted.set(strategy.id, (noted.get(strategy.id) ?? 0n) + delta)
}

export function strategyTokenSet(state: LedgerState, event: StrategyTokenSet): void {
  const { origin, pool, token } = event
  const strategy = strategyOf(state, pool, origin)
  if (strategy.assetId) return // it is set once, when the strategy begins; whoever says otherwise is no strategy
  strategy.assetId = token
  state.put(RestakingStrategy, strategy)
}

/** Shares were made for what came in just before. */
export function moveIn(
  state: LedgerState,
  poolId: string,
  shares: bigint,
  account: string,
  token: string | undefined,
  origin: Origin,
): void {
  const pool = poolOf(state, poolId, token, origin)
  if (!pool) return
  pool.totalShares += shares
  const row = pop(state.note(arrived), poolId)
  const deposit = { kind: StakeEventKind.STAKE, accountId: account, sharesDelta: shares }
  if (!row) recordStake(state, pool, origin, deposit)
  else {
    pool.compoundedAssets -= row.activeDelta
    state.amend(StakeEvent, row, deposit)
  }
  state.put(StakePool, pool)
}

/** Shares are gone, with their tokens: paid out, burned or redistributed. */
export function moveOut(
  state: LedgerState,
  poolId: string,
  shares: bigint,
  origin: Origin,
  account?: string,
): void {
  const pool = state.get(StakePool, poolId)
  if (!pool || shares === 0n) return
  if (pool.totalShares < shares)
    return state.reject(origin, `more shares leave ${poolId} than it has: ${pool.totalShares}`)
  pool.totalShares -= shares
  state.put(StakePool, pool)
  const kind = account === undefined ? StakeEventKind.WITHDRAW : StakeEventKind.EXIT_PAID
  recordStake(state, pool, origin, { kind, accountId: account, sharesDelta: -shares })
}

/** Made by the first log of the managers that names it once its token is known; undefined: the token is not. */
export function poolOf(
  state: LedgerState,
  poolId: string,
  token: string | undefined,
  origin: Origin,
): StakePool | undefined {
  const strategy = strategyOf(state, poolId, origin)
  const known = state.get(StakePool, poolId)
  if (known) return known
  const assetId = strategy.assetId ?? token
  if (!assetId) return undefined
  if (!strategy.assetId) {
    // Its first deposit says it: by the token's transfer, two logs before.
    strategy.assetId = assetId
    state.put(RestakingStrategy, strategy)
  }
  poolCreated(state, {
    kind: 'poolCreated',
    origin,
    pool: poolId,
    poolKind: 'RESTAKING',
    asset: assetId,
    unbondingSeconds: 0,
    virtualAssets: OFFSET,
    virtualShares: OFFSET,
  })
  const pool = state.get(StakePool, poolId)!
  const assets = strategy.earlyAssets > 0n ? strategy.earlyAssets : 0n
  pool.activeAssets = assets
  pool.compoundedAssets = assets
  const staked = state.list(RestakedPosition, 'poolId', poolId)
  pool.patronCount = staked.filter(({ depositShares }) => depositShares > 0n).length
  state.put(StakePool, pool)
  const now = state.note(early).take(poolId) ?? 0n
  const cameIn = now < assets ? now : assets
  // What came in before is everybody's; what did just now, a deposit may explain.
  if (assets > cameIn)
    recordStake(state, pool, origin, { kind: StakeEventKind.COMPOUND, activeDelta: assets - cameIn })
  if (cameIn > 0n) {
    const row = recordStake(state, pool, origin, { kind: StakeEventKind.COMPOUND, activeDelta: cameIn })
    push(state.note(arrived), poolId, row)
  }
  return pool
}

/** Floored, as the strategy pays. */
export function tokensOf(pool: StakePool, shares: bigint): bigint {
  return (shares * (pool.activeAssets + pool.virtualAssets)) / (pool.totalShares + pool.virtualShares)
}

export function strategyOf(state: LedgerState, id: string, origin: Origin): RestakingStrategy {
  return (
    state.get(RestakingStrategy, id) ??
    new RestakingStrategy({ id, chain: origin.chain, assetId: null, earlyAssets: 0n })
  )
}

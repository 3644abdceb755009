import { RestakingStrategy, StakeEvent, StakeEventKind, StakePool } from '../model'
import type { Origin } from './events'
import type { StrategyTokenSet } from './eventsRestaking'
import { originColumns } from './parties'
import { OFFSET } from './restakingMath'
import { poolCreated } from './stake'
import { type LedgerState, Note } from './state'

/*
 * A strategy as a pool: activeAssets is its balance of the token, totalShares its own count. One share is worth
 * (balance + 1000) / (totalShares + 1000), as StrategyBase has it. Queued and slashed shares stay in both until paid.
 */

/** Of this transaction. */
interface StrategyNotes {
  /** logs that told a rate, by place: pool */
  priced: Map<number, string>
  /** by place: a token that came to an address */
  transfers: Map<number, { toPool: string; token: string; amount: bigint }>
  /** what came in and no deposit has explained, in order */
  arrived: StakeEvent[]
}

export const strategyNotes = new Note<StrategyNotes>(
  () => ({ priced: new Map(), transfers: new Map(), arrived: [] }),
  ({ priced, transfers, arrived }) => ({
    priced: new Map(priced),
    transfers: new Map(transfers),
    arrived: [...arrived],
  }),
)

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
  const { arrived } = state.note(strategyNotes)
  const at = arrived.findLastIndex(row => row.poolId === poolId)
  const deposit = { kind: StakeEventKind.STAKE, accountId: account, sharesDelta: shares }
  if (at < 0) recordStake(state, pool, origin, deposit)
  else {
    const row = arrived.splice(at, 1)[0]!
    pool.compoundedAssets -= row.activeDelta
    Object.assign(row, deposit)
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
  state.put(StakePool, pool)
  if (assets > 0n) recordStake(state, pool, origin, { kind: StakeEventKind.COMPOUND, activeDelta: assets })
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

export function recordStake(
  state: LedgerState,
  pool: StakePool,
  origin: Origin,
  change: Partial<StakeEvent> & Pick<StakeEvent, 'kind'>,
): StakeEvent {
  return state.add(
    StakeEvent,
    new StakeEvent({
      id: state.factId(StakeEvent, origin),
      poolId: pool.id,
      modelId: null,
      assetId: pool.assetId,
      accountId: null,
      sharesDelta: 0n,
      activeDelta: 0n,
      exitingDelta: 0n,
      ...originColumns(origin),
      ...change,
    }),
  )
}

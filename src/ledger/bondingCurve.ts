import { BondingCurve, CurveTrade, StakeEventKind, StakePool, type TradeSide } from '../model'
import type {
  CurveCompounded,
  CurveCreated,
  CurveEvent,
  CurveGraduated,
  CurveSlashed,
  CurveTokenMoved,
  CurveTraded,
} from './curveEvents'
import { slashed } from './directStake'
import { originColumns, seeAccount, seeToken } from './parties'
import { poolCreated } from './pools'
import { compounded, sharesTransferred, staked, withdrawn } from './stake'
import { recordStake } from './stakeRows'
import type { LedgerState } from './state'

/*
 * Invariants, held by test/ledger/curve.property.test.ts: until it graduates, pool.activeAssets = reserveAsset -
 * virtualAsset; a position's shares are the account's balance of the curve's token; the pair has no position.
 */

/** The price is that of 10^18 wei of the token. */
const PRICED = 10n ** 18n

export function curveCreated(state: LedgerState, event: CurveCreated): void {
  const { origin, curve: id } = event
  const known = state.get(BondingCurve, id)
  seeToken(state, event.token, origin)
  seeAccount(state, event.pair, origin)
  if (event.creator) seeAccount(state, event.creator, origin)
  if (known) return state.reject(origin, `curve ${id} exists already`)
  poolCreated(state, {
    kind: 'poolCreated',
    origin,
    pool: event.pool,
    poolKind: 'BONDING_CURVE',
    model: event.model,
    asset: event.asset,
    unbondingSeconds: 0,
    virtualAssets: 0n,
    virtualShares: 0n,
  })
  state.put(
    BondingCurve,
    new BondingCurve({
      id,
      poolId: event.pool,
      modelId: event.model,
      pairId: event.pair,
      tokenId: event.token,
      assetId: event.asset,
      creatorId: event.creator ?? null,
      reserveToken: event.reserveToken,
      reserveAsset: event.reserveAsset,
      initialReserveToken: event.reserveToken,
      initialReserveAsset: event.reserveAsset,
      virtualAsset: event.reserveAsset,
      price: priceOf(event.reserveToken, event.reserveAsset),
      tradeCount: 0,
      graduatedModelId: null,
      graduatedTokenId: null,
      graduatedAt: null,
      ...originColumns(origin),
    }),
  )
}

export function curveTraded(state: LedgerState, event: CurveTraded): void {
  const { origin, trader, side, tokens, assets } = event
  const curve = state.get(BondingCurve, event.curve)
  const pool = curve && state.get(StakePool, curve.poolId)
  if (!curve || !pool) return rejectUnknown(state, event)
  if (curve.graduatedAt) return state.reject(origin, `trade on curve ${curve.id}, which has graduated`)
  const isBuy = side === 'BUY'
  const reserveToken = curve.reserveToken + (isBuy ? -tokens : tokens)
  const reserveAsset = curve.reserveAsset + (isBuy ? assets : -assets)
  if (reserveToken < 0n || reserveAsset < curve.virtualAsset) {
    return state.reject(origin, `trade takes more from curve ${curve.id} than it holds`)
  }
  curve.reserveToken = reserveToken
  curve.reserveAsset = reserveAsset
  curve.tradeCount += 1
  reprice(state, curve)
  state.add(
    CurveTrade,
    new CurveTrade({
      id: state.factId(CurveTrade, origin),
      curveId: curve.id,
      poolId: curve.poolId,
      modelId: curve.modelId,
      traderId: trader,
      side: side as TradeSide,
      tokens,
      assets,
      tax: event.tax,
      reserveToken,
      reserveAsset,
      price: curve.price,
      ...originColumns(origin),
    }),
  )
  const change = { origin, pool: curve.poolId, account: trader, assets, shares: tokens }
  if (isBuy) staked(state, { ...change, kind: 'staked' })
  else withdrawn(state, { ...change, kind: 'withdrawn' })
}

export function curveCompounded(state: LedgerState, event: CurveCompounded): void {
  const { origin, from, assets } = event
  const curve = state.get(BondingCurve, event.curve)
  if (!curve) return rejectUnknown(state, event)
  if (curve.graduatedAt) return state.reject(origin, `${event.kind}: curve ${curve.id} has graduated`)
  curve.reserveAsset += assets
  reprice(state, curve)
  compounded(state, { kind: 'compounded', origin, pool: curve.poolId, from, assets })
}

export function curveSlashed(state: LedgerState, event: CurveSlashed): void {
  const { origin, assets, virtualAssets, slasher, reason } = event
  const curve = state.get(BondingCurve, event.curve)
  if (!curve) return rejectUnknown(state, event)
  if (curve.graduatedAt) return state.reject(origin, `${event.kind}: curve ${curve.id} has graduated`)
  if (curve.virtualAsset < virtualAssets || curve.reserveAsset - curve.virtualAsset < assets) {
    return state.reject(origin, `${event.kind}: takes more from curve ${curve.id} than it holds`)
  }
  curve.virtualAsset -= virtualAssets
  curve.reserveAsset -= assets + virtualAssets
  reprice(state, curve)
  slashed(state, {
    kind: 'slashed',
    origin,
    pool: curve.poolId,
    slasher,
    activeAssets: assets,
    exitingAssets: 0n,
    reason,
  })
}

/** Out of the pair or minted: shares that nobody paid for. Into the pair or burned: given up, or exchanged after graduation. */
export function curveTokenMoved(state: LedgerState, event: CurveTokenMoved): void {
  const { origin, tokens: shares } = event
  const curve = state.get(BondingCurve, event.curve)
  if (!curve) return rejectUnknown(state, event)
  const holder = (account?: string) => (account === curve.pairId ? undefined : account)
  const from = holder(event.from)
  const to = holder(event.to)
  const pool = curve.poolId
  if (from && to) sharesTransferred(state, { kind: 'sharesTransferred', origin, pool, from, to, shares })
  else if (to) staked(state, { kind: 'staked', origin, pool, account: to, assets: 0n, shares })
  else if (from) withdrawn(state, { kind: 'withdrawn', origin, pool, account: from, assets: 0n, shares })
}

/** All of the asset leaves. The holders' tokens stay theirs: each is a claim on one of the new token. */
export function curveGraduated(state: LedgerState, event: CurveGraduated): void {
  const { origin } = event
  const curve = state.get(BondingCurve, event.curve)
  const pool = curve && state.get(StakePool, curve.poolId)
  seeToken(state, event.token, origin)
  if (!curve || !pool) return rejectUnknown(state, event)
  if (curve.graduatedAt) return state.reject(origin, `curve ${curve.id} has graduated already`)
  curve.graduatedAt = new Date(origin.time)
  curve.graduatedModelId = event.model ?? null
  curve.graduatedTokenId = event.token
  state.put(BondingCurve, curve)
  recordStake(state, pool, origin, { kind: StakeEventKind.GRADUATE, activeDelta: -pool.activeAssets })
  pool.activeAssets = 0n
  state.put(StakePool, pool)
}

function reprice(state: LedgerState, curve: BondingCurve): void {
  curve.price = priceOf(curve.reserveToken, curve.reserveAsset)
  state.put(BondingCurve, curve)
}

function priceOf(reserveToken: bigint, reserveAsset: bigint): bigint | null {
  return reserveToken === 0n ? null : (reserveAsset * PRICED) / reserveToken
}

function rejectUnknown(state: LedgerState, event: CurveEvent): void {
  state.reject(event.origin, `${event.kind}: no such curve: ${event.curve}`)
}

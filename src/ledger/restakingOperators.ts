import { BurnableShares, OperatorSlash, Slash, StakePool } from '../model'
import type {
  BurnableSharesMoved,
  MagnitudeSet,
  OperatorSharesMoved,
  OperatorSharesSlashed,
  OperatorWasSlashed,
} from './eventsRestaking'
import { Note } from './note'
import { originColumns, seeAccount } from './parties'
import { noteMagnitude } from './restakingMagnitudes'
import { operatorStake, putOperatorStake, scalingResets } from './restakingRows'
import { moveOut, tokensOf } from './restakingStrategies'
import type { LedgerState } from './state'

/** Shares that slashes of this transaction took, by pool and operator, until `operatorWasSlashed` says by whom. */
const takenBySlash = new Note<string, Taken>()

interface Taken {
  operator: bigint
  /** with the queue's */
  all: bigint
}

const NOTHING: Taken = { operator: 0n, all: 0n }

/** A slash takes the operator's part here; `operatorSharesSlashed` tells of it again, with the queue's. */
export function operatorSharesMoved(state: LedgerState, event: OperatorSharesMoved): void {
  const { origin, pool, operator, account, delta } = event
  const stake = operatorStake(state, pool, operator, origin)
  seeAccount(state, operator, origin)
  // Delegating set the factor: it was no reset by a withdrawal (see scalingFactorSet).
  if (account !== undefined && delta > 0n) state.note(scalingResets).set(`${pool}|${account}`, undefined)
  if (stake.shares + delta < 0n)
    return state.reject(origin, `${operator} loses more shares of ${pool} than it has: ${stake.shares}`)
  stake.shares += delta
  if (account === undefined) takeBySlash(state, pool, operator, { operator: -delta, all: 0n })
  putOperatorStake(state, stake, origin)
}

export function operatorSharesSlashed(state: LedgerState, event: OperatorSharesSlashed): void {
  takeBySlash(state, event.pool, event.operator, { operator: 0n, all: event.shares })
}

export function magnitudeSet(state: LedgerState, event: MagnitudeSet): void {
  const { origin, magnitude } = event
  const stake = operatorStake(state, event.pool, event.operator, origin)
  seeAccount(state, event.operator, origin)
  if (event.which === 'ENCUMBERED') stake.emittedEncumbered = magnitude
  else {
    stake.maxMagnitude = magnitude
    noteMagnitude(state, stake, magnitude, origin)
  }
  putOperatorStake(state, stake, origin)
}

/** The last log of a slash names who slashed and why. What each staker lost follows from the magnitudes. */
export function operatorWasSlashed(state: LedgerState, event: OperatorWasSlashed): void {
  const { origin, operator, set, reason = null } = event
  const taken = state.note(takenBySlash)
  seeAccount(state, operator, origin)
  seeAccount(state, set.avs, origin)
  for (const { pool: poolId, wadSlashed } of event.parts) {
    const key = `${poolId}|${operator}`
    const { operator: operatorShares, all } = taken.take(key) ?? NOTHING
    const queuedShares = all > operatorShares ? all - operatorShares : 0n
    const model = { modelId: set.model ?? null }
    state.add(
      OperatorSlash,
      new OperatorSlash({
        id: state.factId(OperatorSlash, origin),
        operatorId: operator,
        poolId,
        avsId: set.avs,
        operatorSet: set.number,
        wadSlashed,
        operatorShares,
        queuedShares,
        reason,
        ...model,
        ...originColumns(origin),
      }),
    )
    const pool = state.get(StakePool, poolId)
    if (!pool) continue
    const assets = {
      activeAssets: tokensOf(pool, operatorShares),
      exitingAssets: tokensOf(pool, queuedShares),
    }
    pool.slashedAssets += assets.activeAssets + assets.exitingAssets
    state.put(StakePool, pool)
    state.add(
      Slash,
      new Slash({
        id: state.factId(Slash, origin),
        poolId,
        assetId: pool.assetId,
        slasherId: set.avs,
        reason,
        ...assets,
        ...model,
        ...originColumns(origin),
      }),
    )
  }
}

/** Slashed shares stay in the strategy until they are burned or redistributed: then they leave it. */
export function burnableSharesMoved(state: LedgerState, event: BurnableSharesMoved): void {
  const { origin, pool, slash, delta } = event
  const id = slash ? `${pool}|${slash.set.avs}/${slash.set.number}/${slash.number}` : `${pool}|burnable`
  const known = state.get(BurnableShares, id)
  if (delta < 0n) moveOut(state, pool, -delta, origin)
  const burnable =
    known ??
    new BurnableShares({
      id,
      chain: origin.chain,
      poolId: pool,
      avsId: slash?.set.avs ?? null,
      operatorSet: slash?.set.number ?? null,
      slashId: slash?.number ?? null,
      shares: 0n,
    })
  burnable.shares += delta
  state.put(BurnableShares, burnable)
}

function takeBySlash(state: LedgerState, pool: string, operator: string, more: Taken): void {
  const taken = state.note(takenBySlash)
  const key = `${pool}|${operator}`
  const before = taken.get(key) ?? NOTHING
  taken.set(key, { operator: before.operator + more.operator, all: before.all + more.all })
}

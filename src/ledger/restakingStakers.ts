import { Restaker, RestakerDelegation, RestakingReward, RestakingRewardTotal, StakePool } from '../model'
import type {
  RestakeDeposited,
  RestakerDelegated,
  RestakingRewardClaimed,
  ScalingFactorSet,
} from './eventsRestaking'
import { Note } from './note'
import { originColumns, seeAccount, seeToken } from './parties'
import { WAD } from './restakingMath'
import { noteReturned, putBack } from './restakingParts'
import { factorAfterReturn } from './restakingPods'
import { putPosition, restakedPosition, restakerId, scalingResets, setDeposit } from './restakingRows'
import {
  arrived as arrivals,
  movedEarly,
  moveIn,
  poolOf,
  pricedAt,
  strategyOf,
  transferredAt,
} from './restakingStrategies'
import type { LedgerState } from './state'

/** Places of this transaction's deposits, and whose they were. */
const deposits = new Note<number, string>()

/**
 * New money only where the strategy told its rate just before; else a withdrawal came back as shares. Strategies of before
 * the slashing release tell no rate: there it is new money where tokens came in, or nobody knew the strategy.
 */
export function restakeDeposited(state: LedgerState, event: RestakeDeposited): void {
  const { origin, pool, account, shares } = event
  const position = restakedPosition(state, pool, account, origin)
  const known = state.get(StakePool, pool)
  const before = origin.logIndex - 1
  const isPriced = state.note(pricedAt).get(before) === pool
  const transfer = state.note(transferredAt).get(isPriced ? before - 1 : before)
  const arrived = transfer?.toPool === pool ? transfer : undefined
  seeAccount(state, account, origin)
  setDeposit(state, position, position.depositShares + shares, known)
  putPosition(state, position, origin)
  state.note(deposits).set(origin.logIndex, position.id)
  if (!isPriced && putBack(state, pool, account)) return
  const cameIn = arrived !== undefined || state.note(arrivals).get(pool) !== undefined
  if (!isPriced && !cameIn && (known || event.token === undefined)) {
    noteReturned(state, pool, account, shares)
    return void poolOf(state, pool, undefined, origin)
  }
  const strategy = strategyOf(state, pool, origin)
  // A strategy that never said its token: what came in was not counted, since it was not known to be of it.
  if (!strategy.assetId && arrived) movedEarly(state, strategy, arrived.amount)
  moveIn(state, pool, shares, account, event.token ?? arrived?.token, origin)
}

/** Set to 1 without a deposit just before it, it may be a withdrawal of everything: the former is kept for that. */
export function scalingFactorSet(state: LedgerState, event: ScalingFactorSet): void {
  const { origin, factor } = event
  const position = restakedPosition(state, event.pool, event.account, origin)
  const isOfDeposit = state.note(deposits).get(origin.logIndex - 1) === position.id
  factorAfterReturn(state, origin.logIndex, event.account)
  if (factor === WAD && !isOfDeposit) state.note(scalingResets).set(position.id, position.scalingFactor)
  position.scalingFactor = factor
  putPosition(state, position, origin)
}

export function restakerDelegated(state: LedgerState, event: RestakerDelegated): void {
  const { origin, account, operator = null } = event
  const id = restakerId(account)
  const known = state.get(Restaker, id)
  seeAccount(state, account, origin)
  if (operator !== null) seeAccount(state, operator, origin)
  const restaker = known ?? new Restaker({ id, chain: origin.chain, accountId: account })
  Object.assign(restaker, { operatorId: operator, block: origin.block, time: new Date(origin.time) })
  state.put(Restaker, restaker)
  state.add(
    RestakerDelegation,
    new RestakerDelegation({
      id: state.factId(RestakerDelegation, origin),
      restakerId: id,
      operatorId: operator,
      ...originColumns(origin),
    }),
  )
}

export function restakingRewardClaimed(state: LedgerState, event: RestakingRewardClaimed): void {
  const { origin, earner, token, amount } = event
  const id = `${earner}|${token}`
  const known = state.get(RestakingRewardTotal, id)
  for (const account of [earner, event.claimer, event.recipient]) seeAccount(state, account, origin)
  seeToken(state, token, origin)
  const total =
    known ??
    new RestakingRewardTotal({ id, chain: origin.chain, earnerId: earner, tokenId: token, claimed: 0n })
  total.claimed += amount
  state.put(RestakingRewardTotal, total)
  state.add(
    RestakingReward,
    new RestakingReward({
      id: state.factId(RestakingReward, origin),
      root: event.root,
      earnerId: earner,
      claimerId: event.claimer,
      recipientId: event.recipient,
      tokenId: token,
      amount,
      ...originColumns(origin),
    }),
  )
}

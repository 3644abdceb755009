import { RestakingStrategy, StakeEventKind, StakePool } from '../model'
import type { Origin } from './events'
import type { StrategyPriced, TokenMoved } from './eventsRestaking'
import { push } from './note'
import { noteLeft, payInTokens, tokensPaid } from './restakingParts'
import { arrived, movedEarly, pricedAt, transferredAt } from './restakingStrategies'
import { recordStake } from './stakeRows'
import type { LedgerState } from './state'

/** Also of contracts that are no strategies: a note, which only a log of the managers makes into something. */
export function strategyPriced(state: LedgerState, event: StrategyPriced): void {
  state.note(pricedAt).set(event.origin.logIndex, event.pool)
  payInTokens(state, event.pool, event.origin)
}

export function tokenMoved(state: LedgerState, event: TokenMoved): void {
  const { origin, token, amount, fromPool, toPool } = event
  const from = state.get(RestakingStrategy, fromPool)
  const to = state.get(RestakingStrategy, toPool)
  state.note(transferredAt).set(origin.logIndex, { toPool, token, amount })
  if (fromPool === toPool || amount === 0n) return
  if (from?.assetId === token) moveToken(state, from, -amount, origin)
  if (to?.assetId === token) moveToken(state, to, amount, origin)
}

function moveToken(state: LedgerState, strategy: RestakingStrategy, delta: bigint, origin: Origin): void {
  const pool = state.get(StakePool, strategy.id)
  if (!pool) {
    movedEarly(state, strategy, delta)
    return
  }
  if (pool.activeAssets + delta < 0n)
    return state.reject(origin, `${pool.id} gives more of its token than it has: ${pool.activeAssets}`)
  pool.activeAssets += delta
  if (delta > 0n) {
    // Until the next logs say that shares were made for it, it is everybody's.
    pool.compoundedAssets += delta
    const row = recordStake(state, pool, origin, { kind: StakeEventKind.COMPOUND, activeDelta: delta })
    push(state.note(arrived), pool.id, row)
  } else {
    const account = tokensPaid(state, pool.id, -delta)
    const kind = account === undefined ? StakeEventKind.WITHDRAW : StakeEventKind.EXIT_PAID
    const row = recordStake(state, pool, origin, { kind, accountId: account, activeDelta: delta })
    if (account === undefined) noteLeft(state, row)
  }
  state.put(StakePool, pool)
}

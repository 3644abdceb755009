import { ExitRequest, ExitStatus, MagnitudeCheckpoint, RestakingWithdrawal, StakePool } from '../model'
import type { Origin } from './events'
import type { WithdrawalCompleted, WithdrawalQueued } from './eventsRestaking'
import { Note, pop, push, type Stack } from './note'
import { originColumns, seeAccount } from './parties'
import { depositSharesTaken, mulWad, WAD } from './restakingMath'
import { operatorStakeId, putPosition, restakedPosition, scalingResets, setDeposit } from './restakingRows'
import { moveOut, tokensOf } from './restakingStrategies'
import type { LedgerState } from './state'

/** A part of a withdrawal that this transaction completed, until the next logs say as what it was paid. */
interface Open {
  request: string
  account: string
  shares: bigint
}

/** By pool: parts of which nothing is told yet, the next one on top. */
const open = new Note<string, Stack<Open>>()
/** By pool: the part that is paid in tokens, whose transfer comes next. */
const priced = new Note<string, Open>()

/**
 * Takes deposit shares, by the factor before the reset where the withdrawal took all that was left. Of a strategy that
 * it names twice the last part is the one that did.
 */
export function withdrawalQueued(state: LedgerState, event: WithdrawalQueued): void {
  const { origin, parts, account, operator, withdrawal } = event
  const known = state.get(RestakingWithdrawal, withdrawal)
  for (const { pool } of parts) restakedPosition(state, pool, account, origin) // asked for before anything is changed
  const pools = parts.map(({ pool }) => state.get(StakePool, pool))
  seeAccount(state, account, origin)
  if (operator !== undefined) seeAccount(state, operator, origin)
  if (known) return state.reject(origin, `withdrawal ${withdrawal} exists already`)
  const slashableUntil = event.startBlock + event.delay
  state.put(
    RestakingWithdrawal,
    new RestakingWithdrawal({
      id: withdrawal,
      accountId: account,
      operatorId: operator ?? null,
      withdrawerId: event.withdrawer,
      nonce: event.nonce,
      startBlock: event.startBlock,
      slashableUntil,
      parts: parts.length,
      completedBlock: null,
      ...originColumns(origin),
    }),
  )
  const resets = state.note(scalingResets)
  const lastOf = new Map(parts.map(({ pool }, i) => [pool, i]))
  for (const [i, { pool, scaledShares, sharesThen, isPod }] of parts.entries()) {
    const position = restakedPosition(state, pool, account, origin)
    const isLast = lastOf.get(pool) === i
    const before = resets.get(position.id)
    const asked = depositSharesTaken(scaledShares, before ?? position.scalingFactor)
    const takesAll = isLast && before !== undefined
    const taken = isPod ? asked : takesAll || asked > position.depositShares ? position.depositShares : asked
    if (!isPod) {
      setDeposit(state, position, position.depositShares - taken, pools[i])
      putPosition(state, position, origin)
    }
    if (isLast) resets.set(position.id, undefined)
    state.put(
      ExitRequest,
      new ExitRequest({
        id: `${withdrawal}/${i}`,
        chain: origin.chain,
        poolId: pool,
        modelId: null,
        accountId: account,
        shares: taken,
        requestedAssets: pools[i] ? tokensOf(pools[i]!, sharesThen) : 0n,
        exitShares: scaledShares,
        status: ExitStatus.PENDING,
        requestedAt: new Date(origin.time),
        readyAt: null,
        readyBlock: Number(slashableUntil) + 1,
        withdrawalId: withdrawal,
        paidAt: null,
        paidAssets: null,
        paidShares: null,
        block: origin.block,
        transaction: origin.transaction,
        logIndex: origin.logIndex,
      }),
    )
  }
}

/** Pays each part by the magnitude at its last slashable block: later slashes do not count. */
export function withdrawalCompleted(state: LedgerState, event: WithdrawalCompleted): void {
  const { origin, withdrawal: id } = event
  const withdrawal = state.get(RestakingWithdrawal, id)
  if (!withdrawal) return state.reject(origin, `completion of an unknown withdrawal: ${id}`)
  if (withdrawal.completedBlock != null) return state.reject(origin, `${id} is completed already`)
  withdrawal.completedBlock = origin.block
  state.put(RestakingWithdrawal, withdrawal)
  for (let i = withdrawal.parts - 1; i >= 0; i--) {
    const request = state.get(ExitRequest, `${id}/${i}`)
    if (!request) continue
    const position = restakedPosition(state, request.poolId, request.accountId, origin)
    const magnitude = magnitudeAt(state, request.poolId, withdrawal)
    const shares = mulWad(request.exitShares, mulWad(magnitude, position.beaconFactor))
    request.status = ExitStatus.PAID
    request.paidAt = new Date(origin.time)
    request.paidShares = shares
    request.paidAssets =
      position.beaconFactor === WAD && !request.poolId.endsWith(BEACON_CHAIN_ETH) ? 0n : shares
    state.put(ExitRequest, request)
    if (shares === 0n) continue // the contract does nothing for it
    push(state.note(open), request.poolId, { request: request.id, account: request.accountId, shares })
  }
}

/** The strategy that stands for beacon chain ETH, whose shares are wei. */
const BEACON_CHAIN_ETH = ':0xbeac0eeeeeeeeeeeeeeeeeeeeeeeeeeeeeebeac0'

/** The strategy told its rate: a part that waits for it is paid in tokens. */
export function payInTokens(state: LedgerState, pool: string, origin: Origin): void {
  const part = pop(state.note(open), pool)
  if (!part) return
  state.note(priced).set(pool, part)
  moveOut(state, pool, part.shares, origin, part.account)
}

/** Tokens left the strategy. Undefined: for no part of a withdrawal. */
export function tokensPaid(state: LedgerState, pool: string, amount: bigint): string | undefined {
  const part = state.note(priced).take(pool)
  if (!part) return undefined
  const { request: id, account } = part
  const request = state.get(ExitRequest, id)
  if (request) {
    request.paidAssets = amount
    state.put(ExitRequest, request)
  }
  return account
}

/** Shares were added to a staker's without new money: a part was paid in shares. */
export function putBack(state: LedgerState, pool: string, account: string): boolean {
  const parts = state.note(open)
  if (parts.get(pool)?.top.account !== account) return false
  const request = state.get(ExitRequest, pop(parts, pool)!.request)
  if (request) {
    request.status = ExitStatus.RESTAKED
    request.paidAssets = 0n
    state.put(ExitRequest, request)
  }
  return true
}

function magnitudeAt(state: LedgerState, pool: string, withdrawal: RestakingWithdrawal): bigint {
  if (!withdrawal.operatorId) return WAD
  const stake = operatorStakeId(pool, withdrawal.operatorId)
  let newest: MagnitudeCheckpoint | undefined
  for (const one of state.list(MagnitudeCheckpoint, 'operatorStakeId', stake)) {
    if (BigInt(one.block) <= withdrawal.slashableUntil && one.block >= (newest?.block ?? 0)) newest = one
  }
  return newest?.magnitude ?? WAD
}

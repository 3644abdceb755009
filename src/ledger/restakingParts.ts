import { ExitRequest, ExitStatus, type StakeEvent } from '../model'
import type { Origin } from './events'
import { Note, pop, push, type Stack } from './note'
import { moveOut } from './restakingStrategies'
import type { LedgerState } from './state'

/*
 * As what a completed withdrawal was paid, the logs beside it tell: after the completion, each part's own; of contracts of
 * before the slashing release, all of them before it.
 */

/** A part of a withdrawal that this transaction completed, until the next logs say as what it was paid. */
export interface Open {
  request: string
  account: string
  shares: bigint
  /** beacon chain ETH: what left the pool for it */
  paid?: StakeEvent
}

/** By pool: parts of which nothing is told yet, the next one on top. */
const open = new Note<string, Stack<Open>>()
/** By pool: the part that is paid in tokens, whose transfer comes next. */
const priced = new Note<string, Open>()
/** Places of a completion, and of the logs that follow it without a gap. */
const completing = new Note<number, boolean>()
/** By pool and account: shares that came back, and no completion has told yet. */
const returned = new Note<string, Stack<bigint>>()
/** By pool: tokens that left, and no completion has told yet. */
const left = new Note<string, Stack<StakeEvent>>()

export function openPart(state: LedgerState, pool: string, part: Open): void {
  push(state.note(open), pool, part)
}

export function beginCompletion(state: LedgerState, { logIndex }: Origin): void {
  state.note(completing).set(logIndex, true)
}

/** After each log of restaking. */
export function followCompletion(state: LedgerState, { logIndex }: Origin): void {
  const places = state.note(completing)
  if (places.get(logIndex - 1)) places.set(logIndex, true)
}

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

/** The part of beacon chain ETH that the log at this place may give back: it follows its completion without a gap. */
export function podPart(
  state: LedgerState,
  pool: string,
  account: string,
  { logIndex }: Origin,
): Open | undefined {
  const part = state.note(open).get(pool)?.top
  return part?.account === account && state.note(completing).get(logIndex - 1) ? part : undefined
}

export function takePodPart(state: LedgerState, pool: string): void {
  pop(state.note(open), pool)
}

export function noteReturned(state: LedgerState, pool: string, account: string, shares: bigint): void {
  push(state.note(returned), `${pool}|${account}`, shares)
}

export function noteLeft(state: LedgerState, row: StakeEvent): void {
  push(state.note(left), row.poolId, row)
}

/** Whether as many shares came back before this completion, the last ones first. */
export function takeReturned(state: LedgerState, pool: string, account: string, shares: bigint): boolean {
  const of = state.note(returned)
  const key = `${pool}|${account}`
  if (of.get(key)?.top !== shares) return false
  pop(of, key)
  return true
}

/** The tokens that left last before this completion. */
export function takeLeft(state: LedgerState, pool: string): StakeEvent | undefined {
  return pop(state.note(left), pool)
}

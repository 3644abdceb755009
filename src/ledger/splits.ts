import { LineageEdge, RevenueSplit, SplitShare, WarehouseBalance } from '../model'
import type { Origin } from './events'
import { modelForked } from './models'
import { Note, pop, push, type Stack } from './note'
import { originColumns, seeAccount, seeToken } from './parties'
import { royaltyAccrued, royaltyClaimed } from './royalties'
import type { SplitDistributed, SplitSet, WarehouseMoved, WarehouseWithdrawn } from './splitEvents'
import type { LedgerState } from './state'

/** `PERCENTAGE_SCALE` of SplitV2Lib, of which an incentive is. */
const INCENTIVE_SCALE = 1_000_000n

/** Of a transaction: what was brought into the warehouse for somebody, by caller, receiver and token. */
const broughtIn = new Note<string, Stack<bigint>>()

export function splitSet(state: LedgerState, event: SplitSet): void {
  const { origin, split, model, recipients } = event
  const known = state.list(SplitShare, 'splitId', split)
  const former = known.flatMap(({ modelId }) => modelId ?? [])
  seeAccount(state, split, origin)
  for (const share of known) {
    if (share.ordinal < recipients.length) continue
    share.allocation = 0n
    state.put(SplitShare, Object.assign(share, whenOf(origin)))
  }
  for (const [ordinal, { account, model: of, allocation }] of recipients.entries()) {
    seeAccount(state, account, origin)
    state.put(
      SplitShare,
      new SplitShare({
        id: `${split}|${ordinal}`,
        chain: origin.chain,
        splitId: split,
        ordinal,
        accountId: account,
        modelId: of ?? null,
        allocation,
        ...whenOf(origin),
      }),
    )
  }
  // Asked for before it is replaced: so that a rollback knows what was there.
  const row = state.get(RevenueSplit, split) ?? new RevenueSplit({ id: split })
  Object.assign(row, {
    modelId: model ?? null,
    totalAllocation: event.totalAllocation,
    incentive: event.incentive,
    recipientCount: recipients.length,
    ...originColumns(origin),
  })
  state.put(RevenueSplit, row)
  // A model of another chain has its edges written there.
  if (model?.startsWith(`${origin.chain}/`)) linkModels(state, event, model, former)
}

/** The model owes the models among the recipients their parts, and those that are none any more nothing. */
function linkModels(state: LedgerState, event: SplitSet, child: string, former: string[]): void {
  const { origin, recipients, totalAllocation } = event
  const parts = new Map<string, bigint>(former.map(model => [model, 0n]))
  for (const { model, allocation } of recipients)
    if (model !== undefined) parts.set(model, (parts.get(model) ?? 0n) + allocation)
  parts.delete(child)
  for (const [ordinal, [parent, numerator]] of [...parts].entries()) {
    const known = state.get(LineageEdge, `${child}|COMPONENT|${parent}`)
    const share = totalAllocation === 0n ? undefined : { numerator, denominator: totalAllocation }
    modelForked(state, {
      kind: 'modelForked',
      origin,
      child,
      parent,
      role: 'COMPONENT',
      ordinal: known?.ordinal ?? ordinal,
      share,
      policy: 'HOP',
    })
  }
}

/**
 * As SplitV2Lib divides: the incentive is floored and taken off, and each part of the rest is floored by itself; what is
 * left of that stays with the split, for the next time.
 */
export function splitDistributed(state: LedgerState, event: SplitDistributed): void {
  const { origin, token, amount } = event
  const split = state.get(RevenueSplit, event.split)
  const shares = state.list(SplitShare, 'splitId', event.split)
  seeToken(state, token, origin)
  if (!split) return state.reject(origin, `distribution of a split that was not seen: ${event.split}`)
  const { modelId: model, totalAllocation } = split
  if (model === null || model === undefined) return
  if (totalAllocation === 0n) return state.reject(origin, `split ${split.id} has no allocations`)
  const rest = amount - (amount * BigInt(split.incentive)) / INCENTIVE_SCALE
  for (const { accountId, modelId, allocation } of shares.sort((a, b) => a.ordinal - b.ordinal)) {
    const part = (rest * allocation) / totalAllocation
    if (part === 0n) continue
    const to = modelId ?? model
    royaltyAccrued(state, {
      kind: 'royaltyAccrued',
      origin,
      accrualKind: to === model ? 'OWN' : 'ANCESTOR',
      from: model,
      to,
      token,
      amount: part,
      beneficiary: accountId,
    })
    const isKept = event.inWarehouse || isBroughtIn(state, event, accountId, part)
    if (isKept) keep(state, accountId, token, part, origin)
    else
      royaltyClaimed(state, {
        kind: 'royaltyClaimed',
        origin,
        account: accountId,
        token,
        amount: part,
        model: to,
      })
  }
}

/** A recipient that takes no coins has them in the warehouse instead. */
function isBroughtIn(
  state: LedgerState,
  { split, token }: SplitDistributed,
  account: string,
  part: bigint,
): boolean {
  const notes = state.note(broughtIn)
  const key = `${split}|${account}|${token}`
  if (notes.get(key)?.top !== part) return false
  pop(notes, key)
  return true
}

export function warehouseMoved(state: LedgerState, event: WarehouseMoved): void {
  const { origin, caller, from, to, token, amount } = event
  seeToken(state, token, origin)
  if (from === undefined && to !== undefined) push(state.note(broughtIn), `${caller}|${to}|${token}`, amount)
  if (amount === 0n || from === to) return
  if (from !== undefined) {
    const giver = balanceIn(state, from, token, origin)
    if (giver.balance < amount)
      return state.reject(
        origin,
        `${from} gives ${amount} and has ${giver.balance}: is firstBlock the warehouse's?`,
      )
    giver.balance -= amount
    state.put(WarehouseBalance, giver)
    // What is taken out has a log of its own, which says to whom it went.
    if (to !== undefined) claim(state, from, token, amount, origin)
  }
  if (to === undefined) return
  seeAccount(state, to, origin)
  const taker = balanceIn(state, to, token, origin)
  taker.balance += amount
  state.put(WarehouseBalance, taker)
}

export function warehouseWithdrawn(state: LedgerState, event: WarehouseWithdrawn): void {
  seeAccount(state, event.account, event.origin)
  claim(state, event.account, event.token, event.amount, event.origin)
}

/** What leaves is royalties first: so they never exceed what is there, whatever else comes and goes. */
function claim(state: LedgerState, account: string, token: string, amount: bigint, origin: Origin): void {
  const held = balanceIn(state, account, token, origin)
  const claimed = amount < held.royalties ? amount : held.royalties
  if (claimed === 0n) return
  held.royalties -= claimed
  state.put(WarehouseBalance, held)
  royaltyClaimed(state, { kind: 'royaltyClaimed', origin, account, token, amount: claimed })
}

function keep(state: LedgerState, account: string, token: string, part: bigint, origin: Origin): void {
  const held = balanceIn(state, account, token, origin)
  held.royalties += part
  state.put(WarehouseBalance, held)
}

function balanceIn(
  state: LedgerState,
  accountId: string,
  tokenId: string,
  { chain }: Origin,
): WarehouseBalance {
  const id = `${accountId}|${tokenId}`
  return (
    state.get(WarehouseBalance, id) ??
    new WarehouseBalance({ id, chain, accountId, tokenId, balance: 0n, royalties: 0n })
  )
}

function whenOf({ block, time }: Origin): { block: number; time: Date } {
  return { block, time: new Date(time) }
}

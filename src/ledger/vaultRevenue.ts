import {
  Model,
  ModelKind,
  RoyaltyAccrual,
  RoyaltyVault,
  VaultDebt,
  VaultHolding,
  VaultRevenue,
} from '../model'
import { attempt } from './attempt'
import type { Origin, RoyaltyAccrued, RoyaltyClaimed, VaultPaid, VaultRevenueAdded } from './events'
import { Note, pop, push, type Stack } from './note'
import { seeToken } from './parties'
import { feePaid, royaltyAccrued, royaltyClaimed, royaltyForwarded } from './royalties'
import type { LedgerState } from './state'
import { credit, creditUp, debtOf, holdingOf, revenueOf } from './vaults'

/*
 * Where a vault's revenue came from. The vault says how much it was given (`vaultRevenueAdded`), another log of the
 * same transaction says why: a payment or a transfer to an ancestor after it, a claim by the vault itself before it.
 * Only the first is money; so every accrual is made of one `vaultRevenueAdded`, has its origin, and no money is
 * counted twice. What nothing explains becomes an accrual of kind OTHER when the transaction ends.
 */

interface Added {
  vault: string
  model: string
  token: string
  amount: bigint
  /** id that the accrual will have: the holders' credits name it already */
  accrual: string
  origin: Origin
}

/** By the accrual that it will be. */
const unexplained = new Note<string, Added>()
/** The same by model and token: what explains it is told right after it. */
const latest = new Note<string, Stack<Added>>()
/** Of vaults by vault, token and amount: models whose revenue was claimed. */
const claimsByVaults = new Note<string, Stack<string>>()

/** The vault's holders can claim more, each by the shares held now. */
export function vaultRevenueAdded(state: LedgerState, event: VaultRevenueAdded): void {
  const { origin, token, amount } = event
  const vault = state.get(RoyaltyVault, event.vault)
  const revenue = revenueOf(state, event.vault, token, origin)
  const holders = state
    .list(VaultHolding, 'vaultId', event.vault)
    .filter(holding => holding.shares > 0n)
    .map(holding => ({ holding, debt: debtOf(state, revenue, holding.accountId) }))
  seeToken(state, token, origin)
  if (!vault?.modelId)
    return state.reject(origin, `revenue of vault ${event.vault}, whose model is not known`)
  if (vault.totalShares === 0n)
    return state.reject(origin, `revenue of vault ${vault.id} without royalty tokens`)
  revenue.accumulated += amount
  state.put(VaultRevenue, revenue)
  const accrual = state.factId(RoyaltyAccrual, origin)
  for (const { holding, debt } of holders) creditUp(state, vault, holding, revenue, debt, accrual, origin)

  const added: Added = { vault: vault.id, model: vault.modelId, token, amount, accrual, origin }
  const from = pop(state.note(claimsByVaults), claimKey(vault.id, token, amount))
  if (from !== undefined) return accrue(state, added, { accrualKind: 'HOLDING', from })
  state.note(unexplained).set(accrual, added)
  push(state.note(latest), latestKey(added.model, token), added)
}

/** A payment: what the vault of the paid model was given before is its own part, or a group's payout to its member. */
export function vaultPaid(state: LedgerState, event: VaultPaid): void {
  const { origin, model, token, net } = event
  const payer = event.payerModel === undefined ? undefined : state.get(Model, event.payerModel)
  const own = take(state, model, token, added => added.amount <= net)
  if (payer && payer.kind === ModelKind.GROUP && payer.groupPoolId === event.payer) {
    royaltyForwarded(state, {
      kind: 'royaltyForwarded',
      origin,
      from: payer.id,
      to: model,
      token,
      amount: net,
    })
    if (own) accrue(state, own, { accrualKind: 'GROUP', from: payer.id })
    return
  }
  const payerModel = payer && payer.id !== model ? payer.id : undefined
  feePaid(state, { ...event, kind: 'feePaid', payerModel })
  if (own) accrue(state, own, { accrualKind: 'OWN', from: model, fee: event.fee })
}

/** An ancestor's vault was given its share of a descendant's revenue. */
export function accruedToVault(state: LedgerState, event: RoyaltyAccrued): void {
  const { to, token, amount } = event
  const added = take(state, to, token, one => one.amount === amount)
  if (added) return accrue(state, added, event)
  state.reject(event.origin, `royalty of ${amount} for ${to}, whose vault was given no such revenue before`)
}

/** A holder was paid. Where the holder is a vault itself, its own revenue grows by a later log. */
export function claimedFromVault(state: LedgerState, event: RoyaltyClaimed & { vault: string }): void {
  const { origin, account, token, amount } = event
  const vault = state.get(RoyaltyVault, event.vault)
  const claimer = state.get(RoyaltyVault, account)
  const revenue = revenueOf(state, event.vault, token, origin)
  const debt = debtOf(state, revenue, account)
  const holding = holdingOf(state, event.vault, account, origin)
  const model = vault?.modelId
  if (!vault || !model) {
    return state.reject(origin, `claim from vault ${event.vault}, whose model is not known`)
  }
  if (vault.totalShares > 0n) creditUp(state, vault, holding, revenue, debt, null, origin)
  if (amount > debt.claimable) credit(state, vault, debt, amount - debt.claimable, null, origin)
  debt.debt += amount * vault.totalShares
  debt.claimable -= amount
  state.put(VaultDebt, debt)
  royaltyClaimed(state, { ...event, model })
  if (claimer) push(state.note(claimsByVaults), claimKey(account, token, amount), model)
}

/** At the end of a transaction: revenue that nothing explained is accrued all the same. */
export function settleRevenue(state: LedgerState): void {
  for (const added of state.note(unexplained).values()) {
    attempt(state, added.origin, () => accrue(state, added, { accrualKind: 'OTHER', from: added.model }))
  }
}

function take(
  state: LedgerState,
  model: string,
  token: string,
  fits: (added: Added) => boolean,
): Added | undefined {
  const key = latestKey(model, token)
  const top = state.note(latest).get(key)?.top
  if (!top || !fits(top)) return undefined
  pop(state.note(latest), key)
  return state.note(unexplained).take(top.accrual)
}

function latestKey(model: string, token: string): string {
  return `${model}|${token}`
}

function claimKey(vault: string, token: string, amount: bigint): string {
  return `${vault}|${token}|${amount}`
}

function accrue(
  state: LedgerState,
  added: Added,
  why: Pick<RoyaltyAccrued, 'accrualKind' | 'from' | 'fee'>,
): void {
  royaltyAccrued(
    state,
    {
      kind: 'royaltyAccrued',
      origin: added.origin,
      accrualKind: why.accrualKind,
      from: why.from,
      to: added.model,
      token: added.token,
      amount: added.amount,
      beneficiary: added.vault,
      fee: why.fee,
    },
    added.accrual,
  )
}

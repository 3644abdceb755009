import { RoyaltyBalance, RoyaltyVault, VaultCredit, VaultDebt, VaultHolding, VaultRevenue } from '../model'
import type { Origin, VaultDebtUpdated, VaultDeployed, VaultSharesMoved } from './events'
import { Note } from './note'
import { originColumns, seeAccount } from './parties'
import { balanceOf } from './royalties'
import type { LedgerState } from './state'

/*
 * A vault's arithmetic, as in Story's IpRoyaltyVault (protocol-core-v1, contracts/modules/royalty/policies):
 *
 *   claimable(holder, token) = floor((accumulated × shares - debt) / supply)
 *
 * A claim of c adds c × supply to the debt; when n royalty tokens move, the debt of who gets them grows by
 * accumulated × n and that of who gives them shrinks by as much, so that nobody's claimable changes.
 *
 * Invariants: RoyaltyBalance.accrued = Σ VaultCredit.amount of the account and token; and over an account's vaults
 * accrued - claimed = Σ VaultDebt.claimable = Σ the vaults' own claimableRevenue (which says 0 while the model is
 * tainted). Every holder's figure is floored, so credits of one revenue add up to it less a wei or so a holder.
 *
 * Vaults deployed before they told of their debts kept them divided by the supply, and so lost up to a wei at every
 * move of shares. What such a vault pays beyond our figure is credited when it is claimed.
 */

/** Debts that vaults stated in this transaction: stated before the shares move, they include the move. */
const stated = new Note<string, true>()

/** The deployment is announced after the vault's first logs (the mint of its royalty tokens). */
export function vaultDeployed(state: LedgerState, event: VaultDeployed): void {
  const { origin } = event
  const vault = vaultOf(state, event.vault, origin)
  seeAccount(state, event.vault, origin)
  if (vault.modelId && vault.modelId !== event.model) {
    return state.reject(origin, `vault ${event.vault} is the vault of ${vault.modelId} already`)
  }
  vault.modelId = event.model
  state.put(RoyaltyVault, vault)
}

/** Moves royalty tokens and what they have earned so far stays with who held them. */
export function vaultSharesMoved(state: LedgerState, event: VaultSharesMoved): void {
  const { origin, shares } = event
  const vault = vaultOf(state, event.vault, origin)
  const revenues = state.list(VaultRevenue, 'vaultId', vault.id)
  const from = event.from === undefined ? undefined : holdingOf(state, vault.id, event.from, origin)
  const to = event.to === undefined ? undefined : holdingOf(state, vault.id, event.to, origin)
  const debts = revenues.flatMap(revenue =>
    [from, to].map(holding => ({
      revenue,
      holding,
      debt: holding && debtOf(state, revenue, holding.accountId),
    })),
  )
  if (from && from.shares < shares) {
    return state.reject(origin, `${from.accountId} moved ${shares} royalty tokens and had ${from.shares}`)
  }
  if ((!from || !to) && revenues.length > 0) {
    return state.reject(origin, `supply of vault ${vault.id} changed after it had revenue`)
  }
  const told = state.note(stated)
  for (const { revenue, holding, debt } of debts) {
    if (!debt || told.take(debt.id)) continue
    debt.debt += (holding === to ? shares : -shares) * revenue.accumulated
    state.put(VaultDebt, debt)
  }
  // A late link moves nothing to the royalty module, which then holds nothing: not worth a row.
  if (shares === 0n) return
  if (from) {
    from.shares -= shares
    state.put(VaultHolding, from)
  } else vault.totalShares += shares
  if (to) {
    seeAccount(state, to.accountId, origin)
    to.shares += shares
    state.put(VaultHolding, to)
  } else vault.totalShares -= shares
  state.put(RoyaltyVault, vault)
  for (const { revenue, holding, debt } of debts) {
    if (holding && debt) creditUp(state, vault, holding, revenue, debt, null, origin)
  }
}

/** Sets the debt to the vault's own figure. Comes after a claim, and before shares move. */
export function vaultDebtUpdated(state: LedgerState, event: VaultDebtUpdated): void {
  const { origin } = event
  const revenue = revenueOf(state, event.vault, event.token, origin)
  const debt = debtOf(state, revenue, event.account)
  debt.debt = event.debt
  state.put(VaultDebt, debt)
  state.note(stated).set(debt.id, true)
}

/** Credits a holder with what can be claimed now and could not be before. */
export function creditUp(
  state: LedgerState,
  vault: RoyaltyVault,
  holding: VaultHolding,
  revenue: VaultRevenue,
  debt: VaultDebt,
  accrualId: string | null,
  origin: Origin,
): void {
  const claimable = (revenue.accumulated * holding.shares - debt.debt) / vault.totalShares
  credit(state, vault, debt, claimable - debt.claimable, accrualId, origin)
}

/** One more fact of what a holder can claim; nothing where the amount is 0. */
export function credit(
  state: LedgerState,
  vault: RoyaltyVault,
  debt: VaultDebt,
  amount: bigint,
  accrualId: string | null,
  origin: Origin,
): void {
  const balance = balanceOf(state, debt.accountId, debt.tokenId, origin)
  if (amount === 0n) return
  state.add(
    VaultCredit,
    new VaultCredit({
      id: state.factId(VaultCredit, origin),
      vaultId: vault.id,
      // A vault without a model is given no revenue, so there is nothing to credit.
      modelId: vault.modelId!,
      accountId: debt.accountId,
      tokenId: debt.tokenId,
      amount,
      accrualId,
      ...originColumns(origin),
    }),
  )
  debt.claimable += amount
  state.put(VaultDebt, debt)
  balance.accrued += amount
  state.put(RoyaltyBalance, balance)
}

export function revenueOf(state: LedgerState, vault: string, token: string, origin: Origin): VaultRevenue {
  const id = `${vault}|${token}`
  return (
    state.get(VaultRevenue, id) ??
    new VaultRevenue({ id, chain: origin.chain, vaultId: vault, tokenId: token, accumulated: 0n })
  )
}

export function debtOf(state: LedgerState, revenue: VaultRevenue, account: string): VaultDebt {
  const id = `${revenue.vaultId}|${account}|${revenue.tokenId}`
  return (
    state.get(VaultDebt, id) ??
    new VaultDebt({
      id,
      chain: revenue.chain,
      vaultId: revenue.vaultId,
      accountId: account,
      tokenId: revenue.tokenId,
      debt: 0n,
      claimable: 0n,
    })
  )
}

export function holdingOf(state: LedgerState, vault: string, account: string, origin: Origin): VaultHolding {
  const id = `${vault}|${account}`
  return (
    state.get(VaultHolding, id) ??
    new VaultHolding({ id, chain: origin.chain, vaultId: vault, accountId: account, shares: 0n })
  )
}

function vaultOf(state: LedgerState, id: string, origin: Origin): RoyaltyVault {
  return (
    state.get(RoyaltyVault, id) ??
    new RoyaltyVault({ id, chain: origin.chain, modelId: null, totalShares: 0n })
  )
}

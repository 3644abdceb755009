import {
  type AccrualKind,
  CrossChainTransfer,
  type FeeKind,
  ModelRevenue,
  RoyaltyAccrual,
  RoyaltyBalance,
  RoyaltyClaim,
  RoyaltyHop,
  RoyaltyTotal,
  RoyaltyVault,
  type TransferDirection,
  UsageFee,
} from '../model'
import type {
  CrossChainMoved,
  FeePaid,
  Origin,
  RoyaltyAccrued,
  RoyaltyClaimed,
  RoyaltyForwarded,
} from './events'
import { originColumns, seeAccount, seeToken } from './parties'
import type { LedgerState } from './state'

/** New money. A fee that does not add up (gross ≠ protocolFee + net), or was told of before, is rejected. */
export function feePaid(state: LedgerState, event: FeePaid): void {
  const { origin } = event
  const revenue = revenueOf(state, event.model, event.token, origin)
  seeAccount(state, event.payer, origin)
  seeToken(state, event.token, origin)
  if (event.gross !== event.protocolFee + event.net) {
    return state.reject(
      origin,
      `fee ${event.fee}: gross ${event.gross} is not ${event.protocolFee} + ${event.net}`,
    )
  }
  const isNew = state.addNamed(
    UsageFee,
    new UsageFee({
      id: event.fee,
      kind: event.feeKind as FeeKind,
      modelId: event.model,
      payerId: event.payer,
      payerModelId: event.payerModel ?? null,
      tokenId: event.token,
      gross: event.gross,
      protocolFee: event.protocolFee,
      net: event.net,
      ...originColumns(origin),
    }),
  )
  if (!isNew) return state.reject(origin, `fee ${event.fee} was paid already`)
  revenue.gross += event.gross
  revenue.protocolFee += event.protocolFee
  revenue.net += event.net
  revenue.feeCount += 1
  state.put(ModelRevenue, revenue)
}

/**
 * One movement to one model. A vault's holders get theirs as VaultCredits (vaults.ts, which knows the row's id
 * beforehand), an account at once.
 */
export function royaltyAccrued(
  state: LedgerState,
  event: RoyaltyAccrued & { beneficiary: string },
  id = state.factId(RoyaltyAccrual, event.origin),
): void {
  const { origin } = event
  const patronsAmount = event.patronsAmount ?? 0n
  const whole = event.amount + patronsAmount
  const revenue = revenueOf(state, event.to, event.token, origin)
  const total = totalOf(state, event.from, event.to, event.token, origin)
  seeToken(state, event.token, origin)
  const { beneficiary } = event
  const isVault = state.get(RoyaltyVault, beneficiary) !== undefined
  const balance = balanceOf(state, beneficiary, event.token, origin)
  seeAccount(state, beneficiary, origin)
  state.add(
    RoyaltyAccrual,
    new RoyaltyAccrual({
      id,
      kind: event.accrualKind as AccrualKind,
      fromModelId: event.from,
      toModelId: event.to,
      tokenId: event.token,
      amount: event.amount,
      patronsAmount,
      beneficiaryId: beneficiary,
      feeId: event.fee ?? null,
      sharePpm: event.sharePpm ?? null,
      path: event.path ?? null,
      guid: event.guid ?? null,
      ...originColumns(origin),
    }),
  )
  if (event.accrualKind === 'OWN') revenue.accruedOwn += whole
  else revenue.accruedRoyalty += whole
  revenue.patrons += patronsAmount
  state.put(ModelRevenue, revenue)
  total.accrued += whole
  total.count += 1
  state.put(RoyaltyTotal, total)
  if (!isVault) {
    balance.accrued += event.amount
    state.put(RoyaltyBalance, balance)
  }
}

export function royaltyForwarded(state: LedgerState, event: RoyaltyForwarded): void {
  const { origin } = event
  state.add(
    RoyaltyHop,
    new RoyaltyHop({
      id: state.factId(RoyaltyHop, origin),
      fromModelId: event.from,
      toModelId: event.to,
      tokenId: event.token,
      amount: event.amount,
      sharePpm: event.sharePpm ?? null,
      feeId: event.fee ?? null,
      ...originColumns(origin),
    }),
  )
}

export function royaltyClaimed(state: LedgerState, event: RoyaltyClaimed): void {
  const { origin } = event
  const balance = balanceOf(state, event.account, event.token, origin)
  seeAccount(state, event.account, origin)
  seeToken(state, event.token, origin)
  state.add(
    RoyaltyClaim,
    new RoyaltyClaim({
      id: state.factId(RoyaltyClaim, origin),
      accountId: event.account,
      modelId: event.model ?? null,
      tokenId: event.token,
      amount: event.amount,
      ...originColumns(origin),
    }),
  )
  balance.claimed += event.amount
  state.put(RoyaltyBalance, balance)
  if (event.model === undefined) return
  const revenue = revenueOf(state, event.model, event.token, origin)
  revenue.claimed += event.amount
  state.put(ModelRevenue, revenue)
}

/** One end of a transfer. The other end's row is the other chain's; they are joined by guid when read. */
export function crossChainMoved(state: LedgerState, event: CrossChainMoved): void {
  const { origin } = event
  const id = `${origin.chain}/transfer:${event.guid}:${event.direction}`
  const known = state.get(CrossChainTransfer, id)
  if (known) return state.reject(origin, `transfer ${id} was told of already`)
  seeToken(state, event.token, origin)
  if (event.account) seeAccount(state, event.account, origin)
  state.put(
    CrossChainTransfer,
    new CrossChainTransfer({
      id,
      guid: event.guid,
      direction: event.direction as TransferDirection,
      fromModelId: event.fromModel ?? null,
      toModelId: event.toModel ?? null,
      tokenId: event.token,
      amount: event.amount,
      feeId: event.fee ?? null,
      accountId: event.account ?? null,
      peerEid: event.peerEid ?? null,
      ...originColumns(origin),
    }),
  )
}

/** What an account can claim; shared with vaults.ts, which credits holders. */
export function balanceOf(
  state: LedgerState,
  account: string,
  token: string,
  origin: Origin,
): RoyaltyBalance {
  const id = `${account}|${token}`
  return (
    state.get(RoyaltyBalance, id) ??
    new RoyaltyBalance({
      id,
      chain: origin.chain,
      accountId: account,
      tokenId: token,
      accrued: 0n,
      claimed: 0n,
    })
  )
}

function revenueOf(state: LedgerState, model: string, token: string, origin: Origin): ModelRevenue {
  const id = `${model}|${token}`
  return (
    state.get(ModelRevenue, id) ??
    new ModelRevenue({
      id,
      chain: origin.chain,
      modelId: model,
      tokenId: token,
      gross: 0n,
      protocolFee: 0n,
      net: 0n,
      feeCount: 0,
      accruedOwn: 0n,
      accruedRoyalty: 0n,
      patrons: 0n,
      claimed: 0n,
    })
  )
}

function totalOf(state: LedgerState, from: string, to: string, token: string, origin: Origin): RoyaltyTotal {
  const id = `${origin.chain}|${from}|${to}|${token}`
  return (
    state.get(RoyaltyTotal, id) ??
    new RoyaltyTotal({
      id,
      chain: origin.chain,
      fromModelId: from,
      toModelId: to,
      tokenId: token,
      accrued: 0n,
      count: 0,
    })
  )
}

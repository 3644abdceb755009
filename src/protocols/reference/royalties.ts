/** RoyaltyRouter: fees, what becomes of them hop by hop, messages between chains, claims. */
import { events } from '../../abi/reference/royaltyRouter'
import type { DomainEvent, Origin } from '../../ledger/events'
import { accountId, namedModel, tokenId } from '../../ledger/ids'
import { decodeEvent } from '../decodeEvent'
import type { ProtocolLog } from '../protocol'
import { feeId, localModel } from './names'

const NO_GUID = `0x${'0'.repeat(64)}`

export function feePaid(log: ProtocolLog, origin: Origin): DomainEvent[] {
  const { feeId: number, modelId, payer, token, gross, protocolFee, net } = decodeEvent(events.FeePaid, log)
  return [
    {
      kind: 'feePaid',
      origin,
      fee: feeId(origin.chain, number),
      model: localModel(origin.chain, modelId),
      feeKind: 'USAGE',
      payer: accountId(origin.chain, payer),
      token: tokenId(origin.chain, token),
      gross,
      protocolFee,
      net,
    },
  ]
}

/** A hop, gross of what the receiver passes on: what the receiver keeps of it comes as `RevenueCredited`. */
export function royaltyAccrued(log: ProtocolLog, origin: Origin): DomainEvent[] {
  const {
    feeId: number,
    fromModel,
    toModel,
    token,
    amount,
    sharePpm,
  } = decodeEvent(events.RoyaltyAccrued, log)
  return [
    {
      kind: 'royaltyForwarded',
      origin,
      from: localModel(origin.chain, fromModel),
      to: localModel(origin.chain, toModel),
      token: tokenId(origin.chain, token),
      amount,
      sharePpm,
      fee: feeId(origin.chain, number),
    },
  ]
}

/** What a model keeps: the one row of this money. `from` is the model that was paid, on whichever chain. */
export function revenueCredited(log: ProtocolLog, origin: Origin): DomainEvent[] {
  const credited = decodeEvent(events.RevenueCredited, log)
  const guid = credited.guid === NO_GUID ? undefined : credited.guid
  const from = guid ? namedModel(credited.fromModel) : localModel(origin.chain, credited.entryModel)
  const to = localModel(origin.chain, credited.modelId)
  return [
    {
      kind: 'royaltyAccrued',
      origin,
      accrualKind: from === to ? 'OWN' : 'ANCESTOR',
      from,
      to,
      token: tokenId(origin.chain, credited.token),
      amount: credited.amount,
      patronsAmount: credited.patronsAmount,
      beneficiary: accountId(origin.chain, credited.beneficiary),
      fee: feeId(origin.chain, credited.feeId),
      guid,
    },
  ]
}

/** The hop to a parent on another chain is told here, where its share is known; its arrival is a transfer's other end. */
export function royaltySent(log: ProtocolLog, origin: Origin): DomainEvent[] {
  const {
    guid,
    feeId: number,
    fromModel,
    toModel,
    token: address,
    amount,
    sharePpm,
  } = decodeEvent(events.RoyaltySent, log)
  const from = localModel(origin.chain, fromModel)
  const to = namedModel(toModel)
  const token = tokenId(origin.chain, address)
  const fee = feeId(origin.chain, number)
  return [
    { kind: 'royaltyForwarded', origin, from, to, token, amount, sharePpm, fee },
    {
      kind: 'crossChainMoved',
      origin,
      guid,
      direction: 'SENT',
      fromModel: from,
      toModel: to,
      token,
      amount,
      fee,
    },
  ]
}

export function royaltyReceived(log: ProtocolLog, origin: Origin): DomainEvent[] {
  const { guid, toModel, fromModel, token, amount, feeId: number } = decodeEvent(events.RoyaltyReceived, log)
  return [
    {
      kind: 'crossChainMoved',
      origin,
      guid,
      direction: 'RECEIVED',
      fromModel: namedModel(fromModel),
      toModel: localModel(origin.chain, toModel),
      token: tokenId(origin.chain, token),
      amount,
      fee: feeId(origin.chain, number),
    },
  ]
}

export function royaltyClaimed(log: ProtocolLog, origin: Origin): DomainEvent[] {
  const { beneficiary, token, amount } = decodeEvent(events.RoyaltyClaimed, log)
  return [
    {
      kind: 'royaltyClaimed',
      origin,
      account: accountId(origin.chain, beneficiary),
      token: tokenId(origin.chain, token),
      amount,
    },
  ]
}

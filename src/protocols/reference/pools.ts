/** PoolFactory, and the direct and liquid pools that it announces. */
import { events as directEvents } from '../../abi/reference/directPool'
import { events as liquidEvents } from '../../abi/reference/liquidPool'
import { events as factoryEvents } from '../../abi/reference/poolFactory'
import type { DomainEvent, Origin } from '../../ledger/events'
import { shortText } from '../../ledger/freeText'
import { accountId, poolId, tokenId } from '../../ledger/ids'
import { decodeEvent } from '../decodeEvent'
import type { ProtocolLog } from '../protocol'
import { nobody } from '../reading'
import { localModel } from './names'

const DIRECT = 0
const LIQUID = 1

export function poolCreated(log: ProtocolLog, origin: Origin): DomainEvent[] {
  const { modelId, pool, kind, asset, unbondingSeconds } = decodeEvent(factoryEvents.PoolCreated, log)
  if (kind !== DIRECT && kind !== LIQUID)
    throw new RangeError(`pool kind ${kind} is neither direct nor liquid`)
  // OpenZeppelin's ERC-4626 with its default offset of 0 decimals: one virtual unit against one virtual share.
  const virtual = kind === LIQUID ? 1n : 0n
  return [
    {
      kind: 'poolCreated',
      origin,
      pool: poolId(origin.chain, pool),
      poolKind: kind === DIRECT ? 'DIRECT' : 'LIQUID',
      model: localModel(origin.chain, modelId),
      asset: tokenId(origin.chain, asset),
      unbondingSeconds,
      virtualAssets: virtual,
      virtualShares: virtual,
    },
  ]
}

export function staked(log: ProtocolLog, origin: Origin): DomainEvent[] {
  const { patron, assets, shares } = decodeEvent(directEvents.Staked, log)
  return [
    {
      kind: 'staked',
      origin,
      pool: poolOf(log, origin),
      account: accountId(origin.chain, patron),
      assets,
      shares,
    },
  ]
}

export function exitRequested(log: ProtocolLog, origin: Origin): DomainEvent[] {
  const { requestId, patron, shares, assets, exitShares, readyAt } = decodeEvent(
    directEvents.ExitRequested,
    log,
  )
  return [
    {
      kind: 'exitRequested',
      origin,
      pool: poolOf(log, origin),
      requestId: exitId(log, origin, requestId),
      account: accountId(origin.chain, patron),
      shares,
      assets,
      exitShares,
      readyAt: Number(readyAt) * 1000,
    },
  ]
}

export function exitPaid(log: ProtocolLog, origin: Origin): DomainEvent[] {
  const { requestId, patron, assets } = decodeEvent(directEvents.ExitPaid, log)
  return [
    {
      kind: 'exitPaid',
      origin,
      pool: poolOf(log, origin),
      requestId: exitId(log, origin, requestId),
      account: accountId(origin.chain, patron),
      assets,
    },
  ]
}

export function slashed(log: ProtocolLog, origin: Origin): DomainEvent[] {
  const { slasher, activeAssets, exitingAssets, reason } = decodeEvent(directEvents.Slashed, log)
  return [
    {
      kind: 'slashed',
      origin,
      pool: poolOf(log, origin),
      slasher: accountId(origin.chain, slasher),
      activeAssets,
      exitingAssets,
      reason: shortText(reason),
    },
  ]
}

/** The pool writes the zero address for the patron himself. */
export function delegateChanged(log: ProtocolLog, origin: Origin): DomainEvent[] {
  const { patron, to } = decodeEvent(directEvents.DelegateChanged, log)
  return [
    {
      kind: 'delegated',
      origin,
      pool: poolOf(log, origin),
      account: accountId(origin.chain, patron),
      to: accountId(origin.chain, to === nobody ? patron : to),
    },
  ]
}

/** Of both kinds; the patrons' part of a fee is in the router's `RevenueCredited` too, where it is accounted as royalty. */
export function compounded(log: ProtocolLog, origin: Origin): DomainEvent[] {
  const { from, assets } = decodeEvent(directEvents.Compounded, log)
  return [
    { kind: 'compounded', origin, pool: poolOf(log, origin), from: accountId(origin.chain, from), assets },
  ]
}

/** ERC-4626 `Deposit`: the shares are the `owner`'s, whoever paid. */
export function deposited(log: ProtocolLog, origin: Origin): DomainEvent[] {
  const { owner, assets, shares } = decodeEvent(liquidEvents.Deposit, log)
  return [
    {
      kind: 'staked',
      origin,
      pool: poolOf(log, origin),
      account: accountId(origin.chain, owner),
      assets,
      shares,
    },
  ]
}

/** ERC-4626 `Withdraw`: the shares were the `owner`'s, whoever received the assets. */
export function withdrawn(log: ProtocolLog, origin: Origin): DomainEvent[] {
  const { owner, assets, shares } = decodeEvent(liquidEvents.Withdraw, log)
  return [
    {
      kind: 'withdrawn',
      origin,
      pool: poolOf(log, origin),
      account: accountId(origin.chain, owner),
      assets,
      shares,
    },
  ]
}

/** ERC-20 `Transfer` of a liquid share; mints and burns are told by `Deposit` and `Withdraw`. */
export function sharesTransferred(log: ProtocolLog, origin: Origin): DomainEvent[] {
  const { from, to, value } = decodeEvent(liquidEvents.Transfer, log)
  if (from === nobody || to === nobody) return []
  return [
    {
      kind: 'sharesTransferred',
      origin,
      pool: poolOf(log, origin),
      from: accountId(origin.chain, from),
      to: accountId(origin.chain, to),
      shares: value,
    },
  ]
}

function poolOf(log: ProtocolLog, origin: Origin): string {
  return poolId(origin.chain, log.address)
}

/** Requests are numbered within their pool. */
function exitId(log: ProtocolLog, origin: Origin, requestId: bigint): string {
  return `${poolOf(log, origin)}/exit:${requestId}`
}

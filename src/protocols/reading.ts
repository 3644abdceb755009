import type { DomainEvent, Origin } from '../ledger/events'
import { accountId, nftId } from '../ledger/ids'
import { type AbiEvent, decodeEvent } from './decodeEvent'
import type { AdapterContext, Handler, ProtocolLog } from './protocol'

/** The address of nobody: in `Transfer` mint and burn, elsewhere "not given". */
export const nobody = '0x0000000000000000000000000000000000000000'

/** A handler by its topic, as `Protocol.handlers` wants it: decodes the log and hands the arguments on. */
export function reads<Args>(
  event: AbiEvent<Args>,
  handle: (args: Args, origin: Origin, context: AdapterContext, log: ProtocolLog) => DomainEvent[],
  topics?: number,
): Record<string, Handler> {
  return {
    [event.topic]: {
      event: event.signature,
      topics,
      handle: (log, origin, context) => handle(decodeEvent(event, log), origin, context, log),
    },
  }
}

/** Follows the owners of a contract's NFTs by ERC-721's `Transfer`: ERC-20's has the same topic and three topics in all. */
export function followsOwners(transfer: AbiEvent<{ to: string; tokenId: bigint }>): Record<string, Handler> {
  return reads(transfer, ({ to, tokenId }, origin) => [nftMoved(origin, tokenId, to)], 4)
}

/** An NFT of the contract that emits is another's from here on, of a mint too. */
export function nftMoved(origin: Origin, tokenId: bigint, to: string): DomainEvent {
  return {
    kind: 'nftTransferred',
    origin,
    nft: nftId(origin.chain, origin.contract, tokenId),
    to: to === nobody ? undefined : accountId(origin.chain, to),
  }
}

import type { DomainEvent, Origin } from '../ledger/events'
import { accountId, nftId } from '../ledger/ids'
import { type AbiEvent, decodeEvent } from './decodeEvent'
import type { AdapterContext, Answer, Handler, ProtocolLog } from './protocol'

/** The address of nobody: in `Transfer` mint and burn, elsewhere "not given". */
export const nobody = '0x0000000000000000000000000000000000000000'

/**
 * A handler by its topic, as `Protocol.handlers` wants it: decodes the log and hands the arguments on.
 *
 * @param asks for what no log tells
 */
export function reads<Args>(
  event: AbiEvent<Args>,
  handle: (
    args: Args,
    origin: Origin,
    context: AdapterContext,
    log: ProtocolLog,
    answers: Answer[],
  ) => DomainEvent[],
  topics?: number,
  asks?: Handler['reads'],
): Record<string, Handler> {
  return {
    [event.topic]: {
      event: event.signature,
      topics,
      reads: asks,
      handle: (log, origin, context, answers) =>
        handle(decodeEvent(event, log), origin, context, log, answers),
    },
  }
}

/** Arguments of a log that is the event; undefined: it is not, or cannot be read. */
export function readAs<Args>(event: AbiEvent<Args>, log: ProtocolLog | undefined): Args | undefined {
  if (log?.topics[0] !== event.topic) return undefined
  try {
    return decodeEvent(event, log)
  } catch {
    return undefined
  }
}

/** Hex digits of a word. */
const WORD = 64

/** The n-th word that a call returned, from 0; undefined: it returned none. */
export function wordIn(answer: Answer | undefined, n = 0): bigint | undefined {
  if (answer?.kind !== 'returned') return undefined
  const word = answer.data.slice(2 + n * WORD, 2 + (n + 1) * WORD)
  return word.length === WORD ? BigInt(`0x${word}`) : undefined
}

/** The address that a call returned, lower case; undefined: it returned none. */
export function addressIn(answer: Answer | undefined): string | undefined {
  const word = wordIn(answer)
  return word === undefined || word === 0n || word >= 2n ** 160n
    ? undefined
    : `0x${word.toString(16).padStart(40, '0')}`
}

/** What a view returned, decoded; undefined: nobody answered, or it returned nothing that is its. */
export function resultIn<Result>(
  view: { decodeResult(data: string): Result },
  answer: Answer | undefined,
): Result | undefined {
  if (answer?.kind !== 'returned') return undefined
  try {
    return view.decodeResult(answer.data)
  } catch {
    return undefined
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

import { events, functions } from '../../abi/oft/oft'
import type { CrossChainMoved, DomainEvent, Origin } from '../../ledger/events'
import { accountId, tokenId } from '../../ledger/ids'
import type { Answer, Handler, Protocol } from '../protocol'
import { addressIn, reads } from '../reading'

/** LayerZero's OFT: tokens that move between chains. What is read and why: ./README.md */
export const oft: Protocol = {
  name: 'oft',
  revision: 1,
  // A standard has no addresses of its own.
  deployments: {},
  roles: { oft: { required: true, many: true, doc: 'an OFT, or an OFT adapter' } },
  handlers: { oft: oftHandlers() },
  discovers: [],
}

function oftHandlers(): Record<string, Handler> {
  return {
    // What was paid above what is to arrive stays on this chain: the OFT's fee, and dust.
    ...reads(
      events.OFTSent,
      ({ guid, dstEid, fromAddress, amountReceivedLD }, origin, _context, _log, [answer]) =>
        moved(origin, answer, {
          guid,
          direction: 'SENT',
          peerEid: BigInt(dstEid),
          account: accountId(origin.chain, fromAddress),
          amount: amountReceivedLD,
        }),
      3,
      asksForToken,
    ),
    ...reads(
      events.OFTReceived,
      ({ guid, srcEid, toAddress, amountReceivedLD }, origin, _context, _log, [answer]) =>
        moved(origin, answer, {
          guid,
          direction: 'RECEIVED',
          peerEid: BigInt(srcEid),
          account: accountId(origin.chain, toAddress),
          amount: amountReceivedLD,
        }),
      3,
      asksForToken,
    ),
  }
}

type End = Pick<CrossChainMoved, 'guid' | 'direction' | 'peerEid' | 'account' | 'amount'>

/** `token()` never changes: of an OFT it is itself, of an adapter what it keeps. */
function asksForToken({ address }: { address: string }) {
  return [{ to: address, call: functions.token.encode({}), once: true }]
}

function moved(origin: Origin, answer: Answer | undefined, end: End): DomainEvent[] {
  if (answer?.kind === 'unanswered') return []
  const token = addressIn(answer)
  if (token === undefined) throw new RangeError('token() gives no address')
  return [{ kind: 'crossChainMoved', origin, token: tokenId(origin.chain, token), ...end }]
}

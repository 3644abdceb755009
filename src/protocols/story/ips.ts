import { events as registry } from '../../abi/story/ipAssetRegistry'
import { functions, events as nft } from '../../abi/story/nft'
import { longText, shortText } from '../../ledger/freeText'
import { accountId, chainId, nftId } from '../../ledger/ids'
import { decodeEvent } from '../decodeEvent'
import type { AdapterContext, Discovery, Handler, ProtocolLog, Read } from '../protocol'
import { addressIn, nftMoved, reads } from '../reading'
import { ipModel } from './naming'

/** Any NFT of the chain may become an IP: from the first of them on, the contract's are followed. */
export const nftDiscovery: Discovery = {
  by: 'ipAssetRegistry',
  topic: registry.IPRegistered.topic,
  role: 'nft',
  address: (log, chain) => {
    const { chainId: of, tokenContract } = decodeEvent(registry.IPRegistered, log)
    return chainId(Number(of)) === chain ? tokenContract : undefined
  },
}

/**
 * The owner is not in the event: it is the owner of the NFT, which is known only where the NFT lives on this chain
 * (an IP may stand for an NFT of another chain, and then nobody owns it here).
 */
export const registryHandlers = reads(
  registry.IPRegistered,
  (args, origin, _context, _log, [owner]) => {
    const isHere = chainId(Number(args.chainId)) === origin.chain
    const address = addressIn(owner)
    return [
      {
        kind: 'modelRegistered',
        origin,
        model: ipModel(origin.chain, args.ipId),
        modelKind: 'MODEL',
        nft: isHere ? nftId(origin.chain, args.tokenContract, args.tokenId) : undefined,
        ...(address !== undefined && { owner: accountId(origin.chain, address) }),
        tokenId: args.tokenId,
        name: shortText(args.name),
        metadataUri: longText(args.uri),
      },
    ]
  },
  undefined,
  ownerAsked,
)

/**
 * Who has the NFT at the end of the block: it may have changed hands before its contract was followed. What is minted in
 * the same transaction, as most are, nobody needs to be asked.
 */
function ownerAsked(log: ProtocolLog, context: AdapterContext): Read[] {
  const { chainId: of, tokenContract, tokenId } = decodeEvent(registry.IPRegistered, log)
  if (chainId(Number(of)) !== context.chain) return []
  const moved = context.transaction.once(firstMoves, undefined).get(`${tokenContract} ${tokenId}`)
  if (moved !== undefined && moved < log.logIndex) return []
  return [{ to: tokenContract, call: functions.ownerOf.encode({ tokenId }) }]
}

/** By NFT: the index of its first `Transfer` in the transaction. */
function firstMoves(logs: readonly ProtocolLog[]): Map<string, number> {
  const moves = new Map<string, number>()
  for (const log of logs) {
    if (!isMove(log)) continue
    const key = `${log.address} ${BigInt(log.topics[3]!)}`
    if (!moves.has(key)) moves.set(key, log.logIndex)
  }
  return moves
}

/** Of contracts that anybody wrote: what is no move of an NFT is none of ours. */
export const nftHandlers: Record<string, Handler> = {
  [nft.Transfer.topic]: {
    event: nft.Transfer.signature,
    handle: (log, origin) => {
      if (!isMove(log)) return []
      const { to, tokenId } = decodeEvent(nft.Transfer, log)
      return [nftMoved(origin, tokenId, to)]
    },
  },
}

/** ERC-20's `Transfer` has the same topic, and three in all. */
function isMove({ topics }: ProtocolLog): boolean {
  return topics[0] === nft.Transfer.topic && topics.length === 4
}

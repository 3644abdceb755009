import { events as registry } from '../../abi/story/ipAssetRegistry'
import { events as nft } from '../../abi/story/nft'
import { longText, shortText } from '../../ledger/freeText'
import { chainId, nftId } from '../../ledger/ids'
import { followsOwners, reads } from '../reading'
import { ipModel } from './naming'

/**
 * The owner is not in the event: it is the owner of the NFT, which is known only where the NFT lives on this chain
 * (an IP may stand for an NFT of another chain, and then nobody owns it here).
 */
export const registryHandlers = reads(registry.IPRegistered, (args, origin) => [
  {
    kind: 'modelRegistered',
    origin,
    model: ipModel(origin.chain, args.ipId),
    modelKind: 'MODEL',
    nft:
      chainId(Number(args.chainId)) === origin.chain
        ? nftId(origin.chain, args.tokenContract, args.tokenId)
        : undefined,
    tokenId: args.tokenId,
    name: shortText(args.name),
    metadataUri: longText(args.uri),
  },
])

/** Any NFT of the chain may become an IP, and changes hands before and after: all are followed. */
export const nftHandlers = followsOwners(nft.Transfer)

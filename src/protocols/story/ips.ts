import { events as registry } from '../../abi/story/ipAssetRegistry'
import { events as nft } from '../../abi/story/nft'
import { longText, shortText } from '../../ledger/freeText'
import { accountId, chainId, nftId } from '../../ledger/ids'
import { ipModel, nobody } from './naming'
import { reads } from './reading'

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

/**
 * Any NFT of the chain may become an IP, and changes hands before and after: all are followed. An ERC-20 `Transfer`
 * has the same topic and three topics in all.
 */
export const nftHandlers = reads(
  nft.Transfer,
  (args, origin) => [
    {
      kind: 'nftTransferred',
      origin,
      nft: nftId(origin.chain, origin.contract, args.tokenId),
      to: args.to === nobody ? undefined : accountId(origin.chain, args.to),
    },
  ],
  4,
)

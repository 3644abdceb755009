/** What stands beside the registries by interface alone: accounts of NFTs (ERC-6551) and NFTs with models in them (ERC-7857). */
import { events as accounts } from '../../abi/erc8004/accountRegistry'
import { events as intelligent } from '../../abi/erc8004/intelligentNft'
import type { DomainEvent } from '../../ledger/events'
import { accountId, nftId } from '../../ledger/ids'
import type { AdapterContext } from '../protocol'
import { nftMoved, nobody, reads } from '../reading'
import { agentModel, intelligentModel } from './naming'

/** Anyone can make accounts of any NFT, as many as there are implementations and salts: none takes another's place. */
export const accountRegistryHandlers = reads(accounts.ERC6551AccountCreated, (args, origin, context) => {
  if (`eip155:${args.chainId}` !== origin.chain) return []
  const model = modelOf(args.tokenContract, args.tokenId, context)
  if (model === undefined) return []
  const account = accountId(origin.chain, args.account)
  return [{ kind: 'modelContractNamed', origin, model, role: 'tokenBoundAccount', account, beside: true }]
})

export const intelligentNftHandlers = {
  ...reads(
    intelligent.Transfer,
    ({ from, to, tokenId }, origin) => {
      const moved = nftMoved(origin, tokenId, to)
      if (from !== nobody) return [moved]
      const registered: DomainEvent = {
        kind: 'modelRegistered',
        origin,
        model: intelligentModel(origin.chain, origin.contract, tokenId),
        modelKind: 'MODEL',
        nft: nftId(origin.chain, origin.contract, tokenId),
        tokenId,
        creator: accountId(origin.chain, to),
      }
      return [registered, moved]
    },
    4,
  ),
  /** The data of a model, sealed anew for somebody: a copy, which owes nothing by the standard. */
  ...reads(intelligent.Cloned, ({ tokenId, newTokenId }, origin) => [
    {
      kind: 'modelForked',
      origin,
      child: intelligentModel(origin.chain, origin.contract, newTokenId),
      parent: intelligentModel(origin.chain, origin.contract, tokenId),
      role: 'PARENT',
      ordinal: 0,
    },
  ]),
}

function modelOf(
  contract: string,
  tokenId: bigint,
  { chain, deployment }: AdapterContext,
): string | undefined {
  const role = Object.keys(deployment.contracts).find(key => deployment.contracts[key] === contract)
  if (role === 'identityRegistry') return agentModel(chain, tokenId)
  return role?.split('@', 1)[0] === 'intelligentNft' ? intelligentModel(chain, contract, tokenId) : undefined
}

import { events as contribution } from '../../abi/virtuals/contributionNft'
import { events as service } from '../../abi/virtuals/serviceNft'
import { nftId } from '../../ledger/ids'
import { followsOwners, reads } from '../reading'
import { agentModel, contributionModel } from './naming'

/** Minted is not accepted, and nothing is checked: a parent may be rejected, another agent's, or not exist. 0 is none. */
export const contributionHandlers = {
  ...followsOwners(contribution.Transfer),
  ...reads(contribution.NewContribution, (args, origin) => [
    {
      kind: 'contributionMade',
      origin,
      contribution: contributionModel(origin.chain, args.tokenId),
      model: agentModel(origin.chain, args.virtualId),
      number: args.tokenId,
      nft: nftId(origin.chain, origin.contract, args.tokenId),
      parent: args.parentId === 0n ? undefined : contributionModel(origin.chain, args.parentId),
      dataset: args.datasetId === 0n ? undefined : contributionModel(origin.chain, args.datasetId),
    },
  ]),
}

/** The service's NFT is the agent's own: only the contribution's has an owner who is paid. */
export const serviceHandlers = {
  ...reads(service.NewService, (args, origin) => [
    {
      kind: 'contributionAccepted',
      origin,
      contribution: contributionModel(origin.chain, args.tokenId),
      core: args.coreId,
      maturity: args.maturity,
      impact: args.impact,
      isModel: args.isModel,
    },
  ]),
  ...reads(service.SetServiceScore, (args, origin) => [
    {
      kind: 'contributionScored',
      origin,
      contribution: contributionModel(origin.chain, args.serviceId),
      maturity: args.eloRating,
      impact: args.impact,
    },
  ]),
  ...reads(service.CoreServiceUpdated, (args, origin) => [
    {
      kind: 'coreReplaced',
      origin,
      model: agentModel(origin.chain, args.virtualId),
      core: args.coreType,
      contribution: contributionModel(origin.chain, args.serviceId),
    },
  ]),
}

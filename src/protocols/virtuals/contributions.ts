import { events as contribution, functions } from '../../abi/virtuals/contributionNft'
import { events as service } from '../../abi/virtuals/serviceNft'
import { nftId } from '../../ledger/ids'
import { followsOwners, reads, wordIn } from '../reading'
import { agentModel, contributionModel } from './naming'

/** Minted is not accepted, and nothing is checked: a parent may be rejected, another agent's, or not exist. 0 is none. */
export const contributionHandlers = {
  ...followsOwners(contribution.Transfer),
  /** It says neither whether it is a version or a dataset, nor of which core: the contract does, from now on for ever. */
  ...reads(
    contribution.NewContribution,
    (args, origin, _, __, [isModel, core]) => [
      {
        kind: 'contributionMade',
        origin,
        contribution: contributionModel(origin.chain, args.tokenId),
        model: agentModel(origin.chain, args.virtualId),
        number: args.tokenId,
        nft: nftId(origin.chain, origin.contract, args.tokenId),
        parent: args.parentId === 0n ? undefined : contributionModel(origin.chain, args.parentId),
        dataset: args.datasetId === 0n ? undefined : contributionModel(origin.chain, args.datasetId),
        isModel: truthOf(wordIn(isModel)),
        core: coreOf(wordIn(core)),
      },
    ],
    undefined,
    log => {
      const { tokenId } = contribution.NewContribution.decode(log)
      return [functions.isModel, functions.getCore].map(one => ({
        to: log.address,
        call: one.encode({ tokenId }),
      }))
    },
  ),
}

function truthOf(word: bigint | undefined): boolean | undefined {
  return word === 0n || word === 1n ? word === 1n : undefined
}

/** A uint8. */
function coreOf(word: bigint | undefined): number | undefined {
  return word !== undefined && word < 256n ? Number(word) : undefined
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

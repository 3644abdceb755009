import type { GraphQLSchema } from 'graphql'
import { createSchema } from 'graphql-yoga'
import type { ApiContext } from './context'
import { aggregateResolvers, aggregateSdl } from './entities/aggregate'
import type { EntityModel } from './entities/entityModel'
import { entityResolvers } from './entities/entityResolvers'
import { entitySdl } from './entities/entitySdl'
import { accountDefs, accountResolvers } from './resolvers/account'
import { accountStakeDefs, accountStakeResolvers } from './resolvers/accountStake'
import { attestationDefs, attestationResolvers } from './resolvers/attestation'
import { chainDefs, chainResolvers } from './resolvers/chains'
import { dependenceDefs, dependenceResolvers } from './resolvers/dependence'
import { evidenceDefs, evidenceResolvers } from './resolvers/evidence'
import { impactDefs, impactResolvers } from './resolvers/impact'
import { inheritedStakeDefs, inheritedStakeResolvers } from './resolvers/inheritedStake'
import { lineageDefs, lineageResolvers } from './resolvers/lineage'
import { lineageMapDefs, lineageMapResolvers } from './resolvers/lineageMap'
import { modelDefs, modelResolvers } from './resolvers/model'
import { modelRoyaltiesDefs, modelRoyaltiesResolvers } from './resolvers/modelRoyalties'
import { modelStakeDefs, modelStakeResolvers } from './resolvers/modelStake'
import { neighborsDefs, neighborsResolvers } from './resolvers/neighbors'
import { nodeDefs, nodeResolvers } from './resolvers/node'
import { patronageDefs, patronageResolvers } from './resolvers/patronage'
import { restakingDefs, restakingResolvers } from './resolvers/restaking'
import { royaltyFlowDefs, royaltyFlowResolvers } from './resolvers/royaltyFlow'
import { searchDefs, searchResolvers } from './resolvers/search'
import { stakeActivityDefs, stakeActivityResolvers } from './resolvers/stakeActivity'
import { stakeConcentrationDefs, stakeConcentrationResolvers } from './resolvers/stakeConcentration'
import { statementDefs, statementResolvers } from './resolvers/statement'
import { subscriptionDefs, subscriptionResolvers } from './resolvers/subscriptions'
import { tokenAmountDefs, tokenAmountResolvers } from './resolvers/tokenAmount'
import { transferDefs, transferResolvers } from './resolvers/transfer'
import { tvlDefs, tvlResolvers } from './resolvers/tvl'
import { tvlUsdDefs, tvlUsdResolvers } from './resolvers/tvlUsd'
import { usdDefs, usdResolvers } from './resolvers/usd'
import { votesDefs, votesResolvers } from './resolvers/votes'
import { worthDefs, worthResolvers } from './resolvers/worth'
import { scalarDefs, scalarResolvers } from './scalars'

/** The whole schema: what follows from schema.graphql, and a file for each subject beside it. */
export function buildApiSchema(model: EntityModel): GraphQLSchema {
  return createSchema<ApiContext>({
    typeDefs: [
      scalarDefs,
      entitySdl(model),
      aggregateSdl(model),
      tokenAmountDefs,
      modelDefs,
      modelStakeDefs,
      stakeConcentrationDefs,
      stakeActivityDefs,
      votesDefs,
      inheritedStakeDefs,
      lineageDefs,
      evidenceDefs,
      dependenceDefs,
      impactDefs,
      lineageMapDefs,
      modelRoyaltiesDefs,
      royaltyFlowDefs,
      accountDefs,
      accountStakeDefs,
      worthDefs,
      patronageDefs,
      restakingDefs,
      attestationDefs,
      transferDefs,
      tvlDefs,
      usdDefs,
      tvlUsdDefs,
      statementDefs,
      nodeDefs,
      searchDefs,
      neighborsDefs(model),
      chainDefs,
      subscriptionDefs,
    ],
    resolvers: [
      scalarResolvers,
      // Every row knows its type: see nodeResolvers.
      { Node: { __resolveType: (row: { __typename: string }) => row.__typename } },
      entityResolvers(model),
      aggregateResolvers(model),
      tokenAmountResolvers(model),
      modelResolvers(model),
      modelStakeResolvers(model),
      stakeConcentrationResolvers(model),
      stakeActivityResolvers(model),
      votesResolvers(model),
      inheritedStakeResolvers(),
      lineageResolvers(model),
      evidenceResolvers(model),
      dependenceResolvers(model),
      impactResolvers(model),
      lineageMapResolvers(model),
      modelRoyaltiesResolvers(model),
      royaltyFlowResolvers(model),
      accountResolvers(model),
      accountStakeResolvers(model),
      worthResolvers(model),
      patronageResolvers(model),
      restakingResolvers(),
      attestationResolvers(),
      transferResolvers(model),
      tvlResolvers(model),
      usdResolvers(),
      tvlUsdResolvers(),
      statementResolvers(model),
      nodeResolvers(model),
      searchResolvers(model),
      neighborsResolvers(model),
      chainResolvers(),
      subscriptionResolvers(model),
    ] as never,
  })
}

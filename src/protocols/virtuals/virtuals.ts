import type { Protocol } from '../protocol'
import { agentNftHandlers, cloneDiscoveries, factoryHandlers, migratorHandlers } from './agents'
import { contributionHandlers, serviceHandlers } from './contributions'
import { bondingHandlers, curveDiscoveries, curveTokenHandlers, pairHandlers } from './curves'
import { deployments, factories, roles, settings } from './deployments'
import { inferenceHandlers, payingTokenHandlers, taxHandlers } from './revenue'
import { rewardV2Handlers, rewardV3Handlers } from './rewards'
import { veTokenHandlers } from './veToken'
import { voteLockHandlers } from './voteLocks'

/** Virtuals: agents, contributions, stake, bonding curves, prompts, rewards. What is read and why: ./README.md */
export const virtuals: Protocol = {
  name: 'virtuals',
  revision: 3,
  deployments,
  roles,
  settings,
  handlers: {
    ...Object.fromEntries(factories.map(role => [role, factoryHandlers])),
    virtual: payingTokenHandlers,
    taxAsset: payingTokenHandlers,
    agentMigrator: migratorHandlers,
    agentNft: agentNftHandlers,
    agentVeToken: veTokenHandlers,
    veVirtual: voteLockHandlers,
    contributionNft: contributionHandlers,
    serviceNft: serviceHandlers,
    bonding: bondingHandlers,
    curvePair: pairHandlers,
    curveToken: curveTokenHandlers,
    agentInference: inferenceHandlers,
    agentTax: taxHandlers,
    agentRewardV2: rewardV2Handlers,
    agentRewardV3: rewardV3Handlers,
  },
  discovers: [...cloneDiscoveries, ...curveDiscoveries],
}

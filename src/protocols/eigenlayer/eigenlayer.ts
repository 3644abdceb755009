import type { Protocol } from '../protocol'
import { deployments, roles, settings } from './deployments'
import { allocationHandlers, burnHandlers, operatorShareHandlers } from './operators'
import { delegationHandlers, depositHandlers, podHandlers, rewardHandlers } from './stakers'
import { anyHandlers, factoryHandlers } from './strategies'
import { withdrawalHandlers } from './withdrawals'

/** EigenLayer: restaked stake, its queue, magnitudes, slashes, rewards. What is read and why: ./README.md */
export const eigenlayer: Protocol = {
  name: 'eigenlayer',
  revision: 2,
  deployments,
  roles,
  settings,
  models: { required: false, doc: 'AVS' },
  handlers: {
    strategyManager: { ...depositHandlers, ...burnHandlers },
    delegationManager: { ...delegationHandlers, ...operatorShareHandlers, ...withdrawalHandlers },
    allocationManager: allocationHandlers,
    rewardsCoordinator: rewardHandlers,
    eigenPodManager: podHandlers,
    strategyFactory: factoryHandlers,
    '*': anyHandlers,
  },
  discovers: [],
}

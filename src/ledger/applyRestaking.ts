import type { RestakingEvent } from './eventsRestaking'
import { allocationDelaySet, allocationSet } from './restakingAllocations'
import {
  burnableSharesMoved,
  magnitudeSet,
  operatorSharesMoved,
  operatorSharesSlashed,
  operatorWasSlashed,
} from './restakingOperators'
import { followCompletion } from './restakingParts'
import { beaconFactorSet, podSharesMoved, podSharesSet } from './restakingPods'
import { withdrawalCompleted, withdrawalQueued } from './restakingQueue'
import {
  restakeDeposited,
  restakerDelegated,
  restakingRewardClaimed,
  scalingFactorSet,
} from './restakingStakers'
import { strategyTokenSet } from './restakingStrategies'
import { strategyPriced, tokenMoved } from './restakingTokens'
import type { LedgerState } from './state'

/** `apply` for what restaking contracts say. */
export function applyRestaking(state: LedgerState, event: RestakingEvent): void {
  handle(state, event)
  followCompletion(state, event.origin)
}

function handle(state: LedgerState, event: RestakingEvent): void {
  switch (event.kind) {
    case 'strategyTokenSet':
      return strategyTokenSet(state, event)
    case 'strategyPriced':
      return strategyPriced(state, event)
    case 'tokenMoved':
      return tokenMoved(state, event)
    case 'restakeDeposited':
      return restakeDeposited(state, event)
    case 'podSharesSet':
      return podSharesSet(state, event)
    case 'podSharesMoved':
      return podSharesMoved(state, event)
    case 'beaconFactorSet':
      return beaconFactorSet(state, event)
    case 'scalingFactorSet':
      return scalingFactorSet(state, event)
    case 'restakerDelegated':
      return restakerDelegated(state, event)
    case 'operatorSharesMoved':
      return operatorSharesMoved(state, event)
    case 'operatorSharesSlashed':
      return operatorSharesSlashed(state, event)
    case 'magnitudeSet':
      return magnitudeSet(state, event)
    case 'allocationSet':
      return allocationSet(state, event)
    case 'allocationDelaySet':
      return allocationDelaySet(state, event)
    case 'operatorWasSlashed':
      return operatorWasSlashed(state, event)
    case 'withdrawalQueued':
      return withdrawalQueued(state, event)
    case 'withdrawalCompleted':
      return withdrawalCompleted(state, event)
    case 'burnableSharesMoved':
      return burnableSharesMoved(state, event)
    case 'restakingRewardClaimed':
      return restakingRewardClaimed(state, event)
    default:
      event satisfies never
  }
}

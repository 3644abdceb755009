import { contributionRewardClaimed, contributorsRewarded, rewardRoundOpened } from './agentRewards'
import {
  modelContractNamed,
  modelSuspended,
  poolsRetired,
  rewardPaid,
  votesCounted,
  walletPaid,
} from './agents'
import { applyRestaking } from './applyRestaking'
import { attempt } from './attempt'
import { attestationAnswered, attestationRespondedTo, attestationRevoked, attested } from './attestations'
import {
  curveCompounded,
  curveCreated,
  curveGraduated,
  curveSlashed,
  curveTokenMoved,
  curveTraded,
} from './bondingCurve'
import { contributionAccepted, contributionMade, contributionScored, coreReplaced } from './contributions'
import { delegated, exitPaid, exitRequested, slashed } from './directStake'
import { disputeClosed, disputeJudged, disputeRaised, taintInherited } from './disputes'
import type { DomainEvent, Origin, RoyaltyAccrued, RoyaltyClaimed } from './events'
import { gaugeTypeNamed, gaugeTypeWeighted } from './gaugeTypes'
import { groupJoined, groupLeft, groupRegistered } from './groups'
import { licenseMinted, licenseTermsAttached, licenseTermsRegistered } from './licenses'
import { contractDiscovered, modelForked, modelRegistered, nftTransferred, versionPublished } from './models'
import { readUnanswered } from './pendingReads'
import { poolCreated } from './pools'
import { priceReported } from './prices'
import { crossChainMoved, feePaid, royaltyAccrued, royaltyClaimed, royaltyForwarded } from './royalties'
import { splitDistributed, splitSet, warehouseMoved, warehouseWithdrawn } from './splits'
import { compounded, sharesTransferred, staked, withdrawn } from './stake'
import type { LedgerState } from './state'
import { gaugeAdded, gaugeWeightSet, steeringVoteCast } from './steering'
import { assetsWithdrawn, poolValued } from './valuedPools'
import { accruedToVault, claimedFromVault, settleRevenue, vaultPaid, vaultRevenueAdded } from './vaultRevenue'
import { vaultDebtUpdated, vaultDeployed, vaultSharesMoved } from './vaults'
import { escrowCounted, voteLockChanged, voteUnlocked } from './voteEscrow'

/**
 * Applies events of one chain in chain order, and stands at each transaction's end; the last transaction's are all there.
 * A log's events of one protocol share their origin, and are applied together or not at all. Ends where the state is
 * spoilt.
 */
export function* applyEach(state: LedgerState, events: readonly DomainEvent[]): Generator<void> {
  const places = new Places()
  for (let i = 0; i < events.length; ) {
    const { origin } = events[i]!
    const first = i
    while (i < events.length && events[i]!.origin === origin) i++
    attempt(state, origin, () => {
      if (!places.isNew(events[first]!))
        return state.reject(origin, 'a log of this place in the block came before')
      for (let at = first; at < i; at++) apply(state, events[at]!)
    })
    if (state.isSpoilt) return
    if (events[i]?.origin.transaction === origin.transaction) continue
    settleRevenue(state)
    state.forgetNotes()
    if (i < events.length) yield
  }
}

/** Places in the block whose logs were applied: an answer that holds a log twice must not count it twice. */
class Places {
  private block = -1
  private protocol = ''
  /** of that protocol */
  private places = new Set<number>()
  private readonly byProtocol = new Map<string, Set<number>>()

  isNew({ kind, origin }: DomainEvent): boolean {
    if (kind === 'contractDiscovered') return true // of the same log as what its handler makes; told twice it changes nothing
    if (origin.block !== this.block || origin.protocol !== this.protocol) this.turnTo(origin)
    const count = this.places.size
    return this.places.add(origin.logIndex).size > count
  }

  private turnTo({ block, protocol }: Origin): void {
    if (block !== this.block) this.byProtocol.clear()
    this.block = block
    this.protocol = protocol
    this.places = this.byProtocol.get(protocol) ?? new Set()
    this.byProtocol.set(protocol, this.places)
  }
}

/**
 * Changes the state by one event. Pure: no clock, no chance, no I/O. An event that does not fit the state
 * is rejected with a reason and changes no amount.
 */
export function apply(state: LedgerState, event: DomainEvent): void {
  switch (event.kind) {
    case 'modelRegistered':
      return modelRegistered(state, event)
    case 'groupRegistered':
      return groupRegistered(state, event)
    case 'groupJoined':
      return groupJoined(state, event)
    case 'groupLeft':
      return groupLeft(state, event)
    case 'nftTransferred':
      return nftTransferred(state, event)
    case 'versionPublished':
      return versionPublished(state, event)
    case 'modelForked':
      return modelForked(state, event)
    case 'attested':
      return attested(state, event)
    case 'attestationAnswered':
      return attestationAnswered(state, event)
    case 'attestationRespondedTo':
      return attestationRespondedTo(state, event)
    case 'attestationRevoked':
      return attestationRevoked(state, event)
    case 'contractDiscovered':
      return contractDiscovered(state, event)
    case 'poolCreated':
      return poolCreated(state, event)
    case 'staked':
      return staked(state, event)
    case 'withdrawn':
      return withdrawn(state, event)
    case 'sharesTransferred':
      return sharesTransferred(state, event)
    case 'exitRequested':
      return exitRequested(state, event)
    case 'exitPaid':
      return exitPaid(state, event)
    case 'slashed':
      return slashed(state, event)
    case 'compounded':
      return compounded(state, event)
    case 'assetsWithdrawn':
      return assetsWithdrawn(state, event)
    case 'poolValued':
      return poolValued(state, event)
    case 'delegated':
      return delegated(state, event)
    case 'voteLockChanged':
      return voteLockChanged(state, event)
    case 'voteUnlocked':
      return voteUnlocked(state, event)
    case 'gaugeAdded':
      return gaugeAdded(state, event)
    case 'gaugeWeightSet':
      return gaugeWeightSet(state, event)
    case 'escrowCounted':
      return escrowCounted(state, event)
    case 'gaugeTypeWeighted':
      return gaugeTypeWeighted(state, event)
    case 'gaugeTypeNamed':
      return gaugeTypeNamed(state, event)
    case 'steeringVoteCast':
      return steeringVoteCast(state, event)
    case 'feePaid':
      return feePaid(state, event)
    case 'vaultPaid':
      return vaultPaid(state, event)
    case 'royaltyAccrued':
      return namesBeneficiary(event) ? royaltyAccrued(state, event) : accruedToVault(state, event)
    case 'royaltyForwarded':
      return royaltyForwarded(state, event)
    case 'royaltyClaimed':
      return namesVault(event) ? claimedFromVault(state, event) : royaltyClaimed(state, event)
    case 'crossChainMoved':
      return crossChainMoved(state, event)
    case 'vaultDeployed':
      return vaultDeployed(state, event)
    case 'vaultSharesMoved':
      return vaultSharesMoved(state, event)
    case 'vaultRevenueAdded':
      return vaultRevenueAdded(state, event)
    case 'vaultDebtUpdated':
      return vaultDebtUpdated(state, event)
    case 'licenseTermsRegistered':
      return licenseTermsRegistered(state, event)
    case 'licenseTermsAttached':
      return licenseTermsAttached(state, event)
    case 'licenseMinted':
      return licenseMinted(state, event)
    case 'disputeRaised':
      return disputeRaised(state, event)
    case 'disputeJudged':
      return disputeJudged(state, event)
    case 'taintInherited':
      return taintInherited(state, event)
    case 'disputeClosed':
      return disputeClosed(state, event)
    case 'readUnanswered':
      return readUnanswered(state, event)
    case 'modelContractNamed':
      return modelContractNamed(state, event)
    case 'walletPaid':
      return walletPaid(state, event)
    case 'poolsRetired':
      return poolsRetired(state, event)
    case 'modelSuspended':
      return modelSuspended(state, event)
    case 'contributionMade':
      return contributionMade(state, event)
    case 'contributionAccepted':
      return contributionAccepted(state, event)
    case 'contributionScored':
      return contributionScored(state, event)
    case 'coreReplaced':
      return coreReplaced(state, event)
    case 'votesCounted':
      return votesCounted(state, event)
    case 'rewardPaid':
      return rewardPaid(state, event)
    case 'rewardRoundOpened':
      return rewardRoundOpened(state, event)
    case 'contributorsRewarded':
      return contributorsRewarded(state, event)
    case 'contributionRewardClaimed':
      return contributionRewardClaimed(state, event)
    case 'curveCreated':
      return curveCreated(state, event)
    case 'curveTraded':
      return curveTraded(state, event)
    case 'curveCompounded':
      return curveCompounded(state, event)
    case 'curveSlashed':
      return curveSlashed(state, event)
    case 'curveTokenMoved':
      return curveTokenMoved(state, event)
    case 'curveGraduated':
      return curveGraduated(state, event)
    case 'priceReported':
      return priceReported(state, event)
    case 'splitSet':
      return splitSet(state, event)
    case 'splitDistributed':
      return splitDistributed(state, event)
    case 'warehouseMoved':
      return warehouseMoved(state, event)
    case 'warehouseWithdrawn':
      return warehouseWithdrawn(state, event)
    case 'logRejected':
      return state.reject(event.origin, event.reason)
    default:
      return applyRestaking(state, event)
  }
}

function namesBeneficiary(event: RoyaltyAccrued): event is RoyaltyAccrued & { beneficiary: string } {
  return event.beneficiary !== undefined
}

function namesVault(event: RoyaltyClaimed): event is RoyaltyClaimed & { vault: string } {
  return event.vault !== undefined
}

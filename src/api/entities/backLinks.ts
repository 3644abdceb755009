import type { Entity, EntityField, EntityModel } from './entityModel'

/** A connection of the rows that name this one: `StakePool.positions`. Each has an index on its field. */
export interface BackLink {
  name: string
  /** entity of the rows */
  entity: Entity
  /** field of theirs that names this one */
  field: EntityField
  /** order where the caller names none */
  order: string
}

/** target -> name -> `Entity.field order`; the order is `id_ASC` where none is written. */
const BACK_LINKS: Record<string, Record<string, string>> = {
  Model: {
    versions: 'ModelVersion.modelId number_ASC',
    parents: 'LineageEdge.childId ordinal_ASC',
    children: 'LineageEdge.parentId',
    pools: 'StakePool.modelId',
    positions: 'StakePosition.modelId',
    stakeEvents: 'StakeEvent.modelId time_DESC',
    exitRequests: 'ExitRequest.modelId requestedAt_DESC',
    slashes: 'Slash.modelId time_DESC',
    delegations: 'Delegation.modelId time_DESC',
    allocations: 'OperatorAllocation.modelId',
    operatorSlashes: 'OperatorSlash.modelId time_DESC',
    gauges: 'VoteGauge.modelId',
    steeringVotes: 'SteeringVote.modelId time_DESC',
    fees: 'UsageFee.modelId time_DESC',
    accruals: 'RoyaltyAccrual.toModelId time_DESC',
    accrualsPaid: 'RoyaltyAccrual.fromModelId time_DESC',
    claims: 'RoyaltyClaim.modelId time_DESC',
    hopsReceived: 'RoyaltyHop.toModelId time_DESC',
    hopsPaid: 'RoyaltyHop.fromModelId time_DESC',
    royaltiesReceived: 'RoyaltyTotal.toModelId',
    royaltiesPaid: 'RoyaltyTotal.fromModelId',
    revenues: 'ModelRevenue.modelId',
    vaults: 'RoyaltyVault.modelId',
    splits: 'RevenueSplit.modelId',
    splitShares: 'SplitShare.modelId',
    transfersReceived: 'CrossChainTransfer.toModelId time_DESC',
    transfersSent: 'CrossChainTransfer.fromModelId time_DESC',
    licenseOffers: 'LicenseOffer.modelId',
    licenses: 'License.modelId time_DESC',
    disputes: 'Dispute.modelId time_DESC',
    members: 'GroupMembership.groupId',
    memberships: 'GroupMembership.memberId',
    attestations: 'Attestation.modelId time_DESC',
    contracts: 'ModelContract.modelId',
    contributions: 'Contribution.modelId time_DESC',
    cores: 'ModelCore.modelId',
    rewardRounds: 'RewardRound.modelId time_DESC',
    rewardClaims: 'RewardClaim.modelId time_DESC',
    curves: 'BondingCurve.modelId',
    graduatedCurves: 'BondingCurve.graduatedModelId',
  },
  Account: {
    models: 'Model.ownerId',
    positions: 'StakePosition.accountId',
    delegatedPositions: 'StakePosition.delegateId',
    stakeEvents: 'StakeEvent.accountId time_DESC',
    exitRequests: 'ExitRequest.accountId requestedAt_DESC',
    delegations: 'Delegation.delegatorId time_DESC',
    delegationsReceived: 'Delegation.delegateId time_DESC',
    voteLocks: 'VoteLock.accountId',
    steeringVotes: 'SteeringVote.accountId time_DESC',
    feesPaid: 'UsageFee.payerId time_DESC',
    accruals: 'RoyaltyAccrual.beneficiaryId time_DESC',
    credits: 'VaultCredit.accountId time_DESC',
    claims: 'RoyaltyClaim.accountId time_DESC',
    balances: 'RoyaltyBalance.accountId',
    vaultHoldings: 'VaultHolding.accountId',
    splitShares: 'SplitShare.accountId',
    warehouseBalances: 'WarehouseBalance.accountId',
    restaked: 'RestakedPosition.accountId',
    operatorStakes: 'OperatorStake.operatorId',
    allocations: 'OperatorAllocation.operatorId',
    allocationDelays: 'AllocationDelay.operatorId',
    restakingRewards: 'RestakingRewardTotal.earnerId',
    licenses: 'License.receiverId time_DESC',
    attestations: 'Attestation.attesterId time_DESC',
    rewardClaims: 'RewardClaim.accountId time_DESC',
    votes: 'DelegateVotes.delegateId',
    trades: 'CurveTrade.traderId time_DESC',
  },
  Token: {
    pools: 'StakePool.assetId',
    fees: 'UsageFee.tokenId time_DESC',
    revenues: 'ModelRevenue.tokenId',
    balances: 'RoyaltyBalance.tokenId',
  },
  StakePool: {
    positions: 'StakePosition.poolId',
    stakeEvents: 'StakeEvent.poolId time_DESC',
    exitRequests: 'ExitRequest.poolId requestedAt_DESC',
    slashes: 'Slash.poolId time_DESC',
    delegations: 'Delegation.poolId time_DESC',
    restaked: 'RestakedPosition.poolId',
    operatorStakes: 'OperatorStake.poolId',
    burnable: 'BurnableShares.poolId',
    voteLocks: 'VoteLock.poolId',
    gauges: 'VoteGauge.poolId',
    steeringVotes: 'SteeringVote.poolId time_DESC',
    curves: 'BondingCurve.poolId',
  },
  BondingCurve: { trades: 'CurveTrade.curveId time_DESC' },
  VoteLock: { changes: 'VoteLockEvent.lockId time_DESC', steeringVotes: 'SteeringVote.lockId time_DESC' },
  VoteGauge: {
    steeringVotes: 'SteeringVote.gaugeId time_DESC',
    history: 'SteeringVoteEvent.gaugeId time_DESC',
  },
  UsageFee: { accruals: 'RoyaltyAccrual.feeId', hops: 'RoyaltyHop.feeId' },
  RoyaltyVault: {
    holdings: 'VaultHolding.vaultId',
    revenues: 'VaultRevenue.vaultId',
    credits: 'VaultCredit.vaultId time_DESC',
    debts: 'VaultDebt.vaultId',
  },
  RevenueSplit: { shares: 'SplitShare.splitId ordinal_ASC' },
  LicenseTerms: { offers: 'LicenseOffer.termsId', licenses: 'License.termsId time_DESC' },
  Attestation: { responses: 'AttestationResponse.attestationId time_DESC' },
  Dispute: { inheritances: 'Dispute.parentDisputeId' },
}

export function backLinksOf(entity: Entity, model: EntityModel): BackLink[] {
  return Object.entries(BACK_LINKS[entity.name] ?? {}).map(([name, spec]) => {
    const [place, order] = spec.split(' ') as [string, string?]
    const [entityName, fieldName] = place.split('.') as [string, string]
    const rows = model.entity(entityName)
    const field = rows.field.get(fieldName)
    if (!field) throw new Error(`no field ${place}\n  fix: correct src/api/entities/backLinks.ts`)
    return { name, entity: rows, field, order: order ?? 'id_ASC' }
  })
}

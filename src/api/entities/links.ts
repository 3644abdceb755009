import type { Entity, EntityField, EntityModel } from './entityModel'

/** A field that names a row of another entity, and the API's field that gives the row. */
export interface Link {
  /** `model` for `modelId` */
  name: string
  field: EntityField
  target: Entity
}

/** Fields that hold an id, by name. A field of this name that is no String (Model.tokenId) is a number, no link. */
const TARGETS: Record<string, string> = {
  modelId: 'Model',
  childId: 'Model',
  parentId: 'Model',
  fromModelId: 'Model',
  toModelId: 'Model',
  payerModelId: 'Model',
  nftId: 'Nft',
  poolId: 'StakePool',
  assetId: 'Token',
  tokenId: 'Token',
  currencyId: 'Token',
  ownerId: 'Account',
  creatorId: 'Account',
  accountId: 'Account',
  delegateId: 'Account',
  previousDelegateId: 'Account',
  delegatorId: 'Account',
  slasherId: 'Account',
  payerId: 'Account',
  beneficiaryId: 'Account',
  receiverId: 'Account',
  initiatorId: 'Account',
  attesterId: 'Account',
  attestationId: 'Attestation',
  referenceId: 'Attestation',
  responderId: 'Account',
  policyContractId: 'Account',
  groupPoolId: 'Account',
  groupId: 'Model',
  memberId: 'Model',
  termsId: 'LicenseTerms',
  feeId: 'UsageFee',
  vaultId: 'RoyaltyVault',
  splitId: 'RevenueSplit',
  accrualId: 'RoyaltyAccrual',
  lockId: 'VoteLock',
  gaugeId: 'VoteGauge',
  parentDisputeId: 'Dispute',
  withdrawalId: 'RestakingWithdrawal',
  restakerId: 'Restaker',
  positionId: 'RestakedPosition',
  operatorStakeId: 'OperatorStake',
  allocationId: 'OperatorAllocation',
  delayId: 'AllocationDelay',
  contributionId: 'Contribution',
  operatorId: 'Account',
  avsId: 'Account',
  withdrawerId: 'Account',
  earnerId: 'Account',
  claimerId: 'Account',
  recipientId: 'Account',
  sourceId: 'Model',
  datasetId: 'Model',
  graduatedModelId: 'Model',
  graduatedTokenId: 'Token',
  pairId: 'Account',
  traderId: 'Account',
  curveId: 'BondingCurve',
  feedId: 'Account',
}

/**
 * What the id of a missing row still tells, as a row of its own: a model that another chain names before it is seen,
 * an account that no event was about. Rows of other entities are null when missing.
 */
export const ANSWERS_WITHOUT_ROW = new Set(['Model', 'Account'])

/** The links of an entity. */
export function linksOf(entity: Entity, model: EntityModel): Link[] {
  return idFields(entity).flatMap(field => {
    const target = TARGETS[field.name]
    return target ? { name: field.name.slice(0, -2), field, target: model.entity(target) } : []
  })
}

/** Id fields that TARGETS does not know, as `Entity.field`: a test holds this empty. */
export function unlinkedFields(model: EntityModel): string[] {
  return model.entities.flatMap(entity =>
    idFields(entity)
      .filter(field => !TARGETS[field.name])
      .map(field => `${entity.name}.${field.name}`),
  )
}

function idFields(entity: Entity): EntityField[] {
  return entity.fields.filter(field => field.type === 'String' && field.name.endsWith('Id'))
}

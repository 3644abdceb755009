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
  policyContractId: 'Account',
  termsId: 'LicenseTerms',
  feeId: 'UsageFee',
  vaultId: 'RoyaltyVault',
  accrualId: 'RoyaltyAccrual',
  parentDisputeId: 'Dispute',
}

/**
 * What the id of a missing row still tells, as a row of its own: a model that another chain names before it is seen,
 * an account that no event was about. Rows of other entities are null when missing.
 */
export const ANSWERS_WITHOUT_ROW = new Set(['Model', 'Account'])

/** The links of an entity. An id field that the table above does not know is a mistake found at start. */
export function linksOf(entity: Entity, model: EntityModel): Link[] {
  return entity.fields.flatMap(field => {
    if (field.type !== 'String' || !field.name.endsWith('Id')) return []
    const target = TARGETS[field.name]
    if (!target)
      throw new Error(
        `${entity.name}.${field.name} names no known entity\n  fix: add it to TARGETS in src/api/entities/links.ts`,
      )
    return { name: field.name.slice(0, -2), field, target: model.entity(target) }
  })
}

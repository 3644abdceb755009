import type { Entity, EntityModel } from '../entities/entityModel'
import { linksOf } from '../entities/links'

/** A kind of relation: each row of `entity` that `where` holds for leads from one thing to another. */
export interface Relation {
  name: string
  entity: Entity
  from: End
  to: End
  /** SQL on the row `t` */
  where: string
}

interface End {
  /** entity whose id the column holds */
  type: string
  column: string
}

/**
 * Name -> `Entity from to`, where an end is a field of the row, or `id`; and on which rows. What Neo4j has too has the name
 * that it has there (src/graph/elements.ts). Each end has an index, but those of restaking's few operators.
 */
const RELATIONS: Record<string, [spec: string, where?: string]> = {
  FORKED_FROM: ['LineageEdge childId parentId'],
  OWNS: ['Model ownerId id'],
  CREATED: ['Model creatorId id'],
  STEERS: ['StakePool id modelId'],
  HOLDS: ['StakePool id assetId'],
  STAKES: ['StakePosition accountId poolId', 't.shares > 0'],
  DELEGATES: ['StakePosition accountId delegateId', 't.shares > 0 AND t.delegate_id <> t.account_id'],
  LOCKS: ['VoteLock accountId poolId', 't.amount > 0'],
  VOTES_FOR: ['SteeringVote accountId modelId', 't.weight_bps > 0'],
  RESTAKES: ['RestakedPosition accountId poolId', 't.deposit_shares > 0'],
  RESTAKES_WITH: ['Restaker accountId operatorId'],
  OPERATES: ['OperatorStake operatorId poolId', 't.shares > 0'],
  SECURES: ['OperatorAllocation operatorId modelId'],
  PAID: ['UsageFee payerId modelId'],
  PAID_ROYALTY: ['RoyaltyTotal fromModelId toModelId'],
  CLAIMED: ['RoyaltyClaim accountId modelId'],
  EARNS: ['RoyaltyBalance accountId tokenId'],
  PAYS_INTO: ['RoyaltyVault modelId id'],
  SHARES_VAULT: ['VaultHolding accountId vaultId', 't.shares > 0'],
  SENT_TO: ['CrossChainTransfer fromModelId toModelId'],
  OFFERS: ['LicenseOffer modelId termsId'],
  LICENSED: ['License receiverId modelId'],
  DISPUTED: ['Dispute initiatorId modelId'],
  TAINTED_BY: ['Dispute modelId fromModelId'],
  ATTESTED: ['Attestation attesterId modelId', 'NOT t.revoked'],
  MEMBER_OF: ['GroupMembership memberId groupId', 't.active'],
  CONTRACT_OF: ['ModelContract accountId modelId', 't.current'],
  CONTRIBUTES_TO: ['Contribution id modelId'],
  CURVE_OF: ['BondingCurve id modelId'],
  TRADED: ['CurveTrade traderId curveId'],
}

export function relationsOf(model: EntityModel): Relation[] {
  return Object.entries(RELATIONS).map(([name, [spec, where = 'true']]) => {
    const [entityName, from, to] = spec.split(' ') as [string, string, string]
    const entity = model.entity(entityName)
    const end = (fieldName: string): End => {
      // A contribution is a model of its own, by the same id.
      if (fieldName === 'id')
        return { type: entityName === 'Contribution' ? 'Model' : entityName, column: 'id' }
      const link = linksOf(entity, model).find(({ field }) => field.name === fieldName)
      if (!link)
        throw new Error(
          `no link ${entityName}.${fieldName}\n  fix: correct src/api/resolvers/relations.ts, or links.ts`,
        )
      return { type: link.target.name, column: link.field.column }
    }
    return { name, entity, from: end(from), to: end(to), where }
  })
}

import DataLoader from 'dataloader'
import { columnList, type Row, tableAs } from '../entities/columns'
import type { Entity, EntityModel } from '../entities/entityModel'
import type { ResolverMap } from '../entities/entityResolvers'
import type { RequestScope } from '../scope'
import { tokenOf } from './tokenAmount'

export const modelRoyaltiesDefs = /* GraphQL */ `
  extend type Model {
    "what its use has earned and what reached it, by token"
    royalties: [ModelRoyalties!]!
  }

  "Money of a model in one token, in its smallest unit. royaltyFlow() says where it came from and what is still owed."
  type ModelRoyalties {
    tokenId: ID!
    token: Token
    "paid for its use: protocolFee + net"
    gross: BigInt!
    protocolFee: BigInt!
    net: BigInt!
    "number of fees"
    feeCount: Int!
    "what stayed with it of its own fees, its patrons' part included"
    accruedOwn: BigInt!
    "what reached it from its descendants' fees, its patrons' part included"
    accruedRoyalty: BigInt!
    "of both, what went to the patrons of its pool"
    patrons: BigInt!
    "paid out, where claims name the model"
    claimed: BigInt!
  }
`

export function modelRoyaltiesResolvers(model: EntityModel): ResolverMap {
  const revenue = model.entity('ModelRevenue')
  return {
    Model: { royalties: (source, _, { scope }) => revenuesOf(revenue, source.id, scope) },
    ModelRoyalties: { token: tokenOf(model) },
  }
}

/** Revenue of a model by token, in one statement for all models of the request: index on model_id. */
function revenuesOf(entity: Entity, id: string, scope: RequestScope): Promise<Row[]> {
  const loader = scope.once(revenuesOf, () => {
    return new DataLoader<string, Row[]>(async models => {
      const rows = await scope.query<Row>({
        name: 'model-revenues',
        text: `SELECT ${columnList(entity, 'r')} FROM ${tableAs(entity, 'r')}
                WHERE r.model_id = ANY($1::text[]) ORDER BY r.token_id COLLATE "C"`,
        values: [models],
      })
      return models.map(one => rows.filter(row => row.modelId === one))
    })
  })
  return loader.load(id)
}

import DataLoader from 'dataloader'
import { type Dues, royaltyDues } from '../../royalties/dues'
import { columnList, type Row, tableAs } from '../entities/columns'
import type { Entity, EntityModel } from '../entities/entityModel'
import type { ResolverMap } from '../entities/entityResolvers'
import { grouped } from '../entities/grouped'
import type { RequestScope } from '../scope'
import { asksFor } from '../selection'
import { takeFlow } from './flowLimit'
import { tokenOf } from './tokenAmount'

export const modelRoyaltiesDefs = /* GraphQL */ `
  extend type Model {
    """
    What its use has earned and what reached it, by token. Where entitled or owed is asked for, tokens in which it is
    due something and nothing has moved yet are there too.
    """
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
    "its share of the fees of itself and its descendants, floored at each hop, kept after passing its ancestors' on"
    entitled: BigInt!
    "entitled - accrued: what the chain owes it and has not moved"
    owed: BigInt!
    "what moved to it beyond what was due"
    overpaid: BigInt!
    "models or fees were left out of entitled and owed because there are too many: see royaltyFlow"
    truncated: Boolean!
  }
`

const NOTHING = {
  gross: 0n,
  protocolFee: 0n,
  net: 0n,
  feeCount: 0,
  accruedOwn: 0n,
  accruedRoyalty: 0n,
  patrons: 0n,
  claimed: 0n,
}
/** What needs the lineage: all else is a row's. */
const FROM_LINEAGE = ['entitled', 'owed', 'overpaid', 'truncated']

export function modelRoyaltiesResolvers(model: EntityModel): ResolverMap {
  const revenue = model.entity('ModelRevenue')
  return {
    Model: {
      royalties: async (source, _, { scope }, info) => {
        const rows = await revenuesOf(revenue, source.id, scope)
        return asksFor(info, FROM_LINEAGE) ? withDues(source.id, rows, await duesOf(source.id, scope)) : rows
      },
    },
    ModelRoyalties: { token: tokenOf(model) },
  }
}

/** A model's revenue and what it is due, by token; a token of which no row tells anything has nothing but dues. */
function withDues(modelId: string, rows: readonly Row[], { totals, truncated }: Dues): Row[] {
  const dueIn = new Map(totals.map(total => [total.token, total]))
  const known = new Set(rows.map(row => row.tokenId))
  const unmoved = totals
    .filter(({ token, entitled }) => entitled > 0n && !known.has(token))
    .map(({ token: tokenId }) => ({ id: `${modelId}|${tokenId}`, tokenId, ...NOTHING }))
  const all: Row[] = [...rows, ...unmoved]
  all.sort((a, b) => ((a.tokenId as string) < (b.tokenId as string) ? -1 : 1))
  return all.map(row => {
    const { entitled, owed, overpaid } = dueIn.get(row.tokenId as string) ?? {
      entitled: 0n,
      owed: 0n,
      overpaid: 0n,
    }
    return { ...row, entitled, owed, overpaid, truncated }
  })
}

/** What a model is due, in one batch for all models that are asked for in the same place of the query. */
function duesOf(id: string, scope: RequestScope): Promise<Dues> {
  const loader = scope.once(duesOf, () => {
    return new DataLoader<string, Dues>(async models => {
      takeFlow(scope)
      const dues = await royaltyDues(scope, models)
      return models.map(one => dues.get(one)!)
    })
  })
  return loader.load(id)
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
      return grouped(models, rows, row => row.modelId)
    })
  })
  return loader.load(id)
}

import DataLoader from 'dataloader'
import { lowerHex } from '../../postgres/lowerHex'
import type { ApiContext } from '../context'
import type { Row } from '../entities/columns'
import type { Entity, EntityModel } from '../entities/entityModel'
import { type ResolverMap, rowFromId } from '../entities/entityResolvers'
import { malformedId } from '../entities/ids'

export const modelDefs = /* GraphQL */ `
  enum ModelStatus {
    "Its registration is indexed."
    INDEXED
    "Others name it, but its own chain has not shown it (yet): all but id, chain and protocol is null."
    STUB
  }

  extend type Query {
    "By its CAIP-19-like id, eip155:1514/story:0x…; null: nothing names it."
    model(id: ID!): Model
  }

  extend type Model {
    status: ModelStatus!
  }
`

/** A model without a row, that only others name. */
export function isStub(model: Row): boolean {
  return model.stub === true
}

export function modelResolvers(model: EntityModel): ResolverMap {
  const entity = model.entity('Model')
  return {
    Query: { model: (_, { id }: { id: string }, { scope }) => modelById(entity, id, scope) },
    Model: { status: source => (isStub(source) ? 'STUB' : 'INDEXED') },
  }
}

/** A model that has a row or that an edge names; null where nothing is known of it, an error where nothing can be. */
export async function modelById(
  entity: Entity,
  given: string,
  scope: ApiContext['scope'],
): Promise<Row | null> {
  const id = lowerHex(given)
  const found = id.includes('\0') ? null : await knownModel(entity, id, scope)
  const malformed = found ? undefined : malformedId('Model', id)
  if (malformed) throw malformed
  return found
}

/** A model that has a row or that an edge names, by an id as rows have it. */
export async function knownModel(
  entity: Entity,
  id: string,
  scope: ApiContext['scope'],
): Promise<Row | null> {
  const row = await scope.entities.row(entity, id)
  if (row) return row
  return (await named(scope).load(id)) ? rowFromId('Model', id) : null
}

/** Whether an edge names a model as its child or parent: indexes on child_id and parent_id. */
function named(scope: ApiContext['scope']): DataLoader<string, boolean> {
  return scope.once(named, () => {
    return new DataLoader<string, boolean>(async ids => {
      const rows = await scope.query<{ id: string }>({
        name: 'models-named-by-edges',
        text: `SELECT id FROM unnest($1::text[]) AS k(id)
                WHERE EXISTS (SELECT FROM lineage_edge e WHERE e.parent_id = k.id)
                   OR EXISTS (SELECT FROM lineage_edge e WHERE e.child_id = k.id)`,
        values: [ids],
      })
      const found = new Set(rows.map(row => row.id))
      return ids.map(id => found.has(id))
    })
  })
}

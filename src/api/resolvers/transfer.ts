import DataLoader from 'dataloader'
import { columnList, type Row, tableAs } from '../entities/columns'
import type { Entity, EntityModel } from '../entities/entityModel'
import type { ResolverMap } from '../entities/entityResolvers'
import { grouped } from '../entities/grouped'
import type { RequestScope } from '../scope'

export const transferDefs = /* GraphQL */ `
  extend type CrossChainTransfer {
    "its other end, on the other chain; null: not seen (yet)"
    counterpart: CrossChainTransfer
  }
`

/** The two ends of a transfer between chains meet by guid. */
export function transferResolvers(model: EntityModel): ResolverMap {
  const entity = model.entity('CrossChainTransfer')
  return {
    CrossChainTransfer: {
      counterpart: async (source, _, { scope }) => {
        const ends = await endsOf(entity, source.guid as string, scope)
        return ends.find(end => end.direction !== source.direction) ?? null
      },
    },
  }
}

/** Index on guid. */
function endsOf(entity: Entity, guid: string, scope: RequestScope): Promise<Row[]> {
  const loader = scope.once(endsOf, () => {
    return new DataLoader<string, Row[]>(async guids => {
      const rows = await scope.query<Row>({
        name: 'transfer-ends',
        text: `SELECT ${columnList(entity, 't')} FROM ${tableAs(entity, 't')}
                WHERE t.guid = ANY($1::text[]) ORDER BY t.id COLLATE "C"`,
        values: [guids],
      })
      return grouped(guids, rows, row => row.guid)
    })
  })
  return loader.load(guid)
}

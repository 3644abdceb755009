import type { Direction } from '../../graph/lineage'
import { lineageMap, type Place } from '../../lineage/lineageMap'
import type { ApiContext } from '../context'
import type { EntityModel } from '../entities/entityModel'
import { linkedRow } from '../entities/entityResolvers'
import type { RequestScope } from '../scope'
import { knownModelId } from './lineage'

export const lineageMapDefs = /* GraphQL */ `
  extend type Query {
    "Ancestors and descendants with their places in a drawing: for thousands, which a browser cannot lay out. maxNodes: of each direction, at most 10,000"
    lineageMap(model: ID!, maxDepth: Int, maxNodes: Int = 5000): LineageMap!
  }

  "A drawing in columns, ancestors at the left. Where there are more than 2,000 models, neighbours of a column stand as one."
  type LineageMap {
    places: [LineagePlace!]!
    "between places; the 6,000 of the most edges"
    links: [LineagePlaceLink!]!
    "that were given places"
    models: Int!
    "there are more models, or deeper ones"
    truncated: Boolean!
  }

  type LineagePlace {
    "edges to the root: below 0 for ancestors; what is both is an ancestor"
    column: Int!
    "within the column, 0 (top) to 1"
    y: Float!
    "that stand there"
    models: Int!
    "the first of them"
    model: Model!
  }

  type LineagePlaceLink {
    "index of a place"
    child: Int!
    "index of a place"
    parent: Int!
    edges: Int!
  }
`

interface Args {
  model: string
  maxDepth?: number | null
  maxNodes?: number | null
}

export function lineageMapResolvers(model: EntityModel) {
  const models = model.entity('Model')
  return {
    Query: {
      lineageMap: async (_: unknown, args: Args, context: ApiContext) => {
        const maxNodes = args.maxNodes ?? 5000
        const root = await knownModelId(models, args.model, context.scope)
        const side = (direction: Direction) =>
          context
            .lineage(context.scope)
            .closure({ model: root, direction, maxNodes, maxDepth: args.maxDepth ?? undefined })
        const up = await side('ANCESTORS')
        const down = await side('DESCENDANTS')
        const columnOf = new Map([[root, 0]])
        for (const { id, depth } of up.nodes) columnOf.set(id, -depth)
        for (const { id, depth } of down.nodes) if (!columnOf.has(id)) columnOf.set(id, depth)
        const edges = new Map([...up.edges, ...down.edges].map(edge => [edge.id, edge]))
        return {
          ...lineageMap(root, columnOf, [...edges.values()]),
          models: columnOf.size,
          truncated: up.truncated || down.truncated,
        }
      },
    },
    LineagePlace: {
      model: ({ id }: Place, _: unknown, { scope }: { scope: RequestScope }) => linkedRow(models, id, scope),
    },
  }
}

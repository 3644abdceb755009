import DataLoader from 'dataloader'
import type {
  Closure,
  ClosureBounds,
  ClosureEdge,
  CommonAncestor,
  Engine,
  LineageEdge,
  LineageFilter,
  LineageNode,
} from '../../graph/lineage'
import type { ProjectedHeight } from '../../graph/watermark'
import type { ApiContext } from '../context'
import type { Row } from '../entities/columns'
import type { Entity, EntityModel } from '../entities/entityModel'
import { linkedRow } from '../entities/entityResolvers'
import type { RequestScope } from '../scope'
import { shown, userError } from '../userError'
import { asOf, projectedAsOf } from './chains'
import { modelById } from './model'

export const lineageDefs = /* GraphQL */ `
  enum LineageDirection {
    ANCESTORS
    DESCENDANTS
    "both in one answer; not what they are otherwise related to"
    BOTH
  }

  "Who answered a question about lineage. All give the same answers; which is asked is chosen by what is faster."
  enum LineageEngine {
    "the edges of the tables, held in the API's memory: exactly as this answer's snapshot sees them"
    MEMORY
    POSTGRES
    NEO4J
  }

  extend type Query {
    """
    What a model was made from and what was made from it. A continuation of an earlier answer gives what comes after it.
    With roles, chains or protocols, other edges and models are as if they were not there, for shares and cycles too; the
    models that are asked about always are.
    """
    lineage(
      model: ID!
      direction: LineageDirection!
      maxDepth: Int
      maxNodes: Int = 1000
      continuation: String
      roles: [EdgeRole!]
      chains: [ID!]
      protocols: [String!]
      engine: LineageEngine
    ): Lineage!
    "The shortest way from a model up to an ancestor, from the model upwards; null: there is none."
    lineagePath(
      from: ID!
      to: ID!
      roles: [EdgeRole!]
      chains: [ID!]
      protocols: [String!]
      engine: LineageEngine
    ): [LineageEdge!]
    "What all these models descend from, themselves included, nearest first."
    commonAncestors(
      models: [ID!]!
      first: Int = 10
      roles: [EdgeRole!]
      chains: [ID!]
      protocols: [String!]
      engine: LineageEngine
    ): [CommonAncestor!]!
  }

  extend type Model {
    ancestors(maxDepth: Int, maxNodes: Int = 1000): Lineage!
    descendants(maxDepth: Int, maxNodes: Int = 1000): Lineage!
  }

  extend type LineageEdge {
    "in a lineage: whether it is part of a cycle, and so carries no share; null elsewhere"
    cyclic: Boolean
  }

  type Lineage {
    root: Model!
    "ordered by depth, then id; without the root"
    nodes: [LineageNode!]!
    "among nodes and root, child to parent; continued answers give each edge once"
    edges: [LineageEdge!]!
    "there is more: what continuation leads to, or deeper than maxDepth"
    truncated: Boolean!
    "present where more nodes lie within maxDepth"
    continuation: String
    "whether shares and cycles are of the whole lineage, not only of the part within maxDepth and 5000 nodes"
    sharesComplete: Boolean!
    answeredBy: LineageEngine!
    "the blocks it is true at; asked of Neo4j by name: those that Neo4j has come to, the models' other fields being newer"
    asOf: [BlockRef!]!
  }

  type LineageNode {
    model: Model!
    "edges to the root on the shortest way"
    depth: Int!
    "ppm, floored once: of a descendant's net fee that reaches the root, or of the root's that reaches an ancestor"
    share: Int!
  }

  type CommonAncestor {
    model: Model!
    "edges from each of the models, in their order"
    depths: [Int!]!
    maxDepth: Int!
    "a model has so many ancestors that some were not looked at"
    truncated: Boolean!
  }
`

interface FilterArgs {
  roles?: string[] | null
  chains?: string[] | null
  protocols?: string[] | null
}

interface LineageArgs extends FilterArgs {
  model: string
  direction: ClosureBounds['direction']
  maxDepth?: number | null
  maxNodes?: number | null
  continuation?: string | null
  engine?: Engine | null
}

export function lineageResolvers(model: EntityModel) {
  const models = model.entity('Model')
  const edges = model.entity('LineageEdge')
  const nested = (direction: 'ANCESTORS' | 'DESCENDANTS') => {
    return (source: Row, args: { maxDepth?: number | null; maxNodes?: number | null }, context: ApiContext) =>
      closureOf(context, source.id, {
        direction,
        maxDepth: args.maxDepth ?? undefined,
        maxNodes: args.maxNodes ?? undefined,
      })
  }
  const linked = (id: string, scope: RequestScope) => linkedRow(models, id, scope)
  return {
    Query: {
      lineage: async (_: unknown, args: LineageArgs, context: ApiContext) =>
        noted(
          context.scope,
          await context.lineage(context.scope, args.engine).closure({
            model: await knownModelId(models, args.model, context.scope),
            direction: args.direction,
            maxDepth: args.maxDepth ?? undefined,
            maxNodes: args.maxNodes ?? undefined,
            continuation: args.continuation ?? undefined,
            ...filterOf(args),
          }),
        ),
      lineagePath: async (
        _: unknown,
        args: FilterArgs & { from: string; to: string; engine?: Engine | null },
        { scope, lineage }: ApiContext,
      ): Promise<LineageEdge[] | null> => {
        const [from, to] = [
          await knownModelId(models, args.from, scope),
          await knownModelId(models, args.to, scope),
        ]
        return noted(scope, await lineage(scope, args.engine).path(from, to, filterOf(args))).edges
      },
      commonAncestors: async (
        _: unknown,
        args: FilterArgs & { models: string[]; first: number; engine?: Engine | null },
        { scope, lineage }: ApiContext,
      ) => {
        const ids = await Promise.all(args.models.map(id => knownModelId(models, id, scope)))
        const found = await lineage(scope, args.engine).commonAncestors(ids, args.first, filterOf(args))
        const { ancestors, truncated } = noted(scope, found)
        return ancestors.map(ancestor => ({ ...ancestor, truncated }))
      },
    },
    Model: { ancestors: nested('ANCESTORS'), descendants: nested('DESCENDANTS') },
    Lineage: {
      root: (source: Closure, _: unknown, { scope }: ApiContext) => linked(source.root, scope),
      asOf: async ({ heights }: Closure, _: unknown, { scope }: ApiContext) =>
        heights ? projectedAsOf(heights, await scope.heights()) : asOf(await scope.heights()),
    },
    LineageNode: {
      model: (source: LineageNode, _: unknown, { scope }: ApiContext) => linked(source.id, scope),
    },
    CommonAncestor: {
      model: (source: CommonAncestor, _: unknown, { scope }: ApiContext) => linked(source.id, scope),
    },
    LineageEdge: edgeFields(edges),
  }
}

function filterOf({ roles, chains, protocols }: FilterArgs): LineageFilter {
  return {
    roles: roles ?? undefined,
    chains: chains ?? undefined,
    protocols: protocols ?? undefined,
  }
}

/** A lineage's edges have what the walk needs; their other fields are read, together, where they are asked for. */
function edgeFields(edges: Entity) {
  return Object.fromEntries(
    edges.fields.map(({ name }) => [
      name,
      async (source: Row | ClosureEdge, _: unknown, { scope }: ApiContext) => {
        const value = (source as Row)[name]
        return value !== undefined ? value : (await scope.entities.row(edges, source.id))?.[name]
      },
    ]),
  )
}

/** The response says what blocks Neo4j's part of it is of. */
function noted<T extends { heights?: ProjectedHeight[] }>(scope: RequestScope, answer: T): T {
  if (answer.heights) scope.noteProjected(answer.heights)
  return answer
}

/** The id of a model that has a row or that an edge names, or an error. */
export async function knownModelId(models: Entity, given: string, scope: RequestScope): Promise<string> {
  const model = await modelById(models, given, scope)
  if (model) return model.id
  throw userError(
    'BAD_USER_INPUT',
    `no model ${shown(given)}`,
    'give the id of a model, as models { nodes { id } } lists them',
  )
}

/** Lineages of rows that are asked for in the same place of the query are one question. */
export function closureOf(
  { scope, lineage }: ApiContext,
  model: string,
  bounds: ClosureBounds,
): Promise<Closure> {
  const { direction, maxDepth, maxNodes } = bounds
  const loader = scope.once(
    `closures ${direction} ${maxDepth} ${maxNodes}`,
    () => new DataLoader<string, Closure>(models => lineage(scope).closures([...models], bounds)),
  )
  return loader.load(model)
}

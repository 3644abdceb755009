import type { ApiContext } from '../context'
import type { Row } from '../entities/columns'
import type { Entity, EntityModel } from '../entities/entityModel'
import { idsOf, linkedRow, type ResolverMap } from '../entities/entityResolvers'
import { DEFAULT_PAGE } from '../entities/pageArgs'
import { SqlParams } from '../entities/sqlParams'
import { shown, userError } from '../userError'
import { checkedFirst } from './accountFilter'
import { nodeOf } from './node'
import { type Relation, relationsOf } from './relations'

const neighborSdl = (relations: readonly Relation[]) => /* GraphQL */ `
  extend type Query {
    """
    What is one hop away from anything that has an id, over every kind of relation or some: a neighbor for each row that
    relates the two. In the order of the kinds, from it first, then to it.
    """
    neighbors(id: ID!, edges: [Relation!], first: Int = ${DEFAULT_PAGE}, after: String): Neighbors!
  }

  "A kind of relation, and the rows that make it"
  enum Relation {
    ${relations.map(({ name, entity, from, to }) => `"${from.type} to ${to.type}: ${entity.name}"\n    ${name}`).join('\n    ')}
  }

  type Neighbors {
    nodes: [Neighbor!]!
    hasNextPage: Boolean!
    "of the last one, to page on with after; null: there is none"
    endCursor: String
  }

  type Neighbor {
    edge: Relation!
    "the relation leads from what was asked about to this one; false: from this one to that"
    outward: Boolean!
    "null: named, and not seen yet"
    node: Node
    "row that relates the two"
    through: Node!
  }
`

/** One kind of relation, read from one of its ends. */
interface Branch {
  /** `STAKES out`: what a cursor names */
  key: string
  relation: Relation
  outward: boolean
}

interface Found {
  branch: Branch
  id: string
  other: string
}

export function neighborsDefs(model: EntityModel): string {
  return neighborSdl(relationsOf(model))
}

export function neighborsResolvers(model: EntityModel): ResolverMap {
  const branches = relationsOf(model).flatMap((relation): Branch[] => [
    { key: `${relation.name} out`, relation, outward: true },
    { key: `${relation.name} in`, relation, outward: false },
  ])
  return {
    Query: {
      neighbors: async (
        _,
        args: { id: string; edges?: string[] | null; first: number; after?: string | null },
        { scope },
      ) => {
        const first = checkedFirst(args.first)
        const node = await nodeOf(model, args.id, scope)
        if (!node)
          throw userError(
            'BAD_USER_INPUT',
            `nothing has the id ${shown(args.id)}`,
            'give one that search finds',
          )
        const asked = branches.filter(
          ({ relation, outward }) =>
            nearEnd(relation, outward).type === node.__typename &&
            (!args.edges || args.edges.includes(relation.name)),
        )
        const found = await neighborsOf(scope, asked, idsOf(node), first, args.after)
        const nodes = found.slice(0, first)
        const last = nodes.at(-1)
        return {
          nodes: nodes.map(({ branch: { relation, outward }, id, other }) => ({
            edge: relation.name,
            outward,
            node: () => typed(model.entity(farEnd(relation, outward).type), other, scope),
            through: () => typed(relation.entity, id, scope),
          })),
          hasNextPage: found.length > first,
          endCursor: last ? writeCursor(last) : null,
        } as unknown as Row
      },
    },
  }
}

/** Of each kind and direction one more than the page has: indexes on the relations' ends. */
async function neighborsOf(
  scope: ApiContext['scope'],
  branches: readonly Branch[],
  ids: readonly string[],
  first: number,
  after: string | null | undefined,
): Promise<Found[]> {
  const cursor = after == null ? undefined : readCursor(after, branches)
  const left = cursor ? branches.slice(cursor.place) : branches
  if (first === 0 || left.length === 0) return []
  const params = new SqlParams()
  const near = params.raw(ids, 'text[]')
  const limit = params.raw(first + 1, 'int')
  const selects = left.map(({ relation, outward }, i) => {
    const [here, there] = [nearEnd(relation, outward).column, farEnd(relation, outward).column]
    const beyond = cursor && i === 0 ? ` AND t.id COLLATE "C" > ${params.raw(cursor.id, 'text')}` : ''
    return `(SELECT ${i} AS place, t.id, t."${there}" AS other FROM "${relation.entity.table}" t
              WHERE t."${here}" = ANY(${near}) AND t."${there}" IS NOT NULL AND ${relation.where}${beyond}
              ORDER BY t.id COLLATE "C" LIMIT ${limit})`
  })
  const rows = await scope.query<{ place: number; id: string; other: string }>({
    name: 'neighbors',
    // Which kinds are asked for varies.
    prepare: false,
    text: `SELECT * FROM (${selects.join(' UNION ALL ')}) found ORDER BY place, id COLLATE "C" LIMIT ${limit}`,
    values: params.values,
  })
  return rows.map(({ place, id, other }) => ({ branch: left[place]!, id, other }))
}

function nearEnd(relation: Relation, outward: boolean) {
  return outward ? relation.from : relation.to
}

function farEnd(relation: Relation, outward: boolean) {
  return outward ? relation.to : relation.from
}

async function typed(entity: Entity, id: string, scope: ApiContext['scope']): Promise<Row | null> {
  const row = await linkedRow(entity, id, scope)
  return row && { __typename: entity.name, ...row }
}

function writeCursor({ branch, id }: Found): string {
  return Buffer.from(JSON.stringify([branch.key, id])).toString('base64url')
}

/** The kind where to go on, among those that are asked for, and the row after which. */
function readCursor(text: string, branches: readonly Branch[]): { place: number; id: string } {
  try {
    const [key, id] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[]
    const place = branches.findIndex(branch => branch.key === key)
    if (place >= 0 && typeof id === 'string') return { place, id }
  } catch {
    // not ours: said below
  }
  throw userError(
    'MALFORMED_CURSOR',
    `after: not a cursor of these neighbors: ${shown(text)}`,
    'pass `endCursor` of the page before, unchanged, with the same id and edges',
  )
}

import { groupBy } from '../lineage/groupBy'
import { shortestPath } from '../lineage/shortestPath'
import type { Snapshot } from '../postgres/snapshot'
import {
  answerClosure,
  answerClosures,
  checkFilter,
  compareIds,
  type Search,
  type Subgraph,
} from './closureAnswer'
import { checkCommon } from './commonAncestors'
import { EDGE_COLUMNS, type EdgeRow, edgeOfRow } from './edgeRows'
import { LineageRequestError } from './graphError'
import {
  type Closure,
  type ClosureBounds,
  type ClosureRequest,
  type CommonAncestor,
  type CommonAncestors,
  type Lineage,
  type LineageEdge,
  type LineageFilter,
  type LineagePath,
  MAX_DEPTH,
  MAX_SEARCHED,
} from './lineage'

interface FoundRow {
  root: string
  /** null: there is more beyond the depth */
  id: string | null
  depth: number
}

/**
 * Lineage from the tables of a snapshot. The search itself is the function lineage_closure of db/migrations: two statements
 * a direction, whatever the depth and number of models. Indexes: lineage_edge (child_id), lineage_edge (parent_id).
 */
export class PostgresLineage implements Lineage {
  constructor(private readonly db: Snapshot) {}

  closure(request: ClosureRequest): Promise<Closure> {
    return answerClosure(this.search, 'POSTGRES', request)
  }

  closures(models: string[], bounds: ClosureBounds): Promise<Closure[]> {
    return answerClosures(this.search, 'POSTGRES', models, bounds)
  }

  async path(from: string, to: string, given: LineageFilter = {}): Promise<LineagePath> {
    const filter = checkFilter(given)
    if (from === to) return { edges: [], answeredBy: 'POSTGRES' }
    const rows = await this.db.query<{ id: string; depth: number }>({
      name: 'lineage-search',
      text: `SELECT id, depth FROM lineage_closure($1, true, $2, $3, $4, $5, $6, $7) WHERE id IS NOT NULL`,
      values: [from, MAX_DEPTH, MAX_SEARCHED, to, ...lists(filter)],
    })
    const depths = new Map(rows.map(({ id, depth }) => [id, depth])).set(from, 0)
    if (!depths.has(to)) {
      if (rows.length < MAX_SEARCHED) return { edges: null, answeredBy: 'POSTGRES' }
      throw new LineageRequestError(
        `path: not among the nearest ${MAX_SEARCHED} ancestors of ${from}`,
        'ask from a nearer descendant, or in Neo4j',
      )
    }
    const edges = await this.edgesOf([...depths.keys()], filter)
    edges.sort((a, b) => compareIds(a.id, b.id))
    const ofChild = groupBy(edges, ({ childId }) => childId)
    const way = shortestPath(
      [from],
      to,
      id => ofChild.get(id) ?? [],
      ({ parentId }) => parentId,
    )
    return { edges: way?.edges ?? null, answeredBy: 'POSTGRES' }
  }

  async commonAncestors(ids: string[], limit?: number, filter: LineageFilter = {}): Promise<CommonAncestors> {
    const { models, first } = checkCommon(ids, limit)
    const rows = await this.db.query<{
      truncated: boolean
      id: string | null
      depths: number[]
      max: number
    }>({
      name: 'lineage-common',
      text: `WITH reached AS MATERIALIZED (
                SELECT r.place, a.id, a.depth
                  FROM unnest($1::text[]) WITH ORDINALITY r (root, place)
                 CROSS JOIN LATERAL (
                       SELECT r.root AS id, 0 AS depth
                       UNION ALL
                       SELECT c.id, c.depth FROM lineage_closure(r.root, true, $2, $3, NULL, $5, $6, $7) c
                        WHERE c.id IS NOT NULL) a
             )
             SELECT EXISTS (SELECT FROM reached GROUP BY place HAVING count(*) > $3) AS truncated, common.*
               FROM (SELECT) one
               LEFT JOIN (
                    SELECT id, array_agg(depth ORDER BY place) AS depths, max(depth) AS max
                      FROM reached GROUP BY id HAVING count(*) = cardinality($1::text[])
                     ORDER BY max(depth), id COLLATE "C" LIMIT $4) common ON true
              ORDER BY common.max, common.id COLLATE "C"`,
      values: [models, MAX_DEPTH, MAX_SEARCHED, first, ...lists(checkFilter(filter))],
    })
    const ancestors = rows.flatMap(({ id, depths, max }): CommonAncestor[] =>
      id === null ? [] : [{ id, depths, maxDepth: max }],
    )
    return { ancestors, truncated: rows[0]!.truncated, answeredBy: 'POSTGRES' }
  }

  private readonly search: Search = async (models, direction, maxDepth, limit, filter) => {
    const rows = await this.db.query<FoundRow>({
      name: 'lineage-closure',
      text: `SELECT r.root, c.id, c.depth
               FROM unnest($1::text[]) r (root) CROSS JOIN LATERAL lineage_closure(r.root, $2, $3, $4, NULL, $5, $6, $7) c`,
      values: [models, direction === 'ANCESTORS', maxDepth, limit + 1, ...lists(filter)],
    })
    const found = new Map(models.map(model => [model, emptySubgraph()]))
    for (const { root, id, depth } of rows) {
      const subgraph = found.get(root)!
      if (id === null) subgraph.deeper = true
      else if (subgraph.nodes.length === limit) subgraph.more = true
      else subgraph.nodes.push({ id, depth })
    }
    const children = new Set(models)
    for (const { nodes } of found.values()) for (const { id } of nodes) children.add(id)
    const edgesOfChild = groupBy(await this.edgesOf([...children], filter), ({ childId }) => childId)
    return models.map(model => {
      const subgraph = found.get(model)!
      const inside = new Set(subgraph.nodes.map(node => node.id)).add(model)
      for (const id of inside) {
        for (const edge of edgesOfChild.get(id) ?? [])
          if (inside.has(edge.parentId)) subgraph.edges.push(edge)
      }
      return subgraph
    })
  }

  /** By child, since a model has few parents but may have very many forks. */
  private async edgesOf(children: string[], { roles }: LineageFilter): Promise<LineageEdge[]> {
    const rows = await this.db.query<EdgeRow>({
      name: 'lineage-edges',
      text: `SELECT ${EDGE_COLUMNS}
               FROM unnest($1::text[]) c (id) JOIN lineage_edge e ON e.child_id = c.id
              WHERE $2::text[] IS NULL OR e.role = ANY ($2)`,
      values: [children, roles ?? null],
    })
    return rows.map(edgeOfRow)
  }
}

/** As lineage_closure takes them. */
function lists({ roles, chains, protocols }: LineageFilter): (string[] | null)[] {
  return [roles ?? null, chains ?? null, protocols ?? null]
}

function emptySubgraph(): Subgraph {
  return { nodes: [], edges: [], more: false, deeper: false }
}

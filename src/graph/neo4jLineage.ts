import type { ManagedTransaction, Transaction } from 'neo4j-driver'
import { shareOf } from '../lineage/share'
import { answerClosure, answerClosures, checkFilter, type Search, type Subgraph } from './closureAnswer'
import { checkCommon, intersect } from './commonAncestors'
import {
  type Closure,
  type ClosureBounds,
  type ClosureRequest,
  type CommonAncestors,
  type Direction,
  type Lineage,
  type LineageEdge,
  type LineageFilter,
  type LineagePath,
  MAX_DEPTH,
  MAX_SEARCHED,
} from './lineage'

/**
 * Breadth-first search that visits each model once: the planner does so (`VarLengthExpand(Pruning,BFS)`) where the
 * path is used for its length only. The depth cannot be a parameter of Cypher's.
 */
export function closureCypher(direction: Direction, maxDepth: number, filter: LineageFilter = {}): string {
  const forks = `-[:FORKED_FROM*1..${Math.trunc(maxDepth)}]-`
  const way = direction === 'ANCESTORS' ? `${forks}>` : `<${forks}`
  return `MATCH p = (:Model {id: $id})${way}(m:Model) ${along(filter, ['$id'])}
          WITH m, min(length(p)) AS depth
          WHERE m.id <> $id
          RETURN m.id AS id, depth
          ORDER BY depth, id
          LIMIT $limit`
}

/** Condition on a path `p`: the planner checks it at each step. The filter's lists are parameters under their names. */
function along({ roles, chains, protocols }: LineageFilter, exempt: string[]): string {
  const step = [chains && `any(c IN $chains WHERE n.id STARTS WITH c + '/')`, protocols && OF_PROTOCOLS]
    .filter(Boolean)
    .join(' AND ')
  const conditions = [
    roles && 'all(r IN relationships(p) WHERE r.role IN $roles)',
    step && `all(n IN nodes(p) WHERE n.id IN [${exempt}] OR (${step}))`,
  ].filter(Boolean)
  return conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''
}

/** Of a model's id `<chain>/<protocol>:…`, which no model without a row has less of. */
const OF_PROTOCOLS = `any(c IN $protocols WHERE split(n.id, '/')[1] STARTS WITH c + ':')`

/** Lineage from the graph, in one transaction of the caller's. */
export class Neo4jLineage implements Lineage {
  constructor(private readonly tx: Transaction | ManagedTransaction) {}

  closure(request: ClosureRequest): Promise<Closure> {
    return answerClosure(this.search, 'NEO4J', request)
  }

  closures(models: string[], bounds: ClosureBounds): Promise<Closure[]> {
    return answerClosures(this.search, 'NEO4J', models, bounds)
  }

  async path(from: string, to: string, given: LineageFilter = {}): Promise<LineagePath> {
    const filter = checkFilter(given)
    if (from === to) return { edges: [], answeredBy: 'NEO4J' }
    const edges: LineageEdge[] = []
    // Neo4j gives any one of the shortest paths, and all of them may be exponentially many: so it says how long they
    // are, and the least edge that keeps the way as short is taken, one step after the other.
    let left = await this.distance(from, to, filter)
    if (left === undefined) return { edges: null, answeredBy: 'NEO4J' }
    for (let at = from; left > 0; left--) {
      const edge = await this.leastStep(at, to, left, filter)
      if (!edge) return { edges: null, answeredBy: 'NEO4J' } // changed meanwhile: the chooser asks Postgres then
      edges.push(edge)
      at = edge.parentId
    }
    return { edges, answeredBy: 'NEO4J' }
  }

  async commonAncestors(ids: string[], limit?: number, given: LineageFilter = {}): Promise<CommonAncestors> {
    const { models, first } = checkCommon(ids, limit)
    const filter = checkFilter(given)
    const depthsOf: Map<string, number>[] = []
    let truncated = false
    for (const model of models) {
      const nodes = await this.nodesOf(model, 'ANCESTORS', MAX_DEPTH, MAX_SEARCHED, filter)
      truncated ||= nodes.length >= MAX_SEARCHED
      depthsOf.push(new Map(nodes.map(({ id, depth }) => [id, depth])).set(model, 0))
    }
    return { ancestors: intersect(depthsOf, first), truncated, answeredBy: 'NEO4J' }
  }

  private readonly search: Search = async (models, direction, maxDepth, limit, filter) => {
    const found: Subgraph[] = []
    for (const model of models) found.push(await this.subgraphOf(model, direction, maxDepth, limit, filter))
    return found
  }

  private async subgraphOf(
    model: string,
    direction: Direction,
    maxDepth: number,
    limit: number,
    filter: LineageFilter,
  ): Promise<Subgraph> {
    const nodes = await this.nodesOf(model, direction, maxDepth, limit + 1, filter)
    const more = nodes.length > limit
    if (more) nodes.pop()
    const ids = nodes.map(node => node.id)
    const { records } = await this.tx.run(
      `UNWIND $ids AS id
       MATCH (c:Model {id: id})-[e:FORKED_FROM]->(p:Model) WHERE $roles IS NULL OR e.role IN $roles
       RETURN properties(e) AS edge, c.id AS child, p.id AS parent`,
      { ids: [model, ...ids], roles: filter.roles ?? null },
    )
    const inside = new Set(ids).add(model)
    const edges = records
      .map(record => edgeOf(record.get('edge'), record.get('child'), record.get('parent')))
      .filter(edge => inside.has(edge.parentId))
    const edge = nodes.filter(({ depth }) => depth === maxDepth).map(({ id }) => id)
    const deeper = !more && (await this.goesOn(edge, direction, [...inside], filter))
    return { nodes, edges, more, deeper }
  }

  private async nodesOf(
    model: string,
    direction: Direction,
    maxDepth: number,
    limit: number,
    filter: LineageFilter,
  ): Promise<{ id: string; depth: number }[]> {
    const { records } = await this.tx.run(closureCypher(direction, maxDepth, filter), {
      ...filter,
      id: model,
      limit: BigInt(limit),
    })
    return records.map(record => ({ id: record.get('id'), depth: Number(record.get('depth')) }))
  }

  /** Whether some of these models, the deepest ones, have neighbours that are not known yet. */
  private async goesOn(
    ids: string[],
    direction: Direction,
    known: string[],
    filter: LineageFilter,
  ): Promise<boolean> {
    if (ids.length === 0) return false
    const way = direction === 'ANCESTORS' ? '-[:FORKED_FROM]->' : '<-[:FORKED_FROM]-'
    const { records } = await this.tx.run(
      `UNWIND $ids AS id
       MATCH p = (:Model {id: id})${way}(n:Model) WHERE NOT n.id IN $known
       WITH id, p, n ${along(filter, ['id'])}
       RETURN n.id LIMIT 1`,
      { ...filter, ids, known },
    )
    return records.length > 0
  }

  private async distance(from: string, to: string, filter: LineageFilter): Promise<number | undefined> {
    const { records } = await this.tx.run(
      `MATCH (a:Model {id: $from}), (b:Model {id: $to})
       MATCH p = shortestPath((a)-[:FORKED_FROM*1..${MAX_DEPTH}]->(b)) ${along(filter, ['$from', '$to'])}
       RETURN length(p) AS length`,
      { ...filter, from, to },
    )
    return records.length > 0 ? Number(records[0]!.get('length')) : undefined
  }

  private async leastStep(
    at: string,
    to: string,
    left: number,
    filter: LineageFilter,
  ): Promise<LineageEdge | undefined> {
    const ofRole = filter.roles ? 'AND e.role IN $roles' : ''
    const { records } = await this.tx.run(
      left === 1
        ? `MATCH (:Model {id: $at})-[e:FORKED_FROM]->(q:Model {id: $to}) WHERE true ${ofRole}
           RETURN properties(e) AS edge, q.id AS parent ORDER BY e.id LIMIT 1`
        : `MATCH (t:Model {id: $to})
           MATCH (:Model {id: $at})-[e:FORKED_FROM]->(q:Model) WHERE q <> t ${ofRole}
           MATCH p = shortestPath((q)-[:FORKED_FROM*1..${left - 1}]->(t)) ${along(filter, ['$to'])}
           RETURN properties(e) AS edge, q.id AS parent ORDER BY e.id LIMIT 1`,
      { ...filter, at, to },
    )
    return records[0] && edgeOf(records[0].get('edge'), at, records[0].get('parent'))
  }
}

function edgeOf(properties: Record<string, unknown>, childId: string, parentId: string): LineageEdge {
  const { id, role, ordinal, sharePpm, shareNumerator, shareDenominator, policy } = properties
  return {
    id: id as string,
    childId,
    parentId,
    role: role as string,
    ordinal: Number(ordinal),
    sharePpm: sharePpm === undefined ? null : Number(sharePpm),
    share: shareOf(shareNumerator as string | undefined, shareDenominator as string | undefined),
    policy: policy as LineageEdge['policy'],
  }
}

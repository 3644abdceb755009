import type { ManagedTransaction, Transaction } from 'neo4j-driver'
import { shareOf } from '../lineage/share'
import { answerClosure, answerClosures, type Search, type Subgraph } from './closureAnswer'
import { checkCommon, intersect } from './commonAncestors'
import {
  type Closure,
  type ClosureBounds,
  type ClosureRequest,
  type CommonAncestors,
  type Direction,
  type Lineage,
  type LineageEdge,
  type LineagePath,
  MAX_DEPTH,
  MAX_SEARCHED,
} from './lineage'

/**
 * Breadth-first search that visits each model once: the planner does so (`VarLengthExpand(Pruning,BFS)`) where the
 * path is used for its length only. The depth cannot be a parameter of Cypher's.
 */
export function closureCypher(direction: Direction, maxDepth: number): string {
  const forks = `-[:FORKED_FROM*1..${Math.trunc(maxDepth)}]-`
  const way = direction === 'ANCESTORS' ? `${forks}>` : `<${forks}`
  return `MATCH p = (:Model {id: $id})${way}(m:Model)
          WITH m, min(length(p)) AS depth
          WHERE m.id <> $id
          RETURN m.id AS id, depth
          ORDER BY depth, id
          LIMIT $limit`
}

/** Lineage from the graph, in one transaction of the caller's. */
export class Neo4jLineage implements Lineage {
  constructor(private readonly tx: Transaction | ManagedTransaction) {}

  closure(request: ClosureRequest): Promise<Closure> {
    return answerClosure(this.search, 'NEO4J', request)
  }

  closures(models: string[], bounds: ClosureBounds): Promise<Closure[]> {
    return answerClosures(this.search, 'NEO4J', models, bounds)
  }

  async path(from: string, to: string): Promise<LineagePath> {
    if (from === to) return { edges: [], answeredBy: 'NEO4J' }
    const edges: LineageEdge[] = []
    // Neo4j gives any one of the shortest paths, and all of them may be exponentially many: so it says how long they
    // are, and the least edge that keeps the way as short is taken, one step after the other.
    let left = await this.distance(from, to)
    if (left === undefined) return { edges: null, answeredBy: 'NEO4J' }
    for (let at = from; left > 0; left--) {
      const edge = await this.leastStep(at, to, left)
      if (!edge) return { edges: null, answeredBy: 'NEO4J' } // changed meanwhile: the chooser asks Postgres then
      edges.push(edge)
      at = edge.parentId
    }
    return { edges, answeredBy: 'NEO4J' }
  }

  async commonAncestors(ids: string[], limit?: number): Promise<CommonAncestors> {
    const { models, first } = checkCommon(ids, limit)
    const depthsOf: Map<string, number>[] = []
    let truncated = false
    for (const model of models) {
      const nodes = await this.nodesOf(model, 'ANCESTORS', MAX_DEPTH, MAX_SEARCHED)
      truncated ||= nodes.length >= MAX_SEARCHED
      depthsOf.push(new Map(nodes.map(({ id, depth }) => [id, depth])).set(model, 0))
    }
    return { ancestors: intersect(depthsOf, first), truncated, answeredBy: 'NEO4J' }
  }

  private readonly search: Search = async (models, direction, maxDepth, limit) => {
    const found: Subgraph[] = []
    for (const model of models) found.push(await this.subgraphOf(model, direction, maxDepth, limit))
    return found
  }

  private async subgraphOf(
    model: string,
    direction: Direction,
    maxDepth: number,
    limit: number,
  ): Promise<Subgraph> {
    const nodes = await this.nodesOf(model, direction, maxDepth, limit + 1)
    const more = nodes.length > limit
    if (more) nodes.pop()
    const ids = nodes.map(node => node.id)
    const { records } = await this.tx.run(
      `UNWIND $ids AS id
       MATCH (c:Model {id: id})-[e:FORKED_FROM]->(p:Model)
       RETURN properties(e) AS edge, c.id AS child, p.id AS parent`,
      { ids: [model, ...ids] },
    )
    const inside = new Set(ids).add(model)
    const edges = records
      .map(record => edgeOf(record.get('edge'), record.get('child'), record.get('parent')))
      .filter(edge => inside.has(edge.parentId))
    const edge = nodes.filter(({ depth }) => depth === maxDepth).map(({ id }) => id)
    const deeper = !more && (await this.goesOn(edge, direction, [...inside]))
    return { nodes, edges, more, deeper }
  }

  private async nodesOf(
    model: string,
    direction: Direction,
    maxDepth: number,
    limit: number,
  ): Promise<{ id: string; depth: number }[]> {
    const { records } = await this.tx.run(closureCypher(direction, maxDepth), {
      id: model,
      limit: BigInt(limit),
    })
    return records.map(record => ({ id: record.get('id'), depth: Number(record.get('depth')) }))
  }

  /** Whether some of these models, the deepest ones, have neighbours that are not known yet. */
  private async goesOn(ids: string[], direction: Direction, known: string[]): Promise<boolean> {
    if (ids.length === 0) return false
    const way = direction === 'ANCESTORS' ? '-[:FORKED_FROM]->' : '<-[:FORKED_FROM]-'
    const { records } = await this.tx.run(
      `UNWIND $ids AS id
       MATCH (:Model {id: id})${way}(n:Model) WHERE NOT n.id IN $known
       RETURN n.id LIMIT 1`,
      { ids, known },
    )
    return records.length > 0
  }

  private async distance(from: string, to: string): Promise<number | undefined> {
    const { records } = await this.tx.run(
      `MATCH (a:Model {id: $from}), (b:Model {id: $to})
       MATCH p = shortestPath((a)-[:FORKED_FROM*1..${MAX_DEPTH}]->(b))
       RETURN length(p) AS length`,
      { from, to },
    )
    return records.length > 0 ? Number(records[0]!.get('length')) : undefined
  }

  private async leastStep(at: string, to: string, left: number): Promise<LineageEdge | undefined> {
    const { records } = await this.tx.run(
      left === 1
        ? `MATCH (:Model {id: $at})-[e:FORKED_FROM]->(p:Model {id: $to})
           RETURN properties(e) AS edge, p.id AS parent ORDER BY e.id LIMIT 1`
        : `MATCH (t:Model {id: $to})
           MATCH (:Model {id: $at})-[e:FORKED_FROM]->(p:Model) WHERE p <> t
           MATCH s = shortestPath((p)-[:FORKED_FROM*1..${left - 1}]->(t))
           RETURN properties(e) AS edge, p.id AS parent ORDER BY e.id LIMIT 1`,
      { at, to },
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

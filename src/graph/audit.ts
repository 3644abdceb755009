import type { Transaction } from 'neo4j-driver'
import { type Snapshot, withSnapshot } from '../postgres/snapshot'
import {
  type NodeRow,
  nodesById,
  pageOfNodes,
  pageOfRelationships,
  type RelationshipRow,
  relationshipsById,
} from './changes'
import { canonical } from './checksums'
import { readCounts } from './counts'
import {
  type NodeElement,
  nodeElements,
  type PropertyValue,
  type RelationshipElement,
  relationshipElements,
  stubProperties,
} from './elements'
import { type GraphContext, inGraph, STATEMENT_TIMEOUT_MS } from './graphContext'
import { readAllKeys, WHOLE_TABLE } from './outbox'
import type { RefusedRows } from './refusedRows'
import { claimWatermark, type Watermark, writeWatermark } from './watermark'

/** What a page came to: it is RIGHT; or somebody changed the graph, and the next pages are wanted soon. */
export type Audited = 'RIGHT' | 'MORE'

/** Nodes or relationships compared at once: some 100 ms. */
const PAGE = 2_000
/** With more changes on their way than this, there is better to do than to look for mistakes. */
const MOST_PENDING = 2_000

/** A page: of the rows, each looked for in the graph, or of the graph, each looked for among the rows. */
interface Place {
  element: NodeElement | RelationshipElement
  side: 'TABLES' | 'GRAPH'
  /** id before the page */
  after: string
}

interface Met {
  id: string
  properties: Record<string, PropertyValue>
  /** of a relationship */
  ends?: { from: string; to: string }
  /** of a node: whether it has a relationship */
  named?: boolean
}

/**
 * Notices what somebody else did to the graph. Every step of the projection leaves the numbers of nodes and relationships
 * in the watermark: other numbers at the next look are no doing of ours, and the kinds concerned are compared from end to
 * end. What numbers do not show, a changed property, is found by comparing page after page, round and round.
 *
 * What differs gets a key in the outbox, so that the projection itself puts it right.
 */
export class Audit {
  private readonly round: Place[] = []
  /** to be looked at before the round goes on */
  private urgent: Place[] = []

  constructor(
    private readonly context: GraphContext,
    private readonly refused: RefusedRows,
  ) {}

  /** Takes note of kinds of which there are not as many as a step of ours left. */
  compareCounts({ counts }: Watermark, met: Record<string, number>): void {
    for (const element of [...nodeElements, ...relationshipElements]) {
      const kind = nameOf(element)
      const left = counts[kind]
      if (left === undefined || left === met[kind]) continue
      this.context.logger.warn(
        `somebody else changed the graph: ${met[kind]} ${kind} where ${left} were left; comparing all of them`,
      )
      this.urgent = [...this.urgent.filter(place => place.element !== element), ...placesOf(element)]
    }
  }

  /** Compares the next page. Only as long as the watermark is as it is known: nobody of ours writes meanwhile. */
  async nextPage(watermark: Watermark): Promise<Audited> {
    const { driver, pool } = this.context
    const found = await inGraph(driver, async tx => {
      await claimWatermark(tx, watermark)
      const counts = await readCounts(tx)
      this.compareCounts(watermark, counts)
      const place = this.place()
      const extra = place.after === '' ? await removeNameless(tx, place.element) : 0
      const differing = await withSnapshot(pool, { timeoutMs: STATEMENT_TIMEOUT_MS }, db =>
        this.compare(db, tx, watermark, place),
      )
      // The numbers that were compared are what the next ones are compared with. It is a sign of life as well.
      watermark.counts = extra > 0 ? await readCounts(tx) : counts
      await writeWatermark(tx, watermark)
      return { kind: nameOf(place.element), table: place.element.table, extra, ...differing }
    })
    if (found.ids.length + found.extra > 0) {
      this.context.logger.warn(
        `somebody else changed ${found.ids.length + found.extra} ${found.kind}, ${found.ids[0] ?? 'without an id'} among them: putting them right`,
      )
      this.context.metrics?.mended(found.ids.length + found.extra)
      await pool.query(`INSERT INTO graph_outbox (kind, id) SELECT $1, unnest($2::text[])`, [
        found.table,
        found.ids,
      ])
    }
    return this.urgent.length > 0 ? 'MORE' : 'RIGHT'
  }

  private place(): Place {
    if (this.urgent.length > 0) return this.urgent[0]!
    if (this.round.length === 0) this.round.push(...everything())
    return this.round[0]!
  }

  /** Ids that differ on this page, and moves on to the next one. */
  private async compare(
    db: Snapshot,
    tx: Transaction,
    watermark: Watermark,
    place: Place,
  ): Promise<{ ids: string[] }> {
    const pending = await readAllKeys(db, watermark, MOST_PENDING)
    if (!pending || pending.some(key => key.id === WHOLE_TABLE)) return { ids: [] }
    const { element } = place
    const { rows, met, last } =
      'label' in element
        ? await pageWithNodes(db, tx, element, place)
        : await pageWithEdges(db, tx, element, place)
    if (last === undefined) {
      if (this.urgent[0] === place) this.urgent.shift()
      else this.round.shift()
    } else place.after = last
    const expected = new Map(rows.map(row => [row.id, row]))
    const found = new Map(met.map(item => [item.id, item]))
    const left = new Set([
      ...pending.filter(key => key.kind === element.table).map(key => key.id),
      ...(await this.refused.among(element.table, [...expected.keys()])),
    ])
    const ids = [...new Set([...expected.keys(), ...found.keys()])].filter(
      id => !left.has(id) && !isRight(element, id, expected.get(id), found.get(id)),
    )
    return { ids }
  }
}

function isRight(
  element: NodeElement | RelationshipElement,
  id: string,
  row: NodeRow | RelationshipRow | undefined,
  met: Met | undefined,
): boolean {
  if (!met) return false
  if ('label' in element) {
    // Without a row it is a stub, which some relationship names.
    const properties = row?.properties ?? stubProperties(element.label, id)
    return (row !== undefined || met.named === true) && canonical({ id, properties }) === canonical(met)
  }
  if (!row || !('from' in row)) return false
  return (
    canonical({ id, properties: row.properties, ends: { from: row.from, to: row.to } }) === canonical(met)
  )
}

interface Page<R> {
  rows: R[]
  met: Met[]
  /** last id; undefined: the page is the last one */
  last: string | undefined
}

async function pageWithNodes(
  db: Snapshot,
  tx: Transaction,
  element: NodeElement,
  { side, after }: Place,
): Promise<Page<NodeRow>> {
  const returned = 'RETURN properties(n) AS properties, EXISTS { (n)--() } AS named'
  if (side === 'TABLES') {
    const rows = await pageOfNodes(db, element, after, PAGE)
    const ids = rows.map(row => row.id)
    const met = await metBy(tx, `UNWIND $ids AS id MATCH (n:${element.label} {id: id}) ${returned}`, { ids })
    return { rows, met, last: lastOf(rows) }
  }
  const met = await metBy(
    tx,
    `MATCH (n:${element.label}) WHERE n.id > $after WITH n ORDER BY n.id LIMIT $limit ${returned}`,
    { after, limit: BigInt(PAGE) },
  )
  return { rows: await nodesById(db, element, idsOf(met)), met, last: lastOf(met) }
}

async function pageWithEdges(
  db: Snapshot,
  tx: Transaction,
  element: RelationshipElement,
  { side, after }: Place,
): Promise<Page<RelationshipRow>> {
  const { type, from, to } = element
  const returned = `RETURN properties(r) AS properties,
                           CASE WHEN a:${from.label} THEN a.id END AS from, CASE WHEN b:${to.label} THEN b.id END AS to`
  if (side === 'TABLES') {
    const rows = await pageOfRelationships(db, element, after, PAGE)
    const ids = rows.map(row => row.id)
    const met = await metBy(tx, `UNWIND $ids AS id MATCH (a)-[r:${type} {id: id}]->(b) ${returned}`, { ids })
    return { rows, met, last: lastOf(rows) }
  }
  const met = await metBy(
    tx,
    `MATCH (a)-[r:${type}]->(b) WHERE r.id > $after WITH a, r, b ORDER BY r.id LIMIT $limit ${returned}`,
    { after, limit: BigInt(PAGE) },
  )
  return { rows: await relationshipsById(db, element, idsOf(met)), met, last: lastOf(met) }
}

async function metBy(tx: Transaction, cypher: string, parameters: Record<string, unknown>): Promise<Met[]> {
  const { records } = await tx.run(cypher, parameters)
  return records.map(record => {
    const properties = record.get('properties')
    const id = String(properties.id)
    return record.has('named')
      ? { id, properties, named: record.get('named') }
      : { id, properties, ends: { from: String(record.get('from')), to: String(record.get('to')) } }
  })
}

/** No key can name these, so they are removed here. It looks at all of the kind, once a round. */
async function removeNameless(tx: Transaction, element: NodeElement | RelationshipElement): Promise<number> {
  const { records } = await tx.run(
    'label' in element
      ? `MATCH (x:${element.label}) WHERE x.id IS NULL DETACH DELETE x RETURN count(*) AS n`
      : `MATCH ()-[x:${element.type}]->() WHERE x.id IS NULL DELETE x RETURN count(*) AS n`,
  )
  return Number(records[0]!.get('n'))
}

function everything(): Place[] {
  return [...nodeElements, ...relationshipElements].flatMap(placesOf)
}

function placesOf(element: NodeElement | RelationshipElement): Place[] {
  return [
    { element, side: 'TABLES', after: '' },
    { element, side: 'GRAPH', after: '' },
  ]
}

function nameOf(element: NodeElement | RelationshipElement): string {
  return 'label' in element ? element.label : element.type
}

function idsOf(items: { id: string }[]): string[] {
  return items.map(item => item.id)
}

function lastOf(items: { id: string }[]): string | undefined {
  return items.length === PAGE ? items.at(-1)!.id : undefined
}

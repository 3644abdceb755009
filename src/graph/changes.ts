import type { Snapshot } from '../postgres/snapshot'
import {
  type Label,
  type NodeElement,
  nodeElements,
  type PropertyValue,
  propertiesOf,
  type RelationshipElement,
  relationshipElements,
  selectProperties,
  stubProperties,
} from './elements'

export interface NodeRow {
  id: string
  properties: Record<string, PropertyValue>
}

export interface RelationshipRow extends NodeRow {
  from: string
  to: string
}

/** What is to be so in the graph: these rows as they are now, and nothing for the ids that have no row. */
export interface Changes {
  nodes: { element: NodeElement; rows: NodeRow[]; absent: string[] }[]
  relationships: { element: RelationshipElement; rows: RelationshipRow[]; absent: string[] }[]
}

/** The present rows of all dirty keys. A dozen statements at most, however many keys. Index: each table's primary key. */
export async function loadChanges(db: Snapshot, keys: { kind: string; id: string }[]): Promise<Changes> {
  const dirty = new Map<string, Set<string>>()
  for (const { kind, id } of keys) {
    const ids = dirty.get(kind)
    if (ids) ids.add(id)
    else dirty.set(kind, new Set([id]))
  }
  const changes: Changes = { nodes: [], relationships: [] }
  for (const element of nodeElements) {
    const ids = [...(dirty.get(element.table) ?? [])]
    if (ids.length === 0) continue
    changes.nodes.push({ element, ...split(ids, await nodesById(db, element, ids)) })
  }
  for (const element of relationshipElements) {
    const ids = [...(dirty.get(element.table) ?? [])]
    if (ids.length === 0) continue
    changes.relationships.push({ element, ...split(ids, await relationshipsById(db, element, ids)) })
  }
  return changes
}

/** The rows of these ids that there are. */
export async function nodesById(db: Snapshot, element: NodeElement, ids: string[]): Promise<NodeRow[]> {
  const rows = await db.query<Record<string, unknown>>({
    name: `graph-load-${element.label}`,
    text: `${selectNodes(element)} WHERE id = ANY ($1::text[])`,
    values: [ids],
  })
  return rows.map(row => nodeRow(element, row))
}

/** As `nodesById`. */
export async function relationshipsById(
  db: Snapshot,
  element: RelationshipElement,
  ids: string[],
): Promise<RelationshipRow[]> {
  const rows = await db.query<Record<string, unknown>>({
    name: `graph-load-${element.type}`,
    text: `${selectRelationships(element)} AND id = ANY ($1::text[])`,
    values: [ids],
  })
  return rows.map(row => relationshipRow(element, row))
}

/** One page of an element's rows, in the order of the primary key, after the id `after` ('' at first). */
export async function pageOfNodes(
  db: Snapshot,
  element: NodeElement,
  after: string,
  limit: number,
): Promise<NodeRow[]> {
  const rows = await db.query<Record<string, unknown>>({
    name: `graph-page-${element.label}`,
    text: `${selectNodes(element)} WHERE id > $1 ORDER BY id LIMIT $2`,
    values: [after, limit],
  })
  return rows.map(row => nodeRow(element, row))
}

/** As `pageOfNodes`. */
export async function pageOfRelationships(
  db: Snapshot,
  element: RelationshipElement,
  after: string,
  limit: number,
): Promise<RelationshipRow[]> {
  const rows = await db.query<Record<string, unknown>>({
    name: `graph-page-${element.type}`,
    text: `${selectRelationships(element)} AND id > $1 ORDER BY id LIMIT $2`,
    values: [after, limit],
  })
  return rows.map(row => relationshipRow(element, row))
}

/** Nodes that relationships name and no row has. */
export async function loadStubs(db: Snapshot, { label, table }: NodeElement): Promise<NodeRow[]> {
  const ends = relationshipElements.flatMap(element =>
    [element.from, element.to]
      // A relationship made from the node's own row has the node.
      .filter(end => end.label === label && !(element.table === table && end.column === 'id'))
      .map(end => `SELECT ${end.column} AS id FROM ${element.table} WHERE ${element.where}`),
  )
  const rows = await db.query<{ id: string }>({
    name: `graph-stubs-${label}`,
    text: `SELECT DISTINCT id FROM (${ends.join(' UNION ALL ')}) ends
            WHERE NOT EXISTS (SELECT FROM ${table} t WHERE t.id = ends.id)`,
  })
  return rows.map(({ id }) => ({ id, properties: stubProperties(label as Label, id) }))
}

function selectNodes(element: NodeElement): string {
  return `SELECT id${selectProperties(element)} FROM ${element.table}`
}

function selectRelationships(element: RelationshipElement): string {
  return `SELECT id, ${element.from.column} AS "from", ${element.to.column} AS "to"${selectProperties(element)}
            FROM ${element.table} WHERE (${element.where})`
}

function nodeRow(element: NodeElement, row: Record<string, unknown>): NodeRow {
  return { id: row.id as string, properties: { ...propertiesOf(element, row), status: 'INDEXED' } }
}

function relationshipRow(element: RelationshipElement, row: Record<string, unknown>): RelationshipRow {
  return {
    id: row.id as string,
    from: row.from as string,
    to: row.to as string,
    properties: propertiesOf(element, row),
  }
}

function split<R extends NodeRow>(ids: string[], rows: R[]): { rows: R[]; absent: string[] } {
  const present = new Set(rows.map(row => row.id))
  return { rows, absent: ids.filter(id => !present.has(id)) }
}

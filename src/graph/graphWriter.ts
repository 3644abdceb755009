import type { Record as Neo4jRecord, Transaction } from 'neo4j-driver'
import type { Changes, NodeRow, RelationshipRow } from './changes'
import {
  type Label,
  type NodeElement,
  type PropertyValue,
  propertyNames,
  type RelationshipElement,
  stubProperties,
} from './elements'

/**
 * Makes the graph so. Repeating it, or doing it after a part of it was done, comes to the same.
 * Nodes that only relationships name are stubs; one that nothing names any more is removed.
 */
export async function applyChanges(tx: Transaction, changes: Changes): Promise<void> {
  const suspects = new Suspects()
  for (const { element, rows, absent } of changes.relationships) {
    await removeRelationships(tx, element, absent, suspects)
    await removeMoved(tx, element, rows, suspects)
  }
  for (const { element, rows, absent } of changes.nodes) {
    await writeNodes(tx, element, rows)
    await demote(tx, element, absent)
    suspects.add(element.label, absent)
  }
  for (const { element, rows } of changes.relationships) await writeRelationships(tx, element, rows)
  for (const [label, ids] of suspects.byLabel) {
    await tx.run(
      `UNWIND $ids AS id
       MATCH (n:${label} {id: id}) WHERE n.status = 'STUB' AND NOT (n)--()
       DELETE n`,
      { ids: [...ids] },
    )
  }
}

export async function writeNodes(tx: Transaction, { label }: NodeElement, rows: NodeRow[]): Promise<void> {
  if (rows.length === 0) return
  await tx.run(
    `UNWIND $rows AS row
     MERGE (n:${label} {id: row.id})
     SET n = row.properties`,
    { rows },
  )
}

/** Endpoints are merged as stubs: an edge can come before its parent, a stake before its pool. */
export async function writeRelationships(
  tx: Transaction,
  { type, from, to }: RelationshipElement,
  rows: RelationshipRow[],
): Promise<void> {
  if (rows.length === 0) return
  await tx.run(
    `UNWIND $rows AS row
     MERGE (a:${from.label} {id: row.from}) ON CREATE SET a = row.fromStub
     MERGE (b:${to.label} {id: row.to}) ON CREATE SET b = row.toStub
     MERGE (a)-[r:${type} {id: row.id}]->(b)
     SET r = row.properties`,
    {
      rows: rows.map(row => ({
        ...row,
        fromStub: stubProperties(from.label, row.from),
        toStub: stubProperties(to.label, row.to),
      })),
    },
  )
}

/**
 * Nodes that are not there yet. Values come as lists under names that the statement has: that is a third of the work of
 * maps, on both sides of the wire.
 */
export async function createNodes(tx: Transaction, element: NodeElement, rows: NodeRow[]): Promise<void> {
  const names = [...propertyNames(element), 'status']
  await tx.run(`UNWIND $rows AS row CREATE (:${element.label} ${literal(names, 0)})`, {
    rows: rows.map(row => valuesOf(row, names)),
  })
}

/** Relationships that are not there yet, where both ends are; says how many that were. */
export async function createRelationships(
  tx: Transaction,
  element: RelationshipElement,
  rows: RelationshipRow[],
): Promise<number> {
  const { type, from, to } = element
  const names = propertyNames(element)
  const { records } = await tx.run(
    `UNWIND $rows AS row
     MATCH (a:${from.label} {id: row[0]}) MATCH (b:${to.label} {id: row[1]})
     CREATE (a)-[r:${type} ${literal(names, 2)}]->(b)
     RETURN count(r) AS created`,
    { rows: rows.map(row => [row.from, row.to, ...valuesOf(row, names)]) },
  )
  return Number(records[0]!.get('created'))
}

/** A property whose value is null is not made. */
function literal(names: string[], first: number): string {
  return `{${names.map((name, i) => `${name}: row[${first + i}]`).join(', ')}}`
}

function valuesOf({ properties }: NodeRow, names: string[]): (PropertyValue | null)[] {
  return names.map(name => properties[name] ?? null)
}

async function removeRelationships(
  tx: Transaction,
  element: RelationshipElement,
  ids: string[],
  suspects: Suspects,
): Promise<void> {
  if (ids.length === 0) return
  const { records } = await tx.run(
    `UNWIND $ids AS id
     MATCH (a)-[r:${element.type} {id: id}]->(b)
     WITH r, a.id AS a, b.id AS b
     DELETE r
     RETURN a, b`,
    { ids },
  )
  suspects.addEnds(element, records)
}

/** A relationship cannot be moved to other ends: it is removed and made anew. */
async function removeMoved(
  tx: Transaction,
  element: RelationshipElement,
  rows: RelationshipRow[],
  suspects: Suspects,
): Promise<void> {
  if (rows.length === 0) return
  const { records } = await tx.run(
    `UNWIND $rows AS row
     MATCH (a)-[r:${element.type} {id: row.id}]->(b) WHERE a.id <> row.from OR b.id <> row.to
     WITH r, a.id AS a, b.id AS b
     DELETE r
     RETURN a, b`,
    { rows: rows.map(({ id, from, to }) => ({ id, from, to })) },
  )
  suspects.addEnds(element, records)
}

async function demote(tx: Transaction, { label }: NodeElement, ids: string[]): Promise<void> {
  if (ids.length === 0) return
  await tx.run(
    `UNWIND $rows AS row
     MATCH (n:${label} {id: row.id})
     SET n = row.stub`,
    { rows: ids.map(id => ({ id, stub: stubProperties(label, id) })) },
  )
}

/** Nodes that may have lost the last relationship that named them. */
class Suspects {
  readonly byLabel = new Map<Label, Set<string>>()

  add(label: Label, ids: string[]): void {
    const set = this.byLabel.get(label) ?? new Set()
    for (const id of ids) set.add(id)
    this.byLabel.set(label, set)
  }

  /** Both ends of removed relationships, returned as `a` and `b`. */
  addEnds({ from, to }: RelationshipElement, removed: Neo4jRecord[]): void {
    this.add(
      from.label,
      removed.map(record => record.get('a')),
    )
    this.add(
      to.label,
      removed.map(record => record.get('b')),
    )
  }
}

import type { LineageEdge } from '../graph/lineage'
import { PostgresLineage } from '../graph/postgresLineage'
import { type ChainHeight, readHeights } from '../postgres/heights'
import { lowerHex } from '../postgres/lowerHex'
import type { Snapshot } from '../postgres/snapshot'
import { ExportError } from './exportError'

/** What a model was made from, at one place in the chains: what every format is written from. */
export interface LineageDocument {
  /** the model that was asked about first, then its ancestors, nearest first, then by id */
  models: ExportedModel[]
  /** child to parent, in the order of the models, and of a child's parents */
  edges: ExportedEdge[]
  /** all ancestors are there */
  complete: boolean
  /** of the snapshot */
  heights: ChainHeight[]
}

export interface ExportedModel {
  id: string
  /** edges to the model that was asked about; 0: itself */
  depth: number
  /** ppm of that model's revenue that reaches it */
  sharePpm: number
  /** null: only others name it */
  row: ModelRow | null
}

export interface ModelRow {
  name: string | null
  kind: 'MODEL' | 'GROUP' | 'DATASET' | 'COMPONENT' | 'SERVICE'
  contentHash: string | null
  metadataUri: string | null
  version: number
  ownerId: string | null
  tainted: boolean
  block: number
  time: Date
  transaction: string
}

export interface ExportedEdge extends LineageEdge {
  cyclic: boolean
  termsId: string | null
  block: number
  transaction: string
}

/** Ancestors in one document: what a reader's tools still open. */
const MOST_NODES = 5000

/** Characters of a name, which may have a megabyte; a longer one ends in an ellipsis. */
const LONGEST_NAME = 1000
/** Characters of a metadata URI; a longer one, which would be another if cut, is left out. */
const LONGEST_URI = 2048

/** Reads the lineage of a model upwards: the same document at the same heights. */
export async function lineageDocument(db: Snapshot, given: string): Promise<LineageDocument> {
  const id = lowerHex(given)
  if (id.includes('\0') || !/^[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}\/[a-z][-a-z0-9]*:./.test(id))
    throw new ExportError(
      'MALFORMED_ID',
      `not the id of a model: ${id.slice(0, 200)}`,
      'write eip155:1514/story:0x…',
    )
  const heights = await readHeights(db)
  const { nodes, edges, truncated } = await new PostgresLineage(db).closure({
    model: id,
    direction: 'ANCESTORS',
    maxNodes: MOST_NODES,
  })
  const ids = [id, ...nodes.map(node => node.id)]
  const rows = new Map((await modelRows(db, ids)).map(row => [row.id, row]))
  if (!rows.has(id) && edges.length === 0 && !(await isNamed(db, id)))
    throw new ExportError(
      'UNKNOWN_MODEL',
      `no model ${id.slice(0, 200)}`,
      'give one that the API lists: models { nodes { id } }',
    )
  const facts = new Map(
    (
      await edgeRows(
        db,
        edges.map(edge => edge.id),
      )
    ).map(row => [row.id, row]),
  )
  const place = new Map(ids.map((one, i) => [one, i]))
  return {
    models: [{ id, depth: 0, share: 1_000_000 }, ...nodes].map(node => ({
      id: node.id,
      depth: node.depth,
      sharePpm: node.share,
      row: rows.get(node.id) ?? null,
    })),
    edges: edges
      .map(edge => ({ ...edge, ...facts.get(edge.id)! }))
      .sort(
        (a, b) =>
          place.get(a.childId)! - place.get(b.childId)! || a.ordinal - b.ordinal || (a.id < b.id ? -1 : 1),
      ),
    complete: !truncated,
    heights,
  }
}

function modelRows(db: Snapshot, ids: string[]) {
  return db.query<ModelRow & { id: string }>({
    name: 'export-models',
    text: `SELECT id, kind, content_hash AS "contentHash", version,
             CASE WHEN length(name) > ${LONGEST_NAME} THEN left(name, ${LONGEST_NAME - 1}) || '…' ELSE name END AS name,
             CASE WHEN length(metadata_uri) <= ${LONGEST_URI} THEN metadata_uri END AS "metadataUri",
             owner_id AS "ownerId", tainted, block, time, transaction FROM model WHERE id = ANY($1::text[])`,
    values: [ids],
  })
}

function edgeRows(db: Snapshot, ids: string[]) {
  return db.query<{ id: string; termsId: string | null; block: number; transaction: string }>({
    name: 'export-edges',
    text: `SELECT id, terms_id AS "termsId", block, transaction FROM lineage_edge WHERE id = ANY($1::text[])`,
    values: [ids],
  })
}

/** Whether a child names it, on whichever chain: index on parent_id. */
async function isNamed(db: Snapshot, id: string): Promise<boolean> {
  const rows = await db.query({
    name: 'export-named',
    text: 'SELECT 1 FROM lineage_edge WHERE parent_id = $1 LIMIT 1',
    values: [id],
  })
  return rows.length > 0
}

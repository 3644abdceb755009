import DataLoader from 'dataloader'
import { columnList, type Row, tableAs } from '../entities/columns'
import type { EntityModel } from '../entities/entityModel'
import { linkedRow, type ResolverMap } from '../entities/entityResolvers'
import { grouped } from '../entities/grouped'
import type { RequestScope } from '../scope'

export const evidenceDefs = /* GraphQL */ `
  extend type LineageEdge {
    "what the chain has to say for it"
    evidence: LineageEvidence!
  }

  "What a link rests on."
  type LineageEvidence {
    "log that told it"
    chain: ID!
    contract: String!
    block: Int!
    transaction: String!
    logIndex: Int!
    "terms of the parent that were agreed to; null: none are told"
    terms: LicenseTerms
    "licences of the parent under these terms that the child's creator or owner had when it was made, the newest first, at most 20"
    licenses: [License!]!
    "what attesters say of the child, not revoked, the newest first, at most 20"
    attestations: [Attestation!]!
  }
`

/** Licences, and attestations, of one link. */
const MOST = 20

export function evidenceResolvers(model: EntityModel): ResolverMap {
  const edges = model.entity('LineageEdge')
  const terms = model.entity('LicenseTerms')
  const license = model.entity('License')
  const attestation = model.entity('Attestation')
  /** Indexes: license on model_id. An account is the same person's on each chain by its address. */
  const licenses = `SELECT e.id AS edge, l.* FROM lineage_edge e JOIN model c ON c.id = e.child_id
    CROSS JOIN LATERAL (
      SELECT ${columnList(license, 't')} FROM ${tableAs(license, 't')}
       WHERE t.model_id = e.parent_id AND t.terms_id = e.terms_id AND t.receiver_id IN (c.creator_id, c.owner_id)
         AND (t.block, t.log_index) <= (e.block, e.log_index)
       ORDER BY t.block DESC, t.log_index DESC, t.id COLLATE "C" LIMIT ${MOST}) l
   WHERE e.id = ANY($1::text[]) ORDER BY l.block DESC, l."logIndex" DESC, l.id COLLATE "C"`
  /** Index on model_id. */
  const attestations = `SELECT e.id AS edge, a.* FROM lineage_edge e
    CROSS JOIN LATERAL (
      SELECT ${columnList(attestation, 't')} FROM ${tableAs(attestation, 't')}
       WHERE t.model_id = e.child_id AND NOT t.revoked
       ORDER BY t.time DESC, t.id COLLATE "C" LIMIT ${MOST}) a
   WHERE e.id = ANY($1::text[]) ORDER BY a.time DESC, a.id COLLATE "C"`
  return {
    LineageEdge: {
      // A walk through the graph gives a part of an edge's fields.
      evidence: (source, _, { scope }) => scope.entities.row(edges, source.id),
    },
    LineageEvidence: {
      terms: (source, _, { scope }) =>
        source.termsId ? linkedRow(terms, source.termsId as string, scope) : null,
      licenses: (source, _, { scope }) => rowsOf(scope, 'evidence-licenses', licenses).load(source.id),
      attestations: (source, _, { scope }) =>
        rowsOf(scope, 'evidence-attestations', attestations).load(source.id),
    },
  }
}

/** Rows of links, in one statement for all that are asked about in the same place of the query. */
function rowsOf(scope: RequestScope, name: string, text: string): DataLoader<string, Row[]> {
  return scope.once(name, () => {
    return new DataLoader<string, Row[]>(async edges => {
      const rows = await scope.query<Row>({ name, text, values: [edges] })
      return grouped(edges, rows, row => row.edge)
    })
  })
}

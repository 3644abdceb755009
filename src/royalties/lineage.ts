import type { ShareEdge } from '../lineage/royaltyGraph'
import { NONE, shareOf } from '../lineage/share'
import type { Snapshot } from '../postgres/snapshot'

/** A lineage edge with what decides which fees it counts for. */
export interface FlowLink extends ShareEdge {
  /** of the child, which wrote it */
  chain: string
  /** block × 2^31 + log index: its place on its chain */
  position: bigint
  time: Date
  /** made after the child was registered: earlier fees do not flow along it. False: there from the child's birth on */
  late: boolean
}

export interface Reach {
  /** model -> least number of edges from a root, the roots themselves included */
  depths: Map<string, number>
  /** more models are reachable than were read */
  truncated: boolean
}

interface LinkRow {
  child: string
  parent: string
  numerator: string | null
  denominator: string | null
  onDemand: boolean
  policy: ShareEdge['policy']
  chain: string
  position: string
  time: Date
  late: boolean
}

const UP_TO = `AND EXISTS (SELECT FROM unnest($4::text[], $5::int[]) AS h(chain, height)
                            WHERE h.chain = e.chain AND h.height >= e.block)`

/**
 * Models reachable from some, breadth first, in the order of ids within a level. One statement a level; each model is
 * met once, so cycles end. With `asOf`, along edges of those chains at or below the heights alone. Indexes: lineage_edge
 * (child_id), (parent_id).
 */
export async function reach(
  db: Snapshot,
  roots: readonly string[],
  direction: 'ANCESTORS' | 'DESCENDANTS',
  maxNodes: number,
  asOf?: readonly { chain: string; height: number }[],
): Promise<Reach> {
  const [near, far] = direction === 'ANCESTORS' ? ['child_id', 'parent_id'] : ['parent_id', 'child_id']
  const depths = new Map(roots.map(root => [root, 0]))
  let frontier = [...depths.keys()]
  for (let depth = 1; frontier.length > 0; depth++) {
    const rows = await db.query<{ id: string }>({
      name: `flow-reach-${direction}${asOf ? '-as-of' : ''}`,
      text: `SELECT id
               FROM (SELECT DISTINCT ${far} AS id FROM lineage_edge e
                      WHERE ${near} = ANY ($1::text[]) AND ${far} <> ALL ($2::text[]) ${asOf ? UP_TO : ''}) found
              ORDER BY id COLLATE "C"
              LIMIT $3`,
      values: [
        frontier,
        [...depths.keys()],
        maxNodes - depths.size + 1,
        ...(asOf ? [asOf.map(({ chain }) => chain), asOf.map(({ height }) => height)] : []),
      ],
    })
    if (depths.size + rows.length > maxNodes) {
      for (const { id } of rows.slice(0, maxNodes - depths.size)) depths.set(id, depth)
      return { depths, truncated: true }
    }
    for (const { id } of rows) depths.set(id, depth)
    frontier = rows.map(({ id }) => id)
  }
  return { depths, truncated: false }
}

/** All edges that leave the models, those that carry no share too: absolute shares count paths over all of them. */
export async function linksOf(db: Snapshot, models: readonly string[], limit?: number): Promise<FlowLink[]> {
  const rows = await db.query<LinkRow>({
    name: 'flow-links',
    text: `SELECT e.child_id AS child, e.parent_id AS parent, e.share_numerator AS numerator,
                  e.share_denominator AS denominator, e.policy, e.chain,
                  e.policy_contract_id IS NOT NULL AS "onDemand",
                  e.block::bigint * 2147483648 + e.log_index AS position, e.time,
                  m.transaction IS DISTINCT FROM e.transaction AS late
             FROM lineage_edge e
             LEFT JOIN model m ON m.id = e.child_id
            WHERE e.child_id = ANY ($1::text[])
            ORDER BY e.id COLLATE "C"
            LIMIT $2`,
    values: [models, limit ?? null],
  })
  return rows.map(({ numerator, denominator, position, ...link }) => ({
    ...link,
    share: shareOf(numerator, denominator) ?? NONE,
    position: BigInt(position),
  }))
}

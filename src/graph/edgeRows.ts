import { shareOf } from '../lineage/share'
import type { LineageEdge } from './lineage'

/** An edge as the table has it: its share in two texts. */
export interface EdgeRow extends Omit<LineageEdge, 'share'> {
  numerator: string | null
  denominator: string | null
}

/** Columns of an EdgeRow, of `lineage_edge e`. */
export const EDGE_COLUMNS = `e.id, e.child_id AS "childId", e.parent_id AS "parentId", e.role, e.ordinal,
       e.share_ppm AS "sharePpm", e.policy, e.share_numerator AS numerator, e.share_denominator AS denominator`

/** Its fields in the order of LineageEdge: answers of the engines are compared as texts. */
export function edgeOfRow({ numerator, denominator, policy, ...edge }: EdgeRow): LineageEdge {
  return { ...edge, share: shareOf(numerator, denominator), policy }
}

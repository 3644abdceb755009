import type { Row } from '../entities/columns'
import type { RequestScope } from '../scope'
import { heightOf, loaderAt } from './loaderAt'

/** Of questions without a block: none is later. */
export const LAST_BLOCK = 2 ** 31 - 1

/**
 * By the newest magnitude not after the last slashable block, and the pod's factor: indexes magnitude_checkpoint_at,
 * restaked_position_change_at.
 */
const PAYABLE = `SELECT r.id, CASE WHEN w.completed_block <= $2 THEN r.paid_shares
      ELSE div(r.exit_shares * div(coalesce(m.magnitude, 1e18) * coalesce(p.beacon_factor, 1e18), 1e18), 1e18) END AS shares
    FROM exit_request r JOIN restaking_withdrawal w ON w.id = r.withdrawal_id
    LEFT JOIN LATERAL (SELECT beacon_factor FROM restaked_position_change
      WHERE position_id = r.pool_id || '|' || r.account_id AND block <= $2
      ORDER BY block DESC, log_index DESC, id COLLATE "C" DESC LIMIT 1) p ON true
    LEFT JOIN LATERAL (SELECT magnitude FROM magnitude_checkpoint
      WHERE operator_stake_id = r.pool_id || '|operator:' || split_part(w.operator_id, ':', 3)
        AND block <= least(w.slashable_until, $2) ORDER BY block DESC LIMIT 1) m ON true
    WHERE r.id = ANY ($1::text[])`

export async function payableShares(scope: RequestScope, { id }: Row, block: number): Promise<string> {
  const row = await loaderAt(scope, payableShares, 'payable-shares', PAYABLE).load({
    id: id as string,
    block,
  })
  return (row?.shares ?? '0') as string
}

/** Of a chain of which no height is known nothing is reached. Index: restaking_withdrawal_reached. */
const REACHED = `SELECT s.id, div(q.scaled * coalesce(m.magnitude, 1e18), 1e18) AS shares
    FROM operator_stake s
    CROSS JOIN LATERAL (SELECT least($2, ${heightOf('s.chain', '$2', 3)}) AS block) now
    CROSS JOIN LATERAL (SELECT coalesce(sum(r.exit_shares), 0) AS scaled
      FROM restaking_withdrawal w JOIN exit_request r ON r.withdrawal_id = w.id AND r.pool_id = s.pool_id
      WHERE w.operator_id = s.operator_id AND w.slashable_until >= now.block AND w.start_block <= now.block) q
    LEFT JOIN LATERAL (SELECT magnitude FROM magnitude_checkpoint
      WHERE operator_stake_id = s.id AND block <= now.block ORDER BY block DESC LIMIT 1) m ON true
    WHERE s.id = ANY ($1::text[])`

export async function slashableQueuedShares(
  scope: RequestScope,
  { id }: Row,
  block: number,
): Promise<string> {
  const loader = loaderAt(scope, slashableQueuedShares, 'slashable-queued-shares', REACHED, {
    isToldHeights: true,
  })
  return ((await loader.load({ id: id as string, block }))?.shares ?? '0') as string
}

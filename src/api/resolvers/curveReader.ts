import DataLoader from 'dataloader'
import type { CurveReserves } from '../../measures/poolValue'
import type { RequestScope } from '../scope'
import { amounts } from './amounts'

/** Reserves of a pool's curve; undefined: it has none, or it has graduated. Index on pool_id. */
export function curveOf(scope: RequestScope, pool: string): Promise<CurveReserves | undefined> {
  const loader = scope.once(curveOf, () => {
    return new DataLoader<string, CurveReserves | undefined>(async pools => {
      const rows = await scope.query<Record<string, string>>({
        name: 'curves-of-pools',
        text: `SELECT pool_id AS "poolId", reserve_token AS "reserveToken", reserve_asset AS "reserveAsset"
                 FROM bonding_curve WHERE pool_id = ANY($1::text[]) AND graduated_at IS NULL`,
        values: [pools],
      })
      const found = new Map(rows.map(row => [row.poolId, amounts(row, ['reserveToken', 'reserveAsset'])]))
      return pools.map(one => found.get(one))
    })
  })
  return loader.load(pool)
}

import DataLoader from 'dataloader'
import { grouped } from '../entities/grouped'
import type { RequestScope } from '../scope'
import { amounts } from './amounts'

const POOL_AMOUNTS = [
  'activeAssets',
  'exitingAssets',
  'slashedAssets',
  'compoundedAssets',
  'totalShares',
  'virtualAssets',
  'virtualShares',
] as const

/** A pool's amounts, wei. */
export type PoolAmounts = { id: string; modelId: string; assetId: string } & Record<
  (typeof POOL_AMOUNTS)[number],
  bigint
>

/** Pools of a model, in one statement for all models of the request: index on model_id. */
export function poolsOf(scope: RequestScope, model: string): Promise<PoolAmounts[]> {
  return scope.once(poolsOf, () => groupLoader(models => readPools(scope, models))).load(model)
}

/** Accounts with shares in any pool of a model. */
export function patronsOf(scope: RequestScope, model: string): Promise<number> {
  const loader = scope.once(patronsOf, () => {
    return new DataLoader<string, number>(async models => {
      const rows = await scope.query<{ modelId: string; patrons: number }>({
        name: 'stake-patrons',
        text: `SELECT model_id AS "modelId", count(DISTINCT account_id)::int AS patrons
                 FROM stake_position WHERE model_id = ANY($1::text[]) AND shares > 0 GROUP BY model_id`,
        values: [models],
      })
      const patrons = new Map(rows.map(row => [row.modelId, row.patrons]))
      return models.map(id => patrons.get(id) ?? 0)
    })
  })
  return loader.load(model)
}

/** Active stake on all models, by token. */
export function totalStake(scope: RequestScope): Promise<Map<string, bigint>> {
  return scope.once(totalStake, async () => {
    const rows = await scope.query<{ tokenId: string; active: string }>({
      name: 'stake-total',
      text: `SELECT asset_id AS "tokenId", sum(active_assets) AS active FROM stake_pool GROUP BY asset_id`,
    })
    return new Map(rows.map(row => [row.tokenId, BigInt(row.active)]))
  })
}

function groupLoader<T extends { modelId: string }>(read: (models: readonly string[]) => Promise<T[]>) {
  return new DataLoader<string, T[]>(async models => grouped(models, await read(models), row => row.modelId))
}

async function readPools(scope: RequestScope, models: readonly string[]): Promise<PoolAmounts[]> {
  const rows = await scope.query<Record<string, string>>({
    name: 'stake-pools',
    text: `SELECT id, model_id AS "modelId", asset_id AS "assetId", active_assets AS "activeAssets",
                  exiting_assets AS "exitingAssets", slashed_assets AS "slashedAssets",
                  compounded_assets AS "compoundedAssets", total_shares AS "totalShares",
                  virtual_assets AS "virtualAssets", virtual_shares AS "virtualShares"
             FROM stake_pool WHERE model_id = ANY($1::text[]) ORDER BY id COLLATE "C"`,
    values: [models],
  })
  return rows.map(row => ({
    id: row.id!,
    modelId: row.modelId!,
    assetId: row.assetId!,
    ...amounts(row, POOL_AMOUNTS),
  }))
}

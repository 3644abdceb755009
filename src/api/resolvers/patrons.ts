import DataLoader from 'dataloader'
import { type Influence, stakeShare } from '../../measures/influence'
import { grouped } from '../entities/grouped'
import type { RequestScope } from '../scope'

/*
 * Sums over all patrons of a model, made by the database: no model has too many of them. The formulas are those of
 * src/measures; each division but the floor of a position's assets is the last step, and is made there.
 */

/**
 * Assets of each position, floored as positionAssets does, by group `g`: a model and a token. `held`: each patron's, over
 * the group's pools. Indexes: stake_pool on model_id, stake_position on pool_id.
 */
const HELD = `pools AS MATERIALIZED (
    SELECT id, model_id AS "modelId", asset_id AS "tokenId", active_assets + virtual_assets AS assets,
           total_shares + virtual_shares AS all_shares, dense_rank() OVER (ORDER BY model_id, asset_id)::int AS g
      FROM stake_pool WHERE model_id = ANY ($1::text[]) AND total_shares + virtual_shares > 0),
  groups AS (SELECT DISTINCT g, "modelId", "tokenId" FROM pools),
  stakes AS (
    SELECT g, s.account_id, s.delegate_id, div(s.shares * assets, all_shares) AS stake
      FROM pools JOIN stake_position s ON s.pool_id = pools.id WHERE s.shares > 0),
  held AS (SELECT g, account_id, sum(stake) AS x FROM stakes GROUP BY 1, 2 HAVING sum(stake) > 0)`

/** Of one token staked on a model, wei. */
export interface Spread {
  tokenId: string
  patrons: number
  /** Σ x over patrons */
  total: bigint
  /** Σ x² */
  squares: bigint
  /** Σ i·x, the least first, i from 1 */
  ranked: bigint
  /** Σ of what steers for somebody else */
  delegated: bigint
}

type Sums = 'total' | 'squares' | 'ranked' | 'delegated'

export function spreadOf(scope: RequestScope, model: string): Promise<Spread[]> {
  const loader = scope.once(spreadOf, () =>
    byModel(async models => {
      const rows = await scope.query<{ modelId: string } & Omit<Spread, Sums> & Record<Sums, string>>({
        name: 'patrons-spread',
        text: `WITH ${HELD},
            placed AS (SELECT g, x, row_number() OVER (PARTITION BY g ORDER BY x) AS i FROM held),
            spread AS (SELECT g, count(*)::int AS patrons, sum(x) AS total, sum(x * x) AS squares, sum(i * x) AS ranked
                         FROM placed GROUP BY g),
            steered AS (SELECT g, sum(stake) AS delegated FROM stakes WHERE account_id <> delegate_id GROUP BY g)
          SELECT "modelId", "tokenId", patrons, total, squares, ranked, coalesce(delegated, 0) AS delegated
            FROM groups JOIN spread USING (g) LEFT JOIN steered USING (g)`,
        values: [models],
      })
      return rows.map(({ total, squares, ranked, delegated, ...row }) => ({
        ...row,
        total: BigInt(total),
        squares: BigInt(squares),
        ranked: BigInt(ranked),
        delegated: BigInt(delegated),
      }))
    }),
  )
  return loader.load(model)
}

/** Least number of patrons who hold more than the threshold: those before whom it is not yet passed. */
export function nakamotoOf(
  scope: RequestScope,
  modelId: string,
  ppm: number,
): Promise<{ tokenId: string; count: number }[]> {
  const loader = scope.once(nakamotoOf, () => {
    type Key = { modelId: string; ppm: number }
    const keyOf = (key: Key) => `${key.modelId} ${key.ppm}`
    return new DataLoader<Key, { tokenId: string; count: number }[], string>(
      async keys => {
        const rows = await scope.query<Key & { tokenId: string; count: number }>({
          name: 'patrons-nakamoto',
          text: `WITH ${HELD},
            running AS (
              SELECT g, x, sum(x) OVER (PARTITION BY g) AS total,
                     sum(x) OVER (PARTITION BY g ORDER BY x DESC ROWS UNBOUNDED PRECEDING) AS upto
                FROM held)
          SELECT "modelId", "tokenId", ppm, count(*)::int AS count
            FROM running CROSS JOIN unnest($2::int[]) AS t (ppm) JOIN groups USING (g)
           WHERE (upto - x) * 1000000 <= total * ppm GROUP BY 1, 2, 3`,
          values: [[...new Set(keys.map(key => key.modelId))], [...new Set(keys.map(key => key.ppm))]],
        })
        return grouped(keys.map(keyOf), rows, keyOf)
      },
      { cacheKeyFn: keyOf },
    )
  })
  return loader.load({ modelId, ppm })
}

/** The most influential of each token, or one account alone (CAIP-10, or an address). */
export function influenceOf(
  scope: RequestScope,
  model: string,
  account: string | null,
  first: number,
): Promise<(Influence & { tokenId: string })[]> {
  const loader = scope.once(`influence ${account} ${first}`, () =>
    byModel(async models => {
      const rows = await scope.query<
        Record<'modelId' | 'tokenId' | 'account' | 'own' | 'delegated' | 'total', string>
      >({
        name: 'patrons-influence',
        text: `WITH ${HELD},
            steering AS (
              SELECT g, delegate_id, sum(stake) AS y, coalesce(sum(stake) FILTER (WHERE account_id = delegate_id), 0) AS own
                FROM stakes GROUP BY 1, 2 HAVING sum(stake) > 0),
            placed AS (SELECT *, sum(y) OVER (PARTITION BY g) AS total,
                              row_number() OVER (PARTITION BY g ORDER BY y DESC, delegate_id COLLATE "C") AS place
                         FROM steering)
          SELECT "modelId", "tokenId", delegate_id AS account, own, y - own AS delegated, total
            FROM placed JOIN groups USING (g)
           WHERE CASE WHEN $2::text IS NULL THEN place <= $3::int
                      ELSE delegate_id = $2 OR right(delegate_id, length($2) + 1) = ':' || $2 END
           ORDER BY "tokenId" COLLATE "C", place`,
        values: [models, account, first],
      })
      return rows.map(({ own, delegated, total, ...row }) => ({
        ...row,
        own: BigInt(own),
        delegated: BigInt(delegated),
        share: stakeShare(BigInt(own) + BigInt(delegated), BigInt(total)) ?? 0,
      }))
    }),
  )
  return loader.load(model).then(all => (account === null ? all : firstOfEach(all, first)))
}

/** An address may have an account on several chains. */
function firstOfEach<T extends { tokenId: string }>(rows: T[], first: number): T[] {
  const seen = new Map<string, number>()
  return rows.filter(({ tokenId }) => {
    const place = (seen.get(tokenId) ?? 0) + 1
    seen.set(tokenId, place)
    return place <= first
  })
}

function byModel<T extends { modelId: string }>(
  read: (models: readonly string[]) => Promise<T[]>,
): DataLoader<string, T[]> {
  return new DataLoader<string, T[]>(async models => grouped(models, await read(models), row => row.modelId))
}

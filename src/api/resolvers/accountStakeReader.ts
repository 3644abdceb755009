import DataLoader from 'dataloader'
import type { RequestScope } from '../scope'
import { DAY_MS } from './stakeChanges'

/** An address that is asked for on all chains stands for several accounts. */
export function keyOf(ids: readonly string[]): string {
  return ids.join(' ')
}

/** Positions of each key's accounts. Index: stake_position on account_id. */
const POSITIONS = `unnest($1::text[]) WITH ORDINALITY k (key, i)
    JOIN stake_position s ON s.account_id = ANY (string_to_array(k.key, ' '))
    JOIN stake_pool p ON p.id = s.pool_id`

/** Worth of shares, floored as positionAssets does. */
const worth = (shares: string, assets: string, all: string) =>
  `CASE WHEN ${all} > 0 THEN div(${shares} * ${assets}, ${all}) ELSE 0 END`

interface Concentration {
  tokenId: string
  models: number
  total: string
  squares: string
  largest: string
  delegated: string
}

export function concentrationOf(scope: RequestScope) {
  return byKey<Concentration>(scope, 'account-concentration', [], {
    name: 'account-concentration',
    text: `WITH stakes AS (
        SELECT k.i, p.asset_id, coalesce(p.model_id, p.id) AS what, s.account_id <> s.delegate_id AS steered,
               ${worth('s.shares', '(p.active_assets + p.virtual_assets)', '(p.total_shares + p.virtual_shares)')} AS stake
          FROM ${POSITIONS} WHERE s.shares > 0),
      held AS (SELECT i, asset_id, what, sum(stake) AS x, coalesce(sum(stake) FILTER (WHERE steered), 0) AS steered
                 FROM stakes GROUP BY 1, 2, 3)
      SELECT i::int AS i, asset_id AS "tokenId", count(*)::int AS models, sum(x)::text AS total, sum(x * x)::text AS squares,
             max(x)::text AS largest, sum(steered)::text AS delegated
        FROM held GROUP BY 1, 2 ORDER BY asset_id COLLATE "C"`,
  })
}

interface Exits {
  tokenId: string
  waiting: number
  oldestAt: Date
  amount: string
  withdrawable: string
}

/** Index: exit_request on account_id. Floored by request, as exitValue does. */
export function exitsOf(scope: RequestScope, now: number) {
  return byKey<Exits>(scope, 'account-exits', [new Date(now).toISOString()], {
    name: 'account-exits',
    text: `SELECT i::int AS i, asset_id AS "tokenId", count(*)::int AS waiting, min(requested_at) AS "oldestAt",
        sum(value)::text AS amount, coalesce(sum(value) FILTER (WHERE ready_at <= $2::timestamptz), 0)::text AS withdrawable
      FROM (SELECT k.i, p.asset_id, r.requested_at, r.ready_at,
                   ${worth('r.exit_shares', 'p.exiting_assets', 'p.total_exit_shares')} AS value
              FROM unnest($1::text[]) WITH ORDINALITY k (key, i)
              JOIN exit_request r ON r.account_id = ANY (string_to_array(k.key, ' '))
              JOIN stake_pool p ON p.id = r.pool_id
             WHERE r.status = 'PENDING' AND r.withdrawal_id IS NULL) pending
     GROUP BY 1, 2 ORDER BY asset_id COLLATE "C"`,
  })
}

interface Moved {
  tokenId: string
  now: string
  then: string
  inflow: string
  unstaked: string
  /** Σ change × seconds from it to the end */
  flowSeconds: string
  transfers: number
}

/**
 * What the positions are worth now and were worth so many days before: a pool's shares and assets of then by the primary
 * key of stake_pool_at, and the account's back from what it has by what it moved since: whole days of stake_account_day
 * (its key), and of the day in which it begins the events (index of stake_event on account_id).
 */
export function movedIn(scope: RequestScope, now: number, days: number) {
  const since = now - days * DAY_MS
  const wholeDays = (Math.floor(since / DAY_MS) + 1) * DAY_MS
  const times = [now, since, wholeDays].map(time => new Date(time).toISOString())
  return byKey<Moved>(scope, `account-moved ${days}`, times, {
    name: 'account-moved',
    text: `WITH whose AS (SELECT DISTINCT unnest(string_to_array(key, ' ')) AS account_id FROM unnest($1::text[]) k (key)),
      own AS (
        SELECT account_id, pool_id, sum(shares) AS shares, sum(inflow) AS inflow, sum(unstaked) AS unstaked,
               sum(moment) AS moment, sum(transfers) AS transfers
          FROM (SELECT account_id, d.pool_id, d.shares, d.inflow, d.unstaked, d.moment, d.transfers
                  FROM whose JOIN stake_account_day d USING (account_id) WHERE d.day >= $4::timestamptz
                UNION ALL
                SELECT account_id, e.pool_id, e.shares_delta,
                       CASE e.kind WHEN 'STAKE' THEN e.active_delta ELSE 0 END,
                       CASE WHEN e.kind IN ('WITHDRAW', 'EXIT_REQUEST') THEN -e.active_delta ELSE 0 END,
                       CASE WHEN e.kind IN ('STAKE', 'WITHDRAW', 'EXIT_REQUEST') THEN e.active_delta * extract(epoch FROM e.time) ELSE 0 END,
                       CASE WHEN e.kind IN ('TRANSFER_IN', 'TRANSFER_OUT') THEN 1 ELSE 0 END
                  FROM whose JOIN stake_event e USING (account_id)
                 WHERE e.time > $3::timestamptz AND e.time < $4::timestamptz) moved
         GROUP BY 1, 2),
      moved AS (
        SELECT k.i, p.asset_id, coalesce(own.inflow, 0) AS inflow, coalesce(own.unstaked, 0) AS unstaked,
               coalesce(own.transfers, 0) AS transfers,
               coalesce((own.inflow - own.unstaked) * extract(epoch FROM $2::timestamptz) - own.moment, 0) AS flow_seconds,
               ${worth('s.shares', '(p.active_assets + p.virtual_assets)', '(p.total_shares + p.virtual_shares)')} AS now,
               ${worth('(s.shares - coalesce(own.shares, 0))', '(coalesce(pool.active, 0) + p.virtual_assets)', '(coalesce(pool.shares, 0) + p.virtual_shares)')} AS before
          FROM ${POSITIONS}
          LEFT JOIN own ON own.account_id = s.account_id AND own.pool_id = s.pool_id
          LEFT JOIN LATERAL (
            SELECT u.shares, u.active FROM stake_pool_at u WHERE u.pool_id = p.id AND u.time <= $3::timestamptz
             ORDER BY u.time DESC, u.block DESC LIMIT 1) pool ON true)
      SELECT i::int AS i, asset_id AS "tokenId", sum(now)::text AS now, sum(before)::text AS then, sum(inflow)::text AS inflow,
             sum(unstaked)::text AS unstaked, floor(sum(flow_seconds))::text AS "flowSeconds", sum(transfers)::int AS transfers
        FROM moved GROUP BY 1, 2 ORDER BY asset_id COLLATE "C"`,
  })
}

/** Rows of each key's accounts, in one statement for all that are asked about in the same place of the query. */
function byKey<T>(
  scope: RequestScope,
  once: string,
  values: readonly unknown[],
  statement: { name: string; text: string },
): DataLoader<string, T[]> {
  return scope.once(once, () => {
    return new DataLoader<string, T[]>(async keys => {
      const rows = await scope.query<T & { i: number }>({ ...statement, values: [keys, ...values] })
      const found: T[][] = keys.map(() => [])
      for (const row of rows) found[row.i - 1]!.push(row)
      return found
    })
  })
}

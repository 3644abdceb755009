import DataLoader from 'dataloader'
import { hhiOfSums } from '../../measures/hhi'
import { ratio } from '../../measures/ratio'
import { change, churn } from '../../measures/stakeOverTime'
import { yearlyReturn } from '../../measures/yield'
import type { EntityModel } from '../entities/entityModel'
import { idsOf, type ResolverMap } from '../entities/entityResolvers'
import type { RequestScope } from '../scope'
import { userError } from '../userError'
import { tokenOf } from './tokenAmount'
import { newestTime } from './usd'

export const accountStakeDefs = /* GraphQL */ `
  extend type Account {
    "what it stakes, in all pools with shares"
    stake: AccountStake!
  }

  "What an account stakes, by token. Its stake in a pool is what its shares are worth: see StakePosition.assets."
  type AccountStake {
    "how it is spread over models; empty where nothing is staked"
    concentration: [AccountConcentration!]!
    "its requests in the exit queues, by token; those of restaking are in restakingWithdrawals"
    exitQueue: [ExitQueue!]!
    "against 24 hours and 7 days before the newest indexed block: what it brought and took, yield and slashes together"
    changes: [StakeChanges!]!
    "how it moved in the last days before the newest indexed block, 1 to 366 of them"
    activity(days: Int = 30): [AccountActivity!]!
  }

  type AccountConcentration {
    tokenId: ID!
    token: Token
    amount: BigInt!
    "models that it stakes on; a pool of no model counts as one"
    models: Int!
    "Herfindahl-Hirschman index, Σ (model's share in percent)²: 10000 = all on one model; null: its shares are worth nothing"
    hhi: Float
    "part that is on the model with most of it, 0 to 1"
    largestShare: Float
    "part whose influence it delegated to others, 0 to 1"
    delegatedShare: Float
  }

  type AccountActivity {
    tokenId: ID!
    token: Token
    from: DateTime!
    "of the newest indexed block"
    to: DateTime!
    "what it brought, wei"
    inflow: BigInt!
    "what it took back: withdrawn, or put into the exit queue, wei"
    unstaked: BigInt!
    "signed: yield less slashes, what its stake came to without inflow and unstaked, wei; null: shares were transferred meanwhile"
    earned: BigInt
    "unstaked over the average stake, as it was brought; null: nothing was staked"
    churn: Float
    "yearly rate of earned over the average stake, signed, simple interest; null: as earned, or nothing was staked"
    apr: Float
  }
`

const DAY_SECONDS = 86_400
const MOST_DAYS = 366

export function accountStakeResolvers(model: EntityModel): ResolverMap {
  return {
    Account: { stake: source => ({ id: source.id, ids: idsOf(source) }) },
    AccountStake: {
      concentration: async (source, _, { scope }) => {
        const rows = await concentrationOf(scope).load(keyOf(idsOf(source)))
        return rows.map(({ total, squares, largest, delegated, ...row }) => ({
          ...row,
          amount: total,
          hhi: hhiOfSums(BigInt(total), BigInt(squares)),
          largestShare: ratio(BigInt(largest), BigInt(total), 6),
          delegatedShare: ratio(BigInt(delegated), BigInt(total), 6),
        }))
      },
      exitQueue: async (source, _, { scope }) => {
        const now = await newestTime(scope)
        const rows = await exitsOf(scope, now).load(keyOf(idsOf(source)))
        return rows.map(row => ({
          ...row,
          oldestSeconds: Math.max(0, Math.floor((now - row.oldestAt.getTime()) / 1000)),
        }))
      },
      changes: async (source, _, { scope }) => {
        const key = keyOf(idsOf(source))
        const now = await newestTime(scope)
        const [day, week] = await Promise.all([1, 7].map(days => movedIn(scope, now, days).load(key)))
        return week!.map(({ tokenId, ...row }) => {
          const dayBefore = BigInt(day!.find(one => one.tokenId === tokenId)!.then)
          const [held, weekBefore] = [BigInt(row.now), BigInt(row.then)]
          return {
            tokenId,
            day: held - dayBefore,
            dayShare: change(held, dayBefore),
            week: held - weekBefore,
            weekShare: change(held, weekBefore),
          }
        })
      },
      activity: async (source, { days }: { days: number }, { scope }) => {
        if (days < 1 || days > MOST_DAYS)
          throw userError('BAD_USER_INPUT', `days: ${days}`, `give 1 to ${MOST_DAYS}`)
        const to = await newestTime(scope)
        const from = new Date(to - days * DAY_SECONDS * 1000)
        const seconds = BigInt(days * DAY_SECONDS)
        const rows = await movedIn(scope, to, days).load(keyOf(idsOf(source)))
        return rows.map(({ tokenId, transfers, ...row }) => {
          const [inflow, unstaked, then] = [BigInt(row.inflow), BigInt(row.unstaked), BigInt(row.then)]
          const earned = transfers > 0 ? null : BigInt(row.now) - then - inflow + unstaked
          const assetSeconds = then * seconds + BigInt(row.flowSeconds)
          return {
            tokenId,
            from,
            to: new Date(to),
            inflow,
            unstaked,
            earned,
            churn: churn(unstaked, seconds, assetSeconds),
            apr: earned === null ? null : yearlyReturn(earned, assetSeconds),
          }
        })
      },
    },
    AccountConcentration: { token: tokenOf(model) },
    AccountActivity: { token: tokenOf(model) },
  }
}

/** An address that is asked for on all chains stands for several accounts. */
function keyOf(ids: readonly string[]): string {
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

function concentrationOf(scope: RequestScope) {
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
function exitsOf(scope: RequestScope, now: number) {
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
 * What the positions are worth now and were worth so many days before, back from what is there by the changes since: a
 * pool's shares and assets then, and the account's. Index: stake_event on pool_id.
 */
function movedIn(scope: RequestScope, now: number, days: number) {
  const times = [new Date(now).toISOString(), new Date(now - days * DAY_SECONDS * 1000).toISOString()]
  return byKey<Moved>(scope, `account-moved ${days}`, times, {
    name: 'account-moved',
    text: `WITH moved AS (
        SELECT k.i, p.asset_id, own.*,
               ${worth('s.shares', '(p.active_assets + p.virtual_assets)', '(p.total_shares + p.virtual_shares)')} AS now,
               ${worth('(s.shares - own.shares)', '(p.active_assets - pool.active + p.virtual_assets)', '(p.total_shares - pool.shares + p.virtual_shares)')} AS before
          FROM ${POSITIONS}
          CROSS JOIN LATERAL (
            SELECT coalesce(sum(e.shares_delta), 0) AS shares, coalesce(sum(e.active_delta), 0) AS active
              FROM stake_event e WHERE e.pool_id = p.id AND e.time > $3::timestamptz) pool
          CROSS JOIN LATERAL (
            SELECT coalesce(sum(e.shares_delta), 0) AS shares,
                   coalesce(sum(e.active_delta) FILTER (WHERE e.kind = 'STAKE'), 0) AS inflow,
                   coalesce(-sum(e.active_delta) FILTER (WHERE e.kind IN ('WITHDRAW', 'EXIT_REQUEST')), 0) AS unstaked,
                   coalesce(sum(e.active_delta * floor(extract(epoch FROM $2::timestamptz - e.time)))
                     FILTER (WHERE e.kind IN ('STAKE', 'WITHDRAW', 'EXIT_REQUEST')), 0) AS flow_seconds,
                   count(*) FILTER (WHERE e.kind IN ('TRANSFER_IN', 'TRANSFER_OUT')) AS transfers
              FROM stake_event e
             WHERE e.pool_id = p.id AND e.account_id = s.account_id AND e.time > $3::timestamptz) own)
      SELECT i::int AS i, asset_id AS "tokenId", sum(now)::text AS now, sum(before)::text AS then, sum(inflow)::text AS inflow,
             sum(unstaked)::text AS unstaked, sum(flow_seconds)::text AS "flowSeconds", sum(transfers)::int AS transfers
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

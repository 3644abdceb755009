import DataLoader from 'dataloader'
import { change, churn } from '../../measures/stakeOverTime'
import { yearlyRate } from '../../measures/yield'
import type { EntityModel } from '../entities/entityModel'
import type { ResolverMap } from '../entities/entityResolvers'
import { grouped } from '../entities/grouped'
import type { RequestScope } from '../scope'
import { userError } from '../userError'
import { DAY_MS } from './stakeChanges'
import { poolsOf } from './stakeReader'
import { sumByToken, tokenOf } from './tokenAmount'
import { newestTime } from './usd'

export const stakeActivityDefs = /* GraphQL */ `
  extend type ModelStake {
    "how stake moved on the last whole days, UTC, 1 to 366 of them, by token. Formulas: src/measures"
    activity(days: Int = 30): [StakeActivity!]!
    "the exit queues of its pools, by token; empty where nobody waits"
    exitQueue: [ExitQueue!]!
    "active and exiting, against 24 hours and 7 days before the newest indexed block, by token"
    changes: [StakeChanges!]!
  }

  type StakeActivity {
    tokenId: ID!
    token: Token
    from: DateTime!
    "exclusive"
    to: DateTime!
    "what patrons brought, wei"
    inflow: BigInt!
    "what was paid out, wei"
    outflow: BigInt!
    "added without shares: fees and rewards, wei"
    compounded: BigInt!
    "taken by slashes, wei"
    slashed: BigInt!
    "taken back by patrons: withdrawn, or put into the exit queue, wei"
    unstaked: BigInt!
    "active stake over the time, floored, wei"
    averageStake: BigInt!
    "unstaked over the average stake; null: nothing was staked"
    churn: Float
    "yearly rate of what was compounded over the average stake, 0.05 = 5 %, simple interest; null: nothing was staked"
    apr: Float
  }

  type ExitQueue {
    tokenId: ID!
    token: Token
    "requests that are not paid"
    waiting: Int!
    "when the oldest of them was made"
    oldestAt: DateTime!
    "its age at the newest indexed block"
    oldestSeconds: Int!
    "what they would be paid now, after the slashes so far, wei"
    amount: BigInt!
    "of it, what can be withdrawn now: the wait is over at the newest indexed block, wei"
    withdrawable: BigInt!
  }

  type StakeChanges {
    tokenId: ID!
    token: Token
    "wei, signed"
    day: BigInt!
    "over what was there 24 hours before; null: nothing was"
    dayShare: Float
    "wei, signed"
    week: BigInt!
    "over what was there 7 days before; null: nothing was"
    weekShare: Float
  }
`

const MOST_DAYS = 366

export function stakeActivityResolvers(model: EntityModel): ResolverMap {
  return {
    ModelStake: {
      activity: (source, { days }: { days: number }, { scope }) => {
        if (days < 1 || days > MOST_DAYS)
          throw userError('BAD_USER_INPUT', `days: ${days}`, `give 1 to ${MOST_DAYS}`)
        return activityOf(scope, source.id, days)
      },
      exitQueue: (source, _, { scope }) => exitQueueOf(scope, source.id),
      changes: (source, _, { scope }) => changesOf(scope, source.id),
    },
    StakeActivity: { token: tokenOf(model) },
    ExitQueue: { token: tokenOf(model) },
    StakeChanges: { token: tokenOf(model) },
  }
}

const SUMS = ['inflow', 'outflow', 'compounded', 'slashed', 'unstaked', 'stakeSeconds'] as const

/** One statement for all models: index of stake_day on model_id. Stake × seconds are exact: see StakeDay.activeSeconds. */
async function activityOf(scope: RequestScope, model: string, days: number) {
  const to = Math.floor((await newestTime(scope)) / DAY_MS) * DAY_MS
  const from = to - days * DAY_MS
  const loader = scope.once(`activity ${days}`, () =>
    byModel(models =>
      scope.query<{ modelId: string; tokenId: string } & Record<(typeof SUMS)[number], string>>({
        name: 'stake-activity',
        text: `SELECT model_id AS "modelId", asset_id AS "tokenId",
            ${['inflow', 'outflow', 'compounded', 'slashed', 'unstaked']
              .map(name => `coalesce(sum(${name}) FILTER (WHERE day >= $2::timestamptz), 0)::text AS ${name}`)
              .join(', ')},
            sum(CASE WHEN day < $2::timestamptz THEN active_delta * extract(epoch FROM $3::timestamptz - $2::timestamptz)::bigint
                     ELSE active_seconds + active_delta * (extract(epoch FROM $3::timestamptz - day)::bigint - 86400)
                END)::text AS "stakeSeconds"
          FROM stake_day WHERE model_id = ANY ($1::text[]) AND day < $3::timestamptz
         GROUP BY 1, 2 ORDER BY asset_id COLLATE "C"`,
        values: [models, new Date(from).toISOString(), new Date(to).toISOString()],
      }),
    ),
  )
  const seconds = BigInt((to - from) / 1000)
  return (await loader.load(model)).map(row => {
    const { inflow, outflow, compounded, slashed, unstaked, stakeSeconds } = Object.fromEntries(
      SUMS.map(name => [name, BigInt(row[name])]),
    ) as Record<(typeof SUMS)[number], bigint>
    return {
      tokenId: row.tokenId,
      from: new Date(from),
      to: new Date(to),
      inflow,
      outflow,
      compounded,
      slashed,
      unstaked,
      averageStake: stakeSeconds / seconds,
      churn: churn(unstaked, seconds, stakeSeconds),
      apr: rateOrNone(yearlyRate(compounded, stakeSeconds)),
    }
  })
}

/** One statement for all models: index of exit_request on model_id. Floored by request, as exitValue does. */
async function exitQueueOf(scope: RequestScope, model: string) {
  const now = await newestTime(scope)
  const loader = scope.once(exitQueueOf, () =>
    byModel(models =>
      scope.query<{
        modelId: string
        tokenId: string
        waiting: number
        oldestAt: Date
        amount: string
        withdrawable: string
      }>({
        name: 'stake-exit-queue',
        text: `SELECT model_id AS "modelId", asset_id AS "tokenId", count(*)::int AS waiting, min(requested_at) AS "oldestAt",
            sum(value)::text AS amount, coalesce(sum(value) FILTER (WHERE ready_at <= $2::timestamptz), 0)::text AS withdrawable
          FROM (SELECT r.model_id, p.asset_id, r.requested_at, r.ready_at,
                       CASE WHEN p.total_exit_shares = 0 THEN 0
                            ELSE div(r.exit_shares * p.exiting_assets, p.total_exit_shares) END AS value
                  FROM exit_request r JOIN stake_pool p ON p.id = r.pool_id
                 WHERE r.model_id = ANY ($1::text[]) AND r.status = 'PENDING' AND r.withdrawal_id IS NULL) pending
         GROUP BY 1, 2 ORDER BY asset_id COLLATE "C"`,
        values: [models, new Date(now).toISOString()],
      }),
    ),
  )
  return (await loader.load(model)).map(row => ({
    ...row,
    oldestSeconds: Math.max(0, Math.floor((now - row.oldestAt.getTime()) / 1000)),
  }))
}

/** What is there now, and what was there then: see heldBefore. */
async function changesOf(scope: RequestScope, model: string) {
  const now = (await newestTime(scope)) + 1
  const [pools, held] = await Promise.all([poolsOf(scope, model), heldBefore(scope, now).load(model)])
  const amounts = pools.map(pool => ({
    tokenId: pool.assetId,
    amount: pool.activeAssets + pool.exitingAssets,
  }))
  const before = new Map(held.map(row => [row.tokenId, row]))
  return sumByToken(amounts).map(({ tokenId, amount }) => {
    const then = before.get(tokenId)
    const [day, week] = [amount - BigInt(then?.day ?? 0), amount - BigInt(then?.week ?? 0)]
    return {
      tokenId,
      day,
      dayShare: change(amount, amount - day),
      week,
      weekShare: change(amount, amount - week),
    }
  })
}

/** Stake, active and exiting, of models a day and a week before a time, by token: primary key of stake_pool_at. */
function heldBefore(scope: RequestScope, now: number) {
  const before = (days: number) =>
    `(SELECT s.active + s.exiting FROM stake_pool_at s WHERE s.pool_id = p.id
         AND s.time < $2::timestamptz - ${days} * interval '24 hours' ORDER BY s.time DESC, s.block DESC LIMIT 1)`
  return scope.once(heldBefore, () =>
    byModel(models =>
      scope.query<{ modelId: string; tokenId: string; day: string | null; week: string | null }>({
        name: 'stake-held-before',
        text: `SELECT p.model_id AS "modelId", p.asset_id AS "tokenId", sum(${before(1)})::text AS day, sum(${before(7)})::text AS week
                 FROM stake_pool p WHERE p.model_id = ANY ($1::text[]) GROUP BY 1, 2`,
        values: [models, new Date(now).toISOString()],
      }),
    ),
  )
}

/** JSON has no infinity: anyone can stake one wei and add 2^200 to it. */
function rateOrNone(rate: number | null): number | null {
  return rate !== null && rate < 1e9 ? rate : null
}

function byModel<T extends { modelId: string }>(read: (models: readonly string[]) => Promise<T[]>) {
  return new DataLoader<string, T[]>(async models => grouped(models, await read(models), row => row.modelId))
}

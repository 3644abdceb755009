import { hhiOfSums } from '../../measures/hhi'
import { ratio } from '../../measures/ratio'
import { change, churn } from '../../measures/stakeOverTime'
import { yearlyReturn } from '../../measures/yield'
import type { EntityModel } from '../entities/entityModel'
import { idsOf, type ResolverMap } from '../entities/entityResolvers'
import { userError } from '../userError'
import { concentrationOf, exitsOf, keyOf, movedIn } from './accountStakeReader'
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

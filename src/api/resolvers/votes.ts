import DataLoader from 'dataloader'
import { voteInfluence, voteShare } from '../../measures/influence'
import {
  type Lock,
  type VoteFormula,
  type VoteRules,
  voteBalance,
  votePower,
} from '../../measures/voteBalance'
import type { Row } from '../entities/columns'
import type { EntityModel } from '../entities/entityModel'
import { linkedRow, type ResolverMap } from '../entities/entityResolvers'
import type { RequestScope } from '../scope'
import { accountFilter, checkedFirst } from './accountFilter'
import { chainTime } from './chainTime'
import { tokenOf } from './tokenAmount'
import { allWeights, relativeWeightOf, votersOf, weightOfGauge, weightsOf } from './voteWeights'

export const votesDefs = /* GraphQL */ `
  extend type ModelStake {
    """
    Votes of vote escrows that steer to the model, whichever chain they are cast on, by the token that is locked. Weights
    decline with the locks: they are those at each chain's newest indexed block. Beside the stake, never added to it.
    """
    votes: [ModelVotes!]!
    "Who steers with votes: the most influential first, or one account alone (CAIP-10, or an address)"
    voteInfluence(account: ID, first: Int = 10): [VoteInfluence!]!
  }

  "A model's part of all votes. Formulas: src/measures/influence.ts and voteBalance.ts."
  type ModelVotes {
    tokenId: ID!
    token: Token
    "Σ weights of its gauges, wei of votes"
    weight: BigInt!
    "Σ weights of all gauges, also of those whose model is not known"
    allWeight: BigInt!
    "weight over allWeight, 0 to 1; null: nothing has a weight"
    share: Float
    "accounts whose votes count"
    voters: Int!
  }

  type VoteInfluence {
    tokenId: ID!
    token: Token
    account: Account!
    "weight of its votes for the model"
    votes: BigInt!
    "of all accounts' votes for the model in this token, 0 to 1"
    share: Float!
  }

  extend type VoteLock {
    "votes at a time, by formula, without a row for it; without one: at the chain's newest indexed block"
    balance(at: DateTime): BigInt!
  }

  extend type SteeringVote {
    "what it weighs at a time from its cast on, were it not replaced; without one: at the chain's newest indexed block; null: it was not cast then"
    weight(at: DateTime): BigInt
  }

  extend type VoteGauge {
    "baseWeight + Σ votes at the chain's newest indexed block, at least 0"
    weight: BigInt!
    """
    Its part of all that its controller steers in the week of a time, 10^18 = all (Curve: gauge_relative_weight). Votes and
    weights count from the week after they were told: without a time that of the week after the chain's newest indexed block.
    Null: one of them was told in that week, or later.
    """
    relativeWeight(at: DateTime): BigInt
  }
`

export function votesResolvers(model: EntityModel): ResolverMap {
  const account = model.entity('Account')
  const pools = model.entity('StakePool')
  const rulesOf = async (scope: RequestScope, row: Row): Promise<VoteRules | undefined> => {
    const pool = await scope.entities.row(pools, row.poolId as string)
    if (!pool?.voteFormula) return undefined
    return { formula: pool.voteFormula as VoteFormula, maxLock: BigInt(pool.maxLockSeconds as number) }
  }
  return {
    ModelStake: {
      votes: async (source, _, { scope }) => {
        const own = await weightsOf(scope, source.id)
        const all = own.length === 0 ? undefined : await allWeights(scope)
        return own.map(({ tokenId, weight, voters }) => {
          const allWeight = all?.get(tokenId) ?? 0n
          return { tokenId, weight, allWeight, share: voteShare(weight, allWeight), voters }
        })
      },
      voteInfluence: async (source, args: { account?: string | null; first: number }, { scope }) => {
        const only = accountFilter(args.account)
        const first = checkedFirst(args.first)
        const voters = await votersOf(scope, source.id)
        return [...new Set(voters.map(({ tokenId }) => tokenId))].flatMap(tokenId =>
          voteInfluence(voters.filter(voter => voter.tokenId === tokenId))
            .filter(one => only(one.account))
            .slice(0, first)
            .map(one => ({ ...one, tokenId })),
        )
      },
    },
    ModelVotes: { token: tokenOf(model) },
    VoteInfluence: {
      token: tokenOf(model),
      account: (source, _, { scope }) => linkedRow(account, source.account as string, scope),
    },
    VoteLock: {
      balance: async (source, { at }: { at?: Date | null }, { scope }) => {
        const time = at?.getTime() ?? (await chainTime(scope, source.chain as string))
        const rules = await rulesOf(scope, source)
        const lock = time < (source.time as Date).getTime() ? await lockAt(scope, source.id, time) : source
        return rules && lock ? voteBalance(lockOf(lock), rules, seconds(time)) : 0n
      },
    },
    SteeringVote: {
      weight: async (source, { at }: { at?: Date | null }, { scope }) => {
        const time = at?.getTime() ?? (await chainTime(scope, source.chain as string))
        if (at && time < (source.time as Date).getTime()) return null
        const rules = await rulesOf(scope, source)
        const vote = { ...lockOf(source), weightBps: source.weightBps as number }
        return rules ? votePower(vote, rules, seconds(time)) : 0n
      },
    },
    VoteGauge: {
      weight: (source, _, { scope }) => weightOfGauge(scope, source.id),
      relativeWeight: async (source, { at }: { at?: Date | null }, { scope }) => {
        const time = at?.getTime() ?? (await chainTime(scope, source.chain as string)) + WEEK_MS
        return relativeWeightOf(scope, source.id, Math.floor(time / 1000))
      },
    },
  }
}

const WEEK_MS = 604_800_000

/** A lock as it was at a time before its last change: index on lock_id. Undefined: it was not yet. */
function lockAt(scope: RequestScope, id: string, time: number): Promise<Row | undefined> {
  const loader = scope.once(lockAt, () => {
    return new DataLoader<{ id: string; time: number }, Row | undefined, string>(
      async asked => {
        const found = new Map<string, Row>()
        for (const time of new Set(asked.map(one => one.time))) {
          const ids = asked.filter(one => one.time === time).map(one => one.id)
          const rows = await scope.query<Row>({
            name: 'vote-lock-then',
            text: `SELECT DISTINCT ON (e.lock_id) e.lock_id AS id, sum(e.amount_delta) OVER (PARTITION BY e.lock_id) AS amount,
                     e.starts_at AS "startsAt", e.ends_at AS "endsAt", e.permanent
                   FROM vote_lock_event e WHERE e.lock_id = ANY($1::text[]) AND e.time <= $2::timestamptz
                   ORDER BY e.lock_id, e.block DESC, e.log_index DESC, e.id COLLATE "C" DESC`,
            values: [ids, new Date(time).toISOString()],
          })
          for (const row of rows) found.set(`${row.id} ${time}`, row)
        }
        return asked.map(({ id, time }) => found.get(`${id} ${time}`))
      },
      { cacheKeyFn: ({ id, time }) => `${id} ${time}` },
    )
  })
  return loader.load({ id, time })
}

/** A row of a lock, or of a vote, as the formulas take it. */
function lockOf(row: Row): Lock {
  return {
    amount: BigInt(row.amount as string),
    start: seconds((row.startsAt as Date).getTime()),
    end: seconds((row.endsAt as Date).getTime()),
    permanent: row.permanent as boolean,
  }
}

/** Whole seconds since 1970. */
function seconds(ms: number): bigint {
  return BigInt(Math.floor(ms / 1000))
}

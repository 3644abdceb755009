import { giniOfSums } from '../../measures/gini'
import { hhiOfSums } from '../../measures/hhi'
import { participation } from '../../measures/influence'
import { ratio } from '../../measures/ratio'
import type { EntityModel } from '../entities/entityModel'
import { linkedRow, type ResolverMap } from '../entities/entityResolvers'
import { userError } from '../userError'
import { checkedFirst, wantedAccount } from './accountFilter'
import { influenceOf, nakamotoOf, type Spread, spreadOf } from './patrons'
import { type PoolAmounts, poolsOf } from './stakeReader'
import { tokenOf } from './tokenAmount'

export const stakeConcentrationDefs = /* GraphQL */ `
  extend type ModelStake {
    "how the active stake is spread over the patrons, by token"
    concentration: [StakeConcentration!]!
    """
    Who steers with the stake: own stake that is not delegated, and stake that others delegated. The most influential
    first, or one account alone (CAIP-10, or an address). Who steers with votes: voteInfluence.
    """
    influence(account: ID, first: Int = 10): [StakeInfluence!]!
  }

  "How one token's active stake on a model is spread. Formulas: src/measures."
  type StakeConcentration {
    tokenId: ID!
    token: Token
    patrons: Int!
    "Herfindahl-Hirschman index, Σ (share in percent)²: 10000 = one patron has all; null: nothing staked"
    hhi: Float
    "Gini coefficient, 0 = all equal; null: nothing staked"
    gini: Float
    "least number of patrons who together hold more than the threshold (0 to 1)"
    nakamoto(threshold: Float = 0.5): Int!
    "stake that steers for somebody else than who staked it, 0 to 1; null: nothing staked"
    delegatedShare: Float
    "active over active and exiting, 0 to 1; null: nothing staked"
    participation: Float
  }

  type StakeInfluence {
    tokenId: ID!
    token: Token
    account: Account!
    "kept, wei"
    own: BigInt!
    "delegated to it, wei"
    delegated: BigInt!
    "of all active stake on the model in this token, 0 to 1"
    share: Float!
  }
`

export function stakeConcentrationResolvers(model: EntityModel): ResolverMap {
  const account = model.entity('Account')
  return {
    ModelStake: {
      concentration: async (source, _, { scope }) => {
        const [pools, spreads] = await Promise.all([poolsOf(scope, source.id), spreadOf(scope, source.id)])
        return tokensOf(pools).map(tokenId => {
          const of = pools.filter(pool => pool.assetId === tokenId)
          const spread = spreads.find(each => each.tokenId === tokenId)
          const sum = (field: 'activeAssets' | 'exitingAssets') =>
            of.reduce((all, pool) => all + pool[field], 0n)
          return {
            tokenId,
            modelId: source.id,
            patrons: spread?.patrons ?? 0,
            ...figuresOf(spread),
            participation: participation(sum('activeAssets'), sum('exitingAssets')),
          }
        })
      },
      influence: async (source, args: { account?: string | null; first: number }, { scope }) =>
        influenceOf(scope, source.id, wantedAccount(args.account), checkedFirst(args.first)),
    },
    StakeConcentration: {
      token: tokenOf(model),
      nakamoto: async (source, { threshold }: { threshold: number }, { scope }) => {
        if (!(threshold >= 0 && threshold <= 1))
          throw userError('BAD_USER_INPUT', `threshold: ${threshold}`, 'give a share from 0 to 1')
        const counts = await nakamotoOf(scope, source.modelId as string, Math.round(threshold * 1e6))
        return counts.find(({ tokenId }) => tokenId === source.tokenId)?.count ?? 0
      },
    },
    StakeInfluence: {
      token: tokenOf(model),
      account: (source, _, { scope }) => linkedRow(account, source.account as string, scope),
    },
  }
}

function tokensOf(pools: readonly PoolAmounts[]): string[] {
  return [...new Set(pools.map(pool => pool.assetId))].sort()
}

function figuresOf(spread: Spread | undefined) {
  if (!spread) return { hhi: null, gini: null, delegatedShare: null }
  const { patrons, total, squares, ranked, delegated } = spread
  return {
    hhi: hhiOfSums(total, squares),
    gini: giniOfSums(BigInt(patrons), total, ranked),
    delegatedShare: ratio(delegated, total, 6),
  }
}

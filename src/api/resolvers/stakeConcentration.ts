import { gini } from '../../measures/gini'
import { hhi } from '../../measures/hhi'
import { delegatedShare, influence, participation, type Steering } from '../../measures/influence'
import { nakamoto } from '../../measures/nakamoto'
import { positionAssets } from '../../measures/poolValue'
import type { EntityModel } from '../entities/entityModel'
import { linkedRow, type ResolverMap } from '../entities/entityResolvers'
import type { RequestScope } from '../scope'
import { userError } from '../userError'
import { accountFilter, checkedFirst } from './accountFilter'
import { poolsOf, positionsOf } from './stakeReader'
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

/** Stake on a model in one token: each patron's, over all pools. */
interface TokenStake {
  tokenId: string
  positions: Steering[]
  active: bigint
  exiting: bigint
}

export function stakeConcentrationResolvers(model: EntityModel): ResolverMap {
  const account = model.entity('Account')
  return {
    ModelStake: {
      concentration: async (source, _, { scope }) =>
        (await stakesOf(scope, source.id)).map(({ tokenId, positions, active, exiting }) => {
          const held = holdings(positions)
          return {
            tokenId,
            held,
            patrons: held.length,
            hhi: hhi(held),
            gini: gini(held),
            delegatedShare: delegatedShare(positions),
            participation: participation(active, exiting),
          }
        }),
      influence: async (source, args: { account?: string | null; first: number }, { scope }) => {
        const only = accountFilter(args.account)
        const first = checkedFirst(args.first)
        return (await stakesOf(scope, source.id)).flatMap(({ tokenId, positions }) =>
          influence(positions)
            .filter(one => only(one.account))
            .slice(0, first)
            .map(one => ({ ...one, tokenId })),
        )
      },
    },
    StakeConcentration: {
      token: tokenOf(model),
      nakamoto: (source, { threshold }: { threshold: number }) => {
        if (!(threshold >= 0 && threshold <= 1))
          throw userError('BAD_USER_INPUT', `threshold: ${threshold}`, 'give a share from 0 to 1')
        return nakamoto(source.held as bigint[], Math.round(threshold * 1e6))
      },
    },
    StakeInfluence: {
      token: tokenOf(model),
      account: (source, _, { scope }) => linkedRow(account, source.account as string, scope),
    },
  }
}

async function stakesOf(scope: RequestScope, model: string): Promise<TokenStake[]> {
  const [pools, positions] = await Promise.all([poolsOf(scope, model), positionsOf(scope, model)])
  const poolOf = new Map(pools.map(pool => [pool.id, pool]))
  const stakes = new Map<string, TokenStake>()
  for (const pool of pools) {
    const stake = stakes.get(pool.assetId) ?? {
      tokenId: pool.assetId,
      positions: [],
      active: 0n,
      exiting: 0n,
    }
    stake.active += pool.activeAssets
    stake.exiting += pool.exitingAssets
    stakes.set(pool.assetId, stake)
  }
  for (const position of positions) {
    const pool = poolOf.get(position.poolId)
    if (!pool) continue
    stakes.get(pool.assetId)!.positions.push({
      account: position.accountId,
      delegate: position.delegateId,
      stake: positionAssets(position.shares, pool),
    })
  }
  return [...stakes.values()].sort((a, b) => (a.tokenId < b.tokenId ? -1 : 1))
}

/** Stake by patron, over all pools of the token. */
function holdings(positions: Steering[]): bigint[] {
  const held = new Map<string, bigint>()
  for (const { account, stake } of positions) held.set(account, (held.get(account) ?? 0n) + stake)
  return [...held.values()].filter(stake => stake > 0n)
}

import { stakeShare } from '../../measures/influence'
import type { ApiContext } from '../context'
import { backLinksOf } from '../entities/backLinks'
import type { Row } from '../entities/columns'
import type { EntityModel } from '../entities/entityModel'
import type { ResolverMap } from '../entities/entityResolvers'
import { type ConnectionArgs, pageRequest } from '../entities/pageArgs'
import { patronsOf, poolsOf, totalStake } from './stakeReader'
import { sumByToken, type TokenAmount, tokenOf } from './tokenAmount'

export const modelStakeDefs = /* GraphQL */ `
  extend type Model {
    "what is staked on it, in all its pools"
    stake: ModelStake!
  }

  "Stake on a model. Figures are by token, in the token's smallest unit."
  type ModelStake {
    "active and exiting: what a slash could reach"
    tvl: [TokenAmount!]!
    "staked and working"
    active: [TokenAmount!]!
    "in the exit queues"
    exiting: [TokenAmount!]!
    "taken by slashes so far"
    slashed: [TokenAmount!]!
    "added without shares so far: rewards and compounded fees"
    compounded: [TokenAmount!]!
    pools(where: StakePoolWhere, orderBy: [StakePoolOrder!], first: Int, after: String, last: Int, before: String): StakePoolConnection!
    "accounts that hold shares of any of its pools now"
    patrons: Int!
    "active stake on the model over active stake on all models, by token; 0 to 1"
    shareOfAllStake: [TokenShare!]!
  }

  type TokenShare {
    tokenId: ID!
    token: Token
    "0 to 1; null: nothing is staked in this token"
    share: Float
  }
`

export function modelStakeResolvers(model: EntityModel): ResolverMap {
  const pools = backLinksOf(model.entity('Model'), model).find(link => link.name === 'pools')!
  const byToken = (field: (pool: Awaited<ReturnType<typeof poolsOf>>[number]) => bigint) => {
    return async (source: Row, _: unknown, { scope }: ApiContext): Promise<TokenAmount[]> => {
      const found = await poolsOf(scope, source.id)
      return sumByToken(found.map(pool => ({ tokenId: pool.assetId, amount: field(pool) })))
    }
  }
  return {
    Model: { stake: source => ({ id: source.id }) },
    ModelStake: {
      tvl: byToken(pool => pool.activeAssets + pool.exitingAssets),
      active: byToken(pool => pool.activeAssets),
      exiting: byToken(pool => pool.exitingAssets),
      slashed: byToken(pool => pool.slashedAssets),
      compounded: byToken(pool => pool.compoundedAssets),
      pools: (source, args: ConnectionArgs, { scope }) =>
        scope.entities.pageOf(pools, [source.id], pageRequest(pools.entity, args, pools.order)),
      patrons: (source, _, { scope }) => patronsOf(scope, source.id),
      shareOfAllStake: async (source, _, { scope }) => {
        const found = await poolsOf(scope, source.id)
        const all = await totalStake(scope)
        return sumByToken(found.map(pool => ({ tokenId: pool.assetId, amount: pool.activeAssets }))).map(
          ({ tokenId, amount }) => ({ tokenId, share: stakeShare(amount, all.get(tokenId) ?? 0n) }),
        )
      },
    },
    TokenShare: { token: tokenOf(model) },
  }
}

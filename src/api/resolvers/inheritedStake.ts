import { inheritedStake } from '../../measures/poolValue'
import type { ApiContext } from '../context'
import type { Row } from '../entities/columns'
import type { ResolverMap } from '../entities/entityResolvers'
import { closureOf } from './lineage'
import { poolsOf } from './stakeReader'
import type { TokenAmount } from './tokenAmount'

export const inheritedStakeDefs = /* GraphQL */ `
  extend type ModelStake {
    "stake on its descendants × the royalty share that reaches it, floored for each descendant"
    inheritedTvl(maxDepth: Int, maxNodes: Int = 1000): InheritedTvl!
  }

  type InheritedTvl {
    amounts: [TokenAmount!]!
    "descendants that were counted"
    descendants: Int!
    "there are more descendants"
    truncated: Boolean!
  }
`

export function inheritedStakeResolvers(): ResolverMap {
  return {
    ModelStake: {
      inheritedTvl: async (
        source: Row,
        args: { maxDepth?: number | null; maxNodes?: number | null },
        context: ApiContext,
      ) => {
        const { nodes, truncated } = await closureOf(context, source.id, {
          direction: 'DESCENDANTS',
          maxDepth: args.maxDepth ?? undefined,
          maxNodes: args.maxNodes ?? undefined,
        })
        const stakes = new Map<string, { stake: bigint; sharePpm: number }[]>()
        const pools = await Promise.all(nodes.map(node => poolsOf(context.scope, node.id)))
        nodes.forEach(({ share }, i) => {
          const own = new Map<string, bigint>()
          for (const pool of pools[i]!)
            own.set(pool.assetId, (own.get(pool.assetId) ?? 0n) + pool.activeAssets + pool.exitingAssets)
          for (const [tokenId, stake] of own)
            stakes.set(tokenId, [...(stakes.get(tokenId) ?? []), { stake, sharePpm: share }])
        })
        const amounts: TokenAmount[] = [...stakes]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([tokenId, descendants]) => ({ tokenId, amount: inheritedStake(descendants) }))
        return { amounts, descendants: nodes.length, truncated }
      },
    },
  }
}

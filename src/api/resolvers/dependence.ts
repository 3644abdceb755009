import { lowerHex } from '../../postgres/lowerHex'
import type { Row } from '../entities/columns'
import type { EntityModel } from '../entities/entityModel'
import { linkedRow, type ResolverMap } from '../entities/entityResolvers'
import type { RequestScope } from '../scope'
import { userError } from '../userError'
import { checkedFirst } from './accountFilter'

export const dependenceDefs = /* GraphQL */ `
  extend type Query {
    "Models that most depends on, by the number of their descendants, or by amounts of one token."
    mostDependedOn(by: Dependence!, token: ID, first: Int = 10): MostDependedOn!
  }

  enum Dependence {
    "how many models descend from it"
    DESCENDANTS
    "active and exiting stake on its descendants, each counted once, in the token"
    STAKE
    "what the use of other models has moved to it, in the token"
    ROYALTIES
  }

  type MostDependedOn {
    "the most first, then by id"
    models: [DependedOn!]!
    "some models were not looked at: see DependedOn.models"
    truncated: Boolean!
  }

  type DependedOn {
    model: Model!
    """
    DESCENDANTS: its descendants; of the 200 models with most children and their ancestors, counted up to 10,000. STAKE: its
    descendants with stake, of the 500 with most. ROYALTIES: models whose use paid it.
    """
    models: Int!
    "wei of the token; null: by DESCENDANTS"
    amount: BigInt
  }
`

/** Models whose descendants are counted: those with most children, and (so that a parent of few, one of which has many, is among them) their ancestors. */
const MOST_CANDIDATES = 200
const MOST_ANCESTORS = 500
const MOST_COUNTED = 10_000
const ANY_DEPTH = 1000
/** Staked models whose ancestors are looked up. */
const MOST_STAKED = 500

interface Depended {
  id: string
  models: number
  amount: string | null
  truncated: boolean
}

export function dependenceResolvers(model: EntityModel): ResolverMap {
  const models = model.entity('Model')
  return {
    Query: {
      mostDependedOn: async (
        _,
        args: { by: 'DESCENDANTS' | 'STAKE' | 'ROYALTIES'; token?: string | null; first: number },
        { scope },
      ) => {
        const first = checkedFirst(args.first)
        if ((args.by === 'DESCENDANTS') !== (args.token == null))
          throw userError(
            'BAD_USER_INPUT',
            args.token == null ? `by ${args.by} without a token` : 'by DESCENDANTS with a token',
            'amounts of different tokens are never added up: give a token by STAKE and ROYALTIES, none by DESCENDANTS',
          )
        const token = lowerHex(args.token ?? '')
        const found =
          args.by === 'DESCENDANTS'
            ? await byDescendants(scope, first)
            : args.by === 'STAKE'
              ? await byStake(scope, token, first)
              : await byRoyalties(scope, token, first)
        return { models: found, truncated: found.some(({ truncated }) => truncated) } as unknown as Row
      },
    },
    DependedOn: { model: (source, _, { scope }) => linkedRow(models, source.id, scope) },
  }
}

/** Indexes: lineage_edge (parent_id), and those of lineage_closure. */
function byDescendants(scope: RequestScope, first: number): Promise<Depended[]> {
  return scope.queryMuch<Depended>({
    name: 'depended-descendants',
    text: `WITH parents AS MATERIALIZED (
        SELECT parent_id AS id, count(DISTINCT child_id) AS children FROM lineage_edge GROUP BY 1),
      likely AS MATERIALIZED (SELECT id FROM parents ORDER BY children DESC, id COLLATE "C" LIMIT $1),
      candidates AS (
        SELECT id FROM likely
        UNION
        SELECT a.id FROM likely l CROSS JOIN LATERAL lineage_closure(l.id, true, $2, $3) a WHERE a.id IS NOT NULL),
      counted AS MATERIALIZED (
        SELECT c.id, (SELECT count(*)::int FROM lineage_closure(c.id, false, $2, $4) d WHERE d.id IS NOT NULL) AS models
          FROM candidates c)
    SELECT id, models, NULL AS amount, (SELECT count(*) FROM parents) > (SELECT count(*) FROM candidates)
           OR (SELECT max(models) FROM counted) >= $4 AS truncated
      FROM counted ORDER BY models DESC, id COLLATE "C" LIMIT $5`,
    values: [MOST_CANDIDATES, ANY_DEPTH, MOST_ANCESTORS, MOST_COUNTED, first],
  })
}

/** From each staked model up: index of stake_pool on asset_id. */
function byStake(scope: RequestScope, token: string, first: number): Promise<Depended[]> {
  return scope.queryMuch<Depended>({
    name: 'depended-stake',
    text: `WITH staked AS MATERIALIZED (
        SELECT model_id AS id, sum(active_assets + exiting_assets) AS stake FROM stake_pool
         WHERE asset_id = $1 AND model_id IS NOT NULL
         GROUP BY 1 HAVING sum(active_assets + exiting_assets) > 0),
      looked AS MATERIALIZED (SELECT * FROM staked ORDER BY stake DESC, id COLLATE "C" LIMIT $2),
      reached AS MATERIALIZED (
        SELECT a.id, l.id AS descendant, l.stake, count(*) OVER (PARTITION BY l.id) >= $4 AS cut
          FROM looked l CROSS JOIN LATERAL lineage_closure(l.id, true, $3, $4) a WHERE a.id IS NOT NULL)
    SELECT id, count(*)::int AS models, sum(stake)::text AS amount,
           (SELECT count(*) FROM staked) > $2 OR EXISTS (SELECT FROM reached WHERE cut) AS truncated
      FROM reached GROUP BY id ORDER BY sum(stake) DESC, id COLLATE "C" LIMIT $5`,
    values: [token, MOST_STAKED, ANY_DEPTH, MOST_COUNTED, first],
  })
}

/** All of them: one row for each pair of models and token. */
function byRoyalties(scope: RequestScope, token: string, first: number): Promise<Depended[]> {
  return scope.queryMuch<Depended>({
    name: 'depended-royalties',
    text: `SELECT to_model_id AS id, count(DISTINCT from_model_id)::int AS models, sum(accrued)::text AS amount, false AS truncated
      FROM royalty_total WHERE token_id = $1 AND from_model_id <> to_model_id
     GROUP BY 1 ORDER BY sum(accrued) DESC, to_model_id COLLATE "C" LIMIT $2`,
    values: [token, first],
  })
}

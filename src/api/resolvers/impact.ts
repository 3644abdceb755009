import { RoyaltyCostError } from '../../royalties/costError'
import { royaltyDues } from '../../royalties/dues'
import type { ApiContext } from '../context'
import type { Row } from '../entities/columns'
import type { EntityModel } from '../entities/entityModel'
import { linkedRow, type ResolverMap } from '../entities/entityResolvers'
import type { RequestScope } from '../scope'
import { asksFor } from '../selection'
import { checkedFirst } from './accountFilter'
import { takeFlow } from './flowLimit'
import { closureOf, knownModelId } from './lineage'
import { tokenOf } from './tokenAmount'

export const impactDefs = /* GraphQL */ `
  extend type Query {
    "What hangs on a model, if it is tainted or slashed: it and its descendants, whose money, and whose stake."
    impact(model: ID!, maxNodes: Int = 1000): Impact!
  }

  type Impact {
    "the model first, then its descendants, nearest first"
    models: [ImpactedModel!]!
    "there are more descendants: all that follows is of these models alone"
    truncated: Boolean!
    "by token"
    money: [ImpactedMoney!]!
    "by token"
    stake: [ImpactedStake!]!
  }

  type ImpactedModel {
    model: Model!
    "0: the model that was asked about"
    depth: Int!
    "ppm of its net fee that reaches the model that was asked about, whole for that one"
    share: Int!
  }

  "What these models have to do with in one token."
  type ImpactedMoney {
    tokenId: ID!
    token: Token
    "what reached them so far, of their own fees and others', wei"
    accrued: BigInt!
    "of it, what waits in their vaults: while its model is tainted a vault pays nothing, wei"
    waiting: BigInt!
    "what is due to them and has not moved, wei; null: too many models, links or fees for one answer: see royaltyFlow of each"
    owed: BigInt
    "whose it is that waits, the most first"
    accounts(first: Int = 10): [ImpactedAccount!]!
  }

  "What is staked on these models in one token."
  type ImpactedStake {
    tokenId: ID!
    token: Token
    "wei"
    active: BigInt!
    "in the exit queues, which a slash reaches too, wei"
    exiting: BigInt!
    "accounts with shares of the pools"
    patrons: Int!
    "whose active stake it is, the most first"
    accounts(first: Int = 10): [ImpactedAccount!]!
  }

  type ImpactedAccount {
    account: Account!
    "wei"
    amount: BigInt!
  }
`

interface Reached {
  ids: string[]
  tokenId: string
}

export function impactResolvers(model: EntityModel): ResolverMap {
  const models = model.entity('Model')
  const accounts = model.entity('Account')
  return {
    Query: {
      impact: async (_, args: { model: string; maxNodes?: number | null }, context: ApiContext) => {
        const id = await knownModelId(models, args.model, context.scope)
        const { nodes, truncated } = await closureOf(context, id, {
          direction: 'DESCENDANTS',
          maxNodes: args.maxNodes ?? undefined,
        })
        const all = [{ id, depth: 0, share: 1_000_000 }, ...nodes]
        const ids = all.map(node => node.id)
        return { id, models: all, truncated, ids } as Row
      },
    },
    Impact: {
      money: (source, _, { scope }, info) => moneyOf(scope, source.ids as string[], asksFor(info, ['owed'])),
      stake: (source, _, { scope }) => stakeOf(scope, source.ids as string[]),
    },
    ImpactedModel: { model: (source, _, { scope }) => linkedRow(models, source.id, scope) },
    ImpactedMoney: {
      token: tokenOf(model),
      accounts: (source, { first }: { first: number }, { scope }) =>
        claimants(scope, source as unknown as Reached, checkedFirst(first)),
    },
    ImpactedStake: {
      token: tokenOf(model),
      accounts: (source, { first }: { first: number }, { scope }) =>
        patrons(scope, source as unknown as Reached, checkedFirst(first)),
    },
    ImpactedAccount: {
      account: (source, _, { scope }) => linkedRow(accounts, source.account as string, scope),
    },
  }
}

/** Indexes: model_revenue and royalty_vault on model_id, vault_debt on vault_id. */
async function moneyOf(scope: RequestScope, ids: string[], withOwed: boolean) {
  const rows = await scope.query<{ tokenId: string; accrued: string; waiting: string }>({
    name: 'impact-money',
    text: `SELECT token_id AS "tokenId", sum(accrued)::text AS accrued, sum(waiting)::text AS waiting FROM (
        SELECT token_id, accrued_own + accrued_royalty AS accrued, 0 AS waiting
          FROM model_revenue WHERE model_id = ANY($1::text[])
        UNION ALL
        SELECT d.token_id, 0, d.claimable FROM royalty_vault v JOIN vault_debt d ON d.vault_id = v.id
         WHERE v.model_id = ANY($1::text[])) money
      GROUP BY 1`,
    values: [ids],
  })
  const owed = withOwed ? await owedTo(scope, ids) : undefined
  const found = new Map(rows.map(row => [row.tokenId, row]))
  return [...new Set([...found.keys(), ...(owed?.keys() ?? [])])].sort().map(tokenId => ({
    ids,
    tokenId,
    accrued: found.get(tokenId)?.accrued ?? '0',
    waiting: found.get(tokenId)?.waiting ?? '0',
    owed: owed ? (owed.get(tokenId) ?? 0n) : null,
  }))
}

/** By token; undefined: it is beyond what one answer may cost. */
async function owedTo(scope: RequestScope, ids: string[]): Promise<Map<string, bigint> | undefined> {
  takeFlow(scope)
  const dues = await royaltyDues(scope, ids).catch(error => {
    if (error instanceof RoyaltyCostError) return undefined
    throw error
  })
  const owed = new Map<string, bigint>()
  for (const { totals, truncated } of dues?.values() ?? []) {
    if (truncated) return undefined
    for (const total of totals)
      if (total.owed > 0n) owed.set(total.token, (owed.get(total.token) ?? 0n) + total.owed)
  }
  return dues && owed
}

function claimants(scope: RequestScope, { ids, tokenId }: Reached, first: number) {
  return scope.query<{ account: string; amount: string }>({
    name: 'impact-claimants',
    text: `SELECT d.account_id AS account, sum(d.claimable)::text AS amount
        FROM royalty_vault v JOIN vault_debt d ON d.vault_id = v.id
       WHERE v.model_id = ANY($1::text[]) AND d.token_id = $2
       GROUP BY 1 HAVING sum(d.claimable) > 0 ORDER BY sum(d.claimable) DESC, d.account_id COLLATE "C" LIMIT $3`,
    values: [ids, tokenId, first],
  })
}

/** Indexes: stake_pool on model_id, stake_position on pool_id. */
async function stakeOf(scope: RequestScope, ids: string[]) {
  const rows = await scope.query<{ tokenId: string; active: string; exiting: string; patrons: number }>({
    name: 'impact-stake',
    text: `SELECT p.asset_id AS "tokenId", sum(p.active_assets)::text AS active, sum(p.exiting_assets)::text AS exiting,
             (SELECT count(DISTINCT s.account_id)::int FROM stake_position s
               WHERE s.pool_id = ANY(array_agg(p.id)) AND s.shares > 0) AS patrons
        FROM stake_pool p WHERE p.model_id = ANY($1::text[]) GROUP BY 1 ORDER BY p.asset_id COLLATE "C"`,
    values: [ids],
  })
  return rows.map(row => ({ ...row, ids }))
}

/** Assets of a position floored, as positionAssets does. */
function patrons(scope: RequestScope, { ids, tokenId }: Reached, first: number) {
  return scope.query<{ account: string; amount: string }>({
    name: 'impact-patrons',
    text: `SELECT s.account_id AS account,
             sum(div(s.shares * (p.active_assets + p.virtual_assets), p.total_shares + p.virtual_shares))::text AS amount
        FROM stake_pool p JOIN stake_position s ON s.pool_id = p.id
       WHERE p.model_id = ANY($1::text[]) AND p.asset_id = $2 AND s.shares > 0 AND p.total_shares + p.virtual_shares > 0
       GROUP BY 1
       ORDER BY sum(div(s.shares * (p.active_assets + p.virtual_assets), p.total_shares + p.virtual_shares)) DESC, s.account_id COLLATE "C"
       LIMIT $3`,
    values: [ids, tokenId, first],
  })
}

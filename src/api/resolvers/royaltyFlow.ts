import { type FlowDirection, type FlowNode, royaltyFlow } from '../../royalties/flow'
import type { FlowTotal } from '../../royalties/flowLedger'
import type { Moved } from '../../royalties/moved'
import type { ApiContext } from '../context'
import type { Entity, EntityModel } from '../entities/entityModel'
import { linkedRow } from '../entities/entityResolvers'
import type { RequestScope } from '../scope'
import { userError } from '../userError'
import { asOf } from './chains'
import { takeFlow } from './flowLimit'
import { modelById } from './model'
import { tokenOf } from './tokenAmount'

export const royaltyFlowDefs = /* GraphQL */ `
  enum FlowDirection {
    "what reaches the model, from its own use and its descendants'"
    IN
    "what of the model's own fees reaches its ancestors"
    OUT
  }

  extend type Query {
    """
    How royalties flow into or out of a model, by token: due by the lineage (entitled), moved (accrued), paid out
    (claimed). Pair by pair of models, owed is what is entitled and has not moved, overpaid what moved beyond it. from is inclusive, to exclusive.
    """
    royaltyFlow(
      model: ID!
      direction: FlowDirection!
      maxDepth: Int
      maxNodes: Int = 2000
      from: DateTime
      to: DateTime
    ): RoyaltyFlow!
  }

  type RoyaltyFlow {
    model: Model!
    direction: FlowDirection!
    totals: [RoyaltyFlowTotal!]!
    "nearest first; the model itself is the first"
    nodes: [RoyaltyFlowNode!]!
    "what moved, child to parent, gross of what the parent passes on"
    edges: [RoyaltyFlowEdge!]!
    "models, fees or edges were left out because there are too many: the figures are of what is there"
    truncated: Boolean!
    asOf: [BlockRef!]!
  }

  type RoyaltyFlowTotal {
    tokenId: ID!
    token: Token
    "wei"
    entitled: BigInt!
    "claimable part and patrons' part, wei"
    accrued: BigInt!
    "entitled - accrued, wei"
    owed: BigInt!
    "what moved beyond what was due"
    overpaid: BigInt!
    "wei, where claims name the model; null for OUT"
    claimed: BigInt
  }

  type RoyaltyFlowNode {
    model: Model!
    "edges from the model asked about"
    depth: Int!
    "IN: what the model asked about gets from this one. OUT: what this one gets from it"
    amounts: [RoyaltyFlowAmounts!]!
    "net fees paid for this model; of OUT, for the model asked about alone"
    fees: [RoyaltyFlowFees!]!
  }

  type RoyaltyFlowAmounts {
    tokenId: ID!
    token: Token
    "wei"
    entitled: BigInt!
    "wei"
    accrued: BigInt!
    "wei"
    owed: BigInt!
    "what moved beyond what was due"
    overpaid: BigInt!
  }

  type RoyaltyFlowFees {
    tokenId: ID!
    token: Token
    "wei"
    net: BigInt!
    count: BigInt!
  }

  type RoyaltyFlowEdge {
    from: Model!
    to: Model!
    tokenId: ID!
    token: Token
    "wei"
    amount: BigInt!
    "number of movements"
    count: Int!
  }
`

interface FlowArgs {
  model: string
  direction: FlowDirection
  maxDepth?: number | null
  maxNodes?: number | null
  from?: Date | null
  to?: Date | null
}

/** As many models as one answer may go through. */
const MOST_NODES = 5000

export function royaltyFlowResolvers(model: EntityModel) {
  const models = model.entity('Model')
  const token = { token: tokenOf(model) }
  const withToken = <T extends { token: string }>({ token: tokenId, ...rest }: T) => ({ tokenId, ...rest })
  const linked = (id: string, scope: RequestScope) => linkedRow(models, id, scope)
  return {
    Query: {
      royaltyFlow: (_: unknown, args: FlowArgs, { scope }: ApiContext) => flowOf(models, args, scope),
    },
    RoyaltyFlow: {
      totals: (source: { totals: FlowTotal[] }) => source.totals.map(withToken),
      asOf: async (_: unknown, __: unknown, { scope }: ApiContext) => asOf(await scope.heights()),
    },
    RoyaltyFlowEdge: {
      ...token,
      from: (source: Moved, _: unknown, { scope }: ApiContext) => linked(source.from, scope),
      to: (source: Moved, _: unknown, { scope }: ApiContext) => linked(source.to, scope),
    },
    RoyaltyFlowTotal: token,
    RoyaltyFlowAmounts: token,
    RoyaltyFlowFees: token,
    RoyaltyFlowNode: {
      model: (source: FlowNode, _: unknown, { scope }: ApiContext) => linked(source.model, scope),
      amounts: (source: FlowNode) => source.amounts.map(withToken),
      fees: (source: FlowNode) => source.fees.map(withToken),
    },
  }
}

async function flowOf(models: Entity, args: FlowArgs, scope: RequestScope) {
  const { direction, maxDepth, from, to } = args
  const maxNodes = args.maxNodes ?? MOST_NODES
  if (maxNodes < 1 || maxNodes > MOST_NODES)
    throw userError('TOO_COSTLY', `maxNodes: ${maxNodes}`, `give 1 to ${MOST_NODES}`)
  if (maxDepth != null && maxDepth < 0)
    throw userError('BAD_USER_INPUT', `maxDepth: ${maxDepth}`, 'give 0 or more')
  if (from && to && from >= to)
    throw userError('BAD_USER_INPUT', 'from is not before to', 'to is exclusive: give a later one')
  const model = await modelById(models, args.model, scope)
  if (!model)
    throw userError(
      'BAD_USER_INPUT',
      `no model ${args.model}`,
      'give the id of a model, as models { nodes { id } } lists them',
    )
  takeFlow(scope)
  const flow = await royaltyFlow(scope, {
    model: model.id,
    direction,
    maxNodes,
    maxDepth: maxDepth ?? undefined,
    from: from ?? undefined,
    to: to ?? undefined,
  })
  return { ...flow, model }
}

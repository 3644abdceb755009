import { SealedStatement } from '../../statements/seal/sealedStatement'
import { buildStatement, type Statement, type StatementLine } from '../../statements/statement'
import type { ApiContext } from '../context'
import type { EntityModel } from '../entities/entityModel'
import { linkedRow } from '../entities/entityResolvers'

export const statementDefs = /* GraphQL */ `
  extend type Query {
    """
    What an account earned and was paid in a time, over finalized blocks only: per chain and token
    opening + accrued - claimed = closing, and a line for each movement. from is inclusive, to exclusive. The same
    request at the same heights gives the same statement; GET /statements/<account>.csv (.json, …) has it whole. A period
    that is not over, or not covered by final blocks yet, is refused unless partial is true.
    """
    royaltyStatement(
      account: ID!
      from: DateTime!
      to: DateTime!
      asOf: [BlockRefInput!]
      partial: Boolean = false
      "number of the statement that this one replaces"
      replaces: ID
    ): RoyaltyStatement!
  }

  "A chain's height to answer at; not above its finalized one."
  input BlockRefInput {
    "CAIP-2"
    chain: ID!
    height: Int!
  }

  type RoyaltyStatement {
    "CAIP-10, or an address: then on every chain"
    account: ID!
    from: DateTime!
    to: DateTime!
    "hash of the request and the heights, 32 hex digits"
    number: ID!
    "number of the statement that this one replaces"
    replaces: ID
    "nothing of the period is missing; false only where partial was asked for"
    complete: Boolean!
    "finalized blocks that it is of, and up to when each chain is covered"
    asOf: [StatementChain!]!
    "by chain and token"
    tokens: [StatementToken!]!
    lines(first: Int = 100, after: String): StatementLineConnection!
    """
    SHA-256 of the statement as canonical JSON, in hex: the same as in its files, so that figures taken from here can be
    checked against a file. All lines are read for it: of a statement with more lines than one request may read, take
    the file's.
    """
    sha256: String!
  }

  type StatementChain {
    chain: ID!
    height: Int!
    "of that block; null: the time of an earlier one is known only"
    hash: String
    time: DateTime
    "nothing of the period before it is missing; null: not known"
    coveredUntil: DateTime
    "nothing of the period is missing"
    covered: Boolean!
  }

  type StatementToken {
    chain: ID!
    tokenId: ID!
    token: Token
    "claimable at the start, wei"
    opening: BigInt!
    "wei"
    accrued: BigInt!
    "wei"
    claimed: BigInt!
    "claimable at the end: opening + accrued - claimed, wei"
    closing: BigInt!
  }

  enum MovementKind {
    ACCRUED
    CLAIMED
  }

  type StatementLine {
    time: DateTime!
    chain: ID!
    block: Int!
    transaction: String!
    logIndex: Int!
    kind: MovementKind!
    tokenId: ID!
    token: Token
    "model by which the account earned it; null: the claim names none"
    model: Model
    "model whose use earned it; null: a claim, or royalty tokens moved"
    sourceModel: Model
    "model ids from the one that was paid to the account's, joined by ' > '"
    path: String
    "ppm of the fee's net that the whole accrual is"
    sharePpm: Int
    "wei"
    amount: BigInt!
    "of the chain and token after this line, wei"
    balance: BigInt!
  }

  type StatementLineConnection {
    edges: [StatementLineEdge!]!
    nodes: [StatementLine!]!
    pageInfo: PageInfo!
    totalCount: Int!
  }

  type StatementLineEdge {
    cursor: String!
    node: StatementLine!
  }
`

interface StatementArgs {
  account: string
  from: Date
  to: Date
  asOf?: { chain: string; height: number }[] | null
  partial?: boolean | null
  replaces?: string | null
}

export function statementResolvers(model: EntityModel) {
  const tokens = model.entity('Token')
  const models = model.entity('Model')
  const token = (source: { token: string }, _: unknown, { scope }: ApiContext) =>
    linkedRow(tokens, source.token, scope)
  const modelOf = (id: string | null, scope: ApiContext['scope']) =>
    id === null ? null : linkedRow(models, id, scope)
  return {
    Query: {
      royaltyStatement: (_: unknown, args: StatementArgs, { scope }: ApiContext) =>
        buildStatement(scope, {
          ...args,
          asOf: args.asOf ?? [],
          partial: args.partial ?? false,
          replaces: args.replaces ?? undefined,
        }),
    },
    RoyaltyStatement: {
      sha256: async (source: Statement) => (await new SealedStatement(source).seal()).sha256,
      lines: async (source: Statement, { first, after }: { first: number; after?: string | null }) => {
        const { lines, hasNextPage } = await source.page(first, after ?? undefined)
        return {
          edges: lines.map(node => ({ cursor: node.cursor, node })),
          nodes: lines,
          pageInfo: {
            hasNextPage,
            hasPreviousPage: after != null,
            startCursor: lines[0]?.cursor ?? null,
            endCursor: lines.at(-1)?.cursor ?? null,
          },
          totalCount: source.lineCount,
        }
      },
    },
    StatementToken: { tokenId: (source: { token: string }) => source.token, token },
    StatementLine: {
      tokenId: (source: StatementLine) => source.token,
      token,
      model: (source: StatementLine, _: unknown, { scope }: ApiContext) => modelOf(source.model, scope),
      sourceModel: (source: StatementLine, _: unknown, { scope }: ApiContext) =>
        modelOf(source.sourceModel, scope),
    },
  }
}

import { parseDecimal } from '../../prices/decimal'
import type { PriceUsed } from '../../prices/lookup'
import type { StatementLine } from '../../statements/lines'
import { type Seal, SealedStatement } from '../../statements/seal/sealedStatement'
import { buildStatement, type Statement } from '../../statements/statement'
import type { TokenTotal } from '../../statements/tokenTotals'
import { ageSeconds, type Worth } from '../../statements/worth'
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
      "version of the prices to value with; what counts now, where it is left out"
      prices: ID
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
    "hash of the request, the heights and the prices, 32 hex digits"
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
    "root of the Merkle tree over the lines, in hex (docs/statements.md); read like sha256"
    merkleRoot: String!
    "what its amounts are valued by; null: the server has no prices"
    prices: StatementPrices
    "what it comes to in USD, each movement at its own price; read like sha256"
    usd: StatementUsd!
  }

  type StatementPrices {
    "of policies and imported files (docs/prices.md)"
    version: ID!
    "of chains whose feeds it uses, besides its own"
    heights: [StatementPriceHeight!]!
  }

  type StatementPriceHeight {
    chain: ID!
    height: Int!
  }

  "Null: a price is missing, see unpriced. Prices move, so that this does not balance as wei do."
  type StatementUsd {
    opening: String
    accrued: String
    claimed: String
    closing: String
    "tokens whose prices are missing somewhere"
    unpriced: [ID!]!
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
    "at the period's start, six decimals; null: a price is missing"
    openingUsd: String
    openingPrice: PriceUsed
    "at the period's end, or up to where the chain is covered"
    closingUsd: String
    closingPrice: PriceUsed
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
    "amount in USD at its block, six decimals; null: a price is missing"
    usd: String
    price: PriceUsed
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
  prices?: string | null
}

/** With the moments that its amounts are valued at. */
interface DatedTotal extends TokenTotal {
  openingAt: Date
  closingAt: Date
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
      royaltyStatement: (_: unknown, args: StatementArgs, { scope, prices }: ApiContext) =>
        buildStatement(
          scope,
          {
            ...args,
            asOf: args.asOf ?? [],
            partial: args.partial ?? false,
            replaces: args.replaces ?? undefined,
            prices: args.prices ?? undefined,
          },
          prices,
        ),
    },
    RoyaltyStatement: {
      tokens: ({ tokens, from, to, asOf }: Statement): DatedTotal[] =>
        tokens.map(total => {
          const closingAt = asOf.find(({ chain }) => chain === total.chain)?.coveredUntil ?? to
          return { ...total, openingAt: from, closingAt }
        }),
      sha256: async (source: Statement, _: unknown, { scope }: ApiContext) =>
        (await sealOf(source, scope)).sha256,
      merkleRoot: async (source: Statement, _: unknown, { scope }: ApiContext) =>
        (await sealOf(source, scope)).merkleRoot,
      usd: async (source: Statement, _: unknown, { scope }: ApiContext) => (await sealOf(source, scope)).usd,
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
    StatementToken: {
      tokenId: (source: { token: string }) => source.token,
      token,
      openingUsd: ({ openingWorth }: DatedTotal) => openingWorth.usd,
      openingPrice: ({ openingWorth, openingAt }: DatedTotal) => priceOf(openingWorth, openingAt),
      closingUsd: ({ closingWorth }: DatedTotal) => closingWorth.usd,
      closingPrice: ({ closingWorth, closingAt }: DatedTotal) => priceOf(closingWorth, closingAt),
    },
    StatementLine: {
      price: (source: StatementLine) => priceOf(source, source.time),
      tokenId: (source: StatementLine) => source.token,
      token,
      model: (source: StatementLine, _: unknown, { scope }: ApiContext) => modelOf(source.model, scope),
      sourceModel: (source: StatementLine, _: unknown, { scope }: ApiContext) =>
        modelOf(source.sourceModel, scope),
    },
  }
}

/** Reads all lines, once a statement. */
function sealOf(statement: Statement, scope: ApiContext['scope']): Promise<Seal> {
  return scope.once(statement, () => new SealedStatement(statement).seal())
}

function priceOf(worth: Worth, at: Date): PriceUsed | null {
  const { priceId, priceToken, priceSource, priceUsd, priceTime } = worth
  const price = priceUsd === null ? undefined : parseDecimal(priceUsd)
  if (!price) return null
  return {
    ...price,
    id: priceId!,
    tokenId: priceToken!,
    source: priceSource!,
    reportedAt: priceTime!,
    ageSeconds: ageSeconds(worth, at)!,
  }
}

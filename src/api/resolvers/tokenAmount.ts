import type { ApiContext } from '../context'
import type { Row } from '../entities/columns'
import type { EntityModel } from '../entities/entityModel'
import type { ResolverMap } from '../entities/entityResolvers'

/** An amount of one token, as `TokenAmount` resolves it. Amounts of different tokens are never added up. */
export interface TokenAmount {
  tokenId: string
  /** smallest unit */
  amount: bigint
}

export const tokenAmountDefs = /* GraphQL */ `
  "An amount of one token. Amounts of different tokens are never added up."
  type TokenAmount {
    "CAIP-19"
    tokenId: ID!
    "null: not seen yet"
    token: Token
    "in the token's smallest unit"
    amount: BigInt!
  }
`

export function tokenAmountResolvers(model: EntityModel): ResolverMap {
  return { TokenAmount: { token: tokenOf(model) } }
}

/** Resolver of a `token` field beside a `tokenId`. */
export function tokenOf(model: EntityModel) {
  const token = model.entity('Token')
  return async (source: Row, _: unknown, { scope }: ApiContext) =>
    (await scope.entities.row(token, source.tokenId as string)) ?? null
}

/** Adds up by token; ordered by token id. Tokens that come to nothing stay: they were there. */
export function sumByToken(amounts: Iterable<TokenAmount>): TokenAmount[] {
  const sums = new Map<string, bigint>()
  for (const { tokenId, amount } of amounts) sums.set(tokenId, (sums.get(tokenId) ?? 0n) + amount)
  return [...sums]
    .map(([tokenId, amount]) => ({ tokenId, amount }))
    .sort((a, b) => (a.tokenId < b.tokenId ? -1 : 1))
}

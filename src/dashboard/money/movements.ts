import { graphql } from '../data/graphql'

/** What can be shown line by line. */
export const KINDS = ['entitled', 'accrued', 'claimed', 'owed'] as const
export type Kind = (typeof KINDS)[number]

export const ACCRUALS = graphql(`
  query AccrualLines($where: RoyaltyAccrualWhere!, $after: String) {
    royaltyAccruals(first: 20, after: $after, orderBy: [time_DESC], where: $where) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes {
        id chain time transaction amount patronsAmount sharePpm
        fromModel { id name status }
        usd { value }
      }
    }
  }
`)

export const CLAIMS = graphql(`
  query ClaimLines($where: RoyaltyClaimWhere!, $after: String) {
    royaltyClaims(first: 20, after: $after, orderBy: [time_DESC], where: $where) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes { id chain time transaction amount account { address } usd { value } }
    }
  }
`)

/** Bounds of time as a filter has them; the end is not part of it. */
export function within({ from, to }: { from: string | null; to: string | null }) {
  return { ...(from && { time_gte: from }), ...(to && { time_lt: to }) }
}

import type { Snapshot } from '../postgres/snapshot'
import { StatementError } from './errors'
import type { TokenSums } from './movements'
import type { Valuer } from './priceBasis'
import type { StatementRequest } from './request'
import type { Worth } from './worth'

/** One chain and token: opening + accrued − claimed = closing, wei. */
export interface TokenTotal {
  chain: string
  token: string
  /** null: the contract has none */
  symbol: string | null
  decimals: number | null
  /** symbol and decimals are what the contract says; false: it did not say yet, and both are null */
  described: boolean
  /** what could be claimed at the period's start */
  opening: bigint
  accrued: bigint
  claimed: bigint
  /** what could be claimed at the period's end */
  closing: bigint
  /** of the opening, at the period's start */
  openingWorth: Worth
  /** of the closing, at the period's end, or up to where the chain is covered */
  closingWorth: Worth
}

/** Symbol and decimals do not change once read, so they may stand in a statement. */
export async function totalsOf(
  db: Snapshot,
  { from, to, asOf }: StatementRequest,
  sums: readonly TokenSums[],
  valuer: Valuer,
): Promise<TokenTotal[]> {
  const tokens = await db.query<Pick<TokenTotal, 'symbol' | 'decimals' | 'described'> & { id: string }>({
    name: 'statement-tokens',
    text: 'SELECT id, symbol, decimals, described FROM token WHERE id = ANY ($1::text[])',
    values: [[...new Set(sums.map(({ tokenId }) => tokenId))]],
  })
  const byId = new Map(tokens.map(token => [token.id, token]))
  const until = new Map(asOf.map(({ chain, coveredUntil }) => [chain, coveredUntil ?? to]))
  const worths = await valuer.worthOf(
    sums.flatMap(({ chain, tokenId, opening, closing }) => [
      { tokenId, amount: opening, at: { time: from } },
      { tokenId, amount: closing, at: { time: until.get(chain)! } },
    ]),
  )
  return sums.map(({ chain, tokenId, opening, accrued, claimed, closing }, i) => {
    const { symbol = null, decimals = null, described = false } = byId.get(tokenId) ?? {}
    const amounts = { opening, accrued, claimed, closing }
    const [openingWorth, closingWorth] = [worths[2 * i]!, worths[2 * i + 1]!]
    return { chain, token: tokenId, symbol, decimals, described, ...amounts, openingWorth, closingWorth }
  })
}

/**
 * Tokens whose contracts have not said their decimals yet: those of the totals, and what those hold that are shares of
 * pools (as deep as they are valued). What they say later would make another statement of the same request.
 */
export async function undescribedTokens(db: Snapshot, totals: readonly TokenTotal[]): Promise<string[]> {
  const rows = await db.query<{ id: string }>({
    name: 'statement-undescribed',
    text: `WITH RECURSIVE held (id, depth) AS (
             SELECT unnest($1::text[]), 0
              UNION
             SELECT p.asset_id, held.depth + 1
               FROM held JOIN stake_pool p ON p.id = replace(held.id, '/erc20:', '/pool:')
              WHERE held.depth < 4)
           SELECT DISTINCT held.id FROM held LEFT JOIN token t ON t.id = held.id
            WHERE t.described IS NOT TRUE ORDER BY 1`,
    values: [totals.map(({ token }) => token)],
  })
  return rows.map(({ id }) => id)
}

export function requireDescribed(open: readonly string[]): void {
  if (open.length === 0) return
  throw new StatementError(
    'NOT_DESCRIBED',
    `symbol and decimals are not known yet of ${open.slice(0, 3).join(', ')}${open.length > 3 ? ', …' : ''}`,
    'try again in a minute, or ask for what there is: partial=true (--partial); the statement then says so',
  )
}

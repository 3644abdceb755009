import type { Snapshot } from '../postgres/snapshot'
import type { Policies } from '../prices/policy'
import { ahead } from './ahead'
import type { ChainCoverage } from './coverage'
import { InvariantError, StatementError } from './errors'
import { type LinePage, LineReader, type StatementLine } from './lines'
import { sumMovements, type TokenSums } from './movements'
import { type PriceBasis, Valuer } from './priceBasis'
import { checkRequest, type StatementInput, type StatementRequest } from './request'
import { requireDescribed, type TokenTotal, totalsOf, undescribedTokens } from './tokenTotals'

/** A royalty statement over finalized blocks: the same request, heights and prices are the same statement. */
export interface Statement {
  /** of the request, the heights and the prices; see number.ts */
  number: string
  /** number of the statement in whose place it stands */
  replaces: string | null
  account: string
  from: Date
  to: Date
  asOf: ChainCoverage[]
  /** what its amounts are valued by; null: config names no prices */
  prices: PriceBasis | null
  /** each chain covers the period, and each token is described; false only where `partial` was asked for */
  complete: boolean
  tokens: TokenTotal[]
  /** number of lines in all */
  lineCount: number
  /** all lines in order, in batches of constant size; throws InvariantError at the end where they do not add up */
  batches(): AsyncGenerator<StatementLine[]>
  /** a page of lines, `after` being the cursor of the last line before it */
  page(first: number, after?: string): Promise<LinePage>
}

/**
 * Prepares an account's statement: checks the request, and sums up. Lines are read when asked for, in the same
 * snapshot, which must stay open as long. `from` is inclusive, `to` exclusive, by block time.
 *
 * @param policies where prices are from: `prices` of the config
 */
export async function buildStatement(
  db: Snapshot,
  input: StatementInput,
  policies: Policies = {},
): Promise<Statement> {
  const request = await checkRequest(db, input, policies)
  const sums = await sumMovements(db, request)
  if (sums.length === 0 && !(await isKnown(db, request))) {
    throw new StatementError(
      'UNKNOWN_ACCOUNT',
      `account ${request.account} was not seen on ${request.asOf.map(({ chain, height }) => `${chain} up to block ${height}`).join(', ')}`,
      'check the address and the chain; blocks that are not final yet do not count',
    )
  }
  for (const total of sums) requireBalanced(total)
  const moving = sums.filter(total => total.opening !== 0n || total.lines > 0)
  const valuer = new Valuer(db, policies, request.prices, request.asOf)
  const tokens = await totalsOf(db, request, moving, valuer)
  const open = await undescribedTokens(db, tokens)
  if (!request.partial) requireDescribed(open)
  const { number, replaces, account, from, to, asOf, prices } = request
  const reader = new LineReader(db, request, moving, valuer)
  return {
    number,
    replaces,
    account,
    from,
    to,
    asOf,
    prices,
    complete: asOf.every(({ covered }) => covered) && open.length === 0,
    tokens,
    lineCount: moving.reduce((count, { lines }) => count + lines, 0),
    batches: () => ahead(reader.all()),
    page: (first, after) => reader.page(first, after),
  }
}

function requireBalanced({ chain, tokenId, opening, accrued, claimed, closing }: TokenSums): void {
  if (opening + accrued - claimed === closing) return
  const what = `opening + accrued - claimed of ${chain} ${tokenId}`
  throw new InvariantError(what, closing, opening + accrued - claimed)
}

async function isKnown(db: Snapshot, { accounts, asOf }: StatementRequest): Promise<boolean> {
  const rows = await db.query({
    name: 'statement-account',
    text: `SELECT a.id
             FROM account a
             JOIN unnest($2::text[], $3::int[]) AS h(chain, height) ON a.chain = h.chain AND a.block <= h.height
            WHERE a.id = ANY ($1::text[])
            LIMIT 1`,
    values: [accounts, asOf.map(({ chain }) => chain), asOf.map(({ height }) => height)],
  })
  return rows.length > 0
}

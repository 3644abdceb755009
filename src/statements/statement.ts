import type { Snapshot } from '../postgres/snapshot'
import type { ChainCoverage } from './coverage'
import { decodeCursor, encodeCursor } from './cursor'
import { InvariantError, StatementError } from './errors'
import {
  balanceAt,
  type Movement,
  pageOfMovements,
  readMovements,
  sumMovements,
  type TokenSums,
} from './movements'
import { namesOf } from './names'
import { checkRequest, type StatementInput, type StatementRequest } from './request'
import { sourcesOf } from './sources'

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
}

/** One movement of the account's royalties. */
export interface StatementLine {
  time: Date
  chain: string
  block: number
  transaction: string
  logIndex: number
  kind: 'ACCRUED' | 'CLAIMED'
  token: string
  /** model by which the account earned it; null: the claim names none */
  model: string | null
  /** null: it has none */
  modelName: string | null
  /** model whose use earned it; from another chain: the model that sent it; null: a claim, or royalty tokens moved */
  sourceModel: string | null
  sourceModelName: string | null
  /** model ids from the one that was paid to the account's, joined by ' > '; see sources.ts */
  path: string | null
  /** ppm of the fee's net that the whole accrual is, floored, with the part that went to the patrons */
  sharePpm: number | null
  /** wei; negative only where royalty tokens moved away with rounding */
  amount: bigint
  /** of the line's chain and token after the line, wei */
  balance: bigint
  /** opaque; the next page begins after it */
  cursor: string
}

export interface LinePage {
  lines: StatementLine[]
  hasNextPage: boolean
}

/** A royalty statement over finalized blocks: the same request at the same heights is the same statement. */
export interface Statement {
  /** of the request and the heights; see number.ts */
  number: string
  /** number of the statement in whose place it stands */
  replaces: string | null
  account: string
  from: Date
  to: Date
  asOf: ChainCoverage[]
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

export const MAX_PAGE = 1000

/**
 * Prepares an account's statement: checks the request, and sums up. Lines are read when asked for, in the same
 * snapshot, which must stay open as long. `from` is inclusive, `to` exclusive, by block time.
 */
export async function buildStatement(db: Snapshot, input: StatementInput): Promise<Statement> {
  const request = await checkRequest(db, input)
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
  const tokens = await describe(db, moving)
  if (!request.partial) requireDescribed(tokens)
  return {
    number: request.number,
    replaces: request.replaces,
    account: request.account,
    from: request.from,
    to: request.to,
    asOf: request.asOf,
    complete: request.asOf.every(({ covered }) => covered) && tokens.every(({ described }) => described),
    tokens,
    lineCount: moving.reduce((count, { lines }) => count + lines, 0),
    batches: () => readLines(db, request, moving),
    page: (first, after) => readPage(db, request, moving, first, after),
  }
}

async function* readLines(
  db: Snapshot,
  request: StatementRequest,
  sums: readonly TokenSums[],
): AsyncGenerator<StatementLine[]> {
  const balances = new Balances(sums)
  const found = new Map(sums.map(total => [keyOf(total), { accrued: 0n, claimed: 0n, lines: 0 }]))
  for await (const movements of readMovements(db, request)) {
    for (const movement of movements) {
      const total = found.get(keyOf(movement))
      if (!total) throw new InvariantError(`total of ${keyOf(movement)}`, 'a row', 'missing')
      if (movement.kind === 'ACCRUED') total.accrued += BigInt(movement.amount)
      else total.claimed += BigInt(movement.amount)
      total.lines++
    }
    yield toLines(db, request, movements, balances)
  }
  for (const total of sums) {
    const lines = found.get(keyOf(total))!
    requireEqual(`accrued of the lines of ${keyOf(total)}`, total.accrued, lines.accrued)
    requireEqual(`claimed of the lines of ${keyOf(total)}`, total.claimed, lines.claimed)
    requireEqual(`number of lines of ${keyOf(total)}`, total.lines, lines.lines)
    requireEqual(`last balance of ${keyOf(total)}`, total.closing, balances.of(total))
  }
}

async function readPage(
  db: Snapshot,
  request: StatementRequest,
  sums: readonly TokenSums[],
  first: number,
  after: string | undefined,
): Promise<LinePage> {
  if (!Number.isInteger(first) || first < 0 || first > MAX_PAGE) {
    throw new StatementError('BAD_PAGE', `first ${first}`, `give a whole number from 0 to ${MAX_PAGE}`)
  }
  const position = after === undefined ? undefined : decodeCursor(after)
  const balances = new Balances(sums)
  if (position) {
    for (const moved of await balanceAt(db, request, position)) balances.add(moved, moved.balance)
  }
  const movements = await pageOfMovements(db, request, first + 1, position)
  return {
    lines: await toLines(db, request, movements.slice(0, first), balances),
    hasNextPage: movements.length > first,
  }
}

async function toLines(
  db: Snapshot,
  request: StatementRequest,
  movements: readonly Movement[],
  balances: Balances,
): Promise<StatementLine[]> {
  const sources = await sourcesOf(db, request, movements)
  const names = await namesOf(db, request, movements)
  const nameOf = (id: string | null) => (id === null ? null : (names.get(id) ?? null))
  return movements.map((movement, index) => {
    const amount = BigInt(movement.amount)
    return {
      time: movement.time,
      chain: movement.chain,
      block: movement.block,
      transaction: movement.transaction,
      logIndex: movement.logIndex,
      kind: movement.kind,
      token: movement.tokenId,
      model: movement.modelId,
      modelName: nameOf(movement.modelId),
      sourceModel: movement.sourceModelId,
      sourceModelName: nameOf(movement.sourceModelId),
      ...sources[index]!,
      amount,
      balance: balances.add(movement, movement.kind === 'ACCRUED' ? amount : -amount),
      cursor: encodeCursor(movement),
    }
  })
}

/** Running balances by chain and token, from the openings on. */
class Balances {
  private readonly byKey: Map<string, bigint>

  constructor(sums: readonly TokenSums[]) {
    this.byKey = new Map(sums.map(total => [keyOf(total), total.opening]))
  }

  of(of: TokenKey): bigint {
    return this.byKey.get(keyOf(of)) ?? 0n
  }

  add(to: TokenKey, amount: bigint): bigint {
    const balance = this.of(to) + amount
    this.byKey.set(keyOf(to), balance)
    return balance
  }
}

type TokenKey = { chain: string; tokenId: string }

function keyOf({ chain, tokenId }: TokenKey): string {
  return `${chain} ${tokenId}`
}

function requireBalanced(total: TokenSums): void {
  const { opening, accrued, claimed, closing } = total
  requireEqual(`opening + accrued - claimed of ${keyOf(total)}`, closing, opening + accrued - claimed)
}

function requireEqual<T>(what: string, expected: T, met: T): void {
  if (expected !== met) throw new InvariantError(what, expected, met)
}

/** Symbol and decimals do not change once read, so they may stand in a statement. */
async function describe(db: Snapshot, sums: readonly TokenSums[]): Promise<TokenTotal[]> {
  const tokens = await db.query<Pick<TokenTotal, 'symbol' | 'decimals' | 'described'> & { id: string }>({
    name: 'statement-tokens',
    text: 'SELECT id, symbol, decimals, described FROM token WHERE id = ANY ($1::text[])',
    values: [[...new Set(sums.map(({ tokenId }) => tokenId))]],
  })
  const byId = new Map(tokens.map(token => [token.id, token]))
  return sums.map(({ chain, tokenId, opening, accrued, claimed, closing }) => {
    const { symbol = null, decimals = null, described = false } = byId.get(tokenId) ?? {}
    const amounts = { opening, accrued, claimed, closing }
    return { chain, token: tokenId, symbol, decimals, described, ...amounts }
  })
}

/** What a token's contract says may come later, and would then make another statement of the same request. */
function requireDescribed(tokens: readonly TokenTotal[]): void {
  const open = tokens.filter(({ described }) => !described).map(({ token }) => token)
  if (open.length === 0) return
  throw new StatementError(
    'NOT_DESCRIBED',
    `symbol and decimals are not known yet of ${open.slice(0, 3).join(', ')}${open.length > 3 ? ', …' : ''}`,
    'try again in a minute, or ask for what there is: partial=true (--partial); the statement then says so',
  )
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

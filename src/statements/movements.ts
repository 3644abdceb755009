import type { Snapshot } from '../postgres/snapshot'
import type { StatementRequest } from './request'

/** A movement of an account's royalties, as the tables tell it. */
export interface Movement {
  time: Date
  chain: string
  block: number
  logIndex: number
  /** 0 accrued, 1 claimed: the order of two movements in one log */
  rank: number
  /** of the fact's row; orders what is equal in all else */
  id: string
  transaction: string
  kind: 'ACCRUED' | 'CLAIMED'
  tokenId: string
  /** model by which the account earned it; null: the claim names none */
  modelId: string | null
  /** model whose use earned it; null: a claim, or it moved with royalty tokens */
  sourceModelId: string | null
  path: string | null
  sharePpm: number | null
  /** fee that it came from, where the protocol says */
  feeId: string | null
  /** message that brought it from another chain */
  guid: string | null
  /** whole of the accrual with the patrons' part, wei; '0' for a claim */
  whole: string
  /** wei; an accrual can be negative: see VaultCredit */
  amount: string
}

/** Where a movement stands among an account's movements: chains interleaved by time, each in its own order. */
export type Position = Pick<Movement, 'time' | 'chain' | 'block' | 'logIndex' | 'rank' | 'id'>

/** Sums of one chain and token, wei. */
export interface TokenSums {
  chain: string
  tokenId: string
  opening: bigint
  accrued: bigint
  claimed: bigint
  /** accrued − claimed of everything before the end of the period */
  closing: bigint
  lines: number
}

/** So few that a batch is done with before the garbage collector would move it to where what lives long is kept. */
const ROWS_A_FETCH = 500
const ORDER = 'time, chain COLLATE "C", block, log_index, rank, id COLLATE "C"'
const DAY_MS = 86_400_000

/** The accounts, and for each up to which block and between which times its movements count. */
const SCOPE = `unnest($1::text[], $2::text[], $3::int[], $4::timestamptz[], $5::timestamptz[])
  AS s (account, of_chain, height, since, until)`

/**
 * The movements of an account of the scope in finalized blocks.
 * What a vault is credited is stated for its holders (vault_credit), as their claims are theirs: counting it for the
 * vault too would count it twice. Indexes: royalty_accrual (beneficiary_id, time), vault_credit and royalty_claim
 * (account_id, time).
 */
const MOVEMENTS = [
  `SELECT a.time, a.chain, a.block, a.log_index, 0 AS rank, a.id::text AS id, a.transaction, 'ACCRUED' AS kind,
          a.token_id, a.to_model_id AS model_id, a.from_model_id AS source_model_id, a.path, a.share_ppm,
          a.fee_id, a.guid, a.amount + a.patrons_amount AS whole, a.amount
     FROM royalty_accrual a
    WHERE a.beneficiary_id = s.account AND a.time >= s.since AND a.time < s.until AND a.block <= s.height
      AND a.amount <> 0 AND NOT EXISTS (SELECT FROM royalty_vault v WHERE v.id = s.account)`,
  `SELECT c.time, c.chain, c.block, c.log_index, 0, c.id::text, c.transaction, 'ACCRUED',
          c.token_id, c.model_id, a.from_model_id, a.path, a.share_ppm,
          a.fee_id, a.guid, coalesce(a.amount + a.patrons_amount, 0), c.amount
     FROM vault_credit c
     LEFT JOIN royalty_accrual a ON a.id = c.accrual_id
    WHERE c.account_id = s.account AND c.time >= s.since AND c.time < s.until AND c.block <= s.height
      AND c.amount <> 0`,
  `SELECT r.time, r.chain, r.block, r.log_index, 1, r.id::text, r.transaction, 'CLAIMED',
          r.token_id, r.model_id, NULL::text, NULL::text, NULL::int, NULL::text, NULL::text, 0::numeric, r.amount
     FROM royalty_claim r
    WHERE r.account_id = s.account AND r.time >= s.since AND r.time < s.until AND r.block <= s.height
      AND r.amount <> 0`,
]
const NAMES =
  'time, chain, block, log_index, rank, id, transaction, kind, token_id, model_id, source_model_id, path, share_ppm, fee_id, guid, whole, amount'
const ALL = `${SCOPE} CROSS JOIN LATERAL (${MOVEMENTS.join(' UNION ALL ')}) m (${NAMES})`

const COLUMNS = `time, chain, block, log_index AS "logIndex", rank, id, transaction, kind, token_id AS "tokenId",
  model_id AS "modelId", source_model_id AS "sourceModelId", path, share_ppm AS "sharePpm", fee_id AS "feeId",
  guid, whole, amount`

/** Opening, period and closing of each chain and token that the account ever moved before the period's end. */
export async function sumMovements(db: Snapshot, request: StatementRequest): Promise<TokenSums[]> {
  const before = new Map((await sumsBefore(db, request, request.from)).map(sum => [keyOf(sum), sum]))
  return (await sumsBefore(db, request, request.to)).map(({ chain, tokenId, accrued, claimed, lines }) => {
    const earlier = before.get(keyOf({ chain, tokenId })) ?? { accrued: 0n, claimed: 0n, lines: 0 }
    return {
      chain,
      tokenId,
      opening: earlier.accrued - earlier.claimed,
      accrued: accrued - earlier.accrued,
      claimed: claimed - earlier.claimed,
      closing: accrued - claimed,
      lines: lines - earlier.lines,
    }
  })
}

export type TokenKey = Pick<TokenSums, 'chain' | 'tokenId'>

export function keyOf({ chain, tokenId }: TokenKey): string {
  return `${chain} ${tokenId}`
}

interface MovedSums {
  chain: string
  tokenId: string
  accrued: bigint
  claimed: bigint
  lines: number
}

/**
 * What moved before a time, or up to and including a position at it: whole days from royalty_day (its key), and of the
 * last one the movements. Days count that end where the chain is known to be below the height (see coverage.ts).
 */
async function sumsBefore(
  db: Snapshot,
  request: StatementRequest,
  time: Date,
  position?: Position,
): Promise<MovedSums[]> {
  const since = request.asOf.map(({ coveredUntil }) => {
    const known = Math.min(time.getTime(), coveredUntil?.getTime() ?? 0)
    return new Date(Math.floor(known / DAY_MS) * DAY_MS)
  })
  const until = position ? new Date(time.getTime() + 1) : time
  const rows = await db.query<Record<keyof MovedSums, string>>({
    name: position ? 'statement-sums-at' : 'statement-sums',
    text: `SELECT of_chain AS chain, token_id AS "tokenId",
                  sum(accrued) AS accrued, sum(claimed) AS claimed, sum(lines) AS lines
             FROM (SELECT of_chain, d.token_id, d.credited + CASE WHEN v.id IS NULL THEN d.accrued ELSE 0 END AS accrued,
                          d.claimed, d.credits + d.claims + CASE WHEN v.id IS NULL THEN d.accruals ELSE 0 END AS lines
                     FROM ${SCOPE}
                     JOIN royalty_day d ON d.account_id = s.account AND d.day < s.since
                     LEFT JOIN royalty_vault v ON v.id = s.account
                    UNION ALL
                   SELECT of_chain, token_id, CASE kind WHEN 'ACCRUED' THEN amount ELSE 0 END,
                          CASE kind WHEN 'CLAIMED' THEN amount ELSE 0 END, 1
                     FROM ${ALL}${position ? ` WHERE (${ORDER}) <= ($6, $7, $8, $9, $10, $11)` : ''}) moved
            GROUP BY of_chain, token_id
           HAVING sum(lines) > 0
            ORDER BY of_chain COLLATE "C", token_id COLLATE "C"`,
    values: [...scope(request, since, until), ...(position ? valuesOf(position) : [])],
  })
  return rows.map(row => ({
    chain: row.chain,
    tokenId: row.tokenId,
    accrued: BigInt(row.accrued),
    claimed: BigInt(row.claimed),
    lines: Number(row.lines),
  }))
}

/** Number of cursors opened in a snapshot so far: the names must differ, and stay few, being parts of statement names. */
const cursors = new WeakMap<Snapshot, number>()

/** The movements of the period in order, in batches, through a cursor of the server: sorted once, memory constant. */
export async function* readMovements(db: Snapshot, request: StatementRequest): AsyncGenerator<Movement[]> {
  const number = (cursors.get(db) ?? 0) + 1
  cursors.set(db, number)
  const cursor = `statement_lines_${number}`
  const { from, to } = request
  await db.query({
    name: `declare-${cursor}`,
    text: `DECLARE ${cursor} NO SCROLL CURSOR FOR SELECT ${COLUMNS} FROM ${ALL} ORDER BY ${ORDER}`,
    values: scope(request, from, to),
  })
  for (let isLast = false; !isLast; ) {
    const rows = await db.query<Movement>({
      name: `fetch-${cursor}`,
      text: `FETCH ${ROWS_A_FETCH} FROM ${cursor}`,
    })
    if (rows.length > 0) yield rows
    isLast = rows.length < ROWS_A_FETCH
  }
  await db.query({ name: `close-${cursor}`, text: `CLOSE ${cursor}` })
}

/** Up to `first` movements of the period after a position: so many of each account and table are read, by index. */
export function pageOfMovements(
  db: Snapshot,
  request: StatementRequest,
  first: number,
  after: Position | undefined,
): Promise<Movement[]> {
  const { from, to } = request
  const since = after && after.time > from ? after.time : from
  const later = after ? ` WHERE (${ORDER}) > ($7, $8, $9, $10, $11, $12)` : ''
  const firstOf = (movements: string) =>
    `(SELECT * FROM (${movements}) one (${NAMES})${later} ORDER BY ${ORDER} LIMIT $6)`
  return db.query({
    name: after ? 'statement-page-after' : 'statement-page',
    text: `SELECT ${COLUMNS} FROM ${SCOPE} CROSS JOIN LATERAL (${MOVEMENTS.map(firstOf).join(' UNION ALL ')}) m
            ORDER BY ${ORDER} LIMIT $6`,
    values: [...scope(request, since, to), first, ...(after ? valuesOf(after) : [])],
  })
}

/** Accrued − claimed in the period up to and including a position, by chain and token. */
export async function balanceAt(
  db: Snapshot,
  request: StatementRequest,
  at: Position,
  openings: readonly TokenSums[],
): Promise<{ chain: string; tokenId: string; balance: bigint }[]> {
  if (at.time < request.from || at.time >= request.to) return [] // no line comes before it, or after it
  const opening = new Map(openings.map(sum => [keyOf(sum), sum.opening]))
  const sums = await sumsBefore(db, request, at.time, at)
  return sums.map(({ chain, tokenId, accrued, claimed }) => ({
    chain,
    tokenId,
    balance: accrued - claimed - (opening.get(keyOf({ chain, tokenId })) ?? 0n),
  }))
}

/** Blocks above a height whose time is known are not looked through: `until` ends there too. */
function scope({ accounts, asOf }: StatementRequest, since: Date | readonly Date[], until: Date): unknown[] {
  const last = asOf.map(({ time }) => (time && time < until ? new Date(time.getTime() + 1) : until))
  return [
    accounts,
    asOf.map(({ chain }) => chain),
    asOf.map(({ height }) => height),
    since instanceof Date ? accounts.map(() => since) : since,
    last,
  ]
}

function valuesOf({ time, chain, block, logIndex, rank, id }: Position): unknown[] {
  return [time, chain, block, logIndex, rank, id]
}

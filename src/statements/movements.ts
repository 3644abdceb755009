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
  /** accrued − claimed of everything before the end of the period, added up by itself */
  closing: bigint
  lines: number
}

const ROWS_A_FETCH = 1000
const ORDER = 'time, chain COLLATE "C", block, log_index, rank, id COLLATE "C"'

/**
 * The movements of the accounts $1 in finalized blocks (chains $2 up to heights $3).
 * What a vault is credited is stated for its holders (vault_credit), as their claims are theirs: counting it for the
 * vault too would count it twice. Indexes: royalty_accrual (beneficiary_id), vault_credit and royalty_claim (account_id).
 */
const MOVEMENTS = `
  SELECT a.time, a.chain, a.block, a.log_index, 0 AS rank, a.id::text AS id, a.transaction, 'ACCRUED' AS kind,
         a.token_id, a.to_model_id AS model_id, a.from_model_id AS source_model_id, a.path, a.share_ppm,
         a.fee_id, a.guid, a.amount + a.patrons_amount AS whole, a.amount
    FROM royalty_accrual a
    JOIN unnest($2::text[], $3::int[]) AS h(chain, height) ON a.chain = h.chain AND a.block <= h.height
   WHERE a.beneficiary_id = ANY ($1::text[]) AND a.amount <> 0
     AND NOT EXISTS (SELECT FROM royalty_vault v WHERE v.id = a.beneficiary_id)
  UNION ALL
  SELECT c.time, c.chain, c.block, c.log_index, 0, c.id::text, c.transaction, 'ACCRUED',
         c.token_id, c.model_id, a.from_model_id, a.path, a.share_ppm,
         a.fee_id, a.guid, coalesce(a.amount + a.patrons_amount, 0), c.amount
    FROM vault_credit c
    JOIN unnest($2::text[], $3::int[]) AS h(chain, height) ON c.chain = h.chain AND c.block <= h.height
    LEFT JOIN royalty_accrual a ON a.id = c.accrual_id
   WHERE c.account_id = ANY ($1::text[]) AND c.amount <> 0
  UNION ALL
  SELECT r.time, r.chain, r.block, r.log_index, 1, r.id::text, r.transaction, 'CLAIMED',
         r.token_id, r.model_id, NULL, NULL, NULL, NULL, NULL, 0, r.amount
    FROM royalty_claim r
    JOIN unnest($2::text[], $3::int[]) AS h(chain, height) ON r.chain = h.chain AND r.block <= h.height
   WHERE r.account_id = ANY ($1::text[]) AND r.amount <> 0`

const COLUMNS = `time, chain, block, log_index AS "logIndex", rank, id, transaction, kind, token_id AS "tokenId",
  model_id AS "modelId", source_model_id AS "sourceModelId", path, share_ppm AS "sharePpm", fee_id AS "feeId",
  guid, whole, amount`

/** Opening, period and closing of each chain and token that the account ever moved before the period's end. */
export async function sumMovements(db: Snapshot, request: StatementRequest): Promise<TokenSums[]> {
  const rows = await db.query<Record<'chain' | 'tokenId' | keyof TokenSums, string>>({
    name: 'statement-sums',
    text: `SELECT chain, token_id AS "tokenId",
                  coalesce(sum(signed) FILTER (WHERE time < $4), 0) AS opening,
                  coalesce(sum(amount) FILTER (WHERE time >= $4 AND kind = 'ACCRUED'), 0) AS accrued,
                  coalesce(sum(amount) FILTER (WHERE time >= $4 AND kind = 'CLAIMED'), 0) AS claimed,
                  sum(signed) AS closing,
                  count(*) FILTER (WHERE time >= $4) AS lines
             FROM (SELECT m.*, CASE kind WHEN 'CLAIMED' THEN -amount ELSE amount END AS signed
                     FROM (${MOVEMENTS}) m
                    WHERE time < $5) signed_movements
            GROUP BY chain, token_id
            ORDER BY chain COLLATE "C", token_id COLLATE "C"`,
    values: [...scope(request), request.from, request.to],
  })
  return rows.map(row => ({
    chain: row.chain,
    tokenId: row.tokenId,
    opening: BigInt(row.opening),
    accrued: BigInt(row.accrued),
    claimed: BigInt(row.claimed),
    closing: BigInt(row.closing),
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
  await db.query({
    name: `declare-${cursor}`,
    text: `DECLARE ${cursor} NO SCROLL CURSOR FOR
           SELECT ${COLUMNS} FROM (${MOVEMENTS}) m WHERE time >= $4 AND time < $5 ORDER BY ${ORDER}`,
    values: [...scope(request), request.from, request.to],
  })
  for (;;) {
    const rows = await db.query<Movement>({
      name: `fetch-${cursor}`,
      text: `FETCH ${ROWS_A_FETCH} FROM ${cursor}`,
    })
    if (rows.length > 0) yield rows
    if (rows.length < ROWS_A_FETCH) break
  }
  await db.query({ name: `close-${cursor}`, text: `CLOSE ${cursor}` })
}

/** Up to `first` movements of the period after a position. */
export function pageOfMovements(
  db: Snapshot,
  request: StatementRequest,
  first: number,
  after: Position | undefined,
): Promise<Movement[]> {
  const text = `SELECT ${COLUMNS} FROM (${MOVEMENTS}) m WHERE time >= $4 AND time < $5`
  const values = [...scope(request), request.from, request.to, first]
  if (!after) {
    return db.query({ name: 'statement-page', text: `${text} ORDER BY ${ORDER} LIMIT $6`, values })
  }
  return db.query({
    name: 'statement-page-after',
    text: `${text} AND (${ORDER}) > ($7, $8, $9, $10, $11, $12) ORDER BY ${ORDER} LIMIT $6`,
    values: [...values, ...keyOf(after)],
  })
}

/** Accrued − claimed in the period up to and including a position, by chain and token. */
export async function balanceAt(
  db: Snapshot,
  request: StatementRequest,
  at: Position,
): Promise<{ chain: string; tokenId: string; balance: bigint }[]> {
  const rows = await db.query<{ chain: string; tokenId: string; balance: string }>({
    name: 'statement-balance-at',
    text: `SELECT chain, token_id AS "tokenId",
                  sum(CASE kind WHEN 'CLAIMED' THEN -amount ELSE amount END) AS balance
             FROM (${MOVEMENTS}) m
            WHERE time >= $4 AND time < $5 AND (${ORDER}) <= ($6, $7, $8, $9, $10, $11)
            GROUP BY chain, token_id`,
    values: [...scope(request), request.from, request.to, ...keyOf(at)],
  })
  return rows.map(row => ({ ...row, balance: BigInt(row.balance) }))
}

function scope({ accounts, asOf }: StatementRequest): unknown[] {
  return [accounts, asOf.map(({ chain }) => chain), asOf.map(({ height }) => height)]
}

function keyOf({ time, chain, block, logIndex, rank, id }: Position): unknown[] {
  return [time, chain, block, logIndex, rank, id]
}

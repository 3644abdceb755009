import type { Snapshot } from '../postgres/snapshot'
import type { Period } from './fees'

/** Money that events say has moved from a model to another, in one token. */
export interface Moved {
  from: string
  to: string
  tokenId: string
  /** wei */
  amount: bigint
  /** number of movements */
  count: number
}

type MovedRow = Omit<Moved, 'amount' | 'count'> & { amount: string; count: string }

const ALL_TIME = {
  from: `coalesce($2, '-infinity'::timestamptz)`,
  to: `coalesce($3, 'infinity'::timestamptz)`,
}
const IN_PERIOD = `time >= ${ALL_TIME.from} AND time < ${ALL_TIME.to}`
const GROUPED = `GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`
const PAIR = `from_model_id COLLATE "C" AS "from", to_model_id COLLATE "C" AS "to", token_id COLLATE "C" AS "tokenId"`
const SUMS = `sum(amount) AS amount, count(*) AS count`

/**
 * Fees of the model $1 and what they became on other chains: the numbers under which a message of them was
 * distributed there. $4: models that can have sent one. Indexes: usage_fee (model_id),
 * cross_chain_transfer (from_model_id), (guid).
 */
const TRACED = `
  WITH RECURSIVE sent AS MATERIALIZED (
    SELECT s.fee_id AS by_fee, r.fee_id, r.guid
      FROM cross_chain_transfer s
      JOIN cross_chain_transfer r ON r.guid = s.guid AND r.direction = 'RECEIVED' AND r.protocol = s.protocol
     WHERE s.direction = 'SENT' AND s.from_model_id = ANY ($4::text[])
  ), traced(fee_id, guid) AS (
    SELECT id::text, NULL::text FROM usage_fee WHERE model_id = $1
    UNION
    SELECT sent.fee_id, sent.guid FROM traced JOIN sent ON sent.by_fee = traced.fee_id
  )`

/** What the models got and keep, by source, claimable and patrons' part together; not what they hold in other vaults. */
export async function accruedTo(db: Snapshot, models: readonly string[], period: Period): Promise<Moved[]> {
  return moved(
    await db.query<MovedRow>({
      name: 'flow-accrued-to',
      text: `SELECT ${PAIR}, sum(amount + patrons_amount) AS amount, count(*) AS count
               FROM royalty_accrual
              WHERE to_model_id = ANY ($1::text[]) AND kind IN ('OWN', 'ANCESTOR') AND ${IN_PERIOD}
              ${GROUPED}`,
      values: [models, ...bounds(period)],
    }),
  )
}

/** What others keep of the model's own fees, on this chain and, by way of messages, on others. */
export async function accruedFrom(
  db: Snapshot,
  model: string,
  senders: readonly string[],
  period: Period,
): Promise<Moved[]> {
  return moved(
    await db.query<MovedRow>({
      name: 'flow-accrued-from',
      text: `${TRACED}
             SELECT ${PAIR}, sum(amount + patrons_amount) AS amount, count(*) AS count
               FROM (SELECT * FROM royalty_accrual WHERE from_model_id = $1 AND guid IS NULL
                     UNION ALL
                     SELECT * FROM royalty_accrual
                      WHERE fee_id IN (SELECT fee_id FROM traced WHERE guid IS NOT NULL)) a
              WHERE kind IN ('OWN', 'ANCESTOR') AND to_model_id <> $1 AND ${IN_PERIOD}
              ${GROUPED}`,
      values: [model, ...bounds(period), senders],
    }),
  )
}

/**
 * Money on the edges among the models: hop by hop where the protocol tells hops, straight to the ancestor where it
 * tells only who got what (its accruals name no fee). Indexes: royalty_hop and royalty_accrual (from_model_id).
 */
export async function edgesAmong(
  db: Snapshot,
  models: readonly string[],
  period: Period,
  limit: number,
): Promise<Moved[]> {
  return moved(
    await db.query<MovedRow>({
      name: 'flow-edges-among',
      text: `SELECT ${PAIR}, ${SUMS}
               FROM (SELECT from_model_id, to_model_id, token_id, amount, time FROM royalty_hop
                     UNION ALL
                     SELECT from_model_id, to_model_id, token_id, amount + patrons_amount, time FROM royalty_accrual
                      WHERE fee_id IS NULL AND kind = 'ANCESTOR') e
              WHERE from_model_id = ANY ($1::text[]) AND to_model_id = ANY ($1::text[]) AND ${IN_PERIOD}
              ${GROUPED} LIMIT $4`,
      values: [models, ...bounds(period), limit],
    }),
  )
}

/** The same, of the model's own fees alone. Index: royalty_hop (fee_id). */
export async function edgesOfFees(
  db: Snapshot,
  model: string,
  senders: readonly string[],
  period: Period,
  limit: number,
): Promise<Moved[]> {
  return moved(
    await db.query<MovedRow>({
      name: 'flow-edges-of-fees',
      text: `${TRACED}
             SELECT ${PAIR}, ${SUMS}
               FROM (SELECT from_model_id, to_model_id, token_id, amount, time FROM royalty_hop
                      WHERE fee_id IN (SELECT fee_id FROM traced)
                     UNION ALL
                     SELECT from_model_id, to_model_id, token_id, amount + patrons_amount, time FROM royalty_accrual
                      WHERE from_model_id = $1 AND fee_id IS NULL AND kind = 'ANCESTOR') e
              WHERE ${IN_PERIOD}
              ${GROUPED} LIMIT $5`,
      values: [model, ...bounds(period), senders, limit],
    }),
  )
}

/** Claims that name the model, by token. Index: royalty_claim (model_id). */
export async function claimedOf(db: Snapshot, model: string, period: Period): Promise<Map<string, bigint>> {
  const rows = await db.query<{ tokenId: string; amount: string }>({
    name: 'flow-claimed',
    text: `SELECT token_id AS "tokenId", sum(amount) AS amount
             FROM royalty_claim
            WHERE model_id = $1 AND ${IN_PERIOD}
            GROUP BY 1`,
    values: [model, ...bounds(period)],
  })
  return new Map(rows.map(({ tokenId, amount }) => [tokenId, BigInt(amount)]))
}

function moved(rows: readonly MovedRow[]): Moved[] {
  return rows.map(row => ({ ...row, amount: BigInt(row.amount), count: Number(row.count) }))
}

function bounds({ from, to }: Period): unknown[] {
  return [from ?? null, to ?? null]
}

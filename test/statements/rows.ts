import type { Pool } from 'pg'

/** Rows as the indexer would have written them, for tests that are not about the indexer. */

export const A = 'eip155:31337'
export const B = 'eip155:31338'
export const ALICE = '0x00000000000000000000000000000000000a11ce'
export const BOB = '0x0000000000000000000000000000000000000b0b'
export const USDC = `${A}/erc20:0x00000000000000000000000000000000000000c6`
export const WETH = `${A}/erc20:0x0000000000000000000000000000000000000018`
export const USDC_B = `${B}/erc20:0x00000000000000000000000000000000000000c6`

const CONTRACT = '0x00000000000000000000000000000000000000cc'
/** a block a second from here on */
export const GENESIS = Date.UTC(2026, 0, 1)

type Row = Record<string, unknown>

/** Inserts rows as they are; columns that none of them names have their defaults, and what is no column is left out. */
export async function insert(pool: Pool, table: string, rows: Row[]): Promise<void> {
  const { rows: columns } = await pool.query<{ name: string }>(
    `SELECT quote_ident(column_name) AS name FROM information_schema.columns
      WHERE table_schema = 'public' AND table_name = $1 AND column_name = ANY ($2)`,
    [table, [...new Set(rows.flatMap(row => Object.keys(row)))]],
  )
  if (columns.length === 0) return
  const named = columns.map(({ name }) => name).join(', ')
  await pool.query(
    `INSERT INTO ${table} (${named}) SELECT ${named} FROM json_populate_recordset(NULL::${table}, $1)`,
    [JSON.stringify(rows)],
  )
}

/** A chain with a finalized head, and blocks above it that may be rolled back. @param time of the head: no block below it is later */
export async function setHeights(
  pool: Pool,
  chain: string,
  finalized: number,
  hot: number[] = [],
  time = timeOf(finalized),
): Promise<void> {
  const schema = `squid_${chain.split(':')[1]}`
  const top = Math.max(finalized, ...hot)
  await pool.query(`
    CREATE SCHEMA IF NOT EXISTS ${schema};
    CREATE TABLE IF NOT EXISTS ${schema}.status
      (id int PRIMARY KEY, height int NOT NULL, hash text DEFAULT '0x', nonce int DEFAULT 0);
    CREATE TABLE IF NOT EXISTS ${schema}.hot_block (height int PRIMARY KEY, hash text NOT NULL);
    TRUNCATE ${schema}.status, ${schema}.hot_block;
    INSERT INTO ${schema}.status VALUES (0, ${finalized}, '${hashOf(finalized)}', 0);
    ${hot.map(height => `INSERT INTO ${schema}.hot_block VALUES (${height}, '${hashOf(height)}');`).join('')}
    INSERT INTO final_block VALUES ('${chain}', ${finalized}, '${hashOf(finalized)}', '${time}')
      ON CONFLICT DO NOTHING;
    DELETE FROM indexer_progress WHERE chain = '${chain}'`)
  await insert(pool, 'indexer_progress', [
    {
      chain,
      name: `chain-${chain.split(':')[1]}`,
      state_schema: schema,
      head: top,
      indexed: top,
      indexed_hash: hashOf(top),
      indexed_time: timeOf(top),
      finalized,
      start_block: 0,
      blocks_per_second: 0,
      updated_at: timeOf(top),
    },
  ])
}

export function timeOf(block: number): string {
  return new Date(GENESIS + block * 1000).toISOString()
}

export function hashOf(block: number): string {
  return `0x${block.toString(16).padStart(64, '0')}`
}

export function account(chain: string, address: string, block = 0): Row {
  return { id: `${chain}:${address}`, chain, address, block, time: timeOf(block) }
}

export function token(id: string, symbol: string, decimals: number): Row {
  const [chain, address] = id.split('/erc20:')
  return { id, chain, address, symbol, name: symbol, decimals, described: true }
}

/** The columns that every fact has. */
export function fact(chain: string, block: number, logIndex: number): Row {
  return {
    id: `${chain}/${block}-${logIndex}`,
    chain,
    protocol: 'reference',
    contract: CONTRACT,
    block,
    time: timeOf(block),
    transaction: hashOf(block * 1000 + logIndex),
    log_index: logIndex,
  }
}

interface Accrual {
  to: string
  from?: string
  by: string
  amount: bigint | number
  patrons?: bigint | number
  token?: string
  fee?: string
  guid?: string
  kind?: string
  share?: number
  path?: string
}

export function accrual(chain: string, block: number, logIndex: number, a: Accrual): Row {
  const from = a.from ?? a.to
  return {
    ...fact(chain, block, logIndex),
    kind: a.kind ?? (from === a.to ? 'OWN' : 'ANCESTOR'),
    from_model_id: from,
    to_model_id: a.to,
    token_id: a.token ?? USDC,
    amount: `${a.amount}`,
    patrons_amount: `${a.patrons ?? 0}`,
    beneficiary_id: `${chain}:${a.by}`,
    fee_id: a.fee,
    share_ppm: a.share,
    path: a.path,
    guid: a.guid,
  }
}

export function claim(
  chain: string,
  block: number,
  logIndex: number,
  by: string,
  amount: bigint | number,
  tokenId = USDC,
): Row {
  return {
    ...fact(chain, block, logIndex),
    account_id: `${chain}:${by}`,
    token_id: tokenId,
    amount: `${amount}`,
  }
}

export function credit(
  chain: string,
  block: number,
  logIndex: number,
  to: string,
  amount: bigint | number,
  accrualId?: string,
): Row {
  return {
    ...fact(chain, block, logIndex),
    id: `${chain}/${block}-${logIndex}/${to}`,
    vault_id: `${chain}:0x00000000000000000000000000000000000000fa`,
    model_id: `${chain}/story:0x01`,
    account_id: `${chain}:${to}`,
    token_id: USDC,
    amount: `${amount}`,
    accrual_id: accrualId,
  }
}

export function hop(
  chain: string,
  block: number,
  logIndex: number,
  from: string,
  to: string,
  fee: string,
): Row {
  return {
    ...fact(chain, block, logIndex),
    id: `${chain}/${block}-${logIndex}/${from}/${to}`,
    from_model_id: from,
    to_model_id: to,
    token_id: USDC,
    amount: '1',
    share_ppm: 1,
    fee_id: fee,
  }
}

export function fee(
  chain: string,
  block: number,
  logIndex: number,
  id: string,
  model: string,
  net: bigint | number,
): Row {
  return {
    ...fact(chain, block, logIndex),
    id,
    kind: 'USAGE',
    model_id: model,
    payer_id: `${chain}:${BOB}`,
    token_id: USDC,
    gross: `${net}`,
    protocol_fee: '0',
    net: `${net}`,
  }
}

export function link(child: string, parent: string, ppm: number, policy: string, block: number): Row {
  return {
    ...fact(child.split('/')[0]!, block, 0),
    id: `${child}|PARENT|${parent}`,
    child_id: child,
    parent_id: parent,
    role: 'PARENT',
    ordinal: 0,
    share_ppm: ppm,
    share_numerator: ppm,
    share_denominator: 1_000_000,
    policy,
  }
}

import type { Pool } from 'pg'
import type { Row } from '../../src/ledger/state'

/** Entities of the ledger put into their tables as they are, for tests that need no indexer in between. */
export async function insertEntities(pool: Pool, table: string, rows: readonly Row[]): Promise<void> {
  await pool.query(`INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1)`, [
    JSON.stringify(rows.map(snakeCase)),
  ])
}

function snakeCase(row: object): object {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      key.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`),
      typeof value === 'bigint' ? `${value}` : value,
    ]),
  )
}

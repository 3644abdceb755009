import type { Pool } from 'pg'
import type { Row } from '../../src/ledger/state'
import { insert } from '../statements/rows'

/** Entities of the ledger put into their tables as they are, for tests that need no indexer in between. */
export async function insertEntities(pool: Pool, table: string, rows: readonly Row[]): Promise<void> {
  await insert(pool, table, rows.map(snakeCase))
}

function snakeCase(row: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      key.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`),
      typeof value === 'bigint' ? `${value}` : value,
    ]),
  )
}

import type { Logger } from '@subsquid/logger'
import type { Client } from 'pg'
import { createClient } from '../../postgres/client'
import { dropAnswers } from '../../rpc/rangeCache'
import { lockChain } from './chainLock'
import { stateSchemaOf } from './stateTables'

/** Pages of 8 kB of a table that one transaction clears of the chain's rows. */
const PAGES = 2000
const SAY_EVERY_MS = 5000

/**
 * Forgets all that one chain's processor wrote, and the answers kept of its endpoints, so that the chain is indexed again
 * from its first block. In many short transactions, which hold up neither other chains' processors nor their projection;
 * if it is cut off, no processor starts before it is done again. Other chains' rows are untouched; the outbox's triggers
 * see the deletions, so Neo4j follows.
 *
 * @throws ChainInUse while a processor of the chain runs
 */
export async function resetChain(
  url: string,
  chain: { id: number; caip2: string; name: string },
  log: Pick<Logger, 'info'>,
): Promise<void> {
  const client = createClient({
    connectionString: url,
    application_name: `provenance-reset-${chain.name}`,
    connectionTimeoutMillis: 10_000,
  })
  await client.connect()
  try {
    await lockChain(client, chain.caip2)
    const schema = stateSchemaOf(chain.id)
    await client.query(
      `BEGIN; DROP SCHEMA IF EXISTS ${schema} CASCADE; CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.resetting (); COMMIT`,
    )
    let said = Date.now()
    let deleted = 0
    for (const { table, pages } of await tables(client)) {
      for (let page = 0; page < pages; page += PAGES) {
        deleted += await clear(client, table, page, chain.caip2)
        if (Date.now() - said < SAY_EVERY_MS) continue
        said = Date.now()
        const done = Math.round((100 * page) / pages)
        log.info(`reset of ${chain.name}: ${deleted} rows deleted, ${table} is done to ${done} %`)
      }
    }
    await dropAnswers(client, chain.caip2)
    await client.query(`DROP SCHEMA ${schema} CASCADE`)
    log.info(`reset of ${chain.name}: all its rows are deleted, ${deleted} of them`)
  } finally {
    await client.end()
  }
}

/**
 * Those with a chain's rows, and their length: nobody adds rows of this chain meanwhile. Running sums come first: their
 * triggers have nothing to correct then, where each part of the events that goes would correct all that are left.
 */
async function tables(client: Client): Promise<{ table: string; pages: number }[]> {
  const { rows } = await client.query<{ table: string; pages: number }>(
    `SELECT quote_ident(c.relname) AS table,
            (pg_relation_size(c.oid) / current_setting('block_size')::int)::int AS pages
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attname = 'chain' AND NOT a.attisdropped
      ORDER BY c.relname NOT IN ('stake_pool_at', 'stake_account_day'), c.relname`,
  )
  return rows
}

/** By place in the table: each page is read once, whatever other chains have there. */
async function clear(client: Client, table: string, page: number, chain: string): Promise<number> {
  const { rowCount } = await client.query(
    `DELETE FROM ${table} WHERE ctid >= '(${page},0)' AND ctid < '(${page + PAGES},0)' AND chain = $1`,
    [chain],
  )
  return rowCount ?? 0
}

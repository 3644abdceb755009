import type { HashAndHeight, HotDatabaseState } from '@subsquid/util-internal-processor-tools'
import type { ClientBase } from 'pg'
import { ConfigError } from '../../config/configError'

/** Postgres schema in which one chain's heights, hot blocks and undo log are. */
export function stateSchemaOf(chainId: number): string {
  return `squid_${chainId}`
}

/** Before the chain's first block. */
export const NOTHING: HashAndHeight = { height: -1, hash: '0x' }

/**
 * Makes a chain's state tables, if they are not there. `status` and `hot_block` are as the Squid SDK has them, which
 * other tools read. Subscribers are told of every batch by a trigger on `status`. For who holds the chain's lock.
 */
export async function makeTables(
  client: ClientBase,
  schema: string,
  chain: { caip2: string; name: string },
): Promise<void> {
  const { rows } = await client.query(
    'SELECT to_regclass($1) IS NOT NULL AS former, to_regclass($2) IS NOT NULL AS resetting',
    [`${schema}.hot_change_log`, `${schema}.resetting`],
  )
  if (rows[0].former || rows[0].resetting) {
    throw new ConfigError(
      chain.name,
      rows[0].former
        ? 'it was indexed by an earlier version, whose hot blocks this one cannot undo'
        : 'a reset of it has not ended',
      `provenance index --chain ${chain.name} --reset`,
    )
  }
  await client.query(
    `BEGIN;
     CREATE SCHEMA IF NOT EXISTS ${schema};
     CREATE TABLE IF NOT EXISTS ${schema}.status (
       id int4 PRIMARY KEY, height int4 NOT NULL, hash text NOT NULL, nonce int4 NOT NULL DEFAULT 0
     );
     INSERT INTO ${schema}.status (id, height, hash) VALUES (0, ${NOTHING.height}, '${NOTHING.hash}')
       ON CONFLICT DO NOTHING;
     -- above the final block
     CREATE TABLE IF NOT EXISTS ${schema}.hot_block (height int4 PRIMARY KEY, hash text NOT NULL);
     -- final blocks below it, to which the undo log goes back
     CREATE TABLE IF NOT EXISTS ${schema}.boundary (height int4 PRIMARY KEY, hash text NOT NULL);
     -- see undoLog.ts
     CREATE TABLE IF NOT EXISTS ${schema}.undo (
       height int4 NOT NULL, n int4 NOT NULL, entity text NOT NULL, made text[] NOT NULL, former jsonb NOT NULL,
       PRIMARY KEY (height, n)
     );
     -- large ones are written once and seldom read: not compressed
     ALTER TABLE ${schema}.undo ALTER COLUMN made SET STORAGE EXTERNAL, ALTER COLUMN former SET STORAGE EXTERNAL;
     SELECT provenance_watch_chain('${schema}', '${chain.caip2}');
     COMMIT`,
  )
}

export async function readState(client: ClientBase, schema: string): Promise<HotDatabaseState> {
  const { rows: status } = await client.query<HashAndHeight>(
    `SELECT height, hash FROM ${schema}.status WHERE id = 0`,
  )
  const { rows: top } = await client.query<HashAndHeight>(
    `SELECT height, hash FROM ${schema}.hot_block ORDER BY height`,
  )
  return { ...status[0]!, top }
}

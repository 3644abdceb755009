/** A year of one account's royalties, made by Postgres itself; the same on every run. */
import { query } from './workshop'

const CHAIN = 'eip155:999'
export const ACCOUNT = `${CHAIN}:0x${'a'.repeat(40)}`
export const TOKEN = `${CHAIN}/erc20:0x${'2'.repeat(40)}`
export const FROM = '2026-01-01T00:00:00.000Z'
export const TO = '2027-01-01T00:00:00.000Z'
const YEAR_SECONDS = 365 * 86_400

/** Nine accruals and a claim in turn, at even intervals, each in a block of its own; a price an hour. */
export async function fillRoyalties(postgresUrl: string, lines: number): Promise<void> {
  const time = `timestamptz '${FROM}' + (i * ${YEAR_SECONDS}::float8 / ${lines + 1}) * interval '1 second'`
  const origin = `'${CHAIN}', 'reference', '0x' || repeat('1', 40)`
  const place = `i, ${time}, '0x' || md5(i::text) || md5(i::text), 0`
  const last = `'0x' || repeat('f', 64), timestamptz '${TO}'`
  await query(
    postgresUrl,
    `CREATE SCHEMA squid_999;
     CREATE TABLE squid_999.status (id int PRIMARY KEY, height int, hash text, nonce int);
     CREATE TABLE squid_999.hot_block (height int PRIMARY KEY, hash text);
     INSERT INTO squid_999.status VALUES (0, ${lines + 1}, '0x' || repeat('f', 64), 0);
     INSERT INTO final_block (chain, height, hash, time) SELECT '${CHAIN}', ${lines + 1}, ${last};
     INSERT INTO indexer_progress (chain, name, state_schema, head, indexed, indexed_hash, finalized, start_block,
                                   blocks_per_second, updated_at)
     VALUES ('${CHAIN}', 'bench', 'squid_999', ${lines + 1}, ${lines + 1}, '0x', ${lines + 1}, 0, 0, now());
     INSERT INTO account (id, chain, address, block, time)
     VALUES ('${ACCOUNT}', '${CHAIN}', '0x' || repeat('a', 40), 0, timestamptz '${FROM}');
     INSERT INTO token (id, chain, address, symbol, name, decimals, described)
     VALUES ('${TOKEN}', '${CHAIN}', '0x' || repeat('2', 40), 'TOK', 'Token', 18, true);
     INSERT INTO royalty_accrual (id, chain, protocol, contract, kind, from_model_id, to_model_id, token_id, amount,
                                  patrons_amount, beneficiary_id, share_ppm, path, block, time, transaction, log_index)
     SELECT '${CHAIN}/accrual-' || i, ${origin}, 'ANCESTOR', '${CHAIN}/reference:' || i % 500, '${CHAIN}/reference:1', '${TOKEN}',
            i * 1000000007::numeric, 0, '${ACCOUNT}', 100000, '${CHAIN}/reference:' || i % 500 || ' > ${CHAIN}/reference:1', ${place}
       FROM generate_series(1, ${lines}) AS i WHERE i % 10 <> 0;
     INSERT INTO royalty_claim (id, chain, protocol, contract, account_id, token_id, amount, block, time, transaction, log_index)
     SELECT '${CHAIN}/claim-' || i, ${origin}, '${ACCOUNT}', '${TOKEN}', i * 1000000007::numeric, ${place}
       FROM generate_series(1, ${lines}) AS i WHERE i % 10 = 0;
     INSERT INTO price_import (number, file, sha256) VALUES (1, 'bench.csv', 'bench');
     INSERT INTO imported_price (token_id, source, time, import, value, decimals)
     SELECT '${TOKEN}', 'bench', timestamptz '${FROM}' + i * interval '1 hour', 1, 100000 + i, 5
       FROM generate_series(0, ${YEAR_SECONDS / 3600}) AS i`,
  )
  await query(postgresUrl, 'VACUUM ANALYZE')
}

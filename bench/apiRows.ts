/** What the API's benchmark asks for, beside the large lineage: made by Postgres itself, the same on every run. */
import { query } from './workshop'

const CHAIN = 'eip155:999'
const CONTRACT = `'0x' || repeat('1', 40)`
const PLACE = `i, to_timestamp(1700000000 + i), '0x' || md5(i::text) || md5(i::text), 0`
export const TOKEN = `${CHAIN}/erc20:0x${'2'.repeat(40)}`
/** All of the newest models: of each hundred, the first was forked by 9, each of which was forked by 10 more. */
const FAMILY_MODELS = 1000
/** Pools that have a tenth as many events together. */
const OTHER_POOLS = 10
export const BIG_POOL = `${CHAIN}/pool:big`

/**
 * A thousand models in ten families, the newest of all, each with a pool, fees and revenue; a pool with many events; and
 * a chain that has come to a block.
 */
export async function fillApi(postgresUrl: string, events: number): Promise<void> {
  const model = (number: string) => `'${CHAIN}/reference:family' || ${number}`
  const parent = `i - i % 100 + CASE WHEN i % 100 < 10 THEN 0 ELSE i % 100 / 10 END`
  await query(
    postgresUrl,
    `SET session_replication_role = replica;
     INSERT INTO token (id, chain, address, symbol, name, decimals, described)
     VALUES ('${TOKEN}', '${CHAIN}', '0x' || repeat('2', 40), 'USDX', 'USDX', 18, true);
     INSERT INTO model (id, chain, protocol, kind, contract, name, version, taint_count, tainted,
                        block, time, transaction, log_index)
     SELECT ${model('i')}, '${CHAIN}', 'reference', 'MODEL', ${CONTRACT}, 'family model ' || i, 1, 0, false, ${PLACE}
       FROM generate_series(0, ${FAMILY_MODELS - 1}) AS i;
     INSERT INTO lineage_edge (id, chain, protocol, contract, child_id, parent_id, role, ordinal, share_ppm,
                               share_numerator, share_denominator, policy, block, time, transaction, log_index)
     SELECT ${model('i')} || '|PARENT|' || ${model(`(${parent})`)}, '${CHAIN}', 'reference', ${CONTRACT},
            ${model('i')}, ${model(`(${parent})`)}, 'PARENT', 0, 100000, 1, 10, 'HOP', ${PLACE}
       FROM generate_series(0, ${FAMILY_MODELS - 1}) AS i WHERE i % 100 > 0;
     INSERT INTO stake_pool (id, chain, protocol, contract, model_id, kind, asset_id, unbonding_seconds, active_assets,
                             exiting_assets, slashed_assets, compounded_assets, total_shares, total_exit_shares,
                             virtual_assets, virtual_shares, patron_count, block, time, transaction, log_index)
     SELECT CASE WHEN i = 0 THEN '${BIG_POOL}' ELSE '${CHAIN}/pool:' || i END, '${CHAIN}', 'reference', ${CONTRACT},
            ${model('i')}, 'DIRECT', '${TOKEN}', 0, i, 0, 0, 0, i, 0, 0, 0, 3, ${PLACE}
       FROM generate_series(0, ${FAMILY_MODELS - 1}) AS i;
     INSERT INTO stake_position (id, chain, pool_id, model_id, account_id, shares, delegate_id, deposited_assets,
                                 withdrawn_assets, block, time)
     SELECT p.id || '|' || n, '${CHAIN}', p.id, p.model_id, '${CHAIN}:0x' || lpad(n::text, 40, '0'), 1,
            '${CHAIN}:0x' || lpad(n::text, 40, '0'), 1, 0, 1, p.time
       FROM stake_pool p, generate_series(1, 3) AS n;
     INSERT INTO usage_fee (id, chain, protocol, contract, kind, model_id, payer_id, token_id, gross, protocol_fee, net,
                            block, time, transaction, log_index)
     SELECT '${CHAIN}/fee:' || i || '-' || n, '${CHAIN}', 'reference', ${CONTRACT}, 'USAGE', ${model('i')},
            '${CHAIN}:0x' || repeat('3', 40), '${TOKEN}', 1000000 * n, 0, 1000000 * n, ${PLACE}
       FROM generate_series(0, ${FAMILY_MODELS - 1}) AS i, generate_series(1, 5) AS n;
     INSERT INTO model_revenue (id, chain, model_id, token_id, gross, protocol_fee, net, fee_count, accrued_own,
                                accrued_royalty, patrons, claimed)
     SELECT ${model('i')} || '|${TOKEN}', '${CHAIN}', ${model('i')}, '${TOKEN}', 15000000, 0, 15000000, 5, 0, 0, 0, 0
       FROM generate_series(0, ${FAMILY_MODELS - 1}) AS i;
     ALTER TABLE stake_event ENABLE ALWAYS TRIGGER stake_sums_inserted;
     INSERT INTO stake_event (id, chain, protocol, contract, kind, pool_id, model_id, asset_id, account_id, shares_delta,
                              active_delta, exiting_delta, block, time, transaction, log_index)
     SELECT '${CHAIN}/event:' || lpad(i::text, 12, '0'), '${CHAIN}', 'reference', ${CONTRACT}, 'DEPOSIT', '${BIG_POOL}',
            ${model('0')}, '${TOKEN}', '${CHAIN}:0x' || lpad((i % 1000)::text, 40, '0'), 1, 1, 0, ${PLACE}
       FROM generate_series(1, ${events}) AS i;
     INSERT INTO stake_event (id, chain, protocol, contract, kind, pool_id, model_id, asset_id, account_id, shares_delta,
                              active_delta, exiting_delta, block, time, transaction, log_index)
     SELECT '${CHAIN}/event:small' || i, '${CHAIN}', 'reference', ${CONTRACT}, 'DEPOSIT',
            '${CHAIN}/pool:' || (1 + i % ${OTHER_POOLS}), ${model(`(1 + i % ${OTHER_POOLS})`)}, '${TOKEN}',
            '${CHAIN}:0x' || lpad((i % 1000)::text, 40, '0'), 1, 1, 0, ${PLACE}
       FROM generate_series(1, ${Math.ceil(events / 10)}) AS i;
     ALTER TABLE stake_event ENABLE TRIGGER stake_sums_inserted;
     CREATE SCHEMA squid_999;
     CREATE TABLE squid_999.status (id int PRIMARY KEY, height int NOT NULL, hash text, nonce int DEFAULT 0);
     CREATE TABLE squid_999.hot_block (height int PRIMARY KEY, hash text NOT NULL);
     INSERT INTO squid_999.status VALUES (0, 1000, '0x1', 0);
     INSERT INTO squid_999.hot_block SELECT i, '0x' || i FROM generate_series(1001, 1020) AS i;
     INSERT INTO indexer_progress (chain, name, state_schema, head, indexed, indexed_hash, indexed_time, finalized,
                                   start_block, blocks_per_second, updated_at)
     VALUES ('${CHAIN}', 'bench', 'squid_999', 1020, 1020, '0x1020', now(), 1000, 0, 1, now())`,
  )
  await query(postgresUrl, 'VACUUM ANALYZE')
}

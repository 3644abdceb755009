/** What a log costs when the tables are large already: facts of another chain are put there by SQL. */

import { resetChain } from '../../src/indexer/store/reset'
import type { BenchOptions } from '../main'
import { median, type Result, report, say } from '../report'
import { query, type Workshop } from '../workshop'
import type { Job } from './job'
import { measure } from './measure'

const DEFAULT_SIZES = [1_000_000, 10_000_000]

export async function measureGrowth(
  workshop: Workshop,
  job: Omit<Job, 'postgresUrl'>,
  logs: number,
  options: BenchOptions,
): Promise<void> {
  const sizes = options.long === true ? DEFAULT_SIZES : options.long!
  const postgresUrl = await workshop.database()
  let first: Result | undefined
  let there = 0
  for (const size of [...sizes].sort((a, b) => a - b)) {
    say(`ingest.long: filling the tables up to ${size} facts …`)
    await fill(postgresUrl, there, size)
    there = size
    say(`ingest.long: ${logs} logs on top; median of ${options.runs}`)
    const seconds: number[] = []
    for (let run = 0; run < options.runs; run++) {
      await workshop.checkpoint()
      seconds.push((await measure('ours', { ...job, postgresUrl }, workshop.postgres.pid)).seconds)
      await forget(postgresUrl, job.chainId)
    }
    const result = report(`ingest.long.${size}.cost`, (median(seconds) / logs) * 1e6, 'µs/log', first)
    first ??= result
  }
  await workshop.drop(postgresUrl)
}

/** A fact a row, a position for every tenth, spread over 10,000 pools and 100,000 accounts. */
async function fill(postgresUrl: string, from: number, to: number): Promise<void> {
  const origin = `to_timestamp(1600000000 + i), '0x' || md5(i::text) || md5(i::text)`
  const pool = `'eip155:999/pool:0x' || lpad(to_hex(i * 7919 % 10000), 40, '0')`
  const model = `'eip155:999/reference:' || i * 7919 % 10000`
  const account = `'eip155:999:0x' || lpad(to_hex(i * 104729 % 100000), 40, '0')`
  const series = `generate_series(${from}::bigint, ${to - 1}) AS i`
  const indexes = await query<{ name: string; definition: string }>(
    postgresUrl,
    `SELECT indexname AS name, indexdef AS definition FROM pg_indexes
      WHERE tablename IN ('stake_event', 'stake_position') AND indexname LIKE 'IDX%'`,
  )
  for (const { name } of indexes) await query(postgresUrl, `DROP INDEX "${name}"`) // made anew in a tenth of the time
  await query(
    postgresUrl,
    // Rows of the past: no trigger need tell anybody.
    `SET session_replication_role = replica;
     INSERT INTO stake_event (id, chain, protocol, contract, kind, pool_id, model_id, asset_id, account_id,
                              shares_delta, active_delta, exiting_delta, block, time, transaction, log_index)
     SELECT 'eip155:999/' || lpad((i / 100)::text, 10, '0') || '-' || lpad((i % 100)::text, 5, '0'),
            'eip155:999', 'reference', '0x' || repeat('1', 40), 'STAKE', ${pool}, ${model},
            'eip155:999/erc20:0x' || repeat('2', 40), ${account}, i, i, 0, i / 100, ${origin}, i % 100
       FROM ${series};
     INSERT INTO stake_position (id, chain, pool_id, model_id, account_id, shares, delegate_id, deposited_assets,
                                 withdrawn_assets, block, time)
     SELECT ${pool} || '/' || i, 'eip155:999', ${pool}, ${model}, ${account}, i, ${account}, i, 0, i / 100,
            to_timestamp(1600000000 + i)
       FROM ${series} WHERE i % 10 = 0`,
  )
  for (const { definition } of indexes) await query(postgresUrl, definition)
  await query(postgresUrl, 'VACUUM ANALYZE')
}

async function forget(postgresUrl: string, chainId: number): Promise<void> {
  const log = { info: () => {} }
  await resetChain(postgresUrl, { id: chainId, caip2: `eip155:${chainId}`, name: 'bench' }, log)
  await query(postgresUrl, 'VACUUM ANALYZE')
}

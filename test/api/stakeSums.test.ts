import fc from 'fast-check'
import { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Api, startApi } from '../../src/api/server'
import { assetsOfShares } from '../../src/prices/holdings'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { expectTrueStakeSums } from '../fixtures/stakeSums'
import { type Told, tellStatements } from '../fixtures/toldStatements'
import { ACCOUNT, ADDRESS, CHAIN, insertRow, MODEL, setHeights, TOKEN } from './rows'

const DAY = 86_400_000
const START = Date.UTC(2026, 0, 1)

let database: TestDatabase
let pool: Pool
let api: Api
/** statements that were run since it was emptied */
const told: Told[] = []

beforeAll(async () => {
  database = await freshDatabase()
  pool = new Pool({ connectionString: database.url, max: 5 })
  tellStatements(pool, statement => {
    if (statement?.values) told.push(statement)
  })
  api = await startApi({
    config: {
      postgres: { url: database.url },
      api: { host: '127.0.0.1', port: 0, timeoutMs: 10_000, maxLagSeconds: 60 },
      chains: [{ caip2: CHAIN, name: 'local' }],
    },
    pool,
  })
})
afterAll(async () => {
  await api?.close()
  await pool?.end()
  await database?.drop()
})

const BLOCKS = 60
const event = fc.record({
  kind: fc.constantFrom('STAKE', 'WITHDRAW', 'EXIT_REQUEST', 'EXIT_PAID', 'COMPOUND', 'SLASH', 'TRANSFER_IN'),
  pool: fc.constantFrom('a', 'b'),
  account: fc.option(fc.integer({ min: 1, max: 2 })),
  block: fc.nat(BLOCKS),
  active: fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
})
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ add: fc.array(event, { minLength: 1, maxLength: 12 }) }) },
  { weight: 2, arbitrary: fc.record({ removeAbove: fc.nat(BLOCKS) }) },
  { weight: 2, arbitrary: fc.record({ removeOne: fc.nat(40) }) },
  { weight: 1, arbitrary: fc.record({ moveTo: fc.nat(BLOCKS) }) },
  { weight: 1, arbitrary: fc.constant({ truncate: true }) },
)

const blockTime = (block: number) => new Date(START + block * 7 * 3_600_000).toISOString()

test('running sums are what the events add up to, in whatever order they come, change and go', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async steps => {
      await pool.query('TRUNCATE stake_event')
      let made = 0
      for (const step of steps) {
        if ('add' in step) {
          const rows = step.add.map(({ kind, pool, account, block, active }) => [
            `${++made}`,
            kind,
            pool,
            account && ACCOUNT(account),
            `${active}`,
            `${active / 3n}`,
            block,
            blockTime(block),
          ])
          // One statement, as of a batch: fewer would be written one by one.
          await pool.query(
            `INSERT INTO stake_event (id, chain, protocol, contract, kind, pool_id, asset_id, account_id, active_delta, exiting_delta,
                                      shares_delta, block, time, transaction, log_index)
             SELECT id, '${CHAIN}', 'reference', '0xcc', kind, pool, 'token', account, active, -active, shares, block, time, '0x', 0
               FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::numeric[], $6::numeric[], $7::int[], $8::timestamptz[])
                 AS r (id, kind, pool, account, active, shares, block, time)`,
            rows[0]!.map((_, column) => rows.map(row => row[column])),
          )
        } else if ('removeAbove' in step)
          await pool.query('DELETE FROM stake_event WHERE block > $1', [step.removeAbove])
        else if ('removeOne' in step)
          await pool.query('DELETE FROM stake_event WHERE id = $1', [`${step.removeOne}`])
        else if ('moveTo' in step)
          await pool.query(
            `UPDATE stake_event SET active_delta = 2 * active_delta, block = $1, time = $2 WHERE id::int % 3 = 0`,
            [step.moveTo, blockTime(step.moveTo)],
          )
        else await pool.query('TRUNCATE stake_event')
      }
      await expectTrueStakeSums(pool)
    }),
    { numRuns: 40 },
  )
}, 60_000)

const EVENTS = 200_000
const BLOCK_SECONDS = 10_000
/** A hundred events a block, the last of them a gain. */
const secondOf = (n: number) => Math.ceil(n / 100) * BLOCK_SECONDS
const END = secondOf(EVENTS)
const BIG = `${CHAIN}/pool:${ADDRESS(0xb16)}`
const SHARE = BIG.replace('/pool:', '/erc20:')

/** Rows of stake_event and of its sums that a statement reads, those too that it leaves out. */
async function rowsRead({ text, values }: Told): Promise<number> {
  const { rows } = await database.pool.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values)
  const read = (node: Record<string, unknown>): number => {
    const own = /^stake_(event|pool_at|account_day)$/.test(`${node['Relation Name']}`)
      ? (Number(node['Actual Rows']) + Number(node['Rows Removed by Filter'] ?? 0)) *
        Number(node['Actual Loops'])
      : 0
    return ((node.Plans as Record<string, unknown>[]) ?? []).reduce((all, inner) => all + read(inner), own)
  }
  return read(rows[0]['QUERY PLAN'][0].Plan)
}

test(`a pool of ${EVENTS} events is told about by a few entries of an index, and so are its patrons and its shares`, async () => {
  await pool.query('TRUNCATE stake_event')
  const end = new Date(START + END * 1000)
  await setHeights(pool, { height: EVENTS, finalized: EVENTS, time: end })
  await insertRow(pool, 'Token', { id: TOKEN, address: ADDRESS(0xeee), symbol: 'CRED', decimals: 6 })
  await insertRow(pool, 'Model', { id: MODEL(1) })
  for (const n of [0, 1]) await insertRow(pool, 'Account', { id: ACCOUNT(n), address: ADDRESS(n) })
  // Each hundredth event is a gain of 100; the others are stakes of two patrons, one wei a share.
  await pool.query(
    `INSERT INTO stake_event (id, chain, protocol, contract, kind, pool_id, model_id, asset_id, account_id, active_delta,
                              exiting_delta, shares_delta, block, time, transaction, log_index)
     SELECT lpad(n::text, 9, '0'), '${CHAIN}', 'reference', '0xcc', CASE n % 100 WHEN 0 THEN 'COMPOUND' ELSE 'STAKE' END, '${BIG}',
            '${MODEL(1)}', '${TOKEN}', CASE WHEN n % 100 > 0 THEN '${CHAIN}:0x' || lpad((n % 2)::text, 40, '0') END,
            CASE n % 100 WHEN 0 THEN 100 ELSE 1 END, 0, CASE n % 100 WHEN 0 THEN 0 ELSE 1 END, (n + 99) / 100,
            timestamptz '${new Date(START).toISOString()}' + (n + 99) / 100 * interval '${BLOCK_SECONDS} seconds', '0x', 0
       FROM generate_series(1, ${EVENTS}) AS n`,
  )
  const [gains, stakes] = [EVENTS / 100, (EVENTS * 99) / 100]
  await insertRow(pool, 'StakePool', {
    id: BIG,
    modelId: MODEL(1),
    assetId: TOKEN,
    activeAssets: BigInt(stakes + gains * 100),
    totalShares: BigInt(stakes),
  })
  for (const n of [0, 1])
    await insertRow(pool, 'StakePosition', {
      id: `${BIG}|${ACCOUNT(n)}`,
      poolId: BIG,
      accountId: ACCOUNT(n),
      delegateId: ACCOUNT(n),
      shares: BigInt(n === 0 ? stakes - EVENTS / 2 : EVENTS / 2),
    })
  await pool.query('VACUUM ANALYZE stake_event, stake_pool_at, stake_account_day')

  told.length = 0
  const half = new Date(START + (END / 2) * 1000)
  const response = await fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: `{ stakePool(id: "${BIG}") { all: apr later: apr(from: "${half.toISOString()}") earlyPatron { accountId } }
        model(id: "${MODEL(1)}") { stake { changes { day week } } }
        account(id: "${ACCOUNT(1)}") { stake { changes { day week } activity(days: 30) { inflow unstaked earned } } } }`,
    }),
  })
  const { data, errors } = await response.json()
  const held = await assetsOfShares(
    { query: (async (statement: Told) => (await pool.query(statement)).rows) as never },
    [{ tokenId: SHARE, amount: 990n, at: { time: half, chain: CHAIN, block: EVENTS / 200 } }],
    new Map([[CHAIN, EVENTS / 400]]),
  )

  expect(errors).toBeUndefined()
  const numbers = Array.from({ length: EVENTS }, (_, i) => i + 1)
  const delta = (n: number) => (n % 100 === 0 ? 100 : 1)
  const yearly = (start: number) => {
    let [gained, area] = [0, 0]
    for (const n of numbers.filter(n => secondOf(n) < END)) {
      if (n % 100 === 0 && secondOf(n) >= start) gained += 100
      area += delta(n) * (END - Math.max(secondOf(n), start))
    }
    return (gained / area) * 31_536_000
  }
  expect(data.stakePool.all).toBeCloseTo(yearly(0), 3)
  expect(data.stakePool.later).toBeCloseTo(yearly(END / 2), 3)
  expect(data.stakePool.earlyPatron.accountId).toBe(ACCOUNT(1))
  const since = (days: number) => numbers.filter(n => secondOf(n) > END - (days * DAY) / 1000)
  const moved = (days: number) => `${since(days).reduce((sum, n) => sum + delta(n), 0)}`
  expect(data.model.stake.changes).toEqual([{ day: moved(1), week: moved(7) }])
  expect(data.account.stake.activity[0].inflow).toBe(`${since(30).filter(n => n % 2 === 1).length}`)
  // As far as the heights go, 99 shares a block hold 199 wei.
  expect(held).toEqual([{ assetId: TOKEN, amount: 1990n }])

  const reads = await Promise.all(told.map(async one => ({ name: one.name, rows: await rowsRead(one) })))
  const most = Object.fromEntries(reads.map(({ name, rows }) => [name, rows]))
  // Of a patron, the days and the events of the one in which they begin.
  expect(reads.filter(({ rows }) => rows > 1000)).toEqual([])
  expect(most['api-pool-earnings']).toBeLessThan(10)
  expect(most['prices-shares']).toBeLessThan(10)
  expect(most['api-stake-held-before']).toBeLessThan(10)
}, 60_000)

import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withSnapshot } from '../../src/postgres/snapshot'
import { buildStatement } from '../../src/statements/statement'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import {
  A,
  ALICE,
  account,
  accrual,
  BOB,
  claim,
  credit,
  GENESIS,
  insert,
  setHeights,
  USDC,
  WETH,
} from './rows'

let database: TestDatabase

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database?.drop())

/** Added up from the facts alone. */
const BY_FACTS = `
  SELECT account_id, token_id, date_trunc('day', time, 'UTC') AS day,
         coalesce(sum(amount) FILTER (WHERE kind = 'a'), 0) AS accrued, count(*) FILTER (WHERE kind = 'a') AS accruals,
         coalesce(sum(amount) FILTER (WHERE kind = 'v'), 0) AS credited, count(*) FILTER (WHERE kind = 'v') AS credits,
         coalesce(sum(amount) FILTER (WHERE kind = 'c'), 0) AS claimed, count(*) FILTER (WHERE kind = 'c') AS claims
    FROM (SELECT 'a' AS kind, beneficiary_id AS account_id, token_id, time, amount FROM royalty_accrual
          UNION ALL SELECT 'v', account_id, token_id, time, amount FROM vault_credit
          UNION ALL SELECT 'c', account_id, token_id, time, amount FROM royalty_claim) facts
   WHERE amount <> 0 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`
const KEPT = `
  SELECT * FROM royalty_day
   WHERE accruals <> 0 OR credits <> 0 OR claims <> 0 OR accrued <> 0 OR credited <> 0 OR claimed <> 0
   ORDER BY account_id, token_id, day`

const fact = fc.record({
  kind: fc.constantFrom('royalty_accrual', 'vault_credit', 'royalty_claim'),
  hours: fc.nat(24 * 6),
  who: fc.constantFrom(ALICE, BOB),
  token: fc.constantFrom(USDC, WETH),
  amount: fc.bigInt({ min: -5n, max: 10n ** 30n }),
})
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ add: fc.array(fact, { minLength: 1, maxLength: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ removeAfter: fc.nat(24 * 6) }) },
  { weight: 1, arbitrary: fc.record({ double: fc.constantFrom('royalty_accrual', 'royalty_claim') }) },
  { weight: 1, arbitrary: fc.record({ truncate: fc.constantFrom('vault_credit', 'royalty_claim') }) },
)

test('days are what the facts add up to, whoever writes, changes or takes them back', async () => {
  await setHeights(database.pool, A, 10_000_000)
  await insert(database.pool, 'account', [account(A, ALICE), account(A, BOB)])
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async steps => {
      await database.pool.query('TRUNCATE royalty_accrual, vault_credit, royalty_claim')
      let log = 0
      for (const step of steps) {
        if ('add' in step) {
          for (const { kind, hours, who, token, amount } of step.add) {
            const block = hours * 3600
            const row =
              kind === 'royalty_accrual'
                ? accrual(A, block, log++, { to: 'm', by: who, amount, token })
                : kind === 'vault_credit'
                  ? { ...credit(A, block, log++, who, amount), token_id: token }
                  : claim(A, block, log++, who, amount, token)
            await insert(database.pool, kind, [row])
          }
        } else if ('removeAfter' in step) {
          for (const table of ['royalty_accrual', 'vault_credit', 'royalty_claim'])
            await database.pool.query(`DELETE FROM ${table} WHERE block > ${step.removeAfter * 3600}`)
        } else if ('double' in step) {
          await database.pool.query(
            `UPDATE ${step.double} SET amount = amount * 2, time = time + interval '1 day'`,
          )
        } else await database.pool.query(`TRUNCATE ${step.truncate}`)
      }
      const [kept, facts] = await Promise.all([database.pool.query(KEPT), database.pool.query(BY_FACTS)])
      expect(kept.rows).toEqual(facts.rows)
    }),
    { numRuns: 15 },
  )
}, 120_000)

test('a page of an account with 20,000 lines reads what it shows, not the history', async () => {
  await database.pool.query('TRUNCATE royalty_accrual, vault_credit, royalty_claim')
  await database.pool.query(
    `INSERT INTO royalty_accrual (id, chain, protocol, contract, kind, from_model_id, to_model_id, token_id, amount, patrons_amount,
                                  beneficiary_id, block, time, transaction, log_index)
     SELECT 'bulk-' || n, '${A}', 'reference', '0xcc', 'OWN', 'm', 'm', '${USDC}', n, 0, '${A}:${BOB}',
            n * 300, timestamptz '${new Date(GENESIS).toISOString()}' + n * interval '300 seconds', '0x' || n, 0
       FROM generate_series(1, 20000) AS n`,
  )
  await database.pool.query('VACUUM ANALYZE')
  await setHeights(database.pool, A, 100_000_000)
  const read = async (after?: string) => {
    const input = { account: BOB, from: '2026-01-01', to: '2026-03-01', partial: true }
    return withSnapshot(database.pool, { timeoutMs: 30_000 }, async db => {
      const statement = await buildStatement(db, input)
      const page = await statement.page(10, after)
      const [plan] = await db.query<{ rows: string }>({
        name: 'rows-read',
        text: `SELECT coalesce(idx_tup_fetch, 0) + seq_tup_read AS rows FROM pg_stat_xact_user_tables WHERE relname = 'royalty_accrual'`,
      })
      return { page, lines: statement.lineCount, rows: Number(plan!.rows) }
    })
  }
  const first = await read()
  const cursor = Buffer.from(
    JSON.stringify([GENESIS + 8_000 * 300_000, A, 8_000 * 300, 0, 0, 'bulk-8000']),
  ).toString('base64url')
  const middle = await read(cursor)
  expect(first.lines).toBe(16_991) // 59 days of 288, without the first moment
  expect(middle.page.lines[0]).toMatchObject({ amount: 8_001n, balance: (8_001n * 8_002n) / 2n })
  // Of the days at the ends, and of the page.
  for (const { rows } of [first, middle]) expect(rows).toBeLessThan(2_000)
})

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withSnapshot } from '../../src/postgres/snapshot'
import { cliStatement } from '../../src/statements/cliStatement'
import { json } from '../../src/statements/formats/json'
import { formats } from '../../src/statements/formats/registry'
import { statementsHandler } from '../../src/statements/handler'
import { SealedStatement } from '../../src/statements/seal/sealedStatement'
import { buildStatement } from '../../src/statements/statement'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { parseCsv } from './formats/parseCsv'
import {
  A,
  ALICE,
  account,
  accrual,
  BOB,
  claim,
  credit,
  hashOf,
  insert,
  setHeights,
  timeOf,
  token,
  USDC,
} from './rows'

const EVIL = '=HYPERLINK("http://x","click, me")'
/** enough for memory that grew with them to show */
const MANY = 50_000
/** enough for a file that does not fit in memory, nor into a pipe: see spool.ts */
const SOME = 3_000
const YEAR = 'from=2026-01-01&to=2027-01-01&partial=true'
const BOBS = `/statements/${BOB}.csv?${YEAR}&asOf=${A}@${SOME}`
let database: TestDatabase
let get: (path: string, init?: RequestInit) => Promise<Response>

beforeAll(async () => {
  database = await freshDatabase()
  const { pool } = database
  await setHeights(pool, A, 1_000_000)
  await insert(pool, 'account', [account(A, ALICE), account(A, BOB)])
  await insert(pool, 'token', [token(USDC, '+US"D', 6)])
  await insert(pool, 'royalty_accrual', [
    accrual(A, 5, 1, { to: 'm', from: EVIL, by: ALICE, amount: 2n ** 255n, path: `'@SUM(A1)\n${EVIL}` }),
  ])
  await insert(pool, 'vault_credit', [credit(A, 6, 0, ALICE, -3)])
  await insert(pool, 'royalty_claim', [claim(A, 7, 0, ALICE, 7)])
  await pool.query(
    `INSERT INTO royalty_accrual
     SELECT 'bulk-' || n, '${A}', 'reference', '0xcc', 'OWN', 'm', 'm', '${USDC}', n, 0, '${A}:${BOB}', NULL, NULL,
            NULL, NULL, n, timestamptz '2026-01-01' + n * interval '1 second', '0x' || n, 0
       FROM generate_series(1, ${MANY}) AS n`,
  )
  await pool.query('ANALYZE')
  const handler = statementsHandler({ pool, timeoutMs: 30_000, maxConcurrent: 2 })
  get = (path, init) => handler(new Request(`http://localhost${path}`, init))
})
afterAll(() => database?.drop())

describe('a file', () => {
  test('has all that was stated, hostile text and large numbers included', async () => {
    const [header, ...records] = parseCsv(await (await get(`/statements/${A}:${ALICE}.csv?${YEAR}`)).text())
    const lines = records.map(record => Object.fromEntries(record.map((field, i) => [header![i]!, field])))
    expect(lines).toMatchObject([
      { kind: 'ACCRUED', amountWei: `${2n ** 255n}`, counterparty: `'${EVIL}`, path: `''@SUM(A1)\n${EVIL}` },
      { kind: 'ACCRUED', amountWei: '-3', balanceWei: `${2n ** 255n - 3n}` },
      { kind: 'CLAIMED', amountWei: '7', balanceWei: `${2n ** 255n - 10n}`, tokenSymbol: `'+US"D` },
    ])
  })

  test.each(Object.keys(formats))(
    '%s has the same bytes for the same request, and says what it is',
    async name => {
      const path = `/statements/${ALICE}.${name}?${YEAR}&asOf=${A}@5000`
      const [first, second] = await Promise.all([get(path), get(path)])
      expect(first.status).toBe(200)
      const bytes = Buffer.from(await first.arrayBuffer())
      expect(bytes.equals(Buffer.from(await second.arrayBuffer()))).toBe(true)
      expect(first.headers.get('content-type')).toBe(formats[name]!.contentType)
      expect(first.headers.get('content-disposition')).toBe(
        `attachment; filename="royalties_${ALICE}_2026-01-01_2027-01-01_partial.${name}"`,
      )
      const json = (await (await get(`/statements/${ALICE}.json?${YEAR}&asOf=${A}@5000`)).json()) as {
        statement: { number: string; merkleRoot: string }
        verification: { sha256: string }
      }
      const header = (name: string) => first.headers.get(`x-statement-${name}`)
      expect([header('number'), header('sha256'), header('merkle-root'), header('complete')]).toEqual([
        json.statement.number,
        json.verification.sha256,
        json.statement.merkleRoot,
        'false',
      ])
    },
  )

  test('of JSON has the heights, and the totals beside the lines', async () => {
    const path = `/statements/${A}:${ALICE}.json?from=${timeOf(6)}&to=2027-01-01&partial=true`
    const { statement } = (await (await get(path)).json()) as { statement: object }
    expect(statement).toMatchObject({
      account: `${A}:${ALICE}`,
      from: timeOf(6),
      asOf: [{ chain: A, height: 1_000_000, hash: hashOf(1_000_000), covered: false }],
      tokens: [{ token: USDC, opening: `${2n ** 255n}`, accrued: '-3', claimed: '7', described: true }],
      lineCount: 2,
      lines: [
        { kind: 'ACCRUED', amount: '-3', block: 6, logIndex: 0, path: null, line: 1 },
        { kind: 'CLAIMED', amount: '7', token: USDC, model: null, time: timeOf(7), line: 2 },
      ],
    })
  })

  test('of totals has a row a token, and the hash that the header has', async () => {
    const response = await get(`/statements/${ALICE}.csv?${YEAR}&part=totals&bom=true`)
    expect(response.headers.get('content-disposition')).toContain('_partial_totals.csv"')
    const text = await response.text()
    expect(text).toContain(`,${response.headers.get('x-statement-sha256')},`)
    expect(parseCsv(text)).toHaveLength(2)
  })

  test('is answered to a zone whose plus became a space', async () => {
    const path = (from: string) => `/statements/${ALICE}.csv?from=${from}&to=2027-01-01&partial=true`
    const answers = ['2026-01-01T01:00:00%2B01:00', '2026-01-01T01:00:00+01:00'].map(from => get(path(from)))
    const [escaped, lost] = await Promise.all(answers)
    expect(lost!.status).toBe(200)
    expect(await lost!.text()).toBe(await escaped!.text())
  })
})

/** Keeps statements from being made until it is told to release. */
async function holdAccruals(): Promise<() => Promise<void>> {
  const client = await database.pool.connect()
  await client.query('BEGIN; LOCK TABLE royalty_accrual IN ACCESS EXCLUSIVE MODE')
  return async () => {
    await client.query('COMMIT')
    client.release()
  }
}

async function idleTransactions(): Promise<number> {
  const { rows } = await database.pool.query(
    `SELECT count(*)::int AS open FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'`,
  )
  return rows[0].open
}

describe('a large statement', () => {
  test(`of ${MANY} lines keeps nothing of what it has written`, async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const heap: number[] = []
    let bytes = 0
    await withSnapshot(database.pool, { timeoutMs: 60_000 }, async db => {
      const input = { account: BOB, from: '2026-01-01', to: '2027-01-01', partial: true }
      const statement = await buildStatement(db, input)
      expect(statement.lineCount).toBe(MANY)
      let chunks = 0
      for await (const chunk of json.render(new SealedStatement(statement), {})) {
        bytes += chunk.length
        if (chunks++ % 20 !== 10) continue
        collect()
        heap.push(process.memoryUsage().heapUsed)
      }
    })
    expect(bytes).toBeGreaterThan(20_000_000)
    expect(heap.at(-1)! - heap[0]!).toBeLessThan(3_000_000)
  })

  test('that nobody reads to its end gives its connection back', async () => {
    for (let i = 0; i < 12; i++) {
      const response = await get(BOBS)
      expect(response.status).toBe(200)
      const reader = response.body!.getReader()
      await reader.read()
      await reader.cancel()
    }
    expect(await idleTransactions()).toBe(0)
  })

  test('that nobody reads holds no snapshot, and keeps nobody from another', async () => {
    const unread = [await get(BOBS), await get(BOBS), await get(BOBS)]
    expect(unread.map(response => response.status)).toEqual([200, 200, 200])
    expect(await idleTransactions()).toBe(0)
    const text = await (await get(BOBS)).text()
    expect(Number(unread[0]!.headers.get('content-length'))).toBe(Buffer.byteLength(text))
    expect(await unread[2]!.text()).toBe(text)
    for (const response of unread.slice(0, 2)) await response.body!.cancel()
  })

  test('is refused while too many are made, and answered after', async () => {
    const release = await holdAccruals()
    const making = [get(BOBS), get(BOBS)]
    const refused = await get(BOBS)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
    await release()
    for (const response of await Promise.all(making)) expect(response.status).toBe(200)
    expect((await get(BOBS)).status).toBe(200)
  })

  test('whose client goes away at once, or while it is made, leaves room for the next', async () => {
    const release = await holdAccruals()
    for (const pause of [0, 0, 1, 1, 50, 50]) {
      const abort = new AbortController()
      const answer = get(BOBS, { signal: abort.signal })
      if (pause > 0) await sleep(pause)
      abort.abort()
      expect((await answer).status).toBe(499)
    }
    const making = [get(BOBS), get(BOBS)]
    await release()
    for (const response of await Promise.all(making)) expect(response.status).toBe(200)
    expect(await idleTransactions()).toBe(0)
  })
})

describe('what cannot be answered has a status and a way out', () => {
  test.each([
    ['/statements/alice.csv?from=2026-01-01&to=2026-02-01', 400, 'BAD_ACCOUNT'],
    [`/statements/%E0%A4%A.csv?${YEAR}`, 400, 'BAD_ACCOUNT'],
    [`/statements/${ALICE}.csv`, 400, 'BAD_DATE'],
    [`/statements/${ALICE}.csv?${YEAR}&until=2`, 400, 'BAD_PARAMETER'],
    [`/statements/${ALICE}.csv?${YEAR}&asOf=12`, 400, 'BAD_HEIGHT'],
    [`/statements/${ALICE}.csv?${YEAR}&asOf=${A}@1000001`, 422, 'NOT_FINAL'],
    [`/statements/${ALICE}.csv?from=2027-01-01&to=2026-01-01`, 422, 'BAD_PERIOD'],
    [`/statements/0x00000000000000000000000000000000deadbeef.csv?${YEAR}`, 404, 'UNKNOWN_ACCOUNT'],
    [`/statements/${ALICE}.csv?${YEAR}&from=2026-01-02`, 400, 'BAD_PARAMETER'],
    [`/statements/${ALICE}.csv?${YEAR}&part=both`, 400, 'BAD_PARAMETER'],
    [`/statements/${ALICE}.json?${YEAR}&part=lines`, 400, 'BAD_PARAMETER'],
    [`/statements/${ALICE}.xls?${YEAR}`, 404, 'NOT_FOUND'],
    [`/statements/${ALICE}.constructor?${YEAR}`, 404, 'NOT_FOUND'],
  ])('%s: %i %s', async (path, status, code) => {
    const response = await get(path)
    const { error } = (await response.json()) as { error: Record<string, string> }
    expect([response.status, error.code]).toEqual([status, code])
    expect(error.fix).toBeTruthy()
  })

  test('a database that fails is told to the log, not to the client', async () => {
    const told: unknown[] = []
    const pool = Object.assign(Object.create(database.pool), {
      connect: () => Promise.reject(new Error('password "hunter2"')),
    })
    const handler = statementsHandler({ pool, timeoutMs: 1000, onError: error => told.push(error) })
    const response = await handler(new Request(`http://localhost/statements/${ALICE}.csv?${YEAR}`))
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('hunter2')
    expect(told).toHaveLength(1)
  })

  test('other methods', async () => {
    expect((await get(`/statements/${ALICE}.csv`, { method: 'POST' })).status).toBe(405)
  })
})

describe('the command', () => {
  const period = { from: '2026-01-01', to: '2027-01-01', partial: true }

  test('writes the same file as the server sends, and leaves none where it fails', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'statement-'))
    try {
      const out = join(folder, 'alice.csv')
      const options = { postgresUrl: database.url, account: ALICE, ...period, format: 'csv' }
      expect(await cliStatement({ ...options, asOf: [`${A}@1000000`], out })).toBe(3)
      const served = await get(`/statements/${ALICE}.csv?${YEAR}`)
      expect(readFileSync(out, 'utf8')).toBe(await served.text())

      const failed = join(folder, 'failed.csv')
      await expect(cliStatement({ ...options, account: 'x', out: failed })).rejects.toThrow(/fix: give 0x/)
      await expect(cliStatement({ ...options, format: 'doc', out: failed })).rejects.toThrow(
        /fix: use csv, json, /,
      )
      expect(existsSync(failed)).toBe(false)
      expect(readdirSync(folder)).toEqual(['alice.csv'])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

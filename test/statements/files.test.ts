import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withSnapshot } from '../../src/postgres/snapshot'
import { cliStatement } from '../../src/statements/cliStatement'
import { COLUMNS } from '../../src/statements/csv'
import { statementsHandler } from '../../src/statements/handler'
import { statementJson } from '../../src/statements/json'
import { buildStatement } from '../../src/statements/statement'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { parseCsv } from './parseCsv'
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
const MANY = 100_000
const YEAR = 'from=2026-01-01&to=2027-01-01&partial=true'
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

describe('a CSV file', () => {
  test('parses back to what was stated, hostile text and large numbers included', async () => {
    const text = await (await get(`/statements/${A}:${ALICE}.csv?${YEAR}`)).text()
    const records = parseCsv(text)
    const body = records.filter(([first]) => !first!.startsWith('#'))
    expect(body[0]).toEqual([...COLUMNS])
    const lines = body
      .slice(1)
      .map(record => Object.fromEntries(record.map((field, i) => [COLUMNS[i], field])))
    expect(lines).toMatchObject([
      { kind: 'ACCRUED', amount: `${2n ** 255n}`, sourceModel: `'${EVIL}`, path: `''@SUM(A1)\n${EVIL}` },
      { kind: 'ACCRUED', amount: '-3', balance: `${2n ** 255n - 3n}` },
      { kind: 'CLAIMED', amount: '7', balance: `${2n ** 255n - 10n}`, time: timeOf(7) },
    ])
    expect(records).toContainEqual(['# as of (chain, finalized block)', A, '1000000'])
    expect(records).toContainEqual([
      '# total',
      A,
      USDC,
      `'+US"D`,
      '6',
      '0',
      `${2n ** 255n - 3n}`,
      '7',
      `${2n ** 255n - 10n}`,
    ])
  })

  test('no text field begins as a formula does, and no number is touched', async () => {
    const text = await (await get(`/statements/${A}:${ALICE}.csv?${YEAR}`)).text()
    const fields = parseCsv(text).flat()
    const formulas = fields.filter(field => /^[=+\-@\t\r]/.test(field))
    expect(formulas).toEqual(['-3'])
  })

  test('is checked by the hash in its last line, and the JSON form carries the same', async () => {
    const csv = await (await get(`/statements/${ALICE}.csv?${YEAR}`)).text()
    const end = csv.lastIndexOf('\n', csv.length - 2) + 1
    const sha256 = createHash('sha256').update(csv.slice(0, end)).digest('hex')
    expect(csv.slice(end)).toBe(`# sha256,${sha256}\n`)
    const json = (await (await get(`/statements/${ALICE}.json?${YEAR}`)).json()) as { sha256: string }
    expect(json.sha256).toBe(sha256)
  })

  test('has the same bytes for the same request', async () => {
    const path = `/statements/${BOB}.csv?${YEAR}&asOf=${A}@5000`
    const [first, second] = await Promise.all([get(path), get(path)])
    expect(await first.text()).toBe(await second.text())
  })
})

describe('a JSON file', () => {
  test('is one object, amounts as text', async () => {
    const response = await get(`/statements/${A}:${ALICE}.json?from=${timeOf(6)}&to=2027-01-01&partial=true`)
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(response.headers.get('content-disposition')).toContain('.json"')
    expect(await response.json()).toEqual({
      account: `${A}:${ALICE}`,
      from: timeOf(6),
      to: '2027-01-01T00:00:00.000Z',
      asOf: [
        {
          chain: A,
          height: 1_000_000,
          hash: hashOf(1_000_000),
          time: timeOf(1_000_000),
          coveredUntil: timeOf(1_000_000),
          covered: false,
        },
      ],
      number: expect.stringMatching(/^[0-9a-f]{32}$/),
      replaces: null,
      complete: false,
      tokens: [
        {
          chain: A,
          token: USDC,
          symbol: '+US"D',
          decimals: 6,
          described: true,
          opening: `${2n ** 255n}`,
          accrued: '-3',
          claimed: '7',
          closing: `${2n ** 255n - 10n}`,
        },
      ],
      lineCount: 2,
      lines: [
        expect.objectContaining({ kind: 'ACCRUED', amount: '-3', block: 6, logIndex: 0, path: null }),
        expect.objectContaining({ kind: 'CLAIMED', amount: '7', token: USDC, model: null, time: timeOf(7) }),
      ],
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
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
      for await (const chunk of statementJson(statement)) {
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
      const response = await get(`/statements/${BOB}.csv?${YEAR}`)
      expect(response.status).toBe(200)
      const reader = response.body!.getReader()
      await reader.read()
      await reader.cancel()
    }
    expect(await idleTransactions()).toBe(0)
  })

  test('that nobody reads holds no snapshot, and keeps nobody from another', async () => {
    const path = `/statements/${BOB}.csv?${YEAR}`
    const unread = [await get(path), await get(path), await get(path)]
    expect(unread.map(response => response.status)).toEqual([200, 200, 200])
    expect(await idleTransactions()).toBe(0)
    const text = await (await get(path)).text()
    expect(Number(unread[0]!.headers.get('content-length'))).toBe(Buffer.byteLength(text))
    expect(await unread[2]!.text()).toBe(text)
    for (const response of unread.slice(0, 2)) await response.body!.cancel()
  })

  test('is refused while too many are made, and answered after', async () => {
    const path = `/statements/${BOB}.csv?${YEAR}`
    const release = await holdAccruals()
    const making = [get(path), get(path)]
    const refused = await get(path)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
    await release()
    for (const response of await Promise.all(making)) expect(response.status).toBe(200)
    expect((await get(path)).status).toBe(200)
  })

  test('whose client goes away at once, or while it is made, leaves room for the next', async () => {
    const path = `/statements/${BOB}.csv?${YEAR}`
    const release = await holdAccruals()
    for (const pause of [0, 0, 1, 1, 50, 50]) {
      const abort = new AbortController()
      const answer = get(path, { signal: abort.signal })
      if (pause > 0) await sleep(pause)
      abort.abort()
      expect((await answer).status).toBe(499)
    }
    const making = [get(path), get(path)]
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
      await expect(cliStatement({ ...options, format: 'pdf', out: failed })).rejects.toThrow(
        /fix: use csv or json/,
      )
      expect(existsSync(failed)).toBe(false)
      expect(readdirSync(folder)).toEqual(['alice.csv'])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

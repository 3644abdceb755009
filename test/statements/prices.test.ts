import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withSnapshot } from '../../src/postgres/snapshot'
import { importPrices } from '../../src/prices/importFile'
import { type Policies, policyHash } from '../../src/prices/policy'
import type { StatementLine } from '../../src/statements/lines'
import type { StatementInput } from '../../src/statements/request'
import { SealedStatement } from '../../src/statements/seal/sealedStatement'
import { buildStatement, type Statement } from '../../src/statements/statement'
import { cliVerify } from '../../src/statements/verify/cliVerify'
import { insertRow } from '../api/rows'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { fileOf } from './formats/contract'
import { parseCsv } from './formats/parseCsv'
import {
  A,
  ALICE,
  account,
  accrual,
  B,
  claim,
  fact,
  insert,
  setHeights,
  timeOf,
  token,
  USDC,
  WETH,
} from './rows'

const VAULT = `${A}/erc20:0x00000000000000000000000000000000000000fa`
const BARE = `${A}/erc20:0x00000000000000000000000000000000000000fb`
const FEED = `${B}:0x00000000000000000000000000000000000000f1`
const POLICIES: Policies = {
  [USDC]: { sources: [{ file: 'hand' }], maxAgeSeconds: 1000 },
  [WETH]: { sources: [{ feed: FEED }, { file: 'hand' }], maxAgeSeconds: 30 },
}
const YEAR = { account: `${A}:${ALICE}`, from: timeOf(10), to: timeOf(100) }
const AT_100 = [{ chain: A, height: 100 }]
const folder = mkdtempSync(join(tmpdir(), 'statement-prices-'))
let database: TestDatabase

beforeAll(async () => {
  database = await freshDatabase()
  const { pool } = database
  await setHeights(pool, A, 100)
  await setHeights(pool, B, 90)
  await insert(pool, 'account', [account(A, ALICE)])
  await insert(pool, 'token', [
    token(USDC, 'USDC', 6),
    token(WETH, 'WETH', 18),
    token(VAULT, 'vUSDC', 6),
    token(BARE, 'USD', 2),
  ])
  const poolId = VAULT.replace('/erc20:', '/pool:')
  await insertRow(pool, 'StakePool', { id: poolId, chain: A, kind: 'LIQUID', assetId: USDC, block: 1 })
  const staked = { poolId, chain: A, assetId: USDC, block: 5, time: timeOf(5) }
  await insertRow(pool, 'StakeEvent', { ...staked, activeDelta: 3_000_000n, sharesDelta: 1_000_000n })
  const owed = (block: number, amount: bigint | number, of: string) =>
    accrual(A, block, 0, { to: 'm', by: ALICE, amount, token: of })
  await insert(pool, 'royalty_accrual', [
    owed(5, 4_000_000, USDC), // before the period: the opening
    owed(12, 1_234_567, USDC),
    owed(40, 10n ** 18n, WETH),
    owed(45, 500_000, VAULT),
    owed(50, 700, BARE),
    owed(60, 2n * 10n ** 18n, WETH), // the feed is 40 s old, the file has none
    owed(90, 1_000_000, USDC),
  ])
  await insert(pool, 'royalty_claim', [claim(A, 70, 0, ALICE, 3_000_000)])
  const price = (block: number, value: string) => ({
    ...fact(B, block, 0),
    feed_id: FEED,
    round: block,
    value,
    decimals: 8,
    reported_at: timeOf(block - 2),
  })
  await insert(pool, 'price', [price(20, '200012345678'), price(39, '300000000000'), price(95, '1')])
  await importFile(`${USDC},${timeOf(1)},1.0001,hand`, `${USDC},${timeOf(80)},0.99,hand`)
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await database?.drop()
})

let files = 0
function importFile(...lines: string[]) {
  const file = join(folder, `${++files}.csv`)
  writeFileSync(file, ['token,time,price,source', ...lines].join('\n'))
  return importPrices(database.pool, file)
}

function ask<T>(
  input: Partial<StatementInput>,
  fn: (statement: Statement) => Promise<T> | T,
  policies = POLICIES,
): Promise<T> {
  return withSnapshot(database.pool, { timeoutMs: 30_000 }, async db =>
    fn(await buildStatement(db, { ...YEAR, asOf: AT_100, ...input }, policies)),
  )
}

async function linesOf(statement: Statement): Promise<StatementLine[]> {
  const lines: StatementLine[] = []
  for await (const batch of statement.batches()) lines.push(...batch)
  return lines
}

const sealOf = (statement: Statement) => new SealedStatement(statement).seal()

describe('a statement in USD', () => {
  test('values each line by the latest price not after its block, with its source and age', async () => {
    const lines = await ask({}, linesOf)
    expect(lines.map(({ block, usd, priceUsd, priceSource }) => [block, usd, priceUsd, priceSource])).toEqual(
      [
        [12, '1.234690', '1.0001', 'hand'], // 1.234567 × 1.0001 = 1.2346904567
        [40, '3000.000000', '3000', FEED],
        [45, '1.500150', '1.0001', 'hand'], // 0.5 shares hold 1.5 USDC
        [50, null, null, null],
        [60, '6000.000000', '3000', FEED], // 23 s after the report
        [70, '3.000300', '1.0001', 'hand'],
        [90, '0.990000', '0.99', 'hand'],
      ],
    )
    expect(lines[1]).toMatchObject({
      priceTime: new Date(timeOf(37)),
      priceId: `${B}/39-0`,
      priceAmount: '1',
    })
    expect(lines[2]).toMatchObject({ token: VAULT, priceToken: USDC, priceAmount: '1.5' })
    expect(lines[3]).toMatchObject({ token: BARE, priceToken: BARE, priceAmount: null })
  })

  test('adds each token up exactly, and says which lack a price', async () => {
    const { usd, tokens } = await ask({}, async s => ({ ...(await sealOf(s)), tokens: s.tokens }))
    const byToken = Object.fromEntries(
      tokens.map((total, i) => [
        total.token,
        [
          total.openingWorth.usd,
          usd.byToken[i]!.accruedUsd,
          usd.byToken[i]!.claimedUsd,
          total.closingWorth.usd,
        ],
      ]),
    )
    expect(byToken).toEqual({
      [USDC]: ['4.000400', '2.224690', '3.000300', '3.202221'], // 3.234567 × 0.99 = 3.20222133
      [WETH]: ['0.000000', '9000.000000', '0.000000', null], // at 100 the newest report is 63 s old
      [VAULT]: ['0.000000', '1.500150', '0.000000', '1.485000'],
      [BARE]: ['0.000000', null, '0.000000', null],
    })
    expect(usd).toMatchObject({
      opening: '4.000400',
      accrued: null,
      claimed: '3.000300',
      closing: null,
      unpriced: [WETH, BARE].sort(),
    })
  })

  test('has no prices where config names none', async () => {
    const { prices, lines, seal } = await ask(
      {},
      async s => ({ prices: s.prices, lines: await linesOf(s), seal: await sealOf(s) }),
      {},
    )
    expect(prices).toBeNull()
    expect(lines.every(({ usd, priceToken }) => usd === null && priceToken === null)).toBe(true)
    expect(seal.usd).toMatchObject({ opening: null, accrued: null, unpriced: [] })
  })
})

describe('the same request', () => {
  test('is another statement after a later import, and the former by the version that it names', async () => {
    const told = async (s: Statement) => ({ number: s.number, prices: s.prices!, ...(await sealOf(s)) })
    const before = await ask({}, told)
    expect(before.prices).toEqual({
      version: `${policyHash(POLICIES)}-1`,
      heights: [{ chain: B, height: 90 }],
    })
    await importFile(`${USDC},${timeOf(11)},2,hand`)
    const after = await ask({}, told)
    expect(after.prices.version).toBe(`${policyHash(POLICIES)}-2`)
    expect(after.number).not.toBe(before.number)
    expect((await ask({}, linesOf))[0]!.usd).toBe('2.469134')
    expect(await ask({ prices: before.prices.version }, told)).toEqual(before)
    const pinned = [...AT_100, { chain: B, height: 38 }]
    const earlier = await ask({ prices: before.prices.version, asOf: pinned }, linesOf)
    expect(earlier[1]!.usd).toBe('2000.123457') // the feed's answer of block 39 does not count
  })

  test('with another policy is another statement, and a version of it is refused with the reason', async () => {
    const other = { ...POLICIES, [USDC]: { sources: [{ file: 'hand' }], maxAgeSeconds: 999 } }
    const [one, two] = [await ask({}, s => s.number), await ask({}, s => s.number, other)]
    expect(one).not.toBe(two)
    for (const prices of [`${policyHash(other)}-1`, `${policyHash(POLICIES)}-9`, 'x']) {
      await expect(ask({ prices }, () => {})).rejects.toMatchObject({
        code: 'BAD_PRICES',
        fix: expect.stringContaining(policyHash(POLICIES)),
      })
    }
  })

  test('waits for the decimals of what a share holds, which would value it later', async () => {
    await database.pool.query('UPDATE token SET described = false, decimals = NULL WHERE id = $1', [USDC])
    const error = await ask({ from: timeOf(44), to: timeOf(46) }, () => {}).catch(e => e)
    await database.pool.query('UPDATE token SET described = true, decimals = 6 WHERE id = $1', [USDC])
    expect(error).toMatchObject({ code: 'NOT_DESCRIBED', problem: expect.stringContaining(USDC) })
  })
})

describe('in the files', () => {
  const fileNamed = (name: string, chosen = {}) =>
    ask({ prices: `${policyHash(POLICIES)}-1` }, s => fileOf(name, new SealedStatement(s), chosen))
  const text = async (name: string, chosen = {}) => (await fileNamed(name, chosen)).toString()

  test.each(['csv', 'json', 'xlsx', 'parquet'])('%s holds as it was made', async name => {
    const file = join(folder, `whole.${name}`)
    writeFileSync(file, await fileNamed(name))
    const totals = name === 'csv' ? `${file}.totals` : undefined
    if (totals) writeFileSync(totals, await fileNamed('csv', { part: 'totals' }))
    const verdict = await cliVerify({ file, totals })
    expect(verdict.text).toContain('it is as it was made')
    expect(verdict.holds).toBe(true)
  })

  test('CSV has a column of dollars, empty where there is no price', async () => {
    const [header, ...records] = parseCsv(await text('csv'))
    const column = (name: string) => records.map(record => record[header!.indexOf(name)])
    expect(column('amountUsd')[0]).toBe('1.234690')
    expect(column('amountUsd')[3]).toBe('')
    expect(column('priceAgeSeconds').slice(0, 4)).toEqual(['11', '3', '44', ''])
    const [totals, ...rows] = parseCsv(await text('csv', { part: 'totals' }))
    expect(rows[0]![totals!.indexOf('unpricedTokens')]).toBe([WETH, BARE].sort().join(' '))
  })

  test('what bookkeeping programs import has the value of each claim', async () => {
    expect(await text('koinly.csv')).toContain(',3.000300,USD,income,')
    expect(await text('cryptio.csv')).toContain(',USDC,3,1.0001,3.000300,')
  })

  test('journals have the price of a day, and dollars are no token that calls itself so', async () => {
    expect(await text('beancount')).toMatch(/^2026-01-01 price WETH {2}3000 USD$/m)
    expect(await text('hledger.journal')).toMatch(/^P 2026-01-01 "USDC" 0\.99 USD$/m)
    expect(await text('beancount')).toMatch(/commodity TUSD-[0-9A-F]{12}\n {2}token: "[^"]*fb"/)
  })

  test('a value, a price or a sum that is another is named', async () => {
    const wrong = async (name: string, content: string, totals?: string) => {
      const file = join(folder, name)
      writeFileSync(file, content)
      if (totals !== undefined) writeFileSync(`${file}.totals`, totals)
      const told = await cliVerify({ file, totals: totals === undefined ? undefined : `${file}.totals` })
      return told.text.split('\n').find(line => line.startsWith('WRONG'))
    }
    const csv = await text('csv')
    expect(await wrong('a.csv', csv.replace(',1.234690,', ',1.234691,'))).toBe(
      'WRONG line 1: amountUsd is not what the line says',
    )
    expect(await wrong('b.csv', csv.replace(',1.0001,', ',1.0002,'))).toMatch(/^WRONG line 1: its hash/)
    const json = await text('json')
    expect(await wrong('a.json', json.replace('"usd":"1.234690"', '"usd":"9.234690"'))).toMatch(
      /^WRONG line 1: its hash/,
    )
    const totals = await text('csv', { part: 'totals' })
    expect(await wrong('c.csv', csv, totals.replace('2.224690', '2.224691'))).toMatch(
      /^WRONG byte \d+ of the totals/,
    )
    expect(await wrong('c.json', json.replace('"usd":"4.000400"', '"usd":"4.000401"'))).toMatch(
      /opening: usd 4.000401 where priceAmount times priceUsd comes to 4.000400/,
    )
  })
})

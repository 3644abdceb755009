import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Price, StakeEvent } from '../../src/model'
import { importPrices } from '../../src/prices/importFile'
import type { PriceBounds } from '../../src/prices/lookup'
import { newestVersion, type Policies, parseVersion, policyHash, versionText } from '../../src/prices/policy'
import { usdText } from '../../src/prices/usd'
import { type Amount, sumInUsd, valueInUsd } from '../../src/prices/valuation'
import { ADDRESS, CHAIN, insertRow, TOKEN } from '../api/rows'
import { freshDatabase, type TestDatabase } from '../fixtures/database'

const OTHER = 'eip155:10'
const FEED = `${CHAIN}:${ADDRESS(0xf1)}`
const FAR_FEED = `${OTHER}:${ADDRESS(0xf2)}`
const VAULT = `${CHAIN}/erc20:${ADDRESS(0xba)}`
const VAULT_OF_VAULT = `${CHAIN}/erc20:${ADDRESS(0xbb)}`
const SELF = `${CHAIN}/erc20:${ADDRESS(0xbc)}`
const START = Date.UTC(2026, 0, 1)
const at = (second: number) => new Date(START + second * 1000)
const poolOf = (token: string) => token.replace('/erc20:', '/pool:')

let database: TestDatabase
let db: { query<R>(statement: { text: string; values?: unknown[] }): Promise<R[]> }
const folder = mkdtempSync(join(tmpdir(), 'prices-'))
let files = 0

beforeAll(async () => {
  database = await freshDatabase()
  db = {
    query: async <R>({ text, values }: { text: string; values?: unknown[] }) =>
      (await database.pool.query(text, values)).rows as R[],
  }
  await insertRow(database.pool, 'Token', { id: TOKEN, address: ADDRESS(0xeee), symbol: 'CRED', decimals: 6 })
  for (const [token, assetId, virtual] of [
    [VAULT, TOKEN, 1],
    [VAULT_OF_VAULT, VAULT, 0],
    [SELF, SELF, 0],
  ] as const)
    await insertRow(database.pool, 'StakePool', {
      id: poolOf(token),
      kind: 'LIQUID',
      block: 0,
      assetId,
      virtualAssets: virtual,
      virtualShares: virtual,
    })
})
afterEach(() => database.pool.query(`TRUNCATE price, stake_event, imported_price, price_import`))
afterAll(() => database?.drop())

function file(...lines: string[]): string {
  const path = join(folder, `${++files}.csv`)
  writeFileSync(path, lines.join('\n'))
  return path
}

const value = async (policies: Policies, amounts: Amount[], bounds: PriceBounds = { imports: 1e6 }) =>
  valueInUsd(db, policies, bounds, amounts)

describe('a value in USD', () => {
  const priceRow = fc.record({
    far: fc.boolean(),
    second: fc.nat(60),
    lag: fc.nat(9),
    value: fc.integer({ min: 1, max: 99 }),
  })
  const fileRow = fc.record({ second: fc.nat(60), value: fc.integer({ min: 1, max: 99 }) })
  const share = fc.record({ second: fc.nat(60), assets: fc.nat(1000), shares: fc.nat(1000) })
  const ask = fc.record({
    token: fc.constantFrom(TOKEN, VAULT, VAULT_OF_VAULT, SELF, `${CHAIN}/erc20:${ADDRESS(1)}`),
    amount: fc.bigInt({ min: 0n, max: 10n ** 12n }),
    second: fc.nat(70),
    here: fc.boolean(),
  })

  test('is that of the latest price not after it, of the first source that is young enough, through what pools held', async () => {
    const world = fc.record({
      rows: fc.uniqueArray(priceRow, { selector: row => `${row.far} ${row.second}`, maxLength: 12 }),
      imported: fc.uniqueArray(fileRow, { selector: row => row.second, maxLength: 6 }),
      stake: fc.array(share, { maxLength: 6 }),
      asks: fc.array(ask, { maxLength: 12 }),
      order: fc.shuffledSubarray(['near', 'far', 'file'], { minLength: 1 }),
      maxAge: fc.integer({ min: 1, max: 30 }),
      height: fc.option(fc.nat(60)),
    })
    await fc.assert(
      fc.asyncProperty(world, async ({ rows, imported, stake, asks, order, maxAge, height }) => {
        await database.pool.query(`TRUNCATE price, stake_event, imported_price, price_import`)
        // A block a second on both chains.
        for (const { far, second, lag, value } of rows) {
          const chain = far ? OTHER : CHAIN
          const row = {
            feedId: far ? FAR_FEED : FEED,
            value: BigInt(value),
            decimals: 2,
            reportedAt: at(second - lag),
          }
          await insertRow(database.pool, 'Price', {
            chain,
            block: second,
            time: at(second),
            ...row,
          } satisfies Partial<Price>)
        }
        for (const { second, assets, shares } of stake)
          for (const token of [VAULT, VAULT_OF_VAULT])
            await insertRow(database.pool, 'StakeEvent', {
              poolId: poolOf(token),
              block: second,
              time: at(second),
              activeDelta: BigInt(assets),
              sharesDelta: BigInt(shares),
            } satisfies Partial<StakeEvent>)
        if (imported.length > 0)
          await importPrices(
            database.pool,
            file(
              'source,token,price,time',
              ...imported.map(row => `hand,${TOKEN},${row.value}.5,${at(row.second).toISOString()}`),
            ),
          )
        const sources = { near: { feed: FEED }, far: { feed: FAR_FEED }, file: { file: 'hand' } }
        const policies: Policies = {
          [TOKEN]: {
            sources: order.map(name => sources[name as keyof typeof sources]),
            maxAgeSeconds: maxAge,
          },
        }
        const heights = height === null ? undefined : new Map([[CHAIN, height]])
        const amounts = asks.map(({ token, amount, second, here }) => ({
          tokenId: token,
          amount,
          at: here ? { time: at(second), chain: CHAIN, block: second } : { time: at(second) },
        }))

        const bounded = (block: number) => height === null || block <= height
        const priceAt = (second: number) => {
          for (const name of order) {
            const newest =
              name === 'file'
                ? imported.map(row => ({ ...row, lag: 0, units: BigInt(row.value) * 10n + 5n, scale: 1 }))
                : rows
                    .filter(({ far }) => far === (name === 'far'))
                    .filter(row => (row.far ? height === null : bounded(row.second)))
                    .map(row => ({ ...row, units: BigInt(row.value), scale: 2 }))
            const found = newest.filter(row => row.second <= second).sort((a, b) => b.second - a.second)[0]
            if (found && second - (found.second - found.lag) <= maxAge) return found
          }
          return undefined
        }
        const held = (token: string, amount: bigint, second: number): bigint | undefined => {
          if (token === TOKEN) return amount
          if (token !== VAULT && token !== VAULT_OF_VAULT) return undefined
          const seen = stake.filter(row => row.second <= second && bounded(row.second))
          const virtual = token === VAULT ? 1 : 0
          const assets = BigInt(seen.reduce((sum, row) => sum + row.assets, virtual))
          const shares = BigInt(seen.reduce((sum, row) => sum + row.shares, virtual))
          if (shares === 0n) return undefined
          const inside = (amount * assets) / shares
          return token === VAULT ? inside : held(VAULT, inside, second)
        }
        const valued = await value(policies, amounts, { imports: 1, heights })
        for (const [i, { token, amount, second }] of asks.entries()) {
          const inside = held(token, amount, second)
          const price = priceAt(second)
          const got = valued[i]!
          if (inside === 0n || amount === 0n) expect(usdText(got.usd!)).toBe('0.000000')
          else if (inside === undefined) expect(got).toEqual({ usd: null, missing: token })
          else if (!price) expect(got).toEqual({ usd: null, missing: TOKEN })
          else {
            const { units, scale } = got.usd!
            expect(units * 10n ** BigInt(20 - scale)).toBe(
              inside * price.units * 10n ** BigInt(14 - price.scale),
            )
            expect(got.price).toMatchObject({ tokenId: TOKEN, ageSeconds: second - price.second + price.lag })
          }
        }
        // So many moments that the sources are read along them.
        const moments = Array.from({ length: 70 }, (_, second) => ({
          tokenId: TOKEN,
          amount: 1n,
          at: second % 2 ? { time: at(second) } : { time: at(second), chain: CHAIN, block: second },
        }))
        const along = await value(policies, moments, { imports: 1, heights })
        for (const [second, { price }] of along.entries()) {
          const expected = priceAt(second)
          expect(price && [price.value, price.ageSeconds]).toEqual(
            expected && [expected.units, second - expected.second + expected.lag],
          )
        }
        const sum = sumInUsd(valued)
        expect(sum.usd === null).toBe(valued.some(({ usd }) => usd === null))
      }),
      { numRuns: 40 },
    )
  })

  test('of a sum without a price for each says which lacks, and what the others come to', async () => {
    await insertRow(database.pool, 'Price', {
      feedId: FEED,
      value: 3n,
      decimals: 0,
      reportedAt: at(0),
      time: at(0),
    })
    const policies = { [TOKEN]: { sources: [{ feed: FEED }], maxAgeSeconds: 60 } }
    const when = { time: at(5) }
    const sum = sumInUsd(
      await value(policies, [
        { tokenId: TOKEN, amount: 2_000_000n, at: when },
        { tokenId: SELF, amount: 5n, at: when },
        { tokenId: SELF, amount: 6n, at: when },
      ]),
    )
    expect({ ...sum, known: usdText(sum.known) }).toEqual({ usd: null, known: '6.000000', missing: [SELF] })
  })
})

describe('an imported file', () => {
  const header = 'token,time,price,source'
  const line = (price: string, time = '2026-01-01T00:00:00Z') => `${TOKEN},${time},${price},hand`
  const policies: Policies = { [TOKEN]: { sources: [{ file: 'hand' }], maxAgeSeconds: 3600 } }
  const worth = async (imports: number) => {
    const [one] = await value(policies, [{ tokenId: TOKEN, amount: 1_000_000n, at: { time: at(60) } }], {
      imports,
    })
    return one!.usd && usdText(one!.usd)
  }

  test('never changes what was imported before: a version names what counts', async () => {
    const first = file(header, line('1.25'))
    expect(await importPrices(database.pool, first)).toEqual({ number: 1, prices: 1, before: false })
    const version = versionText(await newestVersion(db as never, policies))
    expect(version).toBe(`${policyHash(policies)}-1`)
    await importPrices(database.pool, file(header, line('1.50')))
    expect(await worth(1)).toBe('1.250000')
    expect(await worth(2)).toBe('1.500000')
    expect(await worth(parseVersion(version)!.imports)).toBe('1.250000')
    expect(await worth(0)).toBeNull()
    expect(await importPrices(database.pool, first)).toEqual({ number: 1, prices: 1, before: true })
    const other = { [TOKEN]: { sources: [{ file: 'hand' }], maxAgeSeconds: 3601 } }
    expect(policyHash(other)).not.toBe(policyHash(policies))
    for (const wrong of ['', '1', `${version}x`, '0123456789abcdef-01'])
      expect(parseVersion(wrong)).toBeUndefined()
  })

  test('that is wrong in a line is named with it, and changes nothing', async () => {
    for (const [lines, message] of [
      [['token,time,price', `${TOKEN},2026-01-01,1`], /:1: there is no column "source"/],
      [[header], /has no prices/],
      [[header, line('1'), line('1.2.3')], /:3: price: "1.2.3"/],
      [[header, line('0')], /:2: price: "0"/],
      [[header, line('1', '2026-02-30')], /:2: time: "2026-02-30"/],
      [[header, line('1', '2026-01-01T00:00:00')], /:2: time/],
      [[header, line('1').replace('hand', 'Mr. Hand')], /:2: source/],
      [[header, line('1').replace('eip155', '')], /:2: token/],
      [[header, line('1'), `${line('1')},more`], /csv: .*columns/i],
      [[header, line('1'), line('2')], /two prices of a token at one time/],
      [[header, `"${'x'.repeat(9_999)}`], /csv: /],
    ] as const)
      await expect(importPrices(database.pool, file(...lines))).rejects.toThrow(message)
    await expect(importPrices(database.pool, join(folder, 'none.csv'))).rejects.toThrow(/ENOENT/)
    const { rows } = await database.pool.query(
      `SELECT FROM price_import UNION ALL SELECT FROM imported_price`,
    )
    expect(rows).toEqual([])
  })

  test('with more prices than are asked for gives each moment its own', async () => {
    const lines = Array.from({ length: 2_000 }, (_, i) => `hand,${TOKEN},${i + 1},${at(i).toISOString()}`)
    await importPrices(database.pool, file('source,token,price,time', ...lines))
    const policies: Policies = { [TOKEN]: { sources: [{ file: 'hand' }], maxAgeSeconds: 1 } }
    const seconds = Array.from({ length: 50 }, (_, i) => i * 37)
    const amounts = seconds.map(second => ({ tokenId: TOKEN, amount: 1n, at: { time: at(second + 0.5) } }))
    const valued = await value(policies, amounts)
    expect(valued.map(({ price }) => price?.value)).toEqual(seconds.map(second => BigInt(second + 1)))
  })

  test('of 20,000 lines is there at once', async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => line(`1.${i}`, at(i).toISOString()))
    expect(await importPrices(database.pool, file(`\uFEFF${header}`, ...lines, ''))).toMatchObject({
      prices: 20_000,
    })
    const [one] = await value(policies, [{ tokenId: TOKEN, amount: 10n ** 6n, at: { time: at(12_345) } }])
    expect(usdText(one!.usd!)).toBe('1.123450')
  })
})

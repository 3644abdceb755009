import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { withSnapshot } from '../../src/postgres/snapshot'
import { InvariantError, StatementError } from '../../src/statements/errors'
import type { PageLine, StatementLine } from '../../src/statements/lines'
import type { StatementInput } from '../../src/statements/request'
import { SealedStatement } from '../../src/statements/seal/sealedStatement'
import { buildStatement, type Statement } from '../../src/statements/statement'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import {
  A,
  ALICE,
  account,
  accrual,
  B,
  BOB,
  claim,
  credit,
  fact,
  fee,
  hashOf,
  hop,
  insert,
  link,
  setHeights,
  timeOf,
  token,
  USDC,
  USDC_B,
  WETH,
} from './rows'

const M = (chain: string, number: number) => `${chain}/reference:${number}`
const ALWAYS = { from: '2026-01-01', to: '2027-01-01', partial: true }
let database: TestDatabase

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database?.drop())
beforeEach(async () => {
  await database.pool.query(
    'TRUNCATE lineage_edge, royalty_accrual, vault_credit, royalty_claim, royalty_hop, usage_fee, cross_chain_transfer, royalty_vault, account, token, model, indexer_progress, final_block',
  )
  await setHeights(database.pool, A, 100, [101, 102])
  await insert(database.pool, 'account', [account(A, ALICE), account(A, BOB)])
  await insert(database.pool, 'token', [token(USDC, 'USDC', 6), token(WETH, 'WETH', 18)])
})

function ask<T>(input: Partial<StatementInput>, fn: (statement: Statement) => Promise<T> | T): Promise<T> {
  return withSnapshot(database.pool, { timeoutMs: 30_000 }, async db =>
    fn(await buildStatement(db, { account: `${A}:${ALICE}`, ...ALWAYS, ...input })),
  )
}

const sha256Of = async (statement: Statement) => (await new SealedStatement(statement).seal()).sha256

async function allLines(statement: Statement): Promise<StatementLine[]> {
  const lines: StatementLine[] = []
  for await (const batch of statement.batches()) lines.push(...batch)
  return lines
}

async function problemOf(input: Partial<StatementInput>): Promise<StatementError> {
  const error = await ask(input, () => undefined).catch(e => e)
  expect(error).toBeInstanceOf(StatementError)
  return error
}

describe('what a statement holds', () => {
  test('what accrued to the account, what it was credited by vaults, and what it claimed, in the order of the chain', async () => {
    await insert(database.pool, 'royalty_accrual', [
      accrual(A, 7, 1, { to: M(A, 1), by: ALICE, amount: 500, patrons: 100 }),
      accrual(A, 3, 9, { to: M(A, 1), by: ALICE, amount: 70, token: WETH }),
      accrual(A, 7, 0, { to: M(A, 2), by: BOB, amount: 999 }),
      accrual(A, 8, 0, { to: M(A, 1), by: ALICE, amount: 0, patrons: 5 }),
    ])
    await insert(database.pool, 'vault_credit', [credit(A, 9, 2, ALICE, 30), credit(A, 9, 3, ALICE, -1)])
    await insert(database.pool, 'royalty_claim', [claim(A, 7, 2, ALICE, 400), claim(A, 7, 3, BOB, 999)])

    const [lines, tokens] = await ask({}, async s => [await allLines(s), s.tokens] as const)

    expect(lines.map(l => [l.block, l.logIndex, l.kind, l.token, l.amount, l.balance])).toEqual([
      [3, 9, 'ACCRUED', WETH, 70n, 70n],
      [7, 1, 'ACCRUED', USDC, 500n, 500n],
      [7, 2, 'CLAIMED', USDC, 400n, 100n],
      [9, 2, 'ACCRUED', USDC, 30n, 130n],
      [9, 3, 'ACCRUED', USDC, -1n, 129n],
    ])
    expect(tokens).toMatchObject([
      {
        chain: A,
        token: WETH,
        symbol: 'WETH',
        decimals: 18,
        described: true,
        opening: 0n,
        accrued: 70n,
        claimed: 0n,
        closing: 70n,
      },
      {
        chain: A,
        token: USDC,
        symbol: 'USDC',
        decimals: 6,
        described: true,
        opening: 0n,
        accrued: 529n,
        claimed: 400n,
        closing: 129n,
      },
    ])
  })

  test('what a vault is credited is stated for its holders alone', async () => {
    await insert(database.pool, 'royalty_vault', [{ id: `${A}:${BOB}`, chain: A, total_shares: '100' }])
    const revenue = accrual(A, 5, 0, { to: 'm', by: BOB, amount: 50 })
    await insert(database.pool, 'royalty_accrual', [revenue])
    await insert(database.pool, 'vault_credit', [credit(A, 5, 1, ALICE, 50, revenue.id as string)])

    expect(await ask({ account: `${A}:${BOB}` }, allLines)).toEqual([])
    expect(await ask({}, allLines)).toMatchObject([{ amount: 50n, sourceModel: 'm' }])
  })

  test('an address alone is stated for all chains, interleaved by time', async () => {
    await setHeights(database.pool, B, 50)
    await insert(database.pool, 'royalty_accrual', [
      accrual(A, 10, 0, { to: M(A, 1), by: ALICE, amount: 1 }),
      accrual(B, 9, 5, { to: M(B, 1), by: ALICE, amount: 2, token: USDC_B }),
      accrual(B, 11, 0, { to: M(B, 1), by: ALICE, amount: 3, token: USDC_B }),
      accrual(B, 51, 0, { to: M(B, 1), by: ALICE, amount: 4, token: USDC_B }),
    ])
    const both = await ask({ account: ALICE.toUpperCase().replace('0X', '0x') }, allLines)
    expect(both.map(l => [l.chain, l.amount, l.balance])).toEqual([
      [B, 2n, 2n],
      [A, 1n, 1n],
      [B, 3n, 5n],
    ])
    expect(await ask({ account: `${B}:${ALICE}` }, async s => (await allLines(s)).length)).toBe(2)
  })

  test('a line names the way of the money and its share of the fee', async () => {
    await insert(database.pool, 'usage_fee', [fee(A, 5, 0, `${A}/fee:1`, M(A, 9), 1000)])
    await insert(database.pool, 'royalty_hop', [
      hop(A, 5, 1, M(A, 9), M(A, 7), `${A}/fee:1`),
      hop(A, 5, 2, M(A, 9), M(A, 5), `${A}/fee:1`),
      hop(A, 5, 3, M(A, 7), M(A, 1), `${A}/fee:1`),
      hop(A, 5, 4, M(A, 5), M(A, 1), `${A}/fee:1`),
    ])
    await insert(database.pool, 'royalty_accrual', [
      accrual(A, 5, 5, { to: M(A, 1), from: M(A, 9), by: ALICE, amount: 90, patrons: 10, fee: `${A}/fee:1` }),
      accrual(A, 6, 0, { to: M(A, 1), from: M(A, 9), by: ALICE, amount: 5, share: 12, path: 'told' }),
    ])
    expect(await ask({}, allLines)).toMatchObject([
      {
        sourceModel: M(A, 9),
        model: M(A, 1),
        path: `${M(A, 9)} > ${M(A, 5)} > ${M(A, 1)}`,
        sharePpm: 100_000,
      },
      { path: 'told', sharePpm: 12 },
    ])
  })

  test('a royalty from another chain has the sender before the way on this chain', async () => {
    await insert(database.pool, 'cross_chain_transfer', [
      {
        ...accrual(A, 5, 0, { to: 'x', by: ALICE, amount: 200 }),
        id: 't',
        guid: '0x9',
        direction: 'RECEIVED',
      },
      // A token that somebody numbered alike: no message to a model.
      {
        ...accrual(A, 5, 0, { to: 'x', by: ALICE, amount: 1 }),
        to_model_id: null,
        id: 'u',
        guid: '0x9',
        direction: 'RECEIVED',
      },
    ])
    await insert(database.pool, 'royalty_hop', [hop(A, 5, 1, M(A, 4), M(A, 2), `${A}/fee:3`)])
    const received = { from: M(B, 8), by: ALICE, fee: `${A}/fee:3`, guid: '0x9' }
    await insert(database.pool, 'royalty_accrual', [
      accrual(A, 5, 2, { ...received, to: M(A, 4), amount: 150 }),
      accrual(A, 5, 3, { ...received, to: M(A, 2), amount: 50 }),
    ])
    expect((await ask({}, allLines)).map(({ path, sharePpm }) => [path, sharePpm])).toEqual([
      [`${M(B, 8)} > ${M(A, 4)}`, 750_000],
      [`${M(B, 8)} > ${M(A, 4)} > ${M(A, 2)}`, 250_000],
    ])
  })

  test('an accrual that names no fee has the way and the share of the lineage as it then was', async () => {
    const [a, b, c, d] = ['0xa', '0xb', '0xc', '0xd'].map(ip => `${A}/story:${ip}`) as [
      string,
      string,
      string,
      string,
    ]
    await insert(database.pool, 'lineage_edge', [
      link(d, c, 10_000, 'ABSOLUTE', 1),
      link(c, a, 50_000, 'ABSOLUTE', 1),
      link(d, b, 10_000, 'ABSOLUTE', 8),
      link(b, a, 50_000, 'ABSOLUTE', 1),
    ])
    await insert(
      database.pool,
      'royalty_accrual',
      [5, 9].map(block => accrual(A, block, 0, { to: a, from: d, by: ALICE, amount: 5 })),
    )
    await insert(database.pool, 'vault_credit', [
      { ...credit(A, 9, 1, ALICE, 5, `${A}/9-0`), model_id: a },
      credit(A, 9, 2, ALICE, 1),
    ])
    expect((await ask({}, allLines)).map(({ path, sharePpm }) => [path, sharePpm])).toEqual([
      [`${d} > ${c} > ${a}`, 50_000],
      [`${d} > ${b} > ${a}`, 100_000],
      [`${d} > ${b} > ${a}`, 100_000],
      [null, null],
    ])
    expect((await ask({ asOf: [{ chain: A, height: 7 }] }, allLines)).map(l => l.sharePpm)).toEqual([50_000])
  })
})

describe('the period and the heights', () => {
  beforeEach(async () => {
    await insert(
      database.pool,
      'royalty_accrual',
      [9, 10, 11, 19, 20, 21, 100, 101].map(block =>
        accrual(A, block, 0, { to: M(A, 1), by: ALICE, amount: 10n ** BigInt(block % 10) }),
      ),
    )
  })

  test('the first moment is in, the last is out', async () => {
    const lines = await ask({ from: timeOf(10), to: timeOf(20) }, allLines)
    expect(lines.map(l => l.block)).toEqual([10, 11, 19])
  })

  test('what moved before the period is its opening, also where nothing moves in it', async () => {
    expect(await ask({ from: timeOf(12), to: timeOf(13) }, s => s.tokens)).toMatchObject([
      { opening: 10n ** 9n + 1n + 10n, accrued: 0n, claimed: 0n, closing: 10n ** 9n + 1n + 10n },
    ])
  })

  test('blocks that can still be rolled back are not in it', async () => {
    expect((await ask({}, allLines)).at(-1)!.block).toBe(100)
  })

  test('a lower height is answered as it was then, and stays the same when the chain grows', async () => {
    const asOf = [{ chain: A, height: 20 }]
    const before = await ask({ asOf }, sha256Of)
    await setHeights(database.pool, A, 5000)
    expect(await ask({ asOf }, sha256Of)).toBe(before)
    expect((await ask({ asOf }, allLines)).map(l => l.block)).toEqual([9, 10, 11, 19, 20])
  })

  test('what came after the heights changes no byte: links, names, transfers', async () => {
    const asOf = [{ chain: A, height: 20 }]
    const [a, b, c] = ['0xa', '0xb', '0xc'].map(ip => `${A}/story:${ip}`) as [string, string, string]
    await insert(database.pool, 'lineage_edge', [link(b, a, 50_000, 'ABSOLUTE', 1)])
    await insert(database.pool, 'royalty_accrual', [
      accrual(A, 12, 5, { to: a, from: b, by: ALICE, amount: 5, guid: '0x7', fee: 'none' }),
      accrual(A, 13, 5, { to: a, from: b, by: ALICE, amount: 5 }),
    ])
    const before = await ask({ asOf }, allLines)
    await insert(database.pool, 'lineage_edge', [
      link(b, c, 50_000, 'ABSOLUTE', 21),
      link(c, a, 50_000, 'ABSOLUTE', 21),
    ])
    const chain = { chain: A, kind: 'MODEL', contract: '0x', version: 1, tainted: false, taint_count: 0 }
    await insert(database.pool, 'model', [{ ...fact(A, 21, 0), ...chain, id: b, name: 'late' }])
    await insert(database.pool, 'cross_chain_transfer', [
      {
        ...accrual(A, 21, 0, { to: 'x', by: ALICE, amount: 9 }),
        id: 't',
        guid: '0x7',
        direction: 'RECEIVED',
      },
    ])
    await setHeights(database.pool, A, 5000)
    expect(await ask({ asOf }, allLines)).toEqual(before)
  })

  test('a height that is not final is refused, with the one that is', async () => {
    const error = await problemOf({ asOf: [{ chain: A, height: 101 }] })
    expect(error.code).toBe('NOT_FINAL')
    expect(error.message).toMatch(
      /@101 is not final: the chain is finalized up to 100\n {2}fix: ask for 100 or lower/,
    )
  })
})

describe('what is missing is said', () => {
  beforeEach(() =>
    insert(database.pool, 'royalty_accrual', [accrual(A, 5, 0, { to: M(A, 1), by: ALICE, amount: 5 })]),
  )
  const whole = { from: timeOf(1), to: timeOf(100), partial: false }

  test('a period up to the time of the final block is complete', async () => {
    const { complete, asOf } = await ask(whole, s => s)
    expect(complete).toBe(true)
    const end = new Date(timeOf(100))
    expect(asOf).toEqual([
      { chain: A, height: 100, hash: hashOf(100), time: end, coveredUntil: end, covered: true },
    ])
  })

  test('one moment more is refused, unless the statement may say so', async () => {
    const error = await problemOf({ ...whole, to: timeOf(101) })
    expect(error.code).toBe('NOT_COVERED')
    expect(error.message).toContain(`${A}@100 is covered until ${timeOf(100)}`)
    const { complete, asOf } = await ask({ ...whole, to: timeOf(101), partial: true }, s => s)
    expect([complete, asOf[0]!.covered]).toEqual([false, false])
  })

  test('a period that is not over, and one that has not begun', async () => {
    expect((await problemOf({ ...whole, to: '9000-01-01' })).code).toBe('PERIOD_NOT_OVER')
    const future = { from: '8000-01-01', to: '9000-01-01', partial: true }
    expect((await problemOf(future)).message).toMatch(/in the future\n {2}fix: give a period that is over/)
  })

  test('each chain must cover it', async () => {
    await setHeights(database.pool, B, 50)
    expect((await problemOf({ ...whole, account: ALICE })).message).toContain(`${B}@50`)
    expect(await ask({ ...whole, account: ALICE, to: timeOf(50) }, s => s.complete)).toBe(true)
  })

  test('a height between two whose time is known is covered up to the lower', async () => {
    const asOf = [{ chain: A, height: 60 }]
    const lower = { chain: A, height: 40, hash: hashOf(40), time: timeOf(40) }
    await insert(database.pool, 'final_block', [lower])
    expect(await ask({ ...whole, to: timeOf(40), asOf }, s => s.asOf[0])).toMatchObject({
      time: null,
      covered: true,
    })
    expect((await problemOf({ ...whole, to: timeOf(41), asOf })).code).toBe('NOT_COVERED')
  })

  test('a known account without royalties has a statement of nothing; an unknown one has none', async () => {
    const bob = { ...whole, account: `${A}:${BOB}` }
    expect(await ask(bob, s => [s.complete, s.tokens, s.lineCount])).toEqual([true, [], 0])
    expect((await problemOf({ ...whole, account: `${A}:0x${'9'.repeat(40)}` })).code).toBe('UNKNOWN_ACCOUNT')
  })

  test('a token that nobody has described yet is waited for, or said', async () => {
    await insert(database.pool, 'royalty_accrual', [
      accrual(A, 6, 0, { to: M(A, 1), by: ALICE, amount: 5, token: USDC_B }),
    ])
    expect((await problemOf(whole)).code).toBe('NOT_DESCRIBED')
    const { complete, tokens } = await ask({ ...whole, partial: true }, s => s)
    expect(complete).toBe(false)
    expect(tokens.map(({ described }) => described)).toEqual([true, false])
  })

  test('a number stands for the request and the heights, and names what is replaced', async () => {
    const asOf = [{ chain: A, height: 100 }]
    const number = await ask(whole, s => s.number)
    expect(number).toMatch(/^[0-9a-f]{32}$/)
    expect(await ask({ ...whole, partial: true, asOf }, s => s.number)).toBe(number)
    const later = await ask({ ...whole, replaces: number }, s => s)
    expect(later.replaces).toBe(number)
    const others = [
      { replaces: number },
      { to: timeOf(99) },
      { account: ALICE },
      { partial: true, asOf: [{ chain: A, height: 99 }] },
    ]
    const numbers = await Promise.all(others.map(change => ask({ ...whole, ...change }, s => s.number)))
    expect(new Set([number, ...numbers]).size).toBe(5)
    expect((await problemOf({ ...whole, replaces: 'x' })).code).toBe('BAD_PARAMETER')
  })

  test('a plus that became a space in a URL is a plus', async () => {
    const number = await ask({ ...whole, from: '2026-01-01T00:00:30Z' }, s => s.number)
    expect(await ask({ ...whole, from: '2026-01-01T01:00:30 01:00' }, s => s.number)).toBe(number)
  })
})

describe('a request that cannot be answered says how to mend it', () => {
  test.each([
    [{ account: 'alice' }, 'BAD_ACCOUNT', /0x and 40 hex digits/],
    [{ account: `solana:1:${ALICE}` }, 'BAD_ACCOUNT', /eip155/],
    [{ account: `eip155:5:${ALICE}` }, 'UNKNOWN_CHAIN', /use one of eip155:31337 \(chain-31337\)/],
    [
      { account: `${A}:0x00000000000000000000000000000000deadbeef` },
      'UNKNOWN_ACCOUNT',
      /not seen on eip155:31337 up to block 100/,
    ],
    [{ from: '2026-02-31' }, 'BAD_DATE', /from "2026-02-31" is no moment/],
    [{ to: '2026-01-31T12:00' }, 'BAD_DATE', /a time with its zone/],
    [{ from: '' }, 'BAD_DATE', /from ""/],
    [{ from: new Date(Number.NaN) }, 'BAD_DATE', /Invalid Date/],
    [{ from: '2026-01-02', to: '2026-01-02' }, 'BAD_PERIOD', /exclusive/],
    [{ asOf: [{ chain: 'eip155:5', height: 1 }] }, 'UNKNOWN_CHAIN', /asOf "eip155:5"/],
    [
      {
        asOf: [
          { chain: A, height: 1 },
          { chain: A, height: 2 },
        ],
      },
      'BAD_HEIGHT',
      /twice/,
    ],
    [{ asOf: [{ chain: A, height: 1.5 }] }, 'BAD_HEIGHT', /1\.5/],
  ] as [Partial<StatementInput>, string, RegExp][])('%j: %s', async (input, code, message) => {
    const error = await problemOf(input)
    expect(error.code).toBe(code)
    expect(error.message).toMatch(message)
    expect(error.message).toContain('\n  fix: ')
  })

  test('before anything is indexed', async () => {
    await database.pool.query('TRUNCATE indexer_progress')
    expect((await problemOf({})).code).toBe('NOTHING_INDEXED')
  })

  test.each(['', '!', 'bnVsbA', Buffer.from('[1,"a",-1,0,0,"x"]').toString('base64url')])(
    'a page after the cursor %j',
    async cursor => {
      await expect(ask({}, s => s.page(5, cursor))).rejects.toMatchObject({ code: 'BAD_CURSOR' })
    },
  )

  test('a page too long', async () => {
    await expect(ask({}, s => s.page(1001))).rejects.toMatchObject({ code: 'BAD_PAGE' })
  })
})

describe('adding up', () => {
  const movements = fc.uniqueArray(
    fc.record({
      block: fc.integer({ min: 1, max: 100 }),
      log: fc.integer({ min: 0, max: 3 }),
      kind: fc.constantFrom('accrual', 'credit', 'claim'),
      amount: fc.bigInt({ min: 1n, max: 2n ** 200n }),
      token: fc.constantFrom(USDC, WETH),
    }),
    { selector: ({ block, log }) => block * 10 + log, maxLength: 40 },
  )

  test('over any periods in a row, each opening is the closing before it, and pages are the whole', async () => {
    await fc.assert(
      fc.asyncProperty(
        movements,
        fc.uniqueArray(fc.integer({ min: 1, max: 101 }), { maxLength: 4 }),
        fc.integer({ min: 1, max: 7 }),
        async (all, cuts, pageSize) => {
          await database.pool.query('TRUNCATE royalty_accrual, vault_credit, royalty_claim')
          const of = (kind: string) => all.filter(m => m.kind === kind)
          await insert(
            database.pool,
            'royalty_accrual',
            of('accrual').map(m =>
              accrual(A, m.block, m.log, { to: 'm', by: ALICE, amount: m.amount, token: m.token }),
            ),
          )
          await insert(
            database.pool,
            'vault_credit',
            of('credit').map(m => ({ ...credit(A, m.block, m.log, ALICE, m.amount), token_id: m.token })),
          )
          await insert(
            database.pool,
            'royalty_claim',
            of('claim').map(m => claim(A, m.block, m.log, ALICE, m.amount, m.token)),
          )
          const bounds = [0, ...cuts.sort((a, b) => a - b), 200]
          const closing = new Map<string, bigint>()
          let lines = 0
          for (const [index, end] of bounds.slice(1).entries()) {
            await ask({ from: timeOf(bounds[index]!), to: timeOf(end) }, async statement => {
              const whole = await allLines(statement)
              for (const total of statement.tokens) {
                expect(total.opening).toBe(closing.get(total.token) ?? 0n)
                closing.set(total.token, total.closing)
              }
              const paged: PageLine[] = []
              for (let after: string | undefined; ; after = paged.at(-1)!.cursor) {
                const page = await statement.page(pageSize, after)
                paged.push(...page.lines)
                if (!page.hasNextPage) break
              }
              expect(paged.map(({ cursor, ...line }) => line)).toEqual(whole)
              lines += whole.length
            })
          }
          const expected = (tokenId: string) =>
            all
              .filter(m => m.token === tokenId)
              .reduce((sum, m) => sum + (m.kind === 'claim' ? -m.amount : m.amount), 0n)
          expect(lines).toBe(all.length)
          expect(closing.get(USDC) ?? 0n).toBe(expected(USDC))
          expect(closing.get(WETH) ?? 0n).toBe(expected(WETH))
        },
      ),
      { numRuns: 25 },
    )
  }, 120_000)

  test('lines that do not add up to the totals are an error, not a statement', async () => {
    await insert(database.pool, 'royalty_accrual', [accrual(A, 5, 0, { to: 'm', by: ALICE, amount: 5 })])
    await expect(
      withSnapshot(database.pool, { timeoutMs: 10_000 }, async db => {
        const honest = db.query.bind(db)
        const lossy = Object.assign(Object.create(db), {
          query: async (s: Parameters<typeof db.query>[0]) => (s.name.startsWith('fetch-') ? [] : honest(s)),
        })
        return allLines(await buildStatement(lossy, { account: ALICE, ...ALWAYS }))
      }),
    ).rejects.toThrow(InvariantError)
  })
})

import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { withSnapshot } from '../../src/postgres/snapshot'
import { RoyaltyCostError } from '../../src/royalties/costError'
import { type Dues, royaltyDues } from '../../src/royalties/dues'
import { royaltyFlow } from '../../src/royalties/flow'
import { MAX_FEE_GROUPS, MAX_MODELS } from '../../src/royalties/limits'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { A, ALICE, accrual, B, fact, fee, insert, USDC, USDC_B } from '../statements/rows'
import { chainOf, link, model } from './lineageRows'

type Row = Record<string, unknown>
let database: TestDatabase

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database?.drop())
beforeEach(clear)

function clear() {
  return database.pool.query(
    'TRUNCATE model, lineage_edge, usage_fee, royalty_accrual, royalty_claim, cross_chain_transfer',
  )
}

function dues(models: string[]): Promise<{ dues: Map<string, Dues>; statements: number }> {
  return withSnapshot(database.pool, { timeoutMs: 30_000 }, async db => ({
    dues: await royaltyDues(db, models),
    statements: db.statements,
  }))
}

function flowInto(id: string) {
  return withSnapshot(database.pool, { timeoutMs: 30_000 }, db =>
    royaltyFlow(db, { model: id, direction: 'IN' }),
  )
}

/** What the flow into each model says, model by model. */
async function flowsInto(ids: string[]): Promise<Map<string, Dues>> {
  const flows = new Map<string, Dues>()
  for (const id of ids) {
    const { totals, truncated } = await flowInto(id)
    flows.set(id, { totals: totals.map(({ claimed: _, ...total }) => total), truncated })
  }
  return flows
}

describe('the dues of several models at once', () => {
  const models = fc.integer({ min: 2, max: 12 })
  const world = models.chain(count => {
    const place = fc.nat(count - 1)
    const row = { block: fc.integer({ min: 0, max: 6 }), net: fc.constantFrom(17, 1000, 999_999) }
    return fc.record({
      count: fc.constant(count),
      links: fc.array(
        fc.record({
          child: place,
          parent: place, // either may be the older one: cycles are part of the input
          ppm: fc.integer({ min: 1, max: 400_000 }),
          policy: fc.constantFrom('HOP', 'HOP', 'ABSOLUTE', 'EXTERNAL', 'NONE'),
          late: fc.boolean(),
          block: row.block,
        }),
        { maxLength: 24 },
      ),
      fees: fc.array(
        fc.record({
          ...row,
          model: place,
          foreignToken: fc.boolean(),
          kind: fc.constantFrom('USAGE', 'USAGE', 'LICENSE', 'DONATION'),
        }),
        { maxLength: 12 },
      ),
      accruals: fc.array(fc.record({ ...row, from: place, to: place }), { maxLength: 6 }),
      deliveries: fc.array(fc.record({ from: place, to: place, other: fc.boolean() }), { maxLength: 4 }),
    })
  })

  test('are what the flow into each of them says, on any lineage', async () => {
    await fc.assert(
      fc.asyncProperty(world, async ({ count, links, fees, accruals, deliveries }) => {
        await clear()
        const ids = Array.from({ length: count }, (_, i) => `${i % 2 ? B : A}/reference:${i}`)
        const tokenOf = (id: string, other = false) => ((chainOf(id) === A) === other ? USDC_B : USDC)
        const unique = new Map(links.map(one => [`${one.child} ${one.parent}`, one]))
        await insert(
          database.pool,
          'model',
          ids.slice(1).map(id => model(id)), // the first is a stub
        )
        await insert(
          database.pool,
          'lineage_edge',
          [...unique.values()].map(({ child, parent, ppm, policy, late, block }, i) =>
            link(ids[child]!, ids[parent]!, ppm, policy, late ? block : 0, late ? i + 1 : 0),
          ),
        )
        let log = 100
        await insert(
          database.pool,
          'usage_fee',
          fees.map(one => ({
            ...fee(chainOf(ids[one.model]!), one.block, ++log, `fee:${log}`, ids[one.model]!, one.net),
            token_id: tokenOf(ids[one.model]!, one.foreignToken),
            kind: one.kind,
          })),
        )
        await insert(
          database.pool,
          'royalty_accrual',
          accruals.map(({ from, to, block, net }) =>
            accrual(chainOf(ids[to]!), block, ++log, {
              from: ids[from]!,
              to: ids[to]!,
              by: ALICE,
              amount: net,
              patrons: 3,
            }),
          ),
        )
        await insert(
          database.pool,
          'cross_chain_transfer',
          deliveries.flatMap(({ from, to, other }, i) =>
            (['SENT', 'RECEIVED'] as const).map((direction): Row => {
              const at = direction === 'SENT' ? ids[from]! : ids[to]!
              return {
                ...fact(chainOf(at), 5, ++log),
                id: `${i}:${direction}`,
                guid: `0x${i}`,
                direction,
                from_model_id: ids[from],
                to_model_id: ids[to],
                token_id: tokenOf(at, other),
                amount: '5',
              }
            }),
          ),
        )
        const alone = await flowsInto(ids)
        const together = await dues(ids)
        expect(together.dues).toEqual(alone)
        expect(together.statements).toBe(5)
        const some = ids.filter((_, i) => i % 3 === 0)
        expect((await dues(some)).dues).toEqual(new Map(some.map(id => [id, alone.get(id)!])))
      }),
      { numRuns: 60 },
    )
  }, 120_000)

  test('cost as many statements for a thousand models as for one', async () => {
    const ids = Array.from({ length: 1000 }, (_, i) => `${i % 2 ? B : A}/reference:${i}`)
    await insert(
      database.pool,
      'lineage_edge',
      ids.slice(1).map((id, i) => link(id, ids[Math.floor(i / 2)]!, 100_000, 'HOP')),
    )
    await insert(
      database.pool,
      'usage_fee',
      ids.map((id, i) => fee(chainOf(id), 9, i, `f${i}`, id, 1000 + i)),
    )
    const few = await dues(ids.slice(0, 1))
    const many = await dues(ids)
    expect([few.statements, many.statements]).toEqual([5, 5])
    expect(many.dues.get(ids[0]!)).toEqual(few.dues.get(ids[0]!))
  })

  test('of a model with too many descendants are of the nearest, as in its flow, and say so', async () => {
    const [root, other] = [`${A}/reference:root`, `${A}/reference:other`]
    const forks = Array.from({ length: MAX_MODELS + 5 }, (_, i) => `${A}/reference:${10_000 + i}`)
    await insert(database.pool, 'lineage_edge', [
      ...forks.map(id => link(id, root, 100_000)),
      link(`${A}/reference:fork`, other, 100_000),
    ])
    await insert(
      database.pool,
      'usage_fee',
      forks.map((id, i) => fee(A, 9, i, `f${i}`, id, 10)),
    )
    const both = (await dues([root, other])).dues
    expect(both).toEqual(await flowsInto([root, other]))
    expect(both.get(root)).toMatchObject({ truncated: true, totals: [{ entitled: BigInt(MAX_MODELS - 1) }] })
    expect(both.get(other)).toEqual({ truncated: false, totals: [] })
  })

  test('are refused with the fix where there are too many different fees, but for one alone', async () => {
    const [one, two] = [`${A}/reference:1`, `${A}/reference:2`]
    await database.pool.query(
      `INSERT INTO usage_fee
       SELECT (json_populate_record(f, json_build_object('id', 'f' || n, 'net', n))).*
         FROM json_populate_recordset(NULL::usage_fee, $1) f, generate_series(1, ${MAX_FEE_GROUPS} + 1) n`,
      [JSON.stringify([fee(A, 5, 0, 'f', one, 1)])],
    )
    await expect(dues([one, two])).rejects.toThrow(RoyaltyCostError)
    const alone = (await dues([one])).dues
    expect(alone.get(one)!.truncated).toBe(true)
    expect(alone).toEqual(await flowsInto([one]))
  })
})

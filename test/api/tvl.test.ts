import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { StakeDay, StakeEvent } from '../../src/model'
import { Memory, origins } from '../ledger/memory'
import { eventsOf, step } from '../ledger/poolHistory'
import { ADDRESS, CHAIN, MODEL, setHeights, type TestApi, TOKEN, testApi } from './apiFixture'

let api: TestApi
const POOL = `${CHAIN}/pool:${ADDRESS(2)}`

beforeAll(async () => {
  api = await testApi()
  await setHeights(api.pool, { height: 7, finalized: 7, time: new Date('2026-02-03T12:00:00Z') })
  await api.insert('Token', { id: TOKEN, address: ADDRESS(0xeee), symbol: 'CRED', decimals: 18 })
})
afterAll(() => api?.close())

describe('stake over time', () => {
  /** Events, and their day's rows: of the model, and of all pools. */
  const stake = async (...events: { time: string; activeDelta: bigint; exitingDelta: bigint }[]) => {
    for (const event of events) {
      await api.insert('StakeEvent', event)
      const day = { ...event, id: undefined, day: `${event.time.slice(0, 10)}T00:00:00Z`, kind: 'DIRECT' }
      for (const modelId of [MODEL(2), null])
        await api.insert('StakeDay', { ...day, id: `${event.time}|${modelId}`, modelId })
    }
  }

  beforeAll(async () => {
    const event = (time: string, active: bigint, exiting: bigint, assetId = TOKEN) => ({
      time,
      assetId,
      modelId: MODEL(2),
      poolId: POOL,
      activeDelta: active,
      exitingDelta: exiting,
    })
    await stake(
      event('2025-12-01T00:00:00Z', 100n, 0n),
      event('2026-01-31T23:59:59Z', 50n, 0n),
      event('2026-02-01T00:00:00Z', -30n, 30n),
      event('2026-02-03T05:00:00Z', 0n, -30n),
      event('2026-02-03T06:00:00Z', 9n, 0n, `${CHAIN}/slip44:60`),
    )
  })

  test('of many tokens over many points, under many names, is refused before it is made', async () => {
    await api.pool.query(
      `INSERT INTO stake_event SELECT (json_populate_record(e, json_build_object('id', 'many' || n, 'asset_id', 'token' || n, 'protocol', 'many'))).*
         FROM stake_event e, generate_series(1, 30) n WHERE e.active_delta = 9`,
    )
    const ask = (names: number) =>
      Array.from(
        { length: names },
        (_, i) =>
          `t${i}: tvl(protocol: "many", from: "2026-01-01", to: "2026-02-10", interval: HOUR) { tokens { tokenId } }`,
      ).join(' ')
    expect((await api.data(`{ ${ask(1)} }`)).t0.tokens).toHaveLength(30)
    const { errors } = await api.gql(`{ ${ask(3)} }`)
    await api.pool.query(`DELETE FROM stake_event WHERE protocol = 'many'`)
    expect(errors![0]).toMatchObject({ extensions: { code: 'TOO_COSTLY' } })
  })

  test('is the running sum of all changes, by token, without gaps', async () => {
    const { tvl } = await api.data(
      `{ tvl(from: "2026-01-31", to: "2026-02-04") { from to interval tokens { tokenId token { symbol } points { time tvl active exiting } } } }`,
    )
    expect(tvl).toEqual({
      from: '2026-01-31T00:00:00.000Z',
      to: '2026-02-04T00:00:00.000Z',
      interval: 'DAY',
      tokens: [
        {
          tokenId: TOKEN,
          token: { symbol: 'CRED' },
          points: [
            { time: '2026-01-31T00:00:00.000Z', tvl: '150', active: '150', exiting: '0' },
            { time: '2026-02-01T00:00:00.000Z', tvl: '150', active: '120', exiting: '30' },
            { time: '2026-02-02T00:00:00.000Z', tvl: '150', active: '120', exiting: '30' },
            { time: '2026-02-03T00:00:00.000Z', tvl: '120', active: '120', exiting: '0' },
          ],
        },
        {
          tokenId: `${CHAIN}/slip44:60`,
          token: null,
          points: ['0', '0', '0', '9'].map((tvl, i) => ({
            time: new Date(Date.UTC(2026, 0, 31 + i)).toISOString(),
            tvl,
            active: tvl,
            exiting: '0',
          })),
        },
      ],
    })
  })

  test('ends at the newest block unless told otherwise, filters, and begins weeks on Monday', async () => {
    const { hours, none, weeks } = await api.data(`{
      hours: tvl(interval: HOUR, model: "${MODEL(2)}") { from to tokens { points { time } } }
      none: tvl(chain: "eip155:1") { tokens { tokenId } }
      weeks: tvl(interval: WEEK, from: "2026-02-03", to: "2026-02-04") { from }
    }`)
    expect(hours.to).toBe('2026-02-03T12:00:00.001Z')
    expect(hours.tokens[0].points).toHaveLength(31)
    expect(none.tokens).toEqual([])
    expect(weeks.from).toBe('2026-02-02T00:00:00.000Z')
  })

  test('has a bounded number of points', async () => {
    const { errors } = await api.gql('{ tvl(interval: HOUR, from: "2020-01-01", to: "2026-01-01") { from } }')
    expect(errors).toMatchObject([{ extensions: { code: 'TOO_COSTLY' } }])
    expect(
      (await api.gql('{ tvl(from: "2026-01-02", to: "2026-01-01") { from } }')).errors![0]!.message,
    ).toContain('is not before')
  })
})

describe('a series at any times', () => {
  const HOUR = 3_600_000
  const INTERVALS = { HOUR, DAY: 24 * HOUR, WEEK: 168 * HOUR }

  test('is at each point what the events before its end add up to', async () => {
    const history = fc.record({
      steps: fc.array(step, { minLength: 5, maxLength: 25 }),
      hours: fc.integer({ min: 1, max: 60 }),
      spans: fc.array(
        fc.record({
          interval: fc.constantFrom('HOUR', 'DAY', 'WEEK'),
          from: fc.nat(300),
          length: fc.integer({ min: 1, max: 500 }),
          model: fc.boolean(),
        }),
        { minLength: 6, maxLength: 6 },
      ),
    })
    await fc.assert(
      fc.asyncProperty(history, async ({ steps, hours, spans }) => {
        const memory = new Memory()
        await memory.batch(eventsOf(steps, origins((hours * HOUR) / 2)))
        await api.pool.query(`DELETE FROM stake_event; DELETE FROM stake_day`)
        const facts = memory.rows(StakeEvent)
        for (const fact of facts) await api.insert('StakeEvent', { ...fact })
        for (const day of memory.rows(StakeDay)) await api.insert('StakeDay', { ...day })

        for (const { interval, from, length, model } of spans) {
          const begin = Date.UTC(2026, 0, 1) + from * HOUR
          const [first, to] = [new Date(begin), new Date(begin + length * HOUR + 1234)]
          const { tvl } = await api.data(
            `{ tvl(from: "${first.toISOString()}", to: "${to.toISOString()}", interval: ${interval}
                   ${model ? `model: "${MODEL(1)}"` : 'protocol: "reference"'}) { from tokens { points { time active exiting } } } }`,
          )
          const size = INTERVALS[interval as keyof typeof INTERVALS]
          expect(Date.parse(tvl.from)).toBeLessThanOrEqual(begin)
          expect(begin - Date.parse(tvl.from)).toBeLessThan(size)
          const seen = facts.filter(({ time }) => time < to)
          expect(tvl.tokens).toHaveLength(seen.length > 0 ? 1 : 0)
          for (const { time, active, exiting } of tvl.tokens[0]?.points ?? []) {
            const before = seen.filter(fact => fact.time.getTime() < Date.parse(time) + size)
            expect(BigInt(active)).toBe(before.reduce((sum, fact) => sum + fact.activeDelta, 0n))
            expect(BigInt(exiting)).toBe(before.reduce((sum, fact) => sum + fact.exitingDelta, 0n))
          }
        }
      }),
      { numRuns: 5 },
    )
  })
})

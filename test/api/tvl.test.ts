import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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
  beforeAll(async () => {
    const event = (time: string, active: bigint, exiting: bigint, assetId = TOKEN) => ({
      time,
      assetId,
      modelId: MODEL(2),
      poolId: POOL,
      activeDelta: active,
      exitingDelta: exiting,
    })
    await api.insert(
      'StakeEvent',
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

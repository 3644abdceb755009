import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ACCOUNT, ADDRESS, CHAIN, MODEL, setHeights, type TestApi, TOKEN, testApi } from './apiFixture'

const FEED = `${CHAIN}:${ADDRESS(0xf1)}`
const VAULT = `${CHAIN}/erc20:${ADDRESS(0xba)}`
const OWN = `${CHAIN}/erc20:${ADDRESS(0xc1)}`
const NONE = `${CHAIN}/erc20:${ADDRESS(0xc2)}`
const POOL = `${CHAIN}/pool:${ADDRESS(2)}`
const DAY = (n: number, hour = 0) => new Date(Date.UTC(2026, 1, n, hour)).toISOString()

let api: TestApi

beforeAll(async () => {
  const policy = { sources: [{ feed: FEED }], maxAgeSeconds: 2 * 86_400 }
  api = await testApi({ prices: { [TOKEN]: policy, [OWN]: { ...policy, maxAgeSeconds: 9e6 } } })
  await setHeights(api.pool, { height: 7, finalized: 7, time: new Date(DAY(4, 12)) })
  for (const id of [TOKEN, OWN, NONE, VAULT]) await api.insert('Token', { id, decimals: 2 })
  for (const [day, value] of [
    [1, 100n],
    [2, 150n],
    [4, 200n],
  ] as const)
    await api.insert('Price', {
      feedId: FEED,
      value,
      decimals: 1,
      reportedAt: DAY(day),
      time: DAY(day),
      block: day,
    })

  await api.insert('StakePool', { id: VAULT.replace('/erc20:', '/pool:'), kind: 'LIQUID', assetId: TOKEN })
  await api.insert('ModelContract', {
    modelId: MODEL(9),
    role: 'token',
    accountId: OWN.replace('/erc20:', ':'),
  })
  await api.insert('StakePool', {
    id: POOL,
    modelId: MODEL(2),
    assetId: TOKEN,
    activeAssets: 90n,
    exitingAssets: 10n,
  })
  const stake = async (day: number, assetId: string, active: bigint, poolId = POOL, shares = 0n) => {
    const event = { assetId, poolId, modelId: MODEL(2), activeDelta: active, sharesDelta: shares }
    await api.insert('StakeEvent', { ...event, time: DAY(day, 6), block: day })
    for (const modelId of [MODEL(2), null]) await api.insert('StakeDay', { ...event, modelId, day: DAY(day) })
  }
  await stake(1, TOKEN, 1000n)
  await stake(2, TOKEN, -400n)
  await stake(3, OWN, 50n)
  // The vault holds 300 of the token for 100 shares, of which 40 are staked here.
  await stake(2, TOKEN, 300n, VAULT.replace('/erc20:', '/pool:'), 100n)
  await stake(4, VAULT, 40n)
})
afterAll(() => api?.close())

const SERIES = `tvl(from: "2026-02-01", to: "2026-02-05")`

describe('stake over time in USD', () => {
  test('counts shares of indexed pools once or twice, and tells inflow from prices', async () => {
    const { tvl } = await api.data(
      `{ ${SERIES} { tokens { tokenId isOwn derivativeOf } usd { twice { value missing } once { value } own { value } inflow { value } } } }`,
    )
    expect(tvl.tokens).toEqual([
      { tokenId: VAULT, isOwn: false, derivativeOf: VAULT.replace('/erc20:', '/pool:') },
      { tokenId: OWN, isOwn: true, derivativeOf: null },
      { tokenId: TOKEN, isOwn: false, derivativeOf: null },
    ])
    const values = tvl.usd.map((point: Record<string, { value: string }>) =>
      ['twice', 'once', 'own', 'inflow'].map(field => point[field]!.value),
    )
    expect(values).toEqual([
      ['100.000000', '100.000000', '0.000000', '100.000000'], // 10.00 at 10
      ['135.000000', '135.000000', '0.000000', '-15.000000'], // 9.00 at 15; -4.00 + 3.00 came
      ['142.500000', '142.500000', '7.500000', '7.500000'], // 0.50 of its own
      ['214.000000', '190.000000', '10.000000', '0.000000'], // 9.50 at 20, and 0.40 shares that hold 1.20
    ])
  })

  test('says of a point without a young enough price which token lacks one, and what the others come to', async () => {
    const { tvl } = await api.data(
      `{ tvl(from: "2026-01-30", to: "2026-02-02", protocol: "reference") { usd { once { value known missing version prices { id tokenId source usd ageSeconds } } } } }`,
    )
    expect(tvl.usd[0].once).toMatchObject({ value: '0.000000', missing: [], prices: [] })
    expect(tvl.usd[2].once.prices).toEqual([
      expect.objectContaining({ tokenId: TOKEN, source: FEED, usd: '10.0', ageSeconds: 86_399 }),
    ])
    await api.pool.query(
      `UPDATE price SET time = time - interval '9 days', reported_at = reported_at - interval '9 days'`,
    )
    const late = await api.data(`{ ${SERIES} { usd { once { value known missing } } } }`)
    await api.pool.query(
      `UPDATE price SET time = time + interval '9 days', reported_at = reported_at + interval '9 days'`,
    )
    expect(late.tvl.usd[2].once).toEqual({ value: null, known: '10.000000', missing: [TOKEN] })
  })

  test('is marked with slashes and disputes, and says how it is made', async () => {
    await api.insert('Slash', {
      modelId: MODEL(2),
      assetId: TOKEN,
      activeAssets: 5n,
      exitingAssets: 2n,
      time: DAY(3),
    })
    await api.insert('Slash', { modelId: MODEL(3), assetId: TOKEN, time: DAY(3) })
    await api.insert('Dispute', { modelId: MODEL(2), time: DAY(2) }, { modelId: MODEL(2), time: DAY(9) })
    const { tvl } = await api.data(
      `{ tvl(model: "${MODEL(2)}", from: "2026-02-01", to: "2026-02-05") { marks { time kind modelId tokenId amount } methodology } }`,
    )
    expect(tvl.marks).toEqual([
      { time: DAY(2), kind: 'DISPUTE', modelId: MODEL(2), tokenId: null, amount: null },
      { time: DAY(3), kind: 'SLASH', modelId: MODEL(2), tokenId: TOKEN, amount: '7' },
    ])
    expect(tvl.methodology).toContain('counts it there and here')
  })
})

test('stake now, a fee, an accrual and a claim have their value, each at its own block', async () => {
  await api.insert('Model', { id: MODEL(2) })
  const money = { tokenId: TOKEN, modelId: MODEL(2), time: DAY(2) }
  await api.insert(
    'UsageFee',
    { ...money, gross: 1234n, block: 2 },
    { ...money, tokenId: NONE, gross: 5n, block: 2 },
  )
  await api.insert('UsageFee', { ...money, gross: 1234n, block: 1 }) // before that block's price
  await api.insert('RoyaltyAccrual', {
    ...money,
    toModelId: MODEL(2),
    amount: 10n,
    patronsAmount: 1n,
    block: 2,
  })
  await api.insert('RoyaltyClaim', { ...money, accountId: ACCOUNT(1), amount: 7n, block: 3, time: DAY(3) })
  const { model, usageFees, royaltyAccruals, royaltyClaims } = await api.data(`{
    model(id: "${MODEL(2)}") { stake { tvlUsd { value prices { ageSeconds } } } }
    usageFees(orderBy: [id_ASC]) { nodes { grossUsd { value missing } } }
    royaltyAccruals { nodes { usd { value } } }
    royaltyClaims { nodes { usd { value } } }
  }`)
  expect(model.stake.tvlUsd).toEqual({ value: '20.000000', prices: [{ ageSeconds: 12 * 3600 }] })
  expect(usageFees.nodes.map((node: { grossUsd: unknown }) => node.grossUsd)).toEqual([
    { value: '185.100000', missing: [] },
    { value: null, missing: [NONE] },
    { value: '123.400000', missing: [] },
  ])
  expect(royaltyAccruals.nodes[0].usd.value).toBe('1.650000')
  expect(royaltyClaims.nodes[0].usd.value).toBe('1.050000')
})

test('a royalty statement has the value of each line and total, and by which prices', async () => {
  const account = ACCOUNT(0x77)
  await api.insert('Account', { id: account, block: 1 })
  await api.insert('RoyaltyAccrual', {
    tokenId: TOKEN,
    toModelId: MODEL(2),
    beneficiaryId: account,
    amount: 250n,
    block: 2,
    time: DAY(2),
  })
  const { royaltyStatement } = await api.data(`{
    royaltyStatement(account: "${account}", from: "2026-02-01", to: "2026-02-04", partial: true) {
      number prices { version heights { chain } }
      usd { opening accrued claimed closing unpriced }
      tokens { openingUsd closingUsd closingPrice { usd ageSeconds } }
      lines { nodes { usd price { source usd reportedAt ageSeconds tokenId } } }
    }
  }`)
  expect(royaltyStatement).toMatchObject({
    prices: { version: expect.stringMatching(/^[0-9a-f]{16}-0$/), heights: [] },
    usd: {
      opening: '0.000000',
      accrued: '37.500000',
      claimed: '0.000000',
      closing: '50.000000',
      unpriced: [],
    },
    lines: { nodes: [{ usd: '37.500000', price: { source: FEED, usd: '15', reportedAt: DAY(2) } }] },
    tokens: [{ openingUsd: '0.000000', closingUsd: '50.000000', closingPrice: { usd: '20' } }],
  })
  const wrong = await api.gql(
    `{ royaltyStatement(account: "${account}", from: "2026-02-01", to: "2026-02-04", partial: true, prices: "x") { number } }`,
  )
  expect(wrong.errors).toMatchObject([{ extensions: { code: 'BAD_PRICES' } }])
})

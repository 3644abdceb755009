import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bruteDepths, edgeOf } from '../graph/bruteLineage'
import { type EdgeInput, putEdges, seeded } from '../graph/rows'
import { ACCOUNT, ADDRESS, CHAIN, MODEL, type TestApi, TOKEN, testApi } from './apiFixture'

const MODELS = 40
const OTHER = `${CHAIN}/erc20:${ADDRESS(0xbb)}`
const random = seeded(5)
const int = (below: number) => Math.floor(random() * below)
const ids = Array.from({ length: MODELS }, (_, n) => MODEL(n + 1))
/** With cycles: one edge in ten leads the other way. */
const inputs: EdgeInput[] = Array.from({ length: 55 }, () => {
  const [a, b] = [int(MODELS), int(MODELS)].sort((x, y) => x - y) as [number, number]
  return random() < 0.9 ? { child: ids[b]!, parent: ids[a]! } : { child: ids[a]!, parent: ids[b]! }
})
const edges = [...new Map(inputs.map(edge => [`${edge.child}|${edge.parent}`, edge])).values()]
const all = edges.map(edgeOf)
const stakes = ids.flatMap(id =>
  random() < 0.5
    ? [{ id, token: random() < 0.7 ? TOKEN : OTHER, active: BigInt(int(100)), exiting: BigInt(int(9)) }]
    : [],
)
const paid = Array.from({ length: 60 }, () => ({
  from: ids[int(MODELS)]!,
  to: ids[int(MODELS)]!,
  token: random() < 0.7 ? TOKEN : OTHER,
  accrued: BigInt(int(1000)),
}))

let api: TestApi
beforeAll(async () => {
  api = await testApi()
  await putEdges(api.pool, edges)
  for (const [n, { id, token, active, exiting }] of stakes.entries())
    await api.insert('StakePool', {
      id: `${CHAIN}/pool:${ADDRESS(n)}`,
      modelId: id,
      assetId: token,
      activeAssets: active,
      exitingAssets: exiting,
      totalShares: active,
    })
  await api.insert('StakePool', { id: `${CHAIN}/pool:none`, assetId: TOKEN, activeAssets: 10n ** 9n })
  for (const { from, to, token, accrued } of paid)
    await api.insert('RoyaltyTotal', { fromModelId: from, toModelId: to, tokenId: token, accrued })
})
afterAll(() => api?.close())

interface Depended {
  id: string
  models: number
  amount: bigint | null
}
/** The most first, then by id. */
function most(found: Depended[], first: number) {
  const rank = ({ models, amount }: Depended) => amount ?? BigInt(models)
  return found
    .filter(({ models }) => models > 0)
    .sort((a, b) => (rank(a) === rank(b) ? (a.id < b.id ? -1 : 1) : rank(a) < rank(b) ? 1 : -1))
    .slice(0, first)
    .map(({ id, models, amount }) => ({
      model: { id },
      models,
      amount: amount === null ? null : `${amount}`,
    }))
}
const ask = async (args: string) =>
  (await api.data(`{ mostDependedOn(${args}) { truncated models { model { id } models amount } } }`))
    .mostDependedOn

describe('what most depends on', () => {
  test('by descendants', async () => {
    const expected = most(
      ids.map(id => ({ id, models: bruteDepths(id, all, 'DESCENDANTS').size, amount: null })),
      25,
    )
    expect(await ask('by: DESCENDANTS, first: 25')).toEqual({ truncated: false, models: expected })
  })

  test.each([TOKEN, OTHER])('by stake in %s', async token => {
    const found = ids.map(id => {
      const below = bruteDepths(id, all, 'DESCENDANTS')
      const staked = stakes.filter(
        stake => stake.token === token && below.has(stake.id) && stake.active + stake.exiting > 0n,
      )
      return {
        id,
        models: staked.length,
        amount: staked.reduce((sum, one) => sum + one.active + one.exiting, 0n),
      }
    })
    expect(await ask(`by: STAKE, token: "${token}", first: 100`)).toEqual({
      truncated: false,
      models: most(found, 100),
    })
  })

  test.each([TOKEN, OTHER])('by royalties in %s', async token => {
    const found = ids.map(id => {
      const rows = paid.filter(row => row.token === token && row.to === id && row.from !== id)
      const models = new Set(rows.map(({ from }) => from)).size
      return { id, models, amount: rows.reduce((sum, row) => sum + row.accrued, 0n) }
    })
    expect(await ask(`by: ROYALTIES, token: "${token}", first: 7`)).toEqual({
      truncated: false,
      models: most(found, 7),
    })
  })

  test('says so when it does not look at all models', async () => {
    await putEdges(
      api.pool,
      Array.from({ length: 900 }, (_, n) => ({ child: MODEL(10_000 + n), parent: MODEL(20_000 + n) })),
    )
    expect(await ask('by: DESCENDANTS, first: 1')).toMatchObject({ truncated: true })
  })

  test.each([
    ['STAKE', 'by STAKE without a token'],
    ['DESCENDANTS, token: "x"', 'by DESCENDANTS with a token'],
    ['DESCENDANTS, first: 501', 'first: 501'],
  ])('by %s is refused', async (by, message) => {
    const { errors } = await api.gql(`{ mostDependedOn(by: ${by}) { truncated } }`)
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
    expect(errors![0]!.message).toContain(message)
  })
})

describe('the impact of a model', () => {
  const [ROOT, CHILD, GRANDCHILD, APART] = [MODEL(501), MODEL(502), MODEL(503), MODEL(504)]
  const VAULT = ACCOUNT(0xfa)
  beforeAll(async () => {
    const share = { sharePpm: 100_000, shareNumerator: 1n, shareDenominator: 10n, policy: 'HOP' }
    await api.insert('Model', ...[ROOT, CHILD, GRANDCHILD, APART].map(id => ({ id })))
    await api.insert(
      'LineageEdge',
      { childId: CHILD, parentId: ROOT, ...share },
      { childId: GRANDCHILD, parentId: CHILD, ...share },
    )
    const pool = (id: string, modelId: string, assetId: string, amounts: object) =>
      api.insert('StakePool', { id: `${CHAIN}/pool:${id}`, modelId, assetId, ...amounts })
    await pool('a', ROOT, TOKEN, { activeAssets: 100n, exitingAssets: 7n, totalShares: 30n })
    await pool('b', GRANDCHILD, TOKEN, { activeAssets: 50n, totalShares: 50n })
    await pool('c', CHILD, OTHER, { activeAssets: 5n, totalShares: 5n })
    await pool('d', APART, TOKEN, { activeAssets: 10n ** 9n, totalShares: 1n })
    const position = (pool: string, account: number, shares: bigint) =>
      api.insert('StakePosition', { poolId: `${CHAIN}/pool:${pool}`, accountId: ACCOUNT(account), shares })
    await position('a', 1, 20n)
    await position('a', 2, 10n)
    await position('b', 2, 50n)
    await position('b', 3, 0n)
    await position('c', 1, 5n)
    await position('d', 4, 1n)
    await api.insert('ModelRevenue', { modelId: ROOT, tokenId: TOKEN, accruedOwn: 3n, accruedRoyalty: 4n })
    await api.insert('ModelRevenue', { modelId: CHILD, tokenId: TOKEN, accruedOwn: 10n })
    await api.insert('ModelRevenue', { modelId: APART, tokenId: TOKEN, accruedOwn: 999n })
    await api.insert('RoyaltyVault', { id: VAULT, modelId: CHILD })
    const debt = (account: number, claimable: bigint) =>
      api.insert('VaultDebt', { vaultId: VAULT, accountId: ACCOUNT(account), tokenId: TOKEN, claimable })
    await debt(1, 6n)
    await debt(2, 8n)
    // Paid for the grandchild's use, and nothing of it has moved: 1000 to itself, 100 to its parent, 10 to the root, of which each passes its tenth on.
    await api.insert('UsageFee', {
      modelId: GRANDCHILD,
      payerId: ACCOUNT(9),
      tokenId: OTHER,
      gross: 1000n,
      net: 1000n,
    })
  })

  test('is of it and its descendants: what reached them, waits and is owed, and whose stake it is', async () => {
    const { impact } = await api.data(`{ impact(model: "${ROOT}") {
      truncated models { depth share model { id } }
      money { tokenId accrued waiting owed accounts { account { id } amount } }
      stake { tokenId active exiting patrons accounts(first: 2) { account { id } amount } } } }`)
    const of = (account: number, amount: number) => ({
      account: { id: ACCOUNT(account) },
      amount: `${amount}`,
    })
    expect(impact.truncated).toBe(false)
    expect(impact.models).toEqual([
      { depth: 0, share: 1_000_000, model: { id: ROOT } },
      { depth: 1, share: 100_000, model: { id: CHILD } },
      { depth: 2, share: 10_000, model: { id: GRANDCHILD } },
    ])
    const sorted = <T extends { tokenId: string }>(list: T[]) =>
      [...list].sort((a, b) => (a.tokenId < b.tokenId ? -1 : 1))
    expect(impact.money).toEqual(
      sorted([
        { tokenId: TOKEN, accrued: '17', waiting: '14', owed: '0', accounts: [of(2, 8), of(1, 6)] },
        { tokenId: OTHER, accrued: '0', waiting: '0', owed: '1000', accounts: [] },
      ]),
    )
    expect(impact.stake).toEqual(
      sorted([
        // floor(20 × 100 / 30) = 66; floor(10 × 100 / 30) + 50 = 83
        { tokenId: TOKEN, active: '150', exiting: '7', patrons: 2, accounts: [of(2, 83), of(1, 66)] },
        { tokenId: OTHER, active: '5', exiting: '0', patrons: 1, accounts: [of(1, 5)] },
      ]),
    )
  })

  test('says when it was cut, and is of what is left', async () => {
    const { impact } = await api.data(
      `{ impact(model: "${ROOT}", maxNodes: 1) { truncated models { model { id } } stake { active } } }`,
    )
    expect(impact.truncated).toBe(true)
    expect(impact.models.map(({ model }: { model: { id: string } }) => model.id)).toEqual([ROOT, CHILD])
    expect(impact.stake.map(({ active }: { active: string }) => active).sort()).toEqual(['100', '5'])
  })

  test('of a model that nobody knows is refused', async () => {
    const { errors } = await api.gql(`{ impact(model: "${CHAIN}/reference:31415") { truncated } }`)
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
  })
})

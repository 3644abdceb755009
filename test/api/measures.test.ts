import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ACCOUNT, ADDRESS, CHAIN, MODEL, setHeights, type TestApi, TOKEN, testApi } from './apiFixture'

let api: TestApi
const POOL = (n: number) => `${CHAIN}/pool:${ADDRESS(n)}`
const token = { tokenId: TOKEN }

/** 3 -> 2 -> 1, with 10 % and 50 % on the way; the pool of 2 is shared 60 : 40, the latter delegated to the former. */
beforeAll(async () => {
  api = await testApi()
  await setHeights(api.pool, { height: 7, finalized: 7, time: new Date('2026-02-03T12:00:00Z') })
  await api.insert('Token', { id: TOKEN, address: ADDRESS(0xeee), symbol: 'CRED', decimals: 18 })
  await api.insert('Model', ...[1, 2, 3].map(n => ({ id: MODEL(n), name: `m${n}` })))
  await api.insert(
    'LineageEdge',
    {
      id: `${MODEL(2)}|PARENT|${MODEL(1)}`,
      childId: MODEL(2),
      parentId: MODEL(1),
      sharePpm: 500_000,
      shareNumerator: 500_000n,
      shareDenominator: 1_000_000n,
      policy: 'HOP',
      block: 5,
    },
    {
      id: `${MODEL(3)}|PARENT|${MODEL(2)}`,
      childId: MODEL(3),
      parentId: MODEL(2),
      sharePpm: 100_000,
      shareNumerator: 100_000n,
      shareDenominator: 1_000_000n,
      policy: 'HOP',
      block: 6,
    },
  )
  await api.insert(
    'StakePool',
    {
      id: POOL(2),
      modelId: MODEL(2),
      assetId: TOKEN,
      activeAssets: 2000n,
      exitingAssets: 500n,
      slashedAssets: 7n,
      totalShares: 1000n,
      totalExitShares: 50n,
      patronCount: 2,
    },
    {
      id: POOL(3),
      modelId: MODEL(3),
      assetId: TOKEN,
      activeAssets: 8000n,
      totalShares: 8000n,
      patronCount: 1,
    },
  )
  await api.insert(
    'StakePosition',
    {
      id: `${POOL(2)}|${ACCOUNT(1)}`,
      poolId: POOL(2),
      modelId: MODEL(2),
      accountId: ACCOUNT(1),
      delegateId: ACCOUNT(1),
      shares: 600n,
    },
    {
      id: `${POOL(2)}|${ACCOUNT(2)}`,
      poolId: POOL(2),
      modelId: MODEL(2),
      accountId: ACCOUNT(2),
      delegateId: ACCOUNT(1),
      shares: 400n,
    },
    {
      id: `${POOL(2)}|${ACCOUNT(3)}`,
      poolId: POOL(2),
      modelId: MODEL(2),
      accountId: ACCOUNT(3),
      delegateId: ACCOUNT(3),
      shares: 0n,
    },
  )
  await api.insert('ExitRequest', {
    id: `${POOL(2)}/exit:1`,
    poolId: POOL(2),
    modelId: MODEL(2),
    accountId: ACCOUNT(3),
    exitShares: 10n,
  })
  await api.insert('RoyaltyBalance', {
    id: `${ACCOUNT(1)}|${TOKEN}`,
    accountId: ACCOUNT(1),
    tokenId: TOKEN,
    accrued: 90n,
    claimed: 20n,
  })
})
afterAll(() => api?.close())

describe('stake on a model', () => {
  test('by token, with what it is worth and how it is spread', async () => {
    const data = await api.data(`{ model(id: "${MODEL(2)}") { stake {
      tvl { tokenId amount token { symbol } } active { amount } exiting { amount } slashed { amount } patrons
      shareOfAllStake { share }
      concentration { tokenId patrons hhi gini nakamoto all: nakamoto(threshold: 0.9) delegatedShare participation }
      influence { account { id } own delegated share }
      one: influence(account: "${ADDRESS(2)}") { share }
      pools { nodes { positions(where: { shares_gt: 0 }, orderBy: [shares_DESC]) { nodes { accountId assets } } exitRequests { nodes { value } } } }
    } } }`)
    expect(data.model.stake).toEqual({
      tvl: [{ ...token, amount: '2500', token: { symbol: 'CRED' } }],
      active: [{ amount: '2000' }],
      exiting: [{ amount: '500' }],
      slashed: [{ amount: '7' }],
      patrons: 2,
      shareOfAllStake: [{ share: 0.2 }],
      // 60 and 40 percent: 3600 + 1600; Gini of {40, 60}; one patron has more than half, two more than 90 %.
      concentration: [
        {
          ...token,
          patrons: 2,
          hhi: 5200,
          gini: 0.1,
          nakamoto: 1,
          all: 2,
          delegatedShare: 0.4,
          participation: 0.8,
        },
      ],
      influence: [{ account: { id: ACCOUNT(1) }, own: '1200', delegated: '800', share: 1 }],
      one: [],
      pools: {
        nodes: [
          {
            positions: {
              nodes: [
                { accountId: ACCOUNT(1), assets: '1200' },
                { accountId: ACCOUNT(2), assets: '800' },
              ],
            },
            exitRequests: { nodes: [{ value: '100' }] },
          },
        ],
      },
    })
  })

  test('inherited: stake on descendants by the share that reaches the model', async () => {
    const data = await api.data(
      `{ model(id: "${MODEL(1)}") { stake { tvl { amount } inheritedTvl { amounts { amount } descendants truncated } } } }`,
    )
    // 2500 × 50 % + 8000 × 10 % × 50 %
    expect(data.model.stake).toEqual({
      tvl: [],
      inheritedTvl: { amounts: [{ amount: '1650' }], descendants: 2, truncated: false },
    })
  })

  test('a balance says what can be claimed', async () => {
    const data = await api.data(
      `{ account(id: "${ADDRESS(1)}") { balances { nodes { accrued claimed claimable } } } }`,
    )
    expect(data).toEqual({ account: null })
    await api.insert('Account', { id: ACCOUNT(1), address: ADDRESS(1) })
    const again = await api.data(
      `{ account(id: "${ADDRESS(1)}") { balances { nodes { accrued claimed claimable } } } }`,
    )
    expect(again.account.balances.nodes).toEqual([{ accrued: '90', claimed: '20', claimable: '70' }])
  })

  test('a threshold or an account that cannot be is refused', async () => {
    const ask = (field: string) => api.gql(`{ model(id: "${MODEL(2)}") { stake { ${field} } } }`)
    expect((await ask('concentration { nakamoto(threshold: 50) }')).errors![0]!.message).toContain(
      'give a share from 0 to 1',
    )
    expect((await ask('influence(account: "bob") { share }')).errors![0]!.extensions.code).toBe(
      'MALFORMED_ID',
    )
  })
})

describe('a model that only others name', () => {
  const STUB = MODEL(404, 'eip155:1')
  beforeAll(async () => {
    await api.insert('LineageEdge', {
      id: `${MODEL(1)}|PARENT|${STUB}`,
      childId: MODEL(1),
      parentId: STUB,
      sharePpm: 100_000,
      shareNumerator: 100_000n,
      shareDenominator: 1_000_000n,
      policy: 'HOP',
      block: 5,
    })
    await api.insert('UsageFee', {
      id: `${CHAIN}/fee:404`,
      modelId: MODEL(1),
      payerId: ACCOUNT(9),
      tokenId: TOKEN,
      gross: 990n,
      net: 990n,
      block: 7,
    })
  })
  afterAll(() =>
    api.pool.query(
      `DELETE FROM lineage_edge WHERE parent_id = '${STUB}'; DELETE FROM usage_fee WHERE id = '${CHAIN}/fee:404'`,
    ),
  )

  test('has no stake of its own, what its descendants owe it, and a lineage', async () => {
    const { model } = await api.data(`{ model(id: "${STUB}") {
      status
      stake { patrons tvl { amount } active { amount } shareOfAllStake { share } concentration { hhi } influence { share }
              pools { totalCount } inheritedTvl { descendants truncated } }
      royalties { tokenId gross entitled owed }
      ancestors { nodes { depth } truncated }
      descendants { nodes { depth model { name } } }
      parents { totalCount } fees { totalCount }
    } }`)
    expect(model).toEqual({
      status: 'STUB',
      stake: {
        patrons: 0,
        tvl: [],
        active: [],
        shareOfAllStake: [],
        concentration: [],
        influence: [],
        pools: { totalCount: 0 },
        inheritedTvl: { descendants: 3, truncated: false },
      },
      royalties: [{ tokenId: TOKEN, gross: '0', entitled: '99', owed: '99' }],
      ancestors: { nodes: [], truncated: false },
      descendants: {
        nodes: [
          { depth: 1, model: { name: 'm1' } },
          { depth: 2, model: { name: 'm2' } },
          { depth: 3, model: { name: 'm3' } },
        ],
      },
      parents: { totalCount: 0 },
      fees: { totalCount: 0 },
    })
    const flow = await api.data(
      `{ royaltyFlow(model: "${STUB}", direction: IN) { model { status } totals { entitled } } }`,
    )
    expect(flow.royaltyFlow).toEqual({ model: { status: 'STUB' }, totals: [{ entitled: '99' }] })
  })

  test.each([
    'model(id: "0x12") { stake { patrons } }',
    'model(id: "eip155:1") { royalties { entitled } }',
    'model(id: "") { ancestors { truncated } }',
    'royaltyFlow(model: "eip155:1/Story:1", direction: IN) { truncated }',
    'lineagePath(from: "a", to: "b") { id }',
    'commonAncestors(models: ["a/b"]) { maxDepth }',
    'node(id: "?") { id }',
  ])('%s is refused with the form of an id', async field => {
    const { errors } = await api.gql(`{ ${field} }`)
    expect(errors).toMatchObject([{ extensions: { code: 'MALFORMED_ID' } }])
    expect(errors![0]!.message).toMatch(/^not the id of .+\n {2}fix: write /s)
  })
})

describe('lineage', () => {
  test('ancestors and descendants with shares, at a height', async () => {
    const data = await api.data(`{
      up: lineage(model: "${MODEL(3)}", direction: ANCESTORS) { root { name } nodes { depth share model { name } } edges { cyclic sharePpm block child { name } parent { name } } truncated continuation answeredBy asOf { height } }
      cut: lineage(model: "${MODEL(3)}", direction: ANCESTORS, maxNodes: 1) { nodes { model { name } } truncated continuation }
      path: lineagePath(from: "${MODEL(3)}", to: "${MODEL(1)}") { childId parentId contract }
      none: lineagePath(from: "${MODEL(1)}", to: "${MODEL(3)}") { id }
      common: commonAncestors(models: ["${MODEL(2)}", "${MODEL(3)}"]) { model { name } depths maxDepth truncated }
    }`)
    expect(data.up).toEqual({
      root: { name: 'm3' },
      nodes: [
        { depth: 1, share: 100_000, model: { name: 'm2' } },
        { depth: 2, share: 50_000, model: { name: 'm1' } },
      ],
      edges: [
        { cyclic: false, sharePpm: 100_000, block: 6, child: { name: 'm3' }, parent: { name: 'm2' } },
        { cyclic: false, sharePpm: 500_000, block: 5, child: { name: 'm2' }, parent: { name: 'm1' } },
      ],
      truncated: false,
      continuation: null,
      answeredBy: 'POSTGRES',
      asOf: [{ height: 7 }],
    })
    expect(data.cut).toMatchObject({ nodes: [{ model: { name: 'm2' } }], truncated: true })
    expect(data.path).toEqual([
      { childId: MODEL(3), parentId: MODEL(2), contract: ADDRESS(0xc0) },
      { childId: MODEL(2), parentId: MODEL(1), contract: ADDRESS(0xc0) },
    ])
    expect(data.none).toBeNull()
    expect(data.common).toEqual([
      { model: { name: 'm2' }, depths: [0, 1], maxDepth: 1, truncated: false },
      { model: { name: 'm1' }, depths: [1, 2], maxDepth: 2, truncated: false },
    ])
    const next = await api.data(
      `{ lineage(model: "${MODEL(3)}", direction: ANCESTORS, maxNodes: 1, continuation: "${data.cut.continuation}") { nodes { model { name } } truncated } }`,
    )
    expect(next.lineage).toEqual({ nodes: [{ model: { name: 'm1' } }], truncated: false })
  })

  test.each([
    [`lineage(model: "${MODEL(77)}", direction: BOTH) { truncated }`, 'BAD_USER_INPUT', 'no model'],
    [`lineage(model: "m", direction: BOTH) { truncated }`, 'MALFORMED_ID', 'not the id of a model'],
    [
      `lineage(model: "${MODEL(1)}", direction: BOTH, maxNodes: 0) { truncated }`,
      'BAD_USER_INPUT',
      'maxNodes: 0',
    ],
    [
      `lineage(model: "${MODEL(1)}", direction: BOTH, continuation: "x") { truncated }`,
      'BAD_USER_INPUT',
      'continuation',
    ],
    [
      `lineage(model: "${MODEL(1)}", direction: BOTH, engine: NEO4J) { truncated }`,
      'UNAVAILABLE',
      'ask without engine',
    ],
  ])('%s is refused with the reason', async (field, code, message) => {
    const { errors } = await api.gql(`{ ${field} }`)
    expect(errors).toMatchObject([{ extensions: { code } }])
    expect(errors![0]!.message).toContain(message)
  })
})

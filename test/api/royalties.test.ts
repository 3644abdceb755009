import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ACCOUNT, ADDRESS, CHAIN, MODEL, setHeights, type TestApi, TOKEN, testApi } from './apiFixture'

let api: TestApi

/** 3 -> 2 -> 1, with 10 % and 50 % on the way. A fee of 1100 for 3, of which 100 stay with the protocol; 60 of 3's 100 reached 2. */
beforeAll(async () => {
  api = await testApi()
  await setHeights(api.pool, { height: 20, finalized: 15 })
  await api.insert('Token', { id: TOKEN, address: ADDRESS(0xeee), symbol: 'CRED', decimals: 18 })
  await api.insert('Account', { id: ACCOUNT(2), address: ADDRESS(2) })
  await api.insert('Model', ...[1, 2, 3].map(n => ({ id: MODEL(n), name: `m${n}`, block: n })))
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
      block: 2,
    },
    {
      id: `${MODEL(3)}|PARENT|${MODEL(2)}`,
      childId: MODEL(3),
      parentId: MODEL(2),
      sharePpm: 100_000,
      shareNumerator: 100_000n,
      shareDenominator: 1_000_000n,
      policy: 'HOP',
      block: 3,
    },
  )
  const at = { block: 10, time: '2026-01-10T00:00:00Z', tokenId: TOKEN }
  await api.insert('UsageFee', {
    ...at,
    id: `${CHAIN}/fee:1`,
    modelId: MODEL(3),
    payerId: ACCOUNT(9),
    gross: 1100n,
    protocolFee: 100n,
    net: 1000n,
  })
  await api.insert('RoyaltyAccrual', {
    ...at,
    id: `${CHAIN}/accrual:1`,
    kind: 'ANCESTOR',
    fromModelId: MODEL(3),
    toModelId: MODEL(2),
    amount: 30n,
    patronsAmount: 10n,
    beneficiaryId: ACCOUNT(2),
    feeId: `${CHAIN}/fee:1`,
    logIndex: 1,
  })
  await api.insert('RoyaltyHop', {
    ...at,
    id: `${CHAIN}/hop:1`,
    fromModelId: MODEL(3),
    toModelId: MODEL(2),
    amount: 80n,
    sharePpm: 100_000,
    feeId: `${CHAIN}/fee:1`,
  })
  await api.insert('RoyaltyClaim', {
    ...at,
    id: `${CHAIN}/claim:1`,
    accountId: ACCOUNT(2),
    amount: 12n,
    block: 11,
    time: '2026-01-11T00:00:00Z',
  })
  // Not final yet, so in no statement.
  await api.insert('RoyaltyClaim', {
    ...at,
    id: `${CHAIN}/claim:2`,
    accountId: ACCOUNT(2),
    amount: 5n,
    block: 18,
    time: '2026-01-12T00:00:00Z',
  })
  for (const n of [2, 3])
    await api.insert('ModelRevenue', {
      id: `${MODEL(n)}|${TOKEN}`,
      modelId: MODEL(n),
      tokenId: TOKEN,
      gross: n === 3 ? 1100n : 0n,
      accruedRoyalty: n === 2 ? 40n : 0n,
    })
})
afterAll(() => api?.close())

const DUE = 'fragment Due on ModelRoyalties { entitled owed truncated token { symbol } }'

describe('royalties', () => {
  test('of a model: earned, due and still owed', async () => {
    const { models } = await api.data(
      `{ models(where: { id_in: ["${MODEL(2)}", "${MODEL(3)}"] }) { nodes { royalties { gross accruedRoyalty entitled owed token { symbol } } } } }`,
    )
    const token = { symbol: 'CRED' }
    expect(models.nodes).toEqual([
      // 10 % of 1000, of which half goes on to its parent
      { royalties: [{ gross: '0', accruedRoyalty: '40', entitled: '50', owed: '10', token }] },
      { royalties: [{ gross: '1100', accruedRoyalty: '0', entitled: '900', owed: '900', token }] },
    ])
  })

  test('in a token of which nothing has moved yet are there where what is due is asked for', async () => {
    const query = (fields: string) => `{ model(id: "${MODEL(1)}") { royalties { ${fields} } } }`
    // Half of the tenth that 2 is due: its processor has not seen any of it yet.
    expect(
      (await api.data(query('tokenId gross feeCount accruedRoyalty claimed ...Due') + DUE)).model,
    ).toEqual({
      royalties: [
        {
          tokenId: TOKEN,
          gross: '0',
          feeCount: 0,
          accruedRoyalty: '0',
          claimed: '0',
          entitled: '50',
          owed: '50',
          truncated: false,
          token: { symbol: 'CRED' },
        },
      ],
    })
    expect((await api.data(query('tokenId gross'))).model).toEqual({ royalties: [] })
  })

  test('of every model are what the flow into it says', async () => {
    const { models } = await api.data(
      '{ models { nodes { id royalties { tokenId entitled owed truncated } } } }',
    )
    expect(models.nodes).toHaveLength(3)
    for (const { id, royalties } of models.nodes) {
      const { royaltyFlow } = await api.data(
        `{ royaltyFlow(model: "${id}", direction: IN) { truncated totals { tokenId entitled owed } } }`,
      )
      const { totals, truncated } = royaltyFlow
      expect(royalties).toEqual(totals.map((total: object) => ({ ...total, truncated })))
    }
  })

  test('flow into and out of a model', async () => {
    const data = await api.data(`{
      into: royaltyFlow(model: "${MODEL(1)}", direction: IN) { model { name } totals { tokenId token { symbol } entitled accrued owed claimed } nodes { depth model { name } amounts { entitled } fees { net count } } truncated asOf { height } }
      out: royaltyFlow(model: "${MODEL(3)}", direction: OUT) { nodes { depth model { name } amounts { entitled accrued owed } } edges { from { name } to { name } amount } }
    }`)
    expect(data.into).toEqual({
      model: { name: 'm1' },
      totals: [
        { tokenId: TOKEN, token: { symbol: 'CRED' }, entitled: '50', accrued: '0', owed: '50', claimed: '0' },
      ],
      nodes: [
        { depth: 0, model: { name: 'm1' }, amounts: [], fees: [] },
        { depth: 1, model: { name: 'm2' }, amounts: [], fees: [] },
        {
          depth: 2,
          model: { name: 'm3' },
          amounts: [{ entitled: '50' }],
          fees: [{ net: '1000', count: '1' }],
        },
      ],
      truncated: false,
      asOf: [{ height: 20 }],
    })
    expect(
      data.out.nodes.map((node: { model: { name: string }; amounts: { entitled: string }[] }) => [
        node.model.name,
        node.amounts[0]?.entitled,
      ]),
    ).toEqual([
      ['m3', undefined],
      ['m2', '50'],
      ['m1', '50'],
    ])
    expect(data.out.edges).toEqual([{ from: { name: 'm3' }, to: { name: 'm2' }, amount: '80' }])
  })

  test('a statement in GraphQL says what the CSV says', async () => {
    const { royaltyStatement } =
      await api.data(`{ royaltyStatement(account: "${ACCOUNT(2)}", from: "2026-01-01", to: "2026-02-01", partial: true) {
      account complete asOf { chain height hash covered }
      tokens { chain tokenId token { symbol } opening accrued claimed closing }
      lines(first: 1) { totalCount nodes { kind block amount balance sourceModel { name } token { symbol } } pageInfo { hasNextPage endCursor } }
    } }`)
    expect(royaltyStatement).toMatchObject({
      account: ACCOUNT(2),
      complete: false,
      asOf: [{ chain: CHAIN, height: 15, hash: null, covered: false }],
      tokens: [
        {
          chain: CHAIN,
          tokenId: TOKEN,
          token: { symbol: 'CRED' },
          opening: '0',
          accrued: '30',
          claimed: '12',
          closing: '18',
        },
      ],
      lines: {
        totalCount: 2,
        nodes: [{ kind: 'ACCRUED', block: 10, amount: '30', balance: '30', sourceModel: { name: 'm3' } }],
        pageInfo: { hasNextPage: true },
      },
    })
    const next =
      await api.data(`{ royaltyStatement(account: "${ACCOUNT(2)}", from: "2026-01-01", to: "2026-02-01", partial: true) {
      lines(after: "${royaltyStatement.lines.pageInfo.endCursor}") { nodes { kind amount balance model { id } } pageInfo { hasNextPage } } } }`)
    expect(next.royaltyStatement.lines).toEqual({
      nodes: [{ kind: 'CLAIMED', amount: '12', balance: '18', model: null }],
      pageInfo: { hasNextPage: false },
    })
    const csv = await (
      await fetch(`${api.url}/statements/${ACCOUNT(2)}.csv?from=2026-01-01&to=2026-02-01&partial=true`)
    ).text()
    expect(csv).toContain(TOKEN)
    const period = `account: "${ACCOUNT(2)}", from: "2026-01-01", to: "2026-02-01", partial: true`
    const { whole, lines } = await api.data(
      `{ whole: royaltyStatement(${period}) { number sha256 merkleRoot } lines: royaltyStatement(${period}) { sha256 lines { totalCount } } }`,
    )
    const json = await (
      await fetch(`${api.url}/statements/${ACCOUNT(2)}.json?from=2026-01-01&to=2026-02-01&partial=true`)
    ).json()
    expect([json.verification.sha256, lines.sha256]).toEqual([whole.sha256, whole.sha256])
    expect([json.statement.number, json.statement.merkleRoot]).toEqual([whole.number, whole.merkleRoot])
    expect(csv.match(/ACCRUED|CLAIMED/g)!.length).toBeGreaterThanOrEqual(2)
  })

  test.each([
    [
      `royaltyStatement(account: "${ACCOUNT(2)}", from: "2026-02-01", to: "2026-01-01") { account }`,
      'BAD_PERIOD',
    ],
    [
      `royaltyStatement(account: "${ACCOUNT(2)}", from: "2026-01-01", to: "2026-02-01", asOf: [{ chain: "${CHAIN}", height: 18 }]) { account }`,
      'NOT_FINAL',
    ],
    [`royaltyFlow(model: "${MODEL(9)}", direction: IN) { truncated }`, 'BAD_USER_INPUT'],
    [`royaltyFlow(model: "${MODEL(1)}", direction: IN, maxNodes: 100000) { truncated }`, 'TOO_COSTLY'],
    [
      `royaltyFlow(model: "${MODEL(1)}", direction: IN, from: "2026-02-01", to: "2026-01-01") { truncated }`,
      'BAD_USER_INPUT',
    ],
  ])('%s is refused', async (field, code) => {
    expect((await api.gql(`{ ${field} }`)).errors).toMatchObject([{ extensions: { code } }])
  })
})

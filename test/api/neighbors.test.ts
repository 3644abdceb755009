import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readEntityModel } from '../../src/api/entities/entityModel'
import { relationsOf } from '../../src/api/resolvers/relations'
import { ACCOUNT, ADDRESS, CHAIN, MODEL, type TestApi, TOKEN, testApi } from './apiFixture'

const POOL = `${CHAIN}/pool:${ADDRESS(0xabc)}`
const VAULT = ACCOUNT(0xfa)
const TERMS = `${CHAIN}/terms:${ADDRESS(0x7e)}/1`
const CURVE = `${CHAIN}/curve:${ADDRESS(0xcc)}`
const [A, B, M, N] = [ACCOUNT(1), ACCOUNT(2), MODEL(1), MODEL(2)]

/** A row of each kind, and what it relates. Where an end is the row itself, it is the row's id. */
const ROWS: [edge: string, entity: string, row: Record<string, unknown>, from: string, to: string][] = [
  ['FORKED_FROM', 'LineageEdge', { childId: M, parentId: N }, M, N],
  ['OWNS', 'Model', { id: MODEL(3), ownerId: A }, A, MODEL(3)],
  ['CREATED', 'Model', { id: MODEL(4), creatorId: A }, A, MODEL(4)],
  ['STEERS', 'StakePool', { id: POOL, modelId: M }, POOL, M],
  [
    'HOLDS',
    'StakePool',
    { id: `${CHAIN}/pool:${ADDRESS(1)}`, assetId: TOKEN },
    `${CHAIN}/pool:${ADDRESS(1)}`,
    TOKEN,
  ],
  ['STAKES', 'StakePosition', { accountId: A, poolId: POOL, shares: 1, delegateId: A }, A, POOL],
  ['DELEGATES', 'StakePosition', { accountId: A, poolId: 'p', shares: 1, delegateId: B }, A, B],
  ['LOCKS', 'VoteLock', { accountId: A, poolId: POOL, amount: 1 }, A, POOL],
  ['VOTES_FOR', 'SteeringVote', { accountId: A, modelId: M, weightBps: 1 }, A, M],
  ['RESTAKES', 'RestakedPosition', { accountId: A, poolId: POOL, depositShares: 1 }, A, POOL],
  ['RESTAKES_WITH', 'Restaker', { accountId: A, operatorId: B }, A, B],
  ['OPERATES', 'OperatorStake', { operatorId: A, poolId: POOL, shares: 1 }, A, POOL],
  ['SECURES', 'OperatorAllocation', { operatorId: A, modelId: M }, A, M],
  ['PAID', 'UsageFee', { payerId: A, modelId: M }, A, M],
  ['PAID_ROYALTY', 'RoyaltyTotal', { fromModelId: M, toModelId: N }, M, N],
  ['CLAIMED', 'RoyaltyClaim', { accountId: A, modelId: M }, A, M],
  ['EARNS', 'RoyaltyBalance', { accountId: A, tokenId: TOKEN }, A, TOKEN],
  ['PAYS_INTO', 'RoyaltyVault', { id: VAULT, modelId: M }, M, VAULT],
  ['SHARES_VAULT', 'VaultHolding', { accountId: A, vaultId: VAULT, shares: 1 }, A, VAULT],
  ['SENT_TO', 'CrossChainTransfer', { fromModelId: M, toModelId: N }, M, N],
  ['OFFERS', 'LicenseOffer', { modelId: M, termsId: TERMS }, M, TERMS],
  ['LICENSED', 'License', { receiverId: A, modelId: M }, A, M],
  ['DISPUTED', 'Dispute', { initiatorId: A, modelId: M }, A, M],
  ['TAINTED_BY', 'Dispute', { modelId: N, fromModelId: M }, N, M],
  ['ATTESTED', 'Attestation', { attesterId: A, modelId: M }, A, M],
  ['MEMBER_OF', 'GroupMembership', { memberId: M, groupId: N, active: true }, M, N],
  ['CONTRACT_OF', 'ModelContract', { accountId: A, modelId: M, current: true }, A, M],
  ['CONTRIBUTES_TO', 'Contribution', { id: MODEL(3), modelId: M }, MODEL(3), M],
  ['CURVE_OF', 'BondingCurve', { id: CURVE, modelId: M }, CURVE, M],
  ['TRADED', 'CurveTrade', { traderId: A, curveId: CURVE }, A, CURVE],
]
/** Rows that relate nothing any more. */
const PAST: [entity: string, row: Record<string, unknown>][] = [
  ['StakePosition', { accountId: A, poolId: POOL, shares: 0, delegateId: B }],
  ['SteeringVote', { accountId: A, modelId: M, weightBps: 0 }],
  ['Attestation', { attesterId: A, modelId: M, revoked: true }],
  ['GroupMembership', { memberId: M, groupId: N, active: false }],
]

let api: TestApi
beforeAll(async () => {
  api = await testApi()
  await api.insert('Model', { id: M }, { id: N })
  await api.insert('Account', { id: A, address: ADDRESS(1) }, { id: B, address: ADDRESS(2) })
  await api.insert('Token', { id: TOKEN, address: ADDRESS(0xeee) })
  await api.insert('LicenseTerms', { id: TERMS })
  for (const [, entity, row] of ROWS) await api.insert(entity, row)
  for (const [entity, row] of PAST) await api.insert(entity, row)
})
afterAll(() => api?.close())

interface Neighbor {
  edge: string
  outward: boolean
  node: { __typename: string; id: string } | null
  through: { __typename: string; id: string }
}
async function page(id: string, args = '') {
  const query = `query ($id: ID!) { neighbors(id: $id${args}) { hasNextPage endCursor
    nodes { edge outward node { __typename id } through { __typename id } } } }`
  return (await api.data(query, { id })).neighbors as {
    nodes: Neighbor[]
    hasNextPage: boolean
    endCursor: string | null
  }
}
/** An account is given before a vault of the same id. */
const asked = (id: string) => (id === VAULT ? `RoyaltyVault:${id}` : id)

describe('neighbors', () => {
  test('know every kind of relation that there is a row of below', () => {
    const names = relationsOf(readEntityModel()).map(({ name }) => name)
    expect(names.sort()).toEqual(ROWS.map(([edge]) => edge).sort())
  })

  test.each(ROWS)('%s, from both ends', async (edge, entity, row, from, to) => {
    for (const [id, other, outward] of [
      [from, to, true],
      [to, from, false],
    ] as const) {
      const { nodes } = await page(asked(id), `, edges: [${edge}], first: 100`)
      const found = nodes.filter(one => one.outward === outward && one.node?.id === other)
      expect(found).toMatchObject([{ edge, through: { __typename: entity } }])
      if (row.id) expect(found[0]!.through.id).toBe(row.id)
    }
  })

  test('of all kinds are those of each, and what is past is none', async () => {
    const all = await page(A, ', first: 500')
    const expected = ROWS.flatMap(([edge, , , from, to]) => [
      ...(from === A ? [`${edge} to ${to}`] : []),
      ...(to === A ? [`${edge} from ${from}`] : []),
    ])
    expect(all.hasNextPage).toBe(false)
    // The pool of DELEGATES is one that A stakes in too.
    expect(
      all.nodes
        .filter(({ node }) => node)
        .map(one => `${one.edge} ${one.outward ? 'to' : 'from'} ${one.node!.id}`)
        .sort(),
    ).toEqual(expected.sort())
    expect(all.nodes.filter(({ node }) => !node)).toMatchObject([{ edge: 'STAKES' }])
  })

  test('come in pages that add up to the whole, by whatever size and kinds', async () => {
    const kinds = ROWS.map(([edge]) => edge)
    for (let n = 10; n < 40; n++) await api.insert('LineageEdge', { childId: MODEL(n), parentId: M })
    const wholes = new Map<string, Neighbor[]>()
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(A, M, N, POOL),
        fc.subarray(kinds, { minLength: 1 }),
        fc.integer({ min: 1, max: 9 }),
        async (id, edges, size) => {
          const args = `, edges: [${edges.join(', ')}]`
          const key = id + args
          if (!wholes.has(key)) wholes.set(key, (await page(id, `${args}, first: 500`)).nodes)
          const pages: Neighbor[] = []
          for (let after = '', more = true; more; ) {
            const { nodes, hasNextPage, endCursor } = await page(id, `${args}, first: ${size}${after}`)
            expect(nodes.length).toBeLessThanOrEqual(size)
            pages.push(...nodes)
            more = hasNextPage
            after = `, after: "${endCursor}"`
          }
          expect(pages).toEqual(wholes.get(key))
        },
      ),
      { numRuns: 15 },
    )
  })

  test('have an index on each end', async () => {
    const { rows } = await api.pool.query<{ place: string }>(
      `SELECT i.indrelid::regclass || '.' || a.attname AS place FROM pg_index i
         JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]`,
    )
    const indexed = new Set(rows.map(({ place }) => place.replaceAll('"', '')))
    const ends = relationsOf(readEntityModel()).flatMap(({ entity, from, to }) =>
      [from, to].map(({ column }) => `${entity.table}.${column}`),
    )
    const known = ['restaker.', 'operator_stake.', 'operator_allocation.']
    expect(ends.filter(end => !indexed.has(end) && !known.some(few => end.startsWith(few)))).toEqual([])
  })

  test.each([
    ['nothing', 'eip155:5/pool:1', '', 'BAD_USER_INPUT'],
    ['no id', 'x', '', 'MALFORMED_ID'],
    ['a page too large', A, ', first: 501', 'BAD_USER_INPUT'],
    [
      'a cursor of other kinds',
      A,
      `, edges: [OWNS], after: "${btoa('["STAKES out","a"]')}"`,
      'MALFORMED_CURSOR',
    ],
    ['no cursor', A, ', after: "W10"', 'MALFORMED_CURSOR'],
  ])('of %s are refused', async (_, id, args, code) => {
    const { errors } = await api.gql(`{ neighbors(id: "${id}"${args}) { hasNextPage } }`)
    expect(errors).toMatchObject([{ extensions: { code } }])
  })
})

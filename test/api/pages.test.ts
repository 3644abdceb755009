import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADDRESS, CHAIN, MODEL, type TestApi, TOKEN, testApi } from './apiFixture'

let api: TestApi
const POOL = (n: number) => `${CHAIN}/pool:${ADDRESS(n)}`

/** Times repeat and paidAssets is often null: ties and nulls in every order. */
const exits = Array.from({ length: 23 }, (_, i) => ({
  id: `${POOL(i % 3)}/exit:${String(i).padStart(2, '0')}`,
  poolId: POOL(i % 3),
  modelId: MODEL(1),
  shares: BigInt((i * 7) % 5),
  paidAssets: i % 4 === 0 ? null : BigInt(i % 3),
  requestedAt: `2026-01-0${1 + (i % 2)}T00:00:00.500Z`,
}))

beforeAll(async () => {
  api = await testApi()
  await api.insert('ExitRequest', ...exits)
  await api.insert(
    'StakePool',
    ...[0, 1, 2, 3].map(n => ({ id: POOL(n), modelId: MODEL(n), assetId: TOKEN })),
  )
})
afterAll(() => api?.close())

interface Page {
  nodes: { id: string }[]
  edges: { cursor: string }[]
  pageInfo: {
    hasNextPage: boolean
    hasPreviousPage: boolean
    startCursor: string | null
    endCursor: string | null
  }
}
const PAGE = 'nodes { id } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }'

async function page(args: string): Promise<Page> {
  return (await api.data(`{ exitRequests(${args}) { ${PAGE} } }`)).exitRequests
}

/** The same order by other means: Postgres's own, over all rows. */
async function expected(order: string): Promise<string[]> {
  return (await api.pool.query(`SELECT id FROM exit_request ORDER BY ${order}`)).rows.map(row => row.id)
}

const ORDERS: [string, string][] = [
  ['[id_ASC]', 'id'],
  ['[id_DESC]', 'id DESC'],
  ['[requestedAt_DESC]', 'requested_at DESC, id'],
  ['[shares_ASC, requestedAt_DESC]', 'shares, requested_at DESC, id'],
  ['[paidAssets_ASC]', 'paid_assets ASC, id'],
  ['[paidAssets_DESC]', 'paid_assets DESC, id'],
  ['[paidAssets_ASC_NULLS_FIRST]', 'paid_assets NULLS FIRST, id'],
  ['[paidAssets_DESC_NULLS_LAST, shares_DESC]', 'paid_assets DESC NULLS LAST, shares DESC, id'],
  ['[status_ASC, poolId_DESC]', 'status, pool_id DESC, id'],
]

describe('pages', () => {
  test.each(ORDERS)(
    '%s forwards and backwards, in pages of 1, 4 and 100, gives all rows once',
    async (orderBy, sql) => {
      const all = await expected(sql)
      for (const size of [1, 4, 100]) {
        const forwards: string[] = []
        for (let after = ''; ; ) {
          const { nodes, pageInfo } = await page(`orderBy: ${orderBy}, first: ${size}${after}`)
          forwards.push(...nodes.map(node => node.id))
          expect(pageInfo.hasPreviousPage).toBe(after !== '')
          if (!pageInfo.hasNextPage) break
          after = `, after: "${pageInfo.endCursor}"`
        }
        expect(forwards).toEqual(all)
        const backwards: string[] = []
        for (let before = ''; ; ) {
          const { nodes, pageInfo } = await page(`orderBy: ${orderBy}, last: ${size}${before}`)
          backwards.unshift(...nodes.map(node => node.id))
          if (!pageInfo.hasPreviousPage) break
          before = `, before: "${pageInfo.startCursor}"`
        }
        expect(backwards).toEqual(all)
      }
    },
  )

  test('between two cursors', async () => {
    const all = await expected('requested_at DESC, id')
    const { edges } = await page('orderBy: [requestedAt_DESC], first: 23')
    const cursors = `after: "${edges[4]!.cursor}", before: "${edges[9]!.cursor}"`
    const ids = async (args: string) =>
      (await page(`orderBy: [requestedAt_DESC], ${args}`)).nodes.map(node => node.id)
    expect(await ids(`first: 20, ${cursors}`)).toEqual(all.slice(5, 9))
    expect(await ids(`first: 2, ${cursors}`)).toEqual(all.slice(5, 7))
    expect(await ids(`last: 2, ${cursors}`)).toEqual(all.slice(7, 9))
  })

  test('a cursor stays good when its row is gone', async () => {
    const all = await expected('id')
    const { edges } = await page('first: 3')
    const gone = all[2]!
    await api.pool.query('DELETE FROM exit_request WHERE id = $1', [gone])
    const { nodes } = await page(`first: 1, after: "${edges[2]!.cursor}"`)
    expect(nodes[0]!.id).toBe(all[3])
    await api.insert('ExitRequest', exits.find(exit => exit.id === gone)!)
  })

  test('pages of many parents at once, each with its own cursors', async () => {
    const { stakePools } = await api.data(
      `{ stakePools { nodes { id exitRequests(first: 2, orderBy: [shares_DESC]) { totalCount ${PAGE} } } } }`,
    )
    for (const pool of stakePools.nodes) {
      const own = exits.filter(exit => exit.poolId === pool.id)
      const order = [...own]
        .sort((a, b) => Number(b.shares - a.shares) || (a.id < b.id ? -1 : 1))
        .map(exit => exit.id)
      expect(pool.exitRequests.totalCount).toBe(own.length)
      expect(pool.exitRequests.nodes.map((node: { id: string }) => node.id)).toEqual(order.slice(0, 2))
      expect(pool.exitRequests.pageInfo.hasNextPage).toBe(own.length > 2)
      if (own.length === 0) continue
      const next = await api.data(
        `{ stakePool(id: "${pool.id}") { exitRequests(first: 20, orderBy: [shares_DESC], after: "${pool.exitRequests.pageInfo.endCursor}") { nodes { id } } } }`,
      )
      expect(next.stakePool.exitRequests.nodes.map((node: { id: string }) => node.id)).toEqual(order.slice(2))
    }
  })

  test('first: 0 reads no rows and still counts', async () => {
    const data = await api.data(
      '{ exitRequests(first: 0) { totalCount nodes { id } pageInfo { endCursor } } }',
    )
    expect(data.exitRequests).toEqual({ totalCount: 23, nodes: [], pageInfo: { endCursor: null } })
  })

  test('without first or last a page has 20 rows', async () => {
    expect((await page('orderBy: [id_ASC]')).nodes).toHaveLength(20)
  })

  const cursorOf = (...values: unknown[]) => Buffer.from(JSON.stringify(values)).toString('base64url')
  test.each([
    ['first: 501', 'TOO_COSTLY', 'first: 501'],
    ['first: -1', 'BAD_USER_INPUT', 'give 0 to 500'],
    ['first: 1, last: 1', 'BAD_USER_INPUT', 'both first and last'],
    ['after: ""', 'MALFORMED_CURSOR', 'after: not a cursor: ""'],
    ['after: "nonsense"', 'MALFORMED_CURSOR', 'not a cursor: "nonsense"'],
    ['before: "%%%"', 'MALFORMED_CURSOR', 'before: not a cursor'],
    [`after: "${cursorOf('ExitRequest id_ASC')}"`, 'MALFORMED_CURSOR', 'not a cursor'],
    [`after: "${cursorOf('ExitRequest id_ASC', 7)}"`, 'MALFORMED_CURSOR', 'not a cursor'],
    [`after: "${cursorOf('ExitRequest id_ASC', null)}"`, 'MALFORMED_CURSOR', 'not a cursor'],
    [`after: "${cursorOf('ExitRequest id_ASC', 'a', 'b')}"`, 'MALFORMED_CURSOR', 'not a cursor'],
    [`after: "${cursorOf('Slash id_ASC', 'a')}"`, 'MALFORMED_CURSOR', 'a cursor of another order'],
    [
      `orderBy: [shares_ASC], after: "${cursorOf('ExitRequest shares_ASC,id_ASC', '1e9', 'a')}"`,
      'MALFORMED_CURSOR',
      'not a cursor',
    ],
    [
      `orderBy: [requestedAt_ASC], after: "${cursorOf('ExitRequest requestedAt_ASC,id_ASC', 'now()', 'a')}"`,
      'MALFORMED_CURSOR',
      'not a cursor',
    ],
    [
      `orderBy: [shares_ASC], after: "${cursorOf('ExitRequest id_ASC', 'a')}"`,
      'MALFORMED_CURSOR',
      'keep orderBy the same',
    ],
    [
      `orderBy: [shares_ASC, poolId_ASC, modelId_ASC, status_ASC, block_ASC]`,
      'TOO_COSTLY',
      'orderBy with 5 keys',
    ],
  ])('%s is refused with the reason', async (args, code, message) => {
    const { errors } = await api.gql(`{ exitRequests(${args}) { nodes { id } } }`)
    expect(errors).toMatchObject([{ extensions: { code } }])
    expect(errors![0]!.message).toContain(message)
    expect(errors![0]!.message).toContain('fix: ')
  })
})

import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { LiveEvents, MOST_SUBSCRIBERS, MOST_WAITING } from '../../src/api/live/liveEvents'
import {
  ACCOUNT,
  CHAIN,
  insertRow,
  MODEL,
  setHeights,
  subscribe,
  type TestApi,
  TOKEN,
  testApi,
} from './apiFixture'

let api: TestApi
beforeEach(async () => {
  api = await testApi()
})
afterEach(() => api?.close())

/** Waits until there are so many subscriptions. */
async function eventuallyOpen(count: number): Promise<void> {
  for (let i = 0; ; i++) {
    const metrics = await (await fetch(`${api.url}/metrics`)).text()
    const open = Number(/^provenance_api_subscribers (\d+)/m.exec(metrics)![1])
    if (open === count) return
    if (i > 100) throw new Error(`${open} are open`)
    await sleep(50)
  }
}

describe('live updates', () => {
  test('a model that changes, is staked on, and is forked', async () => {
    await setHeights(api.pool, { height: 5, finalized: 5 })
    await api.insert('Model', { id: MODEL(1), name: 'one' }, { id: MODEL(2) })
    const live = await subscribe(
      api.url,
      `subscription { modelChanged(id: "${MODEL(1)}") { id model { name children { totalCount } stake { tvl { amount } } } } }`,
    )
    await api.pool.query(`UPDATE model SET name = 'other' WHERE id = '${MODEL(2)}'`)
    await api.pool.query(`UPDATE model SET name = 'renamed' WHERE id = '${MODEL(1)}'`)
    const first = await live.next()
    expect(first.data).toEqual({
      modelChanged: {
        id: MODEL(1),
        model: { name: 'renamed', children: { totalCount: 0 }, stake: { tvl: [] } },
      },
    })
    expect(first.extensions!.asOf).toMatchObject([{ chain: CHAIN, height: 5 }])
    await api.insert('LineageEdge', { id: 'e', childId: MODEL(2), parentId: MODEL(1) })
    expect((await live.next()).data.modelChanged.model.children.totalCount).toBe(1)
    await api.insert('StakePool', { id: 'p', modelId: MODEL(1), assetId: TOKEN, activeAssets: 3n })
    expect((await live.next()).data.modelChanged.model.stake.tvl).toEqual([{ amount: '3' }])
    live.close()
  })

  test('many who watch the same are answered together, each with what is so after the change', async () => {
    await api.insert('Model', { id: MODEL(1) }, { id: MODEL(2) })
    const query = (n: number) =>
      `subscription { modelChanged(id: "${MODEL(n)}") { model { name children { totalCount } } } }`
    const same = await Promise.all(Array.from({ length: 40 }, () => subscribe(api.url, query(1))))
    const other = await subscribe(api.url, query(2))
    for (const name of ['first', 'second']) {
      const before = await api.statements()
      await api.pool.query('UPDATE model SET name = $1', [name])
      for (const live of [...same, other])
        expect((await live.next()).data.modelChanged.model).toEqual({ name, children: { totalCount: 0 } })
      // Two questions of some statements each, not forty.
      expect((await api.statements()) - before).toBeLessThan(20)
    }
    same[0]!.close()
    await eventuallyOpen(40)
    await api.pool.query(`UPDATE model SET name = 'third'`)
    expect((await same[1]!.next()).data.modelChanged.model.name).toBe('third')
    for (const live of [...same, other]) live.close()
  })

  test('nothing of a transaction that fails; a rollback of blocks is told as what is gone', async () => {
    await api.insert('Model', { id: MODEL(1) }, { id: MODEL(2) })
    const live = await subscribe(
      api.url,
      `subscription { royaltyPaid(model: "${MODEL(1)}") { id accrual { amount fromModel { id } toModel { id } } } }`,
    )
    const client = await api.pool.connect()
    await client.query('BEGIN')
    await client.query(`UPDATE model SET name = 'x'`)
    await client.query('ROLLBACK')
    client.release()
    const accrual = {
      fromModelId: MODEL(2),
      toModelId: MODEL(1),
      tokenId: TOKEN,
      beneficiaryId: ACCOUNT(1),
      amount: 7n,
    }
    await insertRow(api.pool, 'RoyaltyAccrual', { ...accrual, id: 'elsewhere', toModelId: MODEL(2) })
    await insertRow(api.pool, 'RoyaltyAccrual', { ...accrual, id: 'a' })
    expect((await live.next()).data.royaltyPaid).toEqual({
      id: 'a',
      accrual: { amount: '7', fromModel: { id: MODEL(2) }, toModel: { id: MODEL(1) } },
    })
    await api.pool.query(`DELETE FROM royalty_accrual WHERE id = 'a'`)
    expect((await live.next()).data.royaltyPaid).toEqual({ id: 'a', accrual: null })
    live.close()
  })

  test('a statement of hundreds of rows is one event that names none; long ids are told the same way', async () => {
    const live = await subscribe(api.url, 'subscription { modelChanged { id model { name } } }')
    await api.pool.query(
      `INSERT INTO model_revenue SELECT 'r' || n, '${CHAIN}', 'm' || n, '${TOKEN}', 0, 0, 0, 0, 0, 0, 0, 0 FROM generate_series(1, 201) n`,
    )
    expect((await live.next()).data.modelChanged).toEqual({ id: null, model: null })
    await api.insert('Model', { id: `${MODEL(3)}${'x'.repeat(9000)}` })
    expect((await live.next()).data.modelChanged).toEqual({ id: null, model: null })
    // Two hundred keys do not fit one payload, and come in several.
    await api.pool.query(
      `INSERT INTO model_revenue SELECT 's' || n, '${CHAIN}', '${CHAIN}/reference:' || lpad(n::text, 60, '0'), '${TOKEN}', 0, 0, 0, 0, 0, 0, 0, 0 FROM generate_series(1, 200) n`,
    )
    const ids = new Set<string>()
    while (ids.size < 200) ids.add((await live.next()).data.modelChanged.id)
    live.close()
  })

  test('a chain that advances: by its progress, and by its store where that is watched', async () => {
    await setHeights(api.pool, { height: 5, finalized: 5 })
    const live = await subscribe(api.url, 'subscription { chainAdvanced { id head indexed { height } } }')
    await setHeights(api.pool, { height: 6, finalized: 5 })
    // What was told of block 5 may still be on its way, and so may what is between two statements of setHeights.
    let advanced: { head: number; indexed: { height: number } | null }
    do advanced = (await live.next()).data.chainAdvanced
    while (advanced.head !== 6 || advanced.indexed?.height !== 6)
    expect(advanced).toEqual({ id: CHAIN, head: 6, indexed: { height: 6 } })
    await api.pool.query(`UPDATE indexer_progress SET updated_at = now()`) // nothing moved
    await api.pool.query(
      `SELECT provenance_watch_chain('squid_31337', '${CHAIN}'), provenance_watch_chain('squid_31337', '${CHAIN}')`,
    )
    await api.pool.query(
      `INSERT INTO squid_31337.hot_block VALUES (7, '0xb7'); UPDATE squid_31337.status SET nonce = nonce + 1`,
    )
    expect((await live.next()).data.chainAdvanced.indexed).toEqual({ height: 7 })
    live.close()
    const { errors } = await api.gql('subscription { chainAdvanced(chain: "eip155:5") { id } }')
    expect(errors![0]!.message).toContain(`give one of ${CHAIN}`)
  })

  test('comes back after Postgres has cut the connection, and says that something may be missed', async () => {
    await api.insert('Model', { id: MODEL(1), name: 'one' })
    const live = await subscribe(
      api.url,
      `subscription { modelChanged(id: "${MODEL(1)}") { model { name } } }`,
    )
    await api.pool.query(`UPDATE model SET name = 'two'`)
    let name: string
    // The row that is inserted may be told of only now.
    do name = (await live.next()).data.modelChanged.model.name
    while (name === 'one')
    expect(name).toBe('two')
    await api.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'provenance-live' AND datname = current_database()`,
    )
    await api.pool.query(`UPDATE model SET name = 'three'`)
    // What is told at the reconnection is of before the change, if the listener was that quick.
    do name = (await live.next()).data.modelChanged.model.name
    while (name === 'two')
    expect(name).toBe('three')
    live.close()
  })

  test('a client that goes away is forgotten; one that stays is ended when the server closes', async () => {
    const gone = await subscribe(api.url, 'subscription { modelChanged { id } }')
    const stays = await subscribe(api.url, 'subscription { modelChanged { id } }')
    await eventuallyOpen(2)
    gone.close()
    await eventuallyOpen(1)
    await api.close()
    stays.close()
    api = undefined as never
  })

  test('a client that cannot be sent events is refused, and holds no subscription', async () => {
    const url = `${api.url}/graphql?query=subscription{modelChanged{id}}`
    for (const accept of ['application/json', 'application/graphql-response+json', 'image/png']) {
      const answers = await Promise.all(Array.from({ length: 40 }, () => fetch(url, { headers: { accept } })))
      expect(answers.map(({ status }) => status)).toEqual(Array(40).fill(406))
    }
    // Yoga knows no such charset, and refuses what was begun already.
    await fetch(url, { headers: { accept: 'text/event-stream; charset=latin1' } })
    await eventuallyOpen(0)
  })

  test('odd notifications are dropped, or told as what is not known', async () => {
    const models = await subscribe(api.url, 'subscription { modelChanged { id model { name } } }')
    const chains = await subscribe(api.url, 'subscription { chainAdvanced { id head } }')
    const odd = [
      'x',
      '7',
      'null',
      '[]',
      '{"kind":"constructor"}',
      '{"kind":"model","keys":7}',
      '{"kind":"model","keys":[[]]}',
      '{"kind":"model","keys":[[7]]}',
      '{"kind":"model","keys":[["a","b"]]}',
      '{"kind":"model","keys":[["a\\u0000"]]}',
      '{"kind":"royalty","keys":[["a"]]}',
      '{"kind":"chain","keys":[["\\u0000"]]}',
    ]
    for (const payload of odd) await api.pool.query('SELECT pg_notify($1, $2)', ['provenance', payload])
    await api.pool.query('SELECT pg_notify($1, $2)', ['provenance', '{"kind":"model","keys":[["odd"]]}'])
    await api.pool.query('SELECT pg_notify($1, $2)', ['provenance', '{"kind":"chain","keys":[["odd"]]}'])
    expect(await models.next()).toEqual({
      data: { modelChanged: { id: 'odd', model: null } },
      extensions: { asOf: expect.anything() },
    })
    expect((await chains.next()).data).toEqual({ chainAdvanced: { id: 'odd', head: null } })
    models.close()
    chains.close()
  })

  test('a malformed id is refused', async () => {
    const { errors } = await api.gql('subscription { modelChanged(id: "x") { id } }')
    expect(errors![0]!.extensions.code).toBe('MALFORMED_ID')
  })
})

test('a slow client has changes merged, and is dropped when too many wait', async () => {
  const live = new LiveEvents()
  const changes = live.subscribe(notification => notification.keys?.flat())
  const tell = (n: number) => live.publish({ kind: 'model', keys: [[`m${n}`]] })
  for (let i = 0; i < 5 * MOST_WAITING; i++) tell(i % 10)
  expect(await changes.next()).toEqual({ done: false, value: 'm0' })
  for (let i = 0; i <= MOST_WAITING; i++) tell(i)
  await expect(changes.next()).rejects.toThrow(`more than ${MOST_WAITING} changes wait`)
  expect(live.size).toBe(0)
})

test('a process has only so many subscriptions, and room again when one ends', async () => {
  const live = new LiveEvents()
  const all = Array.from({ length: MOST_SUBSCRIBERS }, () => live.subscribe(() => undefined))
  expect(() => live.subscribe(() => undefined)).toThrow(`${MOST_SUBSCRIBERS} subscriptions are open already`)
  await all[7]!.return!()
  live.subscribe(() => undefined)
  expect(live.size).toBe(MOST_SUBSCRIBERS)
})

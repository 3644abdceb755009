import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { gini } from '../../src/measures/gini'
import { hhi } from '../../src/measures/hhi'
import { delegatedShare, influence, type Steering } from '../../src/measures/influence'
import { nakamoto } from '../../src/measures/nakamoto'
import { positionAssets } from '../../src/measures/poolValue'
import { ACCOUNT, ADDRESS, CHAIN, MODEL, type TestApi, TOKEN, testApi } from './apiFixture'

const OTHER = `${CHAIN}/erc20:${ADDRESS(0xfff)}`
const POOLS = [TOKEN, TOKEN, OTHER].map((assetId, n) => ({ id: `${CHAIN}/pool:${ADDRESS(n + 1)}`, assetId }))

let api: TestApi
beforeAll(async () => {
  api = await testApi()
  await api.insert('Model', { id: MODEL(1) })
})
afterAll(() => api?.close())

const FIELDS = `concentration { tokenId patrons hhi gini half: nakamoto most: nakamoto(threshold: 0.9) none: nakamoto(threshold: 0) all: nakamoto(threshold: 1) delegatedShare }`

test('what the database adds up over patrons is what the measures say of them one by one', async () => {
  const amount = fc.oneof(fc.bigInt({ min: 0n, max: 20n }), fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }))
  const position = fc.record({ pool: fc.nat(2), who: fc.nat(5), delegate: fc.nat(5), shares: amount })
  const world = fc.record({
    pools: fc.tuple(...POOLS.map(() => fc.record({ active: amount, virtual: fc.constantFrom(0n, 1n) }))),
    positions: fc.uniqueArray(position, { selector: ({ pool, who }) => `${pool} ${who}`, maxLength: 14 }),
    first: fc.integer({ min: 1, max: 4 }),
    one: fc.nat(5),
  })
  await fc.assert(
    fc.asyncProperty(world, async ({ pools, positions, first, one }) => {
      await api.pool.query('TRUNCATE stake_pool, stake_position')
      const rows = pools.map(({ active, virtual }, n) => ({
        ...POOLS[n]!,
        modelId: MODEL(1),
        activeAssets: active,
        totalShares: positions.reduce((sum, each) => sum + (each.pool === n ? each.shares : 0n), 0n),
        virtualAssets: virtual,
        virtualShares: virtual,
      }))
      await api.insert('StakePool', ...rows)
      for (const { pool, who, delegate, shares } of positions) {
        const of = {
          poolId: POOLS[pool]!.id,
          modelId: MODEL(1),
          accountId: ACCOUNT(who),
          delegateId: ACCOUNT(delegate),
        }
        await api.insert('StakePosition', { ...of, id: `${of.poolId}|${of.accountId}`, shares })
      }
      const { stake } = (
        await api.data(`{ model(id: "${MODEL(1)}") { stake { ${FIELDS}
          influence(first: ${first}) { tokenId own delegated share }
          one: influence(account: "${ADDRESS(one)}") { tokenId own delegated share } } } }`)
      ).model
      const steering = (token: string): Steering[] =>
        positions
          .filter(({ pool }) => POOLS[pool]!.assetId === token)
          .map(({ pool, who, delegate, shares }) => ({
            account: ACCOUNT(who),
            delegate: ACCOUNT(delegate),
            stake: positionAssets(shares, rows[pool]!),
          }))
      const told = (all: ReturnType<typeof influence>, tokenId: string) =>
        all.map(({ own, delegated, share }) => ({ tokenId, own: `${own}`, delegated: `${delegated}`, share }))
      const tokens = [TOKEN, OTHER].sort()
      expect(stake.concentration).toEqual(
        tokens.map(tokenId => {
          const held = new Map<string, bigint>()
          for (const { account, stake } of steering(tokenId))
            held.set(account, (held.get(account) ?? 0n) + stake)
          const holdings = [...held.values()].filter(each => each > 0n)
          return {
            tokenId,
            patrons: holdings.length,
            hhi: hhi(holdings),
            gini: gini(holdings),
            half: nakamoto(holdings),
            most: nakamoto(holdings, 900_000),
            none: nakamoto(holdings, 0),
            all: nakamoto(holdings, 1_000_000),
            delegatedShare: delegatedShare(steering(tokenId)),
          }
        }),
      )
      const all = tokens.map(token => [token, influence(steering(token))] as const)
      expect(stake.influence).toEqual(all.flatMap(([token, list]) => told(list.slice(0, first), token)))
      expect(stake.one).toEqual(
        all.flatMap(([token, list]) =>
          told(
            list.filter(({ account }) => account === ACCOUNT(one)),
            token,
          ),
        ),
      )
    }),
    { numRuns: 25 },
  )
})

test('200,000 patrons are not too many', async () => {
  await api.pool.query('TRUNCATE stake_pool, stake_position')
  await api.insert('StakePool', {
    ...POOLS[0],
    modelId: MODEL(1),
    activeAssets: 400_000n,
    totalShares: 200_000n,
  })
  // Triggers tell Neo4j and subscribers of rows, which are nobody's business here.
  await api.pool.query(
    `ALTER TABLE stake_position DISABLE TRIGGER USER;
     INSERT INTO stake_position (id, chain, pool_id, model_id, account_id, delegate_id, shares, deposited_assets, withdrawn_assets, block, time)
     SELECT 'p' || n, '${CHAIN}', '${POOLS[0]!.id}', '${MODEL(1)}', 'a' || n, 'a' || greatest(n, 2), 1, 0, 0, 1, now() FROM generate_series(1, 200000) n;
     ANALYZE stake_position`,
  )
  const { model } = await api.data(
    `{ model(id: "${MODEL(1)}") { stake { ${FIELDS} influence(first: 1) { own delegated } } } }`,
  )
  expect(model.stake).toEqual({
    concentration: [
      {
        tokenId: TOKEN,
        patrons: 200_000,
        hhi: 0.05,
        gini: 0,
        half: 100_001,
        most: 180_001,
        none: 1,
        all: 200_000,
        delegatedShare: 0.000005,
      },
    ],
    influence: [{ own: '2', delegated: '2' }],
  })
})

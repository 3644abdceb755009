import { afterAll, beforeAll, expect, test } from 'vitest'
import * as directAbi from '../../src/abi/reference/directPool'
import * as liquidAbi from '../../src/abi/reference/liquidPool'
import * as registryAbi from '../../src/abi/reference/modelRegistry'
import * as routerAbi from '../../src/abi/reference/royaltyRouter'
import { addressOf } from '../../src/ledger/ids'
import { exitValue, positionAssets } from '../../src/measures/poolValue'
import { ChainDriver } from '../../src/sandbox/chainDriver'
import { referenceContracts } from '../../src/sandbox/deploy'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { Pipeline } from './pipeline'
import { type ScenarioChains, scenarioChains } from './scenarioChains'

/** Every figure that a contract of the reference protocol tells of itself, against ours, at the same block: 0 wei off. */

let chains: ScenarioChains
let database: TestDatabase
let pipeline: Pipeline

beforeAll(async () => {
  chains = await scenarioChains()
  database = await freshDatabase()
  pipeline = new Pipeline({
    database,
    chains: { alpha: chains.alpha.url, beta: chains.beta.url },
    finality: 20,
  })
  await Promise.all([pipeline.index('alpha'), pipeline.index('beta')])
  await chains.liveOn(30)
  await pipeline.caughtUp()
})

afterAll(async () => {
  await pipeline?.stop()
  await database?.drop()
  await chains?.close()
})

interface PoolRow {
  id: string
  kind: 'DIRECT' | 'LIQUID'
  active_assets: string
  exiting_assets: string
  total_shares: string
  total_exit_shares: string
  virtual_assets: string
  virtual_shares: string
}

for (const side of ['alpha', 'beta'] as const) {
  const chain = side === 'alpha' ? 'eip155:31337' : 'eip155:31338'
  const driver = () => ChainDriver.connect(chains[side].url, [])

  test(`pools of ${side}: TVL, shares and the exit queue are the contracts' own`, async () => {
    const { rows: pools } = await database.pool.query<PoolRow>('SELECT * FROM stake_pool WHERE chain = $1', [
      chain,
    ])
    expect(pools.length).toBeGreaterThan(20)
    const contracts = await driver()
    for (const pool of pools) {
      const at = addressOf(pool.id)
      const ours = [pool.active_assets, pool.exiting_assets, pool.total_shares, pool.total_exit_shares].map(
        BigInt,
      )
      const { functions: direct } = directAbi
      const { functions: liquid } = liquidAbi
      const theirs =
        pool.kind === 'DIRECT'
          ? await Promise.all([
              contracts.read(at, direct.activeAssets, {}),
              contracts.read(at, direct.exitingAssets, {}),
              contracts.read(at, direct.totalShares, {}),
              contracts.read(at, direct.exitSharesTotal, {}),
            ])
          : [
              await contracts.read(at, liquid.totalAssets, {}),
              0n,
              await contracts.read(at, liquid.totalSupply, {}),
              0n,
            ]
      expect({ pool: pool.id, figures: ours }).toEqual({ pool: pool.id, figures: theirs })
    }
  })

  test(`positions of ${side}: shares, assets, delegation and influence`, async () => {
    const { rows } = await database.pool.query<
      PoolRow & { account_id: string; shares: string; delegate_id: string }
    >(
      `SELECT p.*, s.account_id, s.shares, s.delegate_id
         FROM stake_position s JOIN stake_pool p ON p.id = s.pool_id WHERE s.chain = $1`,
      [chain],
    )
    expect(rows.length).toBeGreaterThan(50)
    const contracts = await driver()
    const influence = new Map<string, bigint>()
    for (const row of rows) {
      const key = `${row.id}|${row.delegate_id}`
      influence.set(key, (influence.get(key) ?? 0n) + BigInt(row.shares))
    }
    for (const row of rows) {
      const at = addressOf(row.id)
      const patron = addressOf(row.account_id)
      const assets = positionAssets(BigInt(row.shares), {
        activeAssets: BigInt(row.active_assets),
        totalShares: BigInt(row.total_shares),
        virtualAssets: BigInt(row.virtual_assets),
        virtualShares: BigInt(row.virtual_shares),
      })
      const position = `${row.id}|${row.account_id}`
      if (row.kind === 'LIQUID') {
        const { balanceOf, convertToAssets } = liquidAbi.functions
        const shares = await contracts.read(at, balanceOf, { account: patron })
        expect({ position, shares: BigInt(row.shares), assets }).toEqual({
          position,
          shares,
          assets: await contracts.read(at, convertToAssets, { shares }),
        })
        continue
      }
      const { sharesOf, assetsOf, influenceOf } = directAbi.functions
      expect({
        position,
        shares: BigInt(row.shares),
        assets,
        influence: influence.get(position) ?? 0n,
      }).toEqual({
        position,
        shares: await contracts.read(at, sharesOf, { patron }),
        assets: await contracts.read(at, assetsOf, { patron }),
        influence: await contracts.read(at, influenceOf, { account: patron }),
      })
    }
  })

  test(`exit requests of ${side}: what each would be paid now`, async () => {
    const { rows } = await database.pool.query<PoolRow & { request: string; exit_shares: string }>(
      `SELECT p.*, e.id AS request, e.exit_shares
         FROM exit_request e JOIN stake_pool p ON p.id = e.pool_id WHERE e.chain = $1 AND e.status = 'PENDING'`,
      [chain],
    )
    expect(rows.length).toBeGreaterThan(0)
    const contracts = await driver()
    for (const row of rows) {
      const ours = exitValue(BigInt(row.exit_shares), {
        exitingAssets: BigInt(row.exiting_assets),
        totalExitShares: BigInt(row.total_exit_shares),
      })
      const requestId = BigInt(row.request.slice(row.request.lastIndexOf(':') + 1))
      expect(ours).toBe(await contracts.read(addressOf(row.id), directAbi.functions.exitValue, { requestId }))
    }
  })

  test(`claimable royalties of ${side}: every account, both tokens`, async () => {
    const { rows } = await database.pool.query<{ account_id: string; token_id: string; due: string }>(
      'SELECT account_id, token_id, accrued - claimed AS due FROM royalty_balance WHERE chain = $1',
      [chain],
    )
    expect(new Set(rows.map(row => row.token_id)).size).toBe(2)
    const contracts = await driver()
    for (const row of rows) {
      const theirs = await contracts.read(referenceContracts().router, routerAbi.functions.claimable, {
        account: addressOf(row.account_id),
        token: addressOf(row.token_id),
      })
      expect({ ...row, due: BigInt(row.due) }).toEqual({ ...row, due: theirs })
    }
  })

  test(`models of ${side}: owner, parents and shares`, async () => {
    const { rows } = await database.pool.query<{
      id: string
      token_id: string
      owner_id: string
      parents: string[]
    }>(
      `SELECT m.id, m.token_id, m.owner_id,
              array(SELECT e.parent_id || ' ' || e.share_ppm FROM lineage_edge e WHERE e.child_id = m.id ORDER BY e.ordinal) AS parents
         FROM model m WHERE m.chain = $1`,
      [chain],
    )
    expect(rows.length).toBeGreaterThan(15)
    const contracts = await driver()
    const { registry } = referenceContracts()
    for (const row of rows) {
      const modelId = BigInt(row.token_id)
      const owner = await contracts.read(registry, registryAbi.functions.ownerOf, { tokenId: modelId })
      const links = await contracts.read(registry, registryAbi.functions.parentsOf, { modelId })
      expect(addressOf(row.owner_id)).toBe(owner.toLowerCase())
      const [parents, shares, foreign, foreignShares] = Object.values(links) as [
        bigint[],
        number[],
        string[],
        number[],
      ]
      expect(row.parents).toEqual([
        ...parents.map((parent, i) => `${chain}/reference:${parent} ${shares[i]}`),
        ...foreign.map((parent, i) => `${parent} ${foreignShares[i]}`),
      ])
    }
  })
}

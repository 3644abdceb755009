import { afterAll, beforeAll, expect, test } from 'vitest'
import { functions as curve } from '../../src/abi/reference/curvePool'
import * as directAbi from '../../src/abi/reference/directPool'
import * as liquidAbi from '../../src/abi/reference/liquidPool'
import * as registryAbi from '../../src/abi/reference/modelRegistry'
import * as routerAbi from '../../src/abi/reference/royaltyRouter'
import { functions as token } from '../../src/abi/reference/testToken'
import { functions as escrow } from '../../src/abi/reference/voteEscrow'
import { addressOf } from '../../src/ledger/ids'
import { curveSale, exitValue, positionAssets } from '../../src/measures/poolValue'
import { voteBalance, votePower } from '../../src/measures/voteBalance'
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
  kind: 'DIRECT' | 'LIQUID' | 'BONDING_CURVE' | 'VOTE_ESCROW'
  asset_id: string
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
      const theirs = await figuresOf(contracts, pool, at)
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
      if (row.kind === 'BONDING_CURVE') {
        const tokens = await contracts.read(at, curve.balanceOf, { account: patron })
        expect({ position, tokens: BigInt(row.shares) }).toEqual({ position, tokens })
        continue
      }
      if (row.kind === 'VOTE_ESCROW') {
        const { amount } = await contracts.read(at, escrow.locks, { account: patron })
        expect({ position, locked: BigInt(row.shares), assets }).toEqual({
          position,
          locked: amount,
          assets: amount,
        })
        continue
      }
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

  test(`curves of ${side}: reserves, price, and what each patron would be paid`, async () => {
    const { rows } = await database.pool.query<Record<string, string>>(
      'SELECT * FROM bonding_curve WHERE chain = $1 ORDER BY id',
      [chain],
    )
    expect(rows.filter(row => row.graduated_at === null).length).toBeGreaterThan(0)
    expect(rows.filter(row => row.graduated_at !== null).length).toBeGreaterThan(0)
    const contracts = await driver()
    for (const row of rows) {
      const at = addressOf(row.id!)
      const read = (fun: typeof curve.price) => contracts.read(at, fun, {})
      const reserves = {
        reserveToken: BigInt(row.reserve_token!),
        reserveAsset: BigInt(row.reserve_asset!),
      }
      const virtualAsset = BigInt(row.virtual_asset!)
      expect({ ...reserves, virtualAsset, price: BigInt(row.price!) }).toEqual({
        reserveToken: await read(curve.reserveToken),
        reserveAsset: await read(curve.reserveAsset),
        virtualAsset: await read(curve.virtualAsset),
        price: await read(curve.price),
      })
      const { rows: positions } = await database.pool.query<{ shares: string }>(
        'SELECT shares FROM stake_position WHERE pool_id = $1',
        [row.pool_id],
      )
      for (const { shares } of positions) {
        const tokens = BigInt(shares)
        expect(curveSale(tokens, reserves)).toBe(await contracts.read(at, curve.assetsFor, { tokens }))
      }
      // The last trade's price is the curve's, unless a slash or a gift came after it: the fold's own check of each trade.
      const { rows: trades } = await database.pool.query<Record<string, string>>(
        'SELECT * FROM curve_trade WHERE curve_id = $1 ORDER BY id',
        [row.id],
      )
      expect(trades.length).toBeGreaterThan(5)
      for (const block of [trades[2]!, trades.at(-1)!]) {
        const last = trades.filter(trade => trade.block === block.block).at(-1)!
        expect(BigInt(last.reserve_token!)).toBe(
          await contracts.read(at, curve.reserveToken, {}, Number(last.block)),
        )
      }
    }
  })

  test(`votes of ${side}: balances of locks and weights of votes, now and later`, async () => {
    const { rows: locks } = await database.pool.query<LockRow>('SELECT * FROM vote_lock WHERE chain = $1', [
      chain,
    ])
    const { rows: votes } = await database.pool.query<LockRow & { weight_bps: number; voted: string }>(
      'SELECT v.*, v.model_id AS voted FROM steering_vote v WHERE chain = $1',
      [chain],
    )
    expect(locks.length).toBeGreaterThan(5)
    expect(votes.filter(({ voted }) => !voted.startsWith(chain)).length).toBeGreaterThan(3)
    const contracts = await driver()
    const { voteEscrow } = referenceContracts()
    const rules = { formula: 'LINEAR', maxLock: BigInt(52 * 604_800) } as const
    for (const later of [0, 1, 604_800 * 5 + 17]) {
      const time = BigInt(contracts.head.time + later)
      for (const lock of locks) {
        const account = addressOf(lock.account_id)
        const theirs = await contracts.read(voteEscrow, escrow.balanceOf, { account, time })
        expect({ account, later, votes: voteBalance(shape(lock), rules, time) }).toEqual({
          account,
          later,
          votes: theirs,
        })
      }
      for (const vote of votes) {
        const args = { account: addressOf(vote.account_id), model: vote.voted, time }
        const theirs = await contracts.read(voteEscrow, escrow.weightOf, args)
        const ours = votePower({ ...shape(vote), weightBps: vote.weight_bps }, rules, time)
        expect({ ...args, later, weight: ours }).toEqual({ ...args, later, weight: theirs })
      }
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

interface LockRow {
  account_id: string
  amount: string
  starts_at: Date
  ends_at: Date
  permanent: boolean
}

function shape({ amount, starts_at, ends_at, permanent }: LockRow) {
  const [start, end] = [starts_at, ends_at].map(time => BigInt(time.getTime() / 1000)) as [bigint, bigint]
  return { amount: BigInt(amount), start, end, permanent }
}

/** As the contracts tell them: active and exiting assets, shares, shares of the exit queue. */
async function figuresOf(contracts: ChainDriver, pool: PoolRow, at: string): Promise<bigint[]> {
  const { functions: direct } = directAbi
  const { functions: liquid } = liquidAbi
  switch (pool.kind) {
    case 'DIRECT':
      return Promise.all([
        contracts.read(at, direct.activeAssets, {}),
        contracts.read(at, direct.exitingAssets, {}),
        contracts.read(at, direct.totalShares, {}),
        contracts.read(at, direct.exitSharesTotal, {}),
      ])
    case 'LIQUID':
      return [
        await contracts.read(at, liquid.totalAssets, {}),
        0n,
        await contracts.read(at, liquid.totalSupply, {}),
        0n,
      ]
    case 'BONDING_CURVE':
      return [
        await contracts.read(at, curve.realAssets, {}),
        0n,
        await contracts.read(at, curve.totalSupply, {}),
        0n,
      ]
    case 'VOTE_ESCROW': {
      const held = await contracts.read(addressOf(pool.asset_id), token.balanceOf, { account: at })
      return [held, 0n, held, 0n]
    }
  }
}

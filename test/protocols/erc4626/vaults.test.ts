import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Hex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyFacts } from '../../../src/indexer/refold/verifyFacts'
import { Prng } from '../../../src/sandbox/scenario/prng'
import { type TestApi, testApi } from '../../api/apiFixture'
import { testChain } from '../../fixtures/chain'
import { Contracts, type Deployed } from '../../fixtures/contracts'
import { compileSolidity } from '../../fixtures/solidity'
import { Pipeline } from '../../system/pipeline'

/* Vaults on a chain, indexed by a processor of its own, and asked for in GraphQL: every figure is the contract's view. */

const CHAIN = 'eip155:31337'
const MODEL = 'eip155:1/reference:7'
const MOST = 2n ** 256n - 1n
const poolOf = ({ address }: Deployed) => `${CHAIN}/pool:${address}`

let api: TestApi
let contracts: Contracts
let pipeline: Pipeline
let coin: Deployed
let factory: Deployed
let liar: Deployed
let stranger: Deployed
/** by what they are like; each OpenZeppelin's, but the last */
let vaults: Record<'even' | 'offset' | 'taxed' | 'plain', Deployed>
let [ann, ben, cat, dan]: Hex[] = []
const chance = new Prng('vaults')
const upTo = (n: number) => chance.next() % n

beforeAll(async () => {
  const artifacts = compileSolidity(resolve(__dirname, 'contracts/Vaults.sol'))
  contracts = await Contracts.on(await testChain({ chainId: 31_337 }))
  ;[ann, ben, cat, dan] = contracts.accounts
  const make = (name: string, ...args: unknown[]) => contracts.deploy(artifacts.get(name)!, ...args)
  coin = await make('Coin', 0)
  const taxed = await make('Coin', 30)
  factory = await make('VaultFactory')
  liar = await make('Liar', coin.address)
  stranger = await make('Vault', coin.address, 0)
  vaults = {
    even: await make('Vault', coin.address, 0),
    offset: await make('Vault', coin.address, 6),
    taxed: await make('Vault', taxed.address, 0),
    plain: await make('PlainVault', coin.address),
  }
  for (const who of [ann!, ben!, cat!]) {
    for (const one of [coin, taxed]) await contracts.send(who, one, 'mint', who, 10n ** 30n)
    for (const vault of [vaults.even, vaults.offset, vaults.plain, stranger, factory])
      await contracts.send(who, coin, 'approve', vault.address, MOST)
    await contracts.send(who, taxed, 'approve', vaults.taxed.address, MOST)
  }
  api = await testApi()
  pipeline = new Pipeline({ database: api.database, chains: { alpha: contracts.chain.url }, finality: 64 })
  pipeline.configure(([chain]) => {
    chain!.protocols = {
      erc4626: {
        firstBlock: 1,
        contracts: {
          vault: [vaults.offset, vaults.taxed, vaults.plain, liar].map(({ address }) => address),
          factory: factory.address,
        },
        models: { [vaults.even.address]: MODEL },
        announcements: ['VaultMade(address indexed maker, uint256 number, address vault)'],
      },
    }
  })
  await pipeline.index('alpha')
})
afterAll(async () => {
  await pipeline?.stop()
  await api?.close()
  await contracts?.chain.close()
})

/** Something that a patron, a strategy or a manager does with a vault; what the contract refuses is left out. */
async function act(vault: Deployed): Promise<void> {
  const [who, other] = [contracts.accounts[upTo(3)]!, contracts.accounts[upTo(4)]!]
  const shares = await contracts.view<bigint>(vault, 'balanceOf', [who])
  const some = (shares * BigInt(upTo(101))) / 100n
  const amount = BigInt(1 + upTo(1_000_000)) * 10n ** BigInt(upTo(15))
  const asset = { ...coin, address: await contracts.view<Hex>(vault, 'asset') }
  const held = await contracts.view<bigint>(vault, 'totalAssets')
  switch (upTo(10)) {
    case 0:
    case 1:
    case 2:
      return void (await contracts.tried(who, vault, 'deposit', amount, other))
    case 3:
      return void (await contracts.tried(who, vault, 'redeem', some, other, who))
    case 4:
      return void (await contracts.tried(who, vault, 'transfer', other, some))
    case 5:
      return contracts.send(who, asset, 'transfer', vault.address, amount)
    case 6:
      if (vault === vaults.plain) return
      return void (await contracts.tried(who, vault, 'lose', held / BigInt(2 + upTo(9))))
    case 7:
      if (vault === vaults.plain) return
      return contracts.send(who, vault, 'takeFee', other, amount)
    case 8:
      if (vault === vaults.plain) return
      return void (await contracts.tried(who, vault, 'giveUp', some / 3n))
    default:
      // What was earned since the last log leaves with what was paid in, and all of it in one block.
      return contracts.together(
        [who, asset, 'transfer', vault.address, amount],
        [who, vault, 'redeem', some, who, who],
        [who, vault, 'deposit', amount, who],
      )
  }
}

interface Pool {
  id: string
  modelId: string | null
  assetId: string
  activeAssets: string
  compoundedAssets: string
  totalShares: string
  patronCount: number
  positions: { nodes: { accountId: string; shares: string; assets: string }[] }
}

async function pools(): Promise<Map<string, Pool>> {
  await pipeline.caughtUp()
  const { stakePools } = await api.data(`{ stakePools(where: { kind_eq: VAULT }) { nodes {
    id modelId assetId activeAssets compoundedAssets totalShares patronCount
    positions(first: 100) { nodes { accountId shares assets } } } } }`)
  return new Map((stakePools.nodes as Pool[]).map(pool => [pool.id, pool]))
}

/** Every figure of the vaults as their views answer it at the end of the last block in which they emitted. */
async function equalTheViews(which: Deployed[] = Object.values(vaults)): Promise<void> {
  const found = await pools()
  for (const vault of which) {
    const logs = await contracts.chain.rpc<{ blockNumber: Hex }[]>('eth_getLogs', [
      { address: vault.address, fromBlock: '0x0', toBlock: 'latest' },
    ])
    const block = Number(logs.at(-1)!.blockNumber)
    const pool = found.get(poolOf(vault))!
    expect([BigInt(pool.activeAssets), BigInt(pool.totalShares)]).toEqual([
      await contracts.view(vault, 'totalAssets', [], block),
      await contracts.view(vault, 'totalSupply', [], block),
    ])
    for (const { accountId, shares, assets } of pool.positions.nodes) {
      const account = accountId.slice(CHAIN.length + 1)
      expect(BigInt(shares)).toBe(await contracts.view(vault, 'balanceOf', [account], block))
      expect(BigInt(assets)).toBe(await contracts.view(vault, 'convertToAssets', [BigInt(shares)], block))
    }
    const holders = pool.positions.nodes.filter(({ shares }) => shares !== '0')
    expect(holders.length).toBe(pool.patronCount)
    expect(holders.reduce((sum, { shares }) => sum + BigInt(shares), 0n)).toBe(BigInt(pool.totalShares))
  }
}

const rejected = async () =>
  (await api.pool.query<{ contract: string; reason: string }>('SELECT contract, reason FROM rejected_log'))
    .rows

test('shares, assets and worth are what the vaults say, after all that can be done with them', async () => {
  for (const vault of Object.values(vaults)) await contracts.send(ann!, vault, 'deposit', 10n ** 18n, ann)
  await equalTheViews()
  for (let round = 0; round < 3; round++) {
    for (let step = 0; step < 10; step++) for (const vault of Object.values(vaults)) await act(vault)
    await equalTheViews()
  }
  const found = await pools()
  expect(found.get(poolOf(vaults.even))).toMatchObject({
    modelId: MODEL,
    assetId: `${CHAIN}/erc20:${coin.address}`,
  })
  expect(found.get(poolOf(vaults.taxed))).toMatchObject({ modelId: null })
  expect(await rejected()).toEqual([])
})

test('what was earned is compounded with its sign, and tvl is what the vaults hold', async () => {
  const vault = vaults.even
  const before = BigInt((await pools()).get(poolOf(vault))!.compoundedAssets)
  await contracts.send(cat!, coin, 'transfer', vault.address, 5_000n)
  await contracts.send(cat!, vault, 'deposit', 1_000n, cat)
  const gained = BigInt((await pools()).get(poolOf(vault))!.compoundedAssets)
  await contracts.send(cat!, vault, 'lose', 10n ** 12n)
  await contracts.send(cat!, vault, 'deposit', 1_000n, cat)
  const lost = BigInt((await pools()).get(poolOf(vault))!.compoundedAssets)
  // Yield that came between the vault's last log and these is in the first difference.
  expect(gained - before).toBeGreaterThanOrEqual(5_000n)
  expect(lost - gained).toBe(-(10n ** 12n))
  const { tvl } = await api.data(`{ tvl(model: "${MODEL}") { tokens { points { active } } } }`)
  expect(tvl.tokens[0].points.at(-1).active).toBe(String(await contracts.view(vault, 'totalAssets')))
})

test('the query of the README has the answer that the vaults give', async () => {
  const readme = readFileSync(resolve(__dirname, '../../../src/protocols/erc4626/README.md'), 'utf8')
  const { stakePools } = await api.data(/```graphql\n([^`]+)```/.exec(readme)![1]!)
  const { even } = vaults
  const told = stakePools.nodes.find(({ id }: { id: string }) => id === poolOf(even))
  expect(told.activeAssets).toBe(String(await contracts.view(even, 'totalAssets')))
  expect(told.positions.nodes.length).toBeGreaterThan(2)
})

test('a vault that a factory announces counts from its first log on, one that nobody names not at all', async () => {
  await contracts.send(ben!, factory, 'make', coin.address)
  await contracts.send(ben!, stranger, 'deposit', 1_000n, ben)
  const found = await pools()
  const made = [...found.values()].find(({ activeAssets }) => activeAssets === '100')!
  expect(made).toMatchObject({ totalShares: '100', patronCount: 1, modelId: null })
  expect(found.has(poolOf(stranger))).toBe(false)
  const vault = { ...vaults.even, address: made.id.slice(made.id.lastIndexOf(':') + 1) as Hex }
  await contracts.send(ben!, coin, 'approve', vault.address, MOST)
  await contracts.send(ben!, vault, 'deposit', 7n, ann)
  await equalTheViews([vault])
})

test('a reorganisation takes back what it removes, and the chain goes on from there', async () => {
  await pools()
  await contracts.chain.rpc('anvil_reorg', [6, []])
  await contracts.chain.rpc('anvil_mine', ['0x1'])
  await equalTheViews()
  for (let step = 0; step < 8; step++) await act(Object.values(vaults)[step % 4]!)
  await equalTheViews()
})

test('a vault that lies harms its own figures alone, and stops nothing', async () => {
  const say = (...args: unknown[]) => contracts.send(dan!, liar, ...(args as [string, ...unknown[]]))
  const nobody = `0x${'0'.repeat(40)}`
  await say('say', MOST, false)
  await say('deposited', dan, MOST, MOST)
  expect((await pools()).get(poolOf(liar))).toMatchObject({ activeAssets: String(MOST), totalShares: '0' })
  for (let i = 0; i < 20; i++) await contracts.together([dan!, liar, 'deposited', ann, MOST, 1n])
  await say('say', 5n, false)
  await say('move', nobody, dan, MOST)
  await say('move', dan, dan, MOST)
  expect((await pools()).get(poolOf(liar))).toMatchObject({ activeAssets: '5', totalShares: String(MOST) })
  await contracts.together(
    ...Array.from({ length: 20 }, (): [Hex, Deployed, string, ...unknown[]] => [
      dan!,
      liar,
      'deposited',
      ann,
      MOST,
      1n,
    ]),
  )
  expect((await pools()).get(poolOf(liar))).toMatchObject({ activeAssets: '5' })
  await say('say', 0n, true)
  await say('withdrew', ann, MOST, MOST)
  await say('move', ann, dan, 1n)
  await say('move', dan, nobody, MOST)
  const pool = (await pools()).get(poolOf(liar))!
  expect(pool).toMatchObject({ activeAssets: '0', totalShares: '0', patronCount: 0 })
  expect(pool.positions.nodes.every(({ assets }) => assets === '0')).toBe(true)
  expect(await rejected()).toEqual([
    { contract: liar.address, reason: expect.stringContaining('takes more') },
  ])
  await contracts.send(ann!, vaults.even, 'deposit', 3n, ann)
  await equalTheViews()
})

test('the rows are those that the chain folds to, and add up to their facts', async () => {
  await pools()
  expect(await pipeline.verify()).toMatchObject({ code: 0, differences: [] })
  const wrong: unknown[] = []
  await verifyFacts(api.pool, CHAIN, difference => wrong.push(difference))
  expect(wrong).toEqual([])
})

import type { LocalAccount } from 'viem'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { functions } from '../../src/abi/reference/liquidPool'
import * as tokenAbi from '../../src/abi/reference/testToken'
import { theCast } from '../../src/sandbox/cast'
import { Prng } from '../../src/sandbox/scenario/prng'
import * as verbs from '../../src/sandbox/scenario/verbs'
import type { KnownPool } from '../../src/sandbox/scenario/world'
import { type ReferenceChain, referenceChain } from './referenceChain'

const { patrons, creators } = theCast()
const [ann, ben, cem] = patrons as [LocalAccount, LocalAccount, LocalAccount]

let chain: ReferenceChain
let pool: KnownPool

beforeAll(async () => {
  chain = await referenceChain()
})
afterAll(() => chain?.close())

beforeEach(async () => {
  const model = await chain.root(creators[0] as LocalAccount, 'liquid', 0)
  pool = await chain.pool(model, 'liquid', chain.contracts.usd)
})

const deposit = (who: LocalAccount, assets: bigint) =>
  chain.does(() => verbs.depositLiquid(chain.world, who, pool, assets))
const redeem = (who: LocalAccount, shares: bigint) =>
  chain.does(() => verbs.redeemLiquid(chain.world, who, pool, shares))
const give = (assets: bigint) => chain.does(() => verbs.compound(chain.world, cem, pool, assets))
const total = () => chain.driver.read(pool.address, functions.totalAssets, {})
const supply = () => chain.driver.read(pool.address, functions.totalSupply, {})
const sharesOf = (who: LocalAccount) =>
  chain.driver.read(pool.address, functions.balanceOf, { account: who.address })

describe('a liquid pool', () => {
  test('is worth more a share after fees compounded, less a unit that rounds in favour of those who stay', async () => {
    await deposit(ann, 1_000n)
    await give(1_000n)
    const shares = await sharesOf(ann)
    const worth = await chain.driver.read(pool.address, functions.convertToAssets, { shares })
    // floor(1000 × 2001 / 1001): the virtual share has the rest.
    expect(worth).toBe(1_999n)
  })

  test('does not count tokens that were merely sent to it', async () => {
    await deposit(ann, 1_000n)
    await chain.does(() =>
      chain.driver.call(ben, pool.asset, tokenAbi.functions.transfer, { to: pool.address, value: 5_000n }),
    )
    expect(await chain.balance(pool.asset, pool.address)).toBe(6_000n)
    expect(await total()).toBe(1_000n)
  })

  test('lets nobody give for no share, nor compound where there is no patron', async () => {
    await expect(give(10n)).rejects.toThrow('NothingStaked')
    await deposit(ann, 1n)
    await give(1_000_000n)
    await expect(deposit(ben, 100n)).rejects.toThrow('NothingMinted(100)')
  })

  test('accounts for everything that came and went, over sixty random acts', async () => {
    const rng = new Prng('liquid')
    let [assets, shares] = [0n, 0n]
    for (let step = 0; step < 60; step++) {
      const who = rng.pick([ann, ben])
      const own = await sharesOf(who)
      const choice = rng.int(1, 10)
      if (choice <= 4 || own < 100n) {
        const added = rng.amount(10n ** 6n, 10n ** 12n)
        const minted = (added * (shares + 1n)) / (assets + 1n)
        await deposit(who, added)
        assets += added
        shares += minted
      } else if (choice <= 7) {
        const burned = (own * BigInt(rng.int(1, 100))) / 100n
        const paid = (burned * (assets + 1n)) / (shares + 1n)
        await redeem(who, burned)
        assets -= paid
        shares -= burned
      } else if (choice === 8) {
        const other = who === ann ? ben : ann
        await chain.does(() => verbs.transferLiquid(chain.world, who, pool, other.address, own / 2n))
      } else if (shares > 0n && assets > 0n) {
        const gift = rng.amount(1n, 10n ** 10n)
        await give(gift)
        assets += gift
      }
      expect([await total(), await supply()]).toEqual([assets, shares])
      expect(await chain.balance(pool.asset, pool.address)).toBe(assets)
    }
    expect((await sharesOf(ann)) + (await sharesOf(ben))).toBe(shares)
  })
})

import type { LocalAccount } from 'viem'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { functions as curve } from '../../src/abi/reference/curvePool'
import { functions as liquid } from '../../src/abi/reference/liquidPool'
import { functions as factory } from '../../src/abi/reference/poolFactory'
import { functions as escrow } from '../../src/abi/reference/voteEscrow'
import { curveSale } from '../../src/measures/poolValue'
import { theCast } from '../../src/sandbox/cast'
import * as curves from '../../src/sandbox/scenario/curveVerbs'
import { Prng } from '../../src/sandbox/scenario/prng'
import * as verbs from '../../src/sandbox/scenario/verbs'
import * as votes from '../../src/sandbox/scenario/voteVerbs'
import type { KnownModel, KnownPool } from '../../src/sandbox/scenario/world'
import { type ReferenceChain, referenceChain } from './referenceChain'

const { patrons, creators, slasher, users } = theCast()
const [ann, ben, cem] = patrons as [LocalAccount, LocalAccount, LocalAccount]
const owner = creators[0] as LocalAccount
const UNIT = 10n ** 18n
const WEEK = 604_800
const SUPPLY = 1_000_000n * UNIT

let chain: ReferenceChain

beforeAll(async () => {
  chain = await referenceChain()
})
afterAll(() => chain?.close())

describe('a curve', () => {
  let model: KnownModel
  let pool: KnownPool

  const does = (queue: () => unknown) => chain.does(queue)
  const buy = (who: LocalAccount, assets: bigint) => does(() => curves.buy(chain.world, who, pool, assets))
  const sell = (who: LocalAccount, tokens: bigint) => does(() => curves.sell(chain.world, who, pool, tokens))
  const slash = (ppm: number, by = slasher) =>
    does(() => chain.driver.call(by, pool.address, curve.slash, { ppm, reason: 'proven fault' }))
  const tokens = (who: LocalAccount) => curves.tokensOf(chain.world, pool, who)
  const figures = async () => {
    const [reserveToken, reserveAsset, virtualAsset, supply, real] = await Promise.all([
      chain.driver.read(pool.address, curve.reserveToken, {}),
      chain.driver.read(pool.address, curve.reserveAsset, {}),
      chain.driver.read(pool.address, curve.virtualAsset, {}),
      chain.driver.read(pool.address, curve.totalSupply, {}),
      chain.driver.read(pool.address, curve.realAssets, {}),
    ])
    return { reserveToken, reserveAsset, virtualAsset, supply, real }
  }

  beforeEach(async () => {
    model = await chain.root(owner, 'curved', 0)
    const terms = {
      asset: chain.contracts.stakeToken,
      virtualAsset: 1_000n * UNIT,
      graduationAssets: 500n * UNIT,
    }
    await does(() => curves.openCurve(chain.world, owner, model, terms))
    pool = model.curve as KnownPool
  })

  test('can pay everybody at every moment, over sixty random trades, gifts and slashes', async () => {
    const rng = new Prng('curve')
    for (let step = 0; step < 60; step++) {
      const who = rng.pick([ann, ben, cem])
      const before = await figures()
      const own = await tokens(who)
      const choice = rng.int(1, 10)
      if (choice <= 4 || own < 1_000n) {
        const assets = rng.amount(1n + before.reserveAsset / UNIT, 800n * UNIT)
        await buy(who, assets)
        expect(await tokens(who)).toBe(own + (before.reserveToken * assets) / (before.reserveAsset + assets))
      } else if (choice <= 7) {
        const some = (own * BigInt(rng.int(1, 100))) / 100n
        const had = await chain.balance(pool.asset, who.address)
        await sell(who, some)
        expect((await chain.balance(pool.asset, who.address)) - had).toBe(curveSale(some, before))
      } else if (choice === 8)
        await does(() => curves.passTokens(chain.world, who, pool, ann.address, own / 2n))
      else if (choice === 9 && before.real > 0n) {
        await does(() => verbs.compound(chain.world, users[0]!, pool, rng.amount(1n, 50n * UNIT)))
      } else await slash(rng.int(1, 300_000))
      const now = await figures()
      expect(now.reserveToken + now.supply).toBe(SUPPLY)
      expect(now.reserveAsset * now.reserveToken >= now.virtualAsset * SUPPLY).toBe(true)
      expect(await chain.balance(pool.asset, pool.address)).toBe(now.real)
    }
    for (const who of [ann, ben, cem]) if ((await tokens(who)) > 0n) await sell(who, await tokens(who))
    expect(await figures()).toMatchObject({ supply: 0n, reserveToken: SUPPLY })
  })

  test('loses to a slash what was paid in, and its price by the same part; of everything, and trade is over', async () => {
    await buy(ann, 300n * UNIT)
    const price = await chain.driver.read(pool.address, curve.price, {})
    await slash(250_000)
    expect(await chain.driver.read(pool.address, curve.price, {})).toBe((price * 3n) / 4n)
    expect((await figures()).real).toBe(225n * UNIT)
    await slash(1_000_000)
    expect(await figures()).toMatchObject({ real: 0n, virtualAsset: 0n, reserveAsset: 0n })
    await expect(buy(ben, UNIT)).rejects.toThrow('PoolWiped')
    await sell(ann, await tokens(ann)) // for nothing, but nobody is kept in
    await expect(slash(1, ann)).rejects.toThrow('NotSlasher')
  })

  test('graduates once it holds enough, into liquid shares that its tokens are claims on', async () => {
    const graduate = () => does(() => curves.graduate(chain.world, cem, pool))
    await buy(ann, 300n * UNIT)
    await expect(graduate()).rejects.toThrow('NotGraduated')
    await buy(ben, 300n * UNIT)
    await graduate()
    const pools = await chain.driver.read(chain.contracts.poolFactory, factory.poolOf, {
      modelId: model.id,
      kind: verbs.LIQUID,
    })
    expect(pools).toBe(model.liquid?.address)
    expect(await chain.driver.read(pools, liquid.totalAssets, {})).toBe(600n * UNIT)
    await expect(buy(cem, UNIT)).rejects.toThrow('HasGraduated')
    await expect(sell(ann, 1n)).rejects.toThrow('HasGraduated')
    const [anns, all] = [await tokens(ann), (await figures()).supply]
    await does(() => curves.redeem(chain.world, ann, pool, anns))
    const got = await chain.driver.read(pools, liquid.balanceOf, { account: ann.address })
    expect(got).toBe((anns * 600n * UNIT) / all)
    expect(got).toBeGreaterThan(300n * UNIT) // who was first has more of it
  })

  test('is opened by the owner alone, once, and takes no tokens of its own', async () => {
    const terms = { asset: pool.asset, virtualAsset: 1n, graduationAssets: 0n }
    const open = (who: LocalAccount) => does(() => curves.openCurve(chain.world, who, model, terms))
    await expect(open(owner)).rejects.toThrow('PoolExists')
    await expect(open(ann)).rejects.toThrow('NotModelOwner')
    await buy(ann, UNIT)
    await expect(does(() => curves.passTokens(chain.world, ann, pool, pool.address, 1n))).rejects.toThrow(
      'TokenOfItself',
    )
  })
})

describe('the vote escrow', () => {
  const HERE = 'eip155:31337/reference:1'
  const ABROAD = 'eip155:31338/reference:2'
  const now = () => chain.driver.head.time
  const lock = (who: LocalAccount, amount: bigint, weeks: number) =>
    chain.does(() => votes.lockVotes(chain.world, who, amount, now() + weeks * WEEK))
  const vote = (who: LocalAccount, model: string, bps: number) =>
    chain.does(() => votes.vote(chain.world, who, model, bps))
  const read = (account: LocalAccount, time: number) =>
    chain.driver.read(chain.contracts.voteEscrow, escrow.balanceOf, {
      account: account.address,
      time: BigInt(time),
    })

  test('keeps a lock until its end, which moves only later, and pays it out whole', async () => {
    await expect(lock(ann, UNIT, 54)).rejects.toThrow('EndOutOfRange')
    await expect(lock(ann, 0n, 4)).rejects.toThrow('NothingLocked')
    await lock(ann, 100n * UNIT, 4)
    await expect(lock(ann, UNIT, 8)).rejects.toThrow('AlreadyLocked')
    const { endsAt } = await chain.driver.read(chain.contracts.voteEscrow, escrow.locks, {
      account: ann.address,
    })
    expect(Number(endsAt) % WEEK).toBe(0)
    const extend = (time: number) => chain.does(() => votes.extendLock(chain.world, ann, time))
    await expect(extend(Number(endsAt))).rejects.toThrow('EndOutOfRange')
    await extend(Number(endsAt) + 3 * WEEK)
    await chain.does(() => votes.increaseLock(chain.world, ann, 11n))
    const end = Number(endsAt) + 3 * WEEK
    expect(await read(ann, end - WEEK)).toBe((100n * UNIT + 11n) / 52n)
    expect(await read(ann, end)).toBe(0n)
    const withdraw = () => chain.does(() => votes.withdrawLock(chain.world, ann))
    await expect(withdraw()).rejects.toThrow('LockNotEnded')
    await chain.world.mine(end - now(), true)
    await expect(vote(ann, HERE, 1)).rejects.toThrow('LockEnded')
    const before = await chain.balance(chain.contracts.stakeToken, ann.address)
    await withdraw()
    expect((await chain.balance(chain.contracts.stakeToken, ann.address)) - before).toBe(100n * UNIT + 11n)
    await expect(withdraw()).rejects.toThrow('NothingLocked')
  })

  test('lets nobody steer more than all of his votes, and counts a vote by the lock that cast it', async () => {
    await lock(ben, 52n * UNIT, 10)
    await vote(ben, HERE, 6_000)
    await expect(vote(ben, ABROAD, 4_001)).rejects.toThrow('BpsOutOfRange')
    await expect(vote(ben, 'x'.repeat(129), 1)).rejects.toThrow('InvalidModel')
    await vote(ben, HERE, 1_000)
    await vote(ben, ABROAD, 9_000)
    await chain.does(() => votes.increaseLock(chain.world, ben, 52n * UNIT))
    const at = now() + WEEK
    const weight = (model: string) =>
      chain.driver.read(chain.contracts.voteEscrow, escrow.weightOf, {
        account: ben.address,
        model,
        time: BigInt(at),
      })
    const balance = await read(ben, at)
    expect(await weight(ABROAD)).toBe(((balance / 2n) * 9_000n) / 10_000n)
    await vote(ben, ABROAD, 9_000)
    expect(await weight(ABROAD)).toBe((balance * 9_000n) / 10_000n)
  })
})

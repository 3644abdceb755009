import type { LocalAccount } from 'viem'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { events, functions } from '../../src/abi/reference/directPool'
import { theCast } from '../../src/sandbox/cast'
import { UNBONDING_SECONDS } from '../../src/sandbox/deploy'
import { Prng } from '../../src/sandbox/scenario/prng'
import * as verbs from '../../src/sandbox/scenario/verbs'
import type { KnownPool } from '../../src/sandbox/scenario/world'
import { type ReferenceChain, referenceChain } from './referenceChain'

const { patrons, slasher, slashSink, creators } = theCast()
const [ann, ben, cem] = patrons as [LocalAccount, LocalAccount, LocalAccount]
const ZERO = '0x0000000000000000000000000000000000000000'

let chain: ReferenceChain
let pool: KnownPool

beforeAll(async () => {
  chain = await referenceChain()
})
afterAll(() => chain?.close())

beforeEach(async () => {
  const model = await chain.root(creators[0] as LocalAccount, 'staked', 0)
  pool = await chain.pool(model, 'direct')
})

const stake = (who: LocalAccount, assets: bigint) =>
  chain.does(() => verbs.stake(chain.world, who, pool, assets))
const leave = (who: LocalAccount, shares: bigint) =>
  chain.does(() => verbs.requestExit(chain.world, who, pool, shares))
const slash = (ppm: number) => chain.does(() => verbs.slash(chain.world, slasher, pool, ppm, 'test'))
const give = (assets: bigint) => chain.does(() => verbs.compound(chain.world, cem, pool, assets))
const complete = (requestId: bigint) =>
  chain.does(() => verbs.completeExit(chain.world, cem, { pool: pool.address, requestId, readyAt: 0 }))

async function totals() {
  const ask = (fun: typeof functions.activeAssets) => chain.driver.read(pool.address, fun, {})
  return {
    active: await ask(functions.activeAssets),
    shares: await ask(functions.totalShares),
    exiting: await ask(functions.exitingAssets),
    exitShares: await ask(functions.exitSharesTotal),
  }
}

const assetsOf = (who: LocalAccount) =>
  chain.driver.read(pool.address, functions.assetsOf, { patron: who.address })
const influenceOf = (who: LocalAccount) =>
  chain.driver.read(pool.address, functions.influenceOf, { account: who.address })

describe('shares of a direct pool', () => {
  test('are the assets at first, and fewer once rewards came in', async () => {
    await stake(ann, 1_000n)
    await give(500n)
    const [staked] = (await stake(ben, 300n)).filter(log => events.Staked.is(log))
    expect(staked && events.Staked.decode(staked).shares).toBe(200n)
    expect([await assetsOf(ann), await assetsOf(ben)]).toEqual([1_500n, 300n])
  })

  test('that would be none are refused, so that nobody gives for nothing', async () => {
    await stake(ann, 1n)
    await give(999n)
    await expect(stake(ben, 999n)).rejects.toThrow('NothingMinted(999)')
    await stake(ben, 1_000n)
    expect(await totals()).toMatchObject({ active: 2_000n, shares: 2n })
  })

  test('all leave with everything, and the next patron starts anew', async () => {
    await stake(ann, 7n)
    await give(4n)
    await leave(ann, 7n)
    expect(await totals()).toEqual({ active: 0n, shares: 0n, exiting: 11n, exitShares: 11n })
    await stake(ben, 5n)
    expect(await assetsOf(ben)).toBe(5n)
  })

  test('hold, over a hundred random acts, what plain arithmetic says', async () => {
    // The same rules again, in bigint: floor(a × b / c) everywhere, exits and actives apart.
    const rng = new Prng('arithmetic')
    const model = { active: 0n, shares: 0n, exiting: 0n, exitShares: 0n }
    const held = new Map<LocalAccount, bigint>([ann, ben, cem].map(one => [one, 0n]))
    const requests: { exitShares: bigint; paid: boolean }[] = []
    for (let step = 0; step < 100; step++) {
      const who = rng.pick([ann, ben, cem])
      const own = held.get(who) ?? 0n
      const choice = rng.int(1, 100)
      if (choice <= 40 || own === 0n) {
        const assets = rng.amount(1_000n, 10n ** 21n)
        const minted = model.shares === 0n ? assets : (assets * model.shares) / model.active
        await stake(who, assets)
        model.active += assets
        model.shares += minted
        held.set(who, own + minted)
      } else if (choice <= 65) {
        const shares = (own * BigInt(rng.int(1, 90))) / 100n
        const assets = (shares * model.active) / model.shares
        const exitShares = model.exitShares === 0n ? assets : (assets * model.exitShares) / model.exiting
        if (exitShares === 0n) continue
        await leave(who, shares)
        model.active -= assets
        model.shares -= shares
        model.exiting += assets
        model.exitShares += exitShares
        held.set(who, own - shares)
        requests.push({ exitShares, paid: false })
      } else if (choice <= 80) {
        const ppm = rng.int(1, 200_000)
        await slash(ppm)
        model.active -= (model.active * BigInt(ppm)) / 1_000_000n
        model.exiting -= (model.exiting * BigInt(ppm)) / 1_000_000n
      } else if (choice <= 90) {
        const assets = rng.amount(1n, 10n ** 19n)
        await give(assets)
        model.active += assets
      } else {
        const index = requests.findIndex(request => !request.paid)
        const request = requests[index]
        if (!request) continue
        const assets = (request.exitShares * model.exiting) / model.exitShares
        await chain.world.mine(UNBONDING_SECONDS, true)
        const [paid] = (await complete(BigInt(index + 1))).filter(log => events.ExitPaid.is(log))
        expect(paid && events.ExitPaid.decode(paid).assets).toBe(assets)
        model.exiting -= assets
        model.exitShares -= request.exitShares
        request.paid = true
      }
      expect(await totals()).toEqual(model)
      // Nothing is created, nothing is lost: the pool holds exactly what it accounts for.
      expect(await chain.balance(pool.asset, pool.address)).toBe(model.active + model.exiting)
    }
    // Rounding never gives away more than there is.
    let worth = 0n
    for (const [who, shares] of held) {
      expect(await assetsOf(who)).toBe(model.shares === 0n ? 0n : (shares * model.active) / model.shares)
      worth += await assetsOf(who)
    }
    expect(worth).toBeLessThanOrEqual(model.active)
  })
})

describe('the exit queue', () => {
  test('pays after the unbonding, once, whoever asks, to the patron', async () => {
    await stake(ann, 100n)
    await leave(ann, 40n)
    await expect(complete(1n)).rejects.toThrow('ExitNotReady')
    await expect(complete(2n)).rejects.toThrow('UnknownExit')
    await chain.world.mine(UNBONDING_SECONDS, true)
    const before = await chain.balance(pool.asset, ann.address)
    await complete(1n)
    expect((await chain.balance(pool.asset, ann.address)) - before).toBe(40n)
    await expect(complete(1n)).rejects.toThrow('ExitAlreadyPaid')
  })

  test('is slashed like active stake; who joins after the slash does not pay for it', async () => {
    await stake(ann, 1_000n)
    await stake(ben, 1_000n)
    await leave(ann, 1_000n)
    const sunk = await chain.balance(pool.asset, slashSink.address)
    await slash(100_000)
    expect(await totals()).toMatchObject({ active: 900n, exiting: 900n })
    expect((await chain.balance(pool.asset, slashSink.address)) - sunk).toBe(200n)

    await leave(ben, 500n) // worth 450, at 900 assets for 1000 exit shares
    expect(await totals()).toMatchObject({ active: 450n, exiting: 1_350n, exitShares: 1_500n })
    const exitValue = (requestId: bigint) =>
      chain.driver.read(pool.address, functions.exitValue, { requestId })
    expect([await exitValue(1n), await exitValue(2n)]).toEqual([900n, 450n])
  })

  test('wiped out takes no new exit until its requests are completed, for nothing', async () => {
    await stake(ann, 1_000n)
    await leave(ann, 500n)
    await slash(1_000_000)
    await expect(stake(ben, 10n)).rejects.toThrow('PoolWiped')
    await expect(leave(ann, 500n)).rejects.toThrow('PoolWiped')
    await expect(give(10n)).rejects.toThrow('PoolWiped')
    await chain.world.mine(UNBONDING_SECONDS, true)
    const [paid] = (await complete(1n)).filter(log => events.ExitPaid.is(log))
    expect(paid && events.ExitPaid.decode(paid).assets).toBe(0n)
    expect(await totals()).toEqual({ active: 0n, shares: 500n, exiting: 0n, exitShares: 0n })
  })

  test('is not for more shares than one has', async () => {
    await stake(ann, 100n)
    await expect(leave(ann, 101n)).rejects.toThrow('InsufficientShares(101, 100)')
  })
})

describe('a slash', () => {
  test('is the slasher’s alone, and of 1 to 1,000,000 ppm', async () => {
    await stake(ann, 100n)
    const byAnn = chain.does(() => verbs.slash(chain.world, ann, pool, 1, 'revenge'))
    await expect(byAnn).rejects.toThrow('NotSlasher')
    await expect(slash(0)).rejects.toThrow('PpmOutOfRange')
    await expect(slash(1_000_001)).rejects.toThrow('PpmOutOfRange')
  })

  test('rounds down: a millionth of 999,999 units is nothing', async () => {
    await stake(ann, 999_999n)
    await slash(1)
    expect((await totals()).active).toBe(999_999n)
  })
})

describe('delegation', () => {
  const delegate = (who: LocalAccount, to: string) =>
    chain.does(() => verbs.delegate(chain.world, who, pool, to))

  test('moves influence and no assets, and follows what the patron stakes and withdraws later', async () => {
    await stake(ann, 100n)
    await stake(ben, 50n)
    await delegate(ann, ben.address)
    expect([await influenceOf(ann), await influenceOf(ben)]).toEqual([0n, 150n])
    await stake(ann, 10n)
    await leave(ann, 30n)
    expect([await influenceOf(ann), await influenceOf(ben)]).toEqual([0n, 130n])
    expect(await assetsOf(ann)).toBe(80n)
  })

  test('does not pass on: a delegate who delegates lends his own shares only', async () => {
    await stake(ann, 100n)
    await stake(ben, 50n)
    await delegate(ann, ben.address)
    await delegate(ben, cem.address)
    expect([await influenceOf(ben), await influenceOf(cem)]).toEqual([100n, 50n])
  })

  test('ends by delegating to oneself, which the event writes as the zero address', async () => {
    await stake(ann, 100n)
    await delegate(ann, ben.address)
    const [change] = await delegate(ann, ann.address)
    expect(change && events.DelegateChanged.decode(change)).toMatchObject({
      from: ben.address.toLowerCase(),
      to: ZERO,
    })
    expect(await influenceOf(ann)).toBe(100n)
    await expect(delegate(ann, ann.address)).rejects.toThrow('SameDelegate')
  })
})

import type { LocalAccount } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as routerAbi from '../../src/abi/reference/royaltyRouter'
import { theCast } from '../../src/sandbox/cast'
import type { ChainLog } from '../../src/sandbox/chainDriver'
import { Prng } from '../../src/sandbox/scenario/prng'
import * as verbs from '../../src/sandbox/scenario/verbs'
import type { KnownModel } from '../../src/sandbox/scenario/world'
import { type ReferenceChain, referenceChain } from './referenceChain'

const { events, functions } = routerAbi
const [ada, bob, cleo] = theCast().creators as [LocalAccount, LocalAccount, LocalAccount]
const [payer] = theCast().users as [LocalAccount]
const [patron] = theCast().patrons as [LocalAccount]

let chain: ReferenceChain

beforeAll(async () => {
  chain = await referenceChain()
})
afterAll(() => chain?.close())

const fee = (model: KnownModel, gross: bigint, token = chain.contracts.usd) =>
  chain.does(() => verbs.payFee(chain.world, payer, model, token, gross))

const claimable = (account: LocalAccount, token = chain.contracts.usd) =>
  chain.driver.read(chain.contracts.router, functions.claimable, { account: account.address, token })

/** Of a fee's logs: what each movement says, by the kind of movement. */
function movements(logs: ChainLog[]) {
  const of = <T>(event: { is(log: ChainLog): boolean; decode(log: ChainLog): T }) =>
    logs.filter(log => event.is(log)).map(log => event.decode(log))
  return {
    fees: of(events.FeePaid),
    hops: of(events.RoyaltyAccrued),
    credits: of(events.RevenueCredited),
    sent: of(events.RoyaltySent),
    received: of(events.RoyaltyReceived),
  }
}

const sum = (amounts: bigint[]) => amounts.reduce((total, amount) => total + amount, 0n)

describe('a usage fee', () => {
  test('is shared as worked out by hand, on a diamond whose top is paid once', async () => {
    // top 10 %; left and right 20 % each; bottom <- left, right. Fee of 1,000,000, of which the protocol takes 1 %.
    const top = await chain.root(ada, 'top', 100_000)
    const left = await chain.child(bob, 'left', 200_000, [top])
    const right = await chain.child(bob, 'right', 200_000, [top])
    const bottom = await chain.child(cleo, 'bottom', 0, [left, right])

    const { fees, hops, credits } = movements(await fee(bottom, 1_000_000n))

    expect(fees[0]).toMatchObject({ gross: 1_000_000n, protocolFee: 10_000n, net: 990_000n })
    // bottom: 990,000, of which 198,000 each to left and right; each passes 19,800 to top.
    expect(hops.map(hop => [hop.fromModel, hop.toModel, hop.amount])).toEqual([
      [bottom.id, left.id, 198_000n],
      [bottom.id, right.id, 198_000n],
      [right.id, top.id, 19_800n],
      [left.id, top.id, 19_800n],
    ])
    expect(
      credits.map(credit => [credit.modelId, credit.amount, credit.patronsAmount, credit.entryModel]),
    ).toEqual([
      [bottom.id, 594_000n, 0n, bottom.id],
      [right.id, 178_200n, 0n, bottom.id],
      [left.id, 178_200n, 0n, bottom.id],
      [top.id, 39_600n, 0n, bottom.id],
    ])
    expect([await claimable(ada), await claimable(bob), await claimable(cleo)]).toEqual([
      39_600n,
      356_400n,
      594_000n,
    ])
    expect(await chain.balance(chain.contracts.usd, chain.contracts.router)).toBe(990_000n)
  })

  test('of one unit stays whole with the owner, since every share of it rounds to nothing', async () => {
    const parent = await chain.root(ada, 'unit parent', 999_999)
    const model = await chain.child(cleo, 'unit child', 0, [parent])
    const { fees, hops, credits } = movements(await fee(model, 1n))
    expect(fees[0]).toMatchObject({ protocolFee: 0n, net: 1n })
    expect(hops).toEqual([])
    expect(credits.map(credit => credit.amount)).toEqual([1n])
  })

  test('that parents get all of leaves nothing to credit to the child', async () => {
    const parent = await chain.root(ada, 'takes all', 1_000_000)
    const model = await chain.child(cleo, 'keeps nothing', 0, [parent])
    const { credits } = movements(await fee(model, 10_000n))
    expect(credits.map(credit => [credit.modelId, credit.amount])).toEqual([[parent.id, 9_900n]])
  })

  test('ends up whole whatever the graph and the amount: net = credited + compounded + sent', async () => {
    const rng = new Prng('whole')
    const models = [await chain.root(ada, 'whole 0', 70_001)]
    for (let i = 1; i < 12; i++) {
      const parents = rng.sample(models, rng.int(1, 3))
      const abroad = i % 4 === 0 ? [{ id: `eip155:31338/reference:${i}`, sharePpm: rng.int(1, 90_000) }] : []
      const draft = { name: `whole ${i}`, forkRoyaltyPpm: rng.int(0, 250_000) }
      const ids = parents.map(parent => parent.id)
      await chain.does(() =>
        verbs.fork(
          chain.world,
          bob,
          draft,
          ids,
          abroad,
          [...ids, ...abroad].map(() => 0),
        ),
      )
      models.push(chain.world.model(BigInt(chain.world.models.size)))
    }
    let [credited, sent] = [0n, 0n]
    const before = await chain.balance(chain.contracts.stakeToken, chain.contracts.router)
    for (let i = 0; i < 40; i++) {
      const logs = await fee(rng.pick(models), rng.amount(1n, 10n ** 19n), chain.contracts.stakeToken)
      const all = movements(logs)
      const parts = all.credits.flatMap(credit => [credit.amount, credit.patronsAmount])
      const leaving = all.sent.map(message => message.amount)
      expect(sum([...parts, ...leaving])).toBe(all.fees[0]?.net)
      credited += sum(all.credits.map(credit => credit.amount))
      sent += sum(leaving)
    }
    expect(sent).toBeGreaterThan(0n)
    // What was compounded has left; what waits for claims and what is locked for other chains is here.
    const after = await chain.balance(chain.contracts.stakeToken, chain.contracts.router)
    expect(after - before).toBe(credited + sent)
  })

  test('passes 64 models, and no more', async () => {
    let model = await chain.root(ada, 'long 1', 900_000)
    for (let i = 2; i <= 64; i++) model = await chain.child(ada, `long ${i}`, 900_000, [model])
    const { credits } = movements(await fee(model, 10n ** 12n))
    expect(credits).toHaveLength(64)
    const tooLong = await chain.child(ada, 'long 65', 900_000, [model])
    await expect(fee(tooLong, 10n ** 12n)).rejects.toThrow('TooManyAncestors')
  })

  test('is refused in a token that is not allowed, of nothing, and for no model', async () => {
    const model = await chain.root(ada, 'strict', 0)
    const ghost = { ...model, id: 999_999n }
    await expect(fee(model, 1n, chain.contracts.registry)).rejects.toThrow('TokenNotAllowed')
    await expect(fee(model, 0n)).rejects.toThrow('NothingPaid')
    await expect(fee(ghost, 1n)).rejects.toThrow('ERC721NonexistentToken')
  })
})

describe("the patrons' part", () => {
  test('goes to the liquid pool first, to the direct one of the same asset else, and to nobody without stake', async () => {
    const { stakeToken } = chain.contracts
    const model = await chain.root(ada, 'with patrons', 0)
    const partOf = async () => movements(await fee(model, 1_000n, stakeToken)).credits[0]?.patronsAmount
    // Of 990 kept, 20 % are 198.
    expect(await partOf()).toBe(0n)

    const direct = await chain.pool(model, 'direct')
    expect(await partOf()).toBe(0n)
    await chain.does(() => verbs.stake(chain.world, patron, direct, 500n))
    expect(await partOf()).toBe(198n)
    expect(await chain.balance(stakeToken, direct.address)).toBe(698n)

    const liquid = await chain.pool(model, 'liquid')
    expect(await partOf()).toBe(198n)
    await chain.does(() => verbs.depositLiquid(chain.world, patron, liquid, 500n))
    expect(await partOf()).toBe(198n)
    expect(await chain.balance(stakeToken, liquid.address)).toBe(698n)

    const inUsd = movements(await fee(model, 1_000n)).credits[0]
    expect([inUsd?.amount, inUsd?.patronsAmount]).toEqual([990n, 0n])
  })

  test("is the owner's again when all stake was slashed away", async () => {
    const model = await chain.root(ada, 'slashed away', 0)
    const direct = await chain.pool(model, 'direct')
    await chain.does(() => verbs.stake(chain.world, patron, direct, 500n))
    await chain.does(() => verbs.slash(chain.world, theCast().slasher, direct, 1_000_000, 'all'))
    const credit = movements(await fee(model, 1_000n, chain.contracts.stakeToken)).credits[0]
    expect([credit?.amount, credit?.patronsAmount]).toEqual([990n, 0n])
  })
})

describe('a claim', () => {
  test('pays everything in one token, once', async () => {
    const { usd } = chain.contracts
    const owner = theCast().creators[7] as LocalAccount
    const model = await chain.root(owner, 'claimed', 0)
    await fee(model, 2_000n)
    await fee(model, 1_001n)
    const before = await chain.balance(usd, owner.address)
    await chain.does(() => verbs.claim(chain.world, owner, usd))
    expect((await chain.balance(usd, owner.address)) - before).toBe(1_980n + 991n)
    await expect(chain.does(() => verbs.claim(chain.world, owner, usd))).rejects.toThrow('NothingToClaim')
  })

  test('is of who owned the model when the fee came, not of the buyer', async () => {
    const [seller, buyer] = theCast().creators.slice(8) as [LocalAccount, LocalAccount]
    const model = await chain.root(seller, 'sold', 0)
    await fee(model, 100n)
    await chain.does(() => verbs.transferModel(chain.world, seller, model, buyer.address))
    await fee(model, 1_000n)
    expect([await claimable(seller), await claimable(buyer)]).toEqual([99n, 990n])
  })
})

describe('a royalty from another chain', () => {
  const message = (guid: string) => ({
    guid: `0x${guid.repeat(32)}`,
    fromModel: 'eip155:31338/reference:5',
    toModel: '',
    token: chain.contracts.usd,
    amount: 10_000n,
  })

  test('is distributed like a fee, without another protocol fee, and says where it came from', async () => {
    const parent = await chain.root(ada, 'reached', 100_000)
    const model = await chain.child(bob, 'entry', 0, [parent])
    const { bridge } = theCast()
    const { received, credits, hops } = movements(
      await chain.does(() => verbs.deliver(chain.world, bridge, message('aa'), model)),
    )
    expect(received[0]).toMatchObject({ toModel: model.id, amount: 10_000n, feeId: credits[0]?.feeId })
    expect(hops.map(hop => hop.amount)).toEqual([1_000n])
    expect(credits.map(({ modelId, amount, guid, fromModel }) => [modelId, amount, guid, fromModel])).toEqual(
      [
        [model.id, 9_000n, message('aa').guid, 'eip155:31338/reference:5'],
        [parent.id, 1_000n, message('aa').guid, 'eip155:31338/reference:5'],
      ],
    )
  })

  test('is taken once, and from the bridge alone', async () => {
    const model = chain.world.model(1n)
    const { bridge } = theCast()
    await chain.does(() => verbs.deliver(chain.world, bridge, message('bb'), model))
    const again = chain.does(() => verbs.deliver(chain.world, bridge, message('bb'), model))
    await expect(again).rejects.toThrow('AlreadyReceived')
    const forged = chain.does(() => verbs.deliver(chain.world, payer, message('cc'), model))
    await expect(forged).rejects.toThrow('AccessControlUnauthorizedAccount')
  })
})

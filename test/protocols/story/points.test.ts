/** The ten points of what Story's events mean (README.md of src/protocols/story), on emitters of ours. */

import { type Hex, stringToHex } from 'viem'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  Dispute,
  GroupMembership,
  LicenseOffer,
  LineageEdge,
  Model,
  ModelRevenue,
  Nft,
  RoyaltyAccrual,
  RoyaltyBalance,
  RoyaltyClaim,
  RoyaltyHop,
  RoyaltyVault,
  UsageFee,
  VaultHolding,
  VaultRevenue,
} from '../../../src/model'
import { address, type Call, StoryChain } from './emitters'
import type { MemoryStore } from './memoryStore'

const coin = address(0xc01)
const payer = address(0x9a1)
const nobody = address(0).replace(/a/g, '0') as Hex
const coinId = `eip155:1514/erc20:${coin}`
const account = (of: string) => `eip155:1514:${of}`
const model = (ip: string) => `eip155:1514/story:${ip}`
/** 1 % as Story writes it. */
const percent = 1_000_000

let story: StoryChain
let before: number
let made = 0

beforeAll(async () => {
  story = await StoryChain.start()
})
afterAll(() => story.stop())
beforeEach(async () => {
  before = await story.height()
})

/** Registers an IP of a new NFT and returns its address. */
async function newIp(owner: Hex = address(0x0123)): Promise<Hex> {
  const ip = address(0x1000 + ++made)
  await story.send(story.call('nft', 'move', nobody, owner, made), registered(ip, made))
  return ip
}

function registered(ip: Hex, nft: number, chain = 1514): Call {
  return story.call('registry', 'register', ip, chain, story.at.nft, nft, `Model ${nft}`)
}

async function withVault(ip: Hex, holder: Hex = ip): Promise<Hex> {
  await story.send(story.call('royalty', 'deployVault', ip, holder))
  return story.vaultOf(ip)
}

function linked(child: Hex, parent: Hex, policy: Hex, share: number, stack = share): Call {
  return story.call('royalty', 'link', child, [parent], [policy], [share], stack)
}

function paid(to: Hex, amount: bigint, by: { ip?: Hex; sender?: Hex; fee?: bigint } = {}): Call {
  return story.call('royalty', 'pay', to, by.ip ?? nobody, by.sender ?? payer, coin, amount, by.fee ?? 0n)
}

function edgeOf(store: MemoryStore, child: Hex, parent: Hex): LineageEdge {
  return store.get(LineageEdge, `${model(child)}|PARENT|${model(parent)}`)!
}

function accruals(store: MemoryStore): [string, string, string, bigint][] {
  return store.all(RoyaltyAccrual).map(row => [row.kind, row.fromModelId, row.toModelId, row.amount])
}

describe('1. links', () => {
  test('without royalty have only DerivativeRegistered: an edge without share, and no vault', async () => {
    const [parent, child] = [await newIp(), await newIp()]
    await story.send(story.call('licensing', 'derive', child, [parent], [1]))
    const store = await story.index(before)
    expect(edgeOf(store, child, parent)).toMatchObject({
      sharePpm: null,
      policy: 'NONE',
      policyContractId: null,
    })
    expect(store.all(RoyaltyVault)).toEqual([])
  })

  test('of a policy that is neither LAP nor LRP are external: it holds royalty tokens and is in no stack', async () => {
    const [parent, child, policy] = [await newIp(), await newIp(), address(0xe01)]
    const vault = await withVault(child)
    await story.send(
      story.callVault(vault, 'move', child, policy, 20e6),
      linked(child, parent, policy, 20 * percent, 0),
      story.call('licensing', 'derive', child, [parent], [3]),
    )
    await story.send(paid(child, 1000n))
    const store = await story.index(before)
    expect(edgeOf(store, child, parent)).toMatchObject({
      sharePpm: 200_000,
      policy: 'EXTERNAL',
      policyContractId: account(policy),
      termsId: `eip155:1514/terms:${story.at.licensing}/3`,
    })
    expect(accruals(store)).toEqual([['OWN', model(child), model(child), 1000n]])
    expect(store.get(RoyaltyBalance, `${account(policy)}|${coinId}`)!.accrued).toBe(200n)
    expect(store.get(RoyaltyBalance, `${account(child)}|${coinId}`)!.accrued).toBe(800n)
  })
})

describe("2. an edge's share", () => {
  test("is the link's, whatever the terms say, and the terms need not be offered by the parent", async () => {
    const [parent, child] = [await newIp(), await newIp()]
    await story.send(
      linked(child, parent, story.at.lap, 25 * percent),
      story.call('licensing', 'derive', child, [parent], [2]),
    )
    const store = await story.index(before)
    expect(edgeOf(store, child, parent)).toMatchObject({ sharePpm: 250_000, policy: 'ABSOLUTE', ordinal: 0 })
    expect(edgeOf(store, child, parent).termsId).toBe(`eip155:1514/terms:${story.at.licensing}/2`)
    expect(store.all(LicenseOffer)).toEqual([])
    expect(store.all(LineageEdge)).toHaveLength(1)
  })

  test('is cut off below 1 ppm', async () => {
    const [parent, child] = [await newIp(), await newIp()]
    await story.send(linked(child, parent, story.at.lrp, 12_345_678))
    const store = await story.index(before)
    expect(edgeOf(store, child, parent)).toMatchObject({ sharePpm: 123_456, policy: 'HOP' })
  })
})

test('3. who paid: the sender; the payer IP only where it is registered and another', async () => {
  const [receiver, other] = [await newIp(), await newIp()]
  await withVault(receiver)
  for (const ip of [nobody, address(0xdead), receiver, other]) await story.send(paid(receiver, 10n, { ip }))
  const store = await story.index(before)
  const fees = store.all(UsageFee).sort((a, b) => a.block - b.block)
  expect(fees.map(fee => fee.payerModelId)).toEqual([null, null, null, model(other)])
  expect(new Set(fees.map(fee => fee.payerId))).toEqual(new Set([account(payer)]))
})

describe('4. groups', () => {
  test("a payout of the pool is the group's money moving on, no second fee", async () => {
    const pool = address(0x9001)
    const [member, leaving] = [await newIp(), await newIp()]
    const group = address(0x1000 + ++made)
    await story.send(
      story.call('nft', 'move', nobody, payer, made),
      registered(group, made),
      story.call('grouping', 'group', group, pool),
    )
    await story.send(story.call('grouping', 'addIp', group, [member, leaving]))
    const vault = await withVault(group, pool)
    for (const ip of [member, leaving]) await withVault(ip)
    await story.send(paid(group, 1000n, { fee: 10n }))
    await story.send(
      story.callVault(vault, 'claim', pool, coin),
      paid(member, 495n, { ip: group, sender: pool }),
    )
    await story.send(
      paid(leaving, 495n, { ip: group, sender: pool }),
      story.call('grouping', 'removeIp', group, [leaving]),
    )
    // Anybody can pay in the group's name; that is a fee.
    await story.send(paid(member, 7n, { ip: group }))
    const store = await story.index(before)

    expect(store.rejections).toEqual([])
    expect(store.get(Model, model(group))).toMatchObject({ kind: 'GROUP', groupPoolId: account(pool) })
    const fees = store.all(UsageFee).sort((a, b) => a.block - b.block)
    expect(fees.map(fee => [fee.modelId, fee.gross, fee.protocolFee, fee.net, fee.payerModelId])).toEqual([
      [model(group), 1000n, 10n, 990n, null],
      [model(member), 7n, 0n, 7n, model(group)],
    ])
    expect(accruals(store)).toEqual([
      ['OWN', model(group), model(group), 990n],
      ['GROUP', model(group), model(member), 495n],
      ['GROUP', model(group), model(leaving), 495n],
      ['OWN', model(member), model(member), 7n],
    ])
    expect(store.all(RoyaltyHop).map(hop => [hop.toModelId, hop.amount, hop.sharePpm])).toEqual([
      [model(member), 495n, null],
      [model(leaving), 495n, null],
    ])
    expect(store.all(RoyaltyClaim).map(claim => [claim.accountId, claim.modelId, claim.amount])).toEqual([
      [account(pool), model(group), 990n],
    ])
    expect(store.get(GroupMembership, `${model(group)}|${model(member)}`)!.active).toBe(true)
    expect(store.get(GroupMembership, `${model(group)}|${model(leaving)}`)).toMatchObject({ active: false })
  })
})

describe('5. received', () => {
  test('is Σ fees after the protocol fee, ancestors included; at a stack of 100 % the vault gets nothing', async () => {
    const [parent, child] = [await newIp(), await newIp()]
    for (const ip of [parent, child]) await withVault(ip)
    await story.send(paid(child, 100n))
    await story.send(linked(child, parent, story.at.lap, 100 * percent))
    await story.send(paid(child, 1000n, { fee: 100n }))
    await story.send(story.call('royalty', 'payLicense', child, payer, coin, 50, 5))
    await story.send(story.call('lap', 'transferToVault', story.at.royalty, child, parent, coin, 945))
    const store = await story.index(before)
    const received = await story.view<bigint>('RoyaltyEmitter', story.at.royalty, 'received', child, coin)
    expect(received).toBe(1045n)
    expect(store.get(ModelRevenue, `${model(child)}|${coinId}`)).toMatchObject({
      net: received,
      gross: 1150n,
      protocolFee: 105n,
      feeCount: 3,
      accruedOwn: 100n,
    })
    // The payment before the late link was not split.
    expect(accruals(store)).toEqual([
      ['OWN', model(child), model(child), 100n],
      ['ANCESTOR', model(child), model(parent), 945n],
    ])
  })
})

describe('6. claims by vaults', () => {
  test("an ancestor's vault claims for itself: revenue without a payment or a transfer", async () => {
    const [parent, child] = [await newIp(), await newIp()]
    const [parentVault, childVault] = [await withVault(parent), await withVault(child)]
    await story.send(story.callVault(childVault, 'move', child, parentVault, 40e6))
    await story.send(paid(child, 1000n))
    await story.send(story.callVault(parentVault, 'claimAsSelf', childVault, coin))
    const store = await story.index(before)
    expect(store.all(UsageFee)).toHaveLength(1)
    expect(accruals(store)).toEqual([
      ['OWN', model(child), model(child), 1000n],
      ['HOLDING', model(child), model(parent), 400n],
    ])
    expect(store.all(RoyaltyClaim).map(claim => [claim.accountId, claim.modelId, claim.amount])).toEqual([
      [account(parentVault), model(child), 400n],
    ])
    const balance = (of: string) => store.get(RoyaltyBalance, `${account(of)}|${coinId}`)
    expect(balance(parentVault)).toMatchObject({ accrued: 400n, claimed: 400n })
    expect(balance(parent)).toMatchObject({ accrued: 400n, claimed: 0n })
    expect(balance(child)).toMatchObject({ accrued: 600n, claimed: 0n })
  })

  test("a claim by an IP goes to the IP's account, not to its owner", async () => {
    const owner = address(0x0777)
    const ip = await newIp(owner)
    const vault = await withVault(ip)
    await story.send(paid(ip, 12n))
    await story.send(story.callVault(vault, 'claim', ip, coin))
    const store = await story.index(before)
    expect(store.all(RoyaltyBalance).map(row => [row.accountId, row.accrued, row.claimed])).toEqual([
      [account(ip), 12n, 12n],
    ])
    expect(store.get(Model, model(ip))!.ownerId).toBe(account(owner))
  })

  test('what an outside policy puts into a vault is accrued too, as OTHER', async () => {
    const ip = await newIp()
    const vault = await withVault(ip)
    await story.send(story.callVault(vault, 'add', coin, 5), paid(ip, 7n))
    const store = await story.index(before)
    expect(accruals(store)).toEqual([
      ['OTHER', model(ip), model(ip), 5n],
      ['OWN', model(ip), model(ip), 7n],
    ])
    expect(store.get(RoyaltyBalance, `${account(ip)}|${coinId}`)!.accrued).toBe(12n)
  })
})

test('7. stacks: a transfer names any ancestor, once for all paths, in the amount that moved', async () => {
  const [root, left, right, leaf, liquid] = [
    await newIp(),
    await newIp(),
    await newIp(),
    await newIp(),
    await newIp(),
  ]
  for (const ip of [root, left, right, leaf, liquid]) await withVault(ip)
  const ten = 10 * percent
  await story.send(linked(left, root, story.at.lap, ten), linked(right, root, story.at.lap, ten))
  // LAP: 10 % each to left and right, 2 × 10 % to root, over both paths of the diamond.
  await story.send(
    story.call(
      'royalty',
      'link',
      leaf,
      [left, right],
      [story.at.lap, story.at.lap],
      [ten, ten],
      40 * percent,
    ),
  )
  await story.send(paid(leaf, 1000n))
  for (const [ancestor, amount] of [
    [left, 100],
    [root, 200],
  ] as const) {
    await story.send(story.call('lap', 'transferToVault', story.at.royalty, leaf, ancestor, coin, amount))
  }
  // LRP: leaf gets 20 % of liquid's 500, of which its own LRP stack (10 %, say) is not its to keep.
  await story.send(linked(liquid, leaf, story.at.lrp, 20 * percent), paid(liquid, 500n))
  await story.send(story.call('lrp', 'transferToVault', story.at.royalty, liquid, leaf, coin, 90))
  const store = await story.index(before)
  expect(store.rejections).toEqual([])
  expect(accruals(store)).toEqual([
    ['OWN', model(leaf), model(leaf), 600n],
    ['ANCESTOR', model(leaf), model(left), 100n],
    ['ANCESTOR', model(leaf), model(root), 200n],
    ['OWN', model(liquid), model(liquid), 400n],
    ['ANCESTOR', model(liquid), model(leaf), 90n],
  ])
  expect(store.get(LineageEdge, `${model(leaf)}|PARENT|${model(root)}`)).toBeUndefined()
  expect(edgeOf(store, leaf, right)).toMatchObject({ ordinal: 1, policy: 'ABSOLUTE' })
  expect(edgeOf(store, liquid, leaf)).toMatchObject({ policy: 'HOP', sharePpm: 200_000 })
})

describe('8. taint', () => {
  const tag = stringToHex('IMPROPER_REGISTRATION', { size: 32 })
  const disputes = (name: string, ...args: unknown[]) => story.send(story.call('disputes', name, ...args))
  const taintOf = (store: MemoryStore, ip: Hex) => {
    const { taintCount, tainted } = store.get(Model, model(ip))!
    return [taintCount, tainted]
  }
  const id = (number: number) => `eip155:1514/dispute:${story.at.disputes}/${number}`

  test('is a counter: of two upheld disputes one is resolved, and the model is tainted still', async () => {
    const ip = await newIp()
    for (const dispute of [1, 2, 3, 4]) await disputes('raise', dispute, ip, tag)
    for (const dispute of [1, 2]) await disputes('judge', dispute, true)
    await disputes('judge', 3, false)
    await disputes('cancel', 4)
    await disputes('resolve', 1)
    expect(taintOf(await story.index(before), ip)).toEqual([1, true])
    await disputes('resolve', 2)
    const store = await story.index(before, 1)
    expect(taintOf(store, ip)).toEqual([0, false])
    expect([1, 2, 3, 4].map(dispute => store.get(Dispute, id(dispute))!.status)).toEqual([
      'RESOLVED',
      'RESOLVED',
      'REJECTED',
      'CANCELLED',
    ])
    expect(store.get(Dispute, id(1))!.tag).toBe('IMPROPER_REGISTRATION')
  })

  test('goes from hop to hop, reaches a group from a member, and outlives the dispute it came from', async () => {
    const [root, child, grandchild, group] = [await newIp(), await newIp(), await newIp(), await newIp()]
    await disputes('raise', 11, root, tag)
    await disputes('judge', 11, true)
    await disputes('tagRelated', 12, root, child, 11, tag)
    await disputes('tagRelated', 13, child, grandchild, 12, tag)
    await disputes('tagRelated', 14, grandchild, group, 13, tag)
    await disputes('resolve', 11)
    const store = await story.index(before)
    expect(store.rejections).toEqual([])
    expect(taintOf(store, root)).toEqual([0, false])
    for (const ip of [child, grandchild, group]) expect(taintOf(store, ip)).toEqual([1, true])
    expect(store.get(Dispute, id(13))).toMatchObject({
      inherited: true,
      parentDisputeId: id(12),
      fromModelId: model(child),
      status: 'UPHELD',
    })
  })
})

describe('9. order', () => {
  test('in one transaction: the periphery calls and pays, and the NFT reaches its owner last', async () => {
    const [parent, owner, periphery] = [await newIp(), address(0x0888), story.at.workflow]
    await withVault(parent)
    const child = address(0x1000 + ++made)
    await story.send(
      story.call('nft', 'move', nobody, periphery, made),
      registered(child, made),
      story.call('royalty', 'payLicense', parent, periphery, coin, 100, 0),
      story.call('royalty', 'deployVault', child, child),
      linked(child, parent, story.at.lap, 10 * percent),
      story.call('licensing', 'derive', child, [parent], [2]),
      story.call('nft', 'move', periphery, owner, made),
    )
    const store = await story.index(before)
    expect(store.rejections).toEqual([])
    expect(store.get(Model, model(child))!.ownerId).toBe(account(owner))
    expect(edgeOf(store, child, parent).sharePpm).toBe(100_000)
    expect(store.all(UsageFee).map(fee => [fee.kind, fee.payerId])).toEqual([['LICENSE', account(periphery)]])
    const vault = await story.vaultOf(child)
    expect(store.get(RoyaltyVault, account(vault))).toMatchObject({
      modelId: model(child),
      totalShares: 100_000_000n,
    })
  })

  test('an NFT changes hands before it is registered, blocks and batches earlier', async () => {
    const [first, second, ip, nft] = [address(0x0991), address(0x0992), address(0x1000 + ++made), made]
    await story.send(story.call('nft', 'move', nobody, first, nft))
    await story.send(story.call('nft', 'move', first, second, nft))
    await story.send(registered(ip, nft))
    expect((await story.index(before, 1)).get(Model, model(ip))!.ownerId).toBe(account(second))
    await story.send(story.call('nft', 'move', second, first, nft))
    expect((await story.index(before, 1)).get(Model, model(ip))!.ownerId).toBe(account(first))
  })
})

describe('10. other', () => {
  test('an IP of an NFT of another chain, and of a burned one, has no owner; an IP account may own an NFT', async () => {
    const [foreign, burned, owned, owner] = [address(0x2001), address(0x2002), address(0x2003), await newIp()]
    await story.send(registered(foreign, 9001, 8453))
    await story.send(story.call('nft', 'move', nobody, payer, 9001))
    await story.send(story.call('nft', 'move', nobody, payer, 9002), registered(burned, 9002))
    await story.send(story.call('nft', 'move', payer, nobody, 9002))
    await story.send(story.call('nft', 'move', nobody, owner, 9003), registered(owned, 9003))
    const store = await story.index(before)
    expect(store.get(Model, model(foreign))).toMatchObject({ ownerId: null, nftId: null, tokenId: 9001n })
    expect(store.get(Model, model(burned))!.ownerId).toBeNull()
    expect(store.get(Model, model(owned))!.ownerId).toBe(account(owner))
    expect(store.get(Nft, `eip155:1514/erc721:${story.at.nft}/9001`)!.modelId).toBeNull()
  })

  test('a late link moves no royalty tokens to the module, and tokens sent to a vault are not its revenue', async () => {
    const [parent, child] = [await newIp(), await newIp()]
    const vault = await withVault(child)
    await story.send(paid(child, 100n))
    await story.send(
      story.callVault(vault, 'move', child, story.at.royalty, 0),
      linked(child, parent, story.at.lap, 10 * percent),
    )
    await story.send({ ...story.call('coin', 'move', payer, vault, 5000) })
    const store = await story.index(before)
    expect(store.rejections).toEqual([])
    expect(store.all(VaultHolding).map(row => [row.accountId, row.shares])).toEqual([
      [account(child), 100_000_000n],
    ])
    expect(store.all(VaultRevenue).map(row => row.accumulated)).toEqual([100n])
    expect(store.get(RoyaltyBalance, `${account(child)}|${coinId}`)!.accrued).toBe(100n)
  })

  test('contracts that nobody knows emit the same events, and are not read', async () => {
    const ip = await newIp()
    const strange = await story.deploy('RoyaltyEmitter')
    const to = (call: Call): Call => ({ to: strange, data: call.data })
    await story.send(to(story.call('royalty', 'deployVault', ip, ip)))
    await story.send(to(paid(ip, 1000n)), to(linked(ip, address(0x4001), story.at.lap, percent)))
    const store = await story.index(before)
    expect(store.rejections).toEqual([])
    for (const entity of [UsageFee, RoyaltyAccrual, RoyaltyVault, VaultHolding, LineageEdge]) {
      expect(store.all<{ id: string }>(entity)).toEqual([])
    }
  })
})

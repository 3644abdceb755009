import type { Hex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RoyaltyBalance, VaultCredit, VaultDebt } from '../../../src/model'
import { address, StoryChain } from './emitters'
import type { MemoryStore } from './memoryStore'

const ip = address(0x1001)
const holders = [ip, address(0x21), address(0x22), address(0x23)]
const tokens = [address(0xc01), address(0xc02)]
const DEBT_UPDATED = '0xedb35a684cd80a165fe0a34c3730c99c3e45d058b706485e448592af930c83da'

let story: StoryChain
let vault: Hex

/** 150 random revenues, moves of royalty tokens and claims, of amounts that do not divide evenly. */
beforeAll(async () => {
  story = await StoryChain.start()
  await story.send(story.call('registry', 'register', ip, 1514, story.at.nft, 1, 'Model'))
  await story.send(story.call('royalty', 'deployVault', ip, ip))
  vault = await story.vaultOf(ip)
  const random = seeded(20_250_901)
  const pick = <T>(list: T[]) => list[Math.floor(random() * list.length)]!
  for (let i = 0; i < 150; i++) {
    const [holder, other, token] = [pick(holders), pick(holders), pick(tokens)]
    const what = random()
    if (what < 0.4) {
      const amount = BigInt(1 + Math.floor(random() * 1e6)) ** 3n
      await story.send(story.call('royalty', 'pay', ip, ip, holder, token, amount, amount / 33n))
    } else if (what < 0.75) {
      const shares = await story.view<bigint>('VaultEmitter', vault, 'shares', holder)
      if (holder === other || shares === 0n) continue
      const moved = random() < 0.2 ? shares : (shares * BigInt(1 + Math.floor(random() * 997))) / 1009n
      await story.send(story.callVault(vault, 'move', holder, other, moved))
    } else if ((await claimable(holder, token)) > 0n) {
      await story.send(story.callVault(vault, 'claim', holder, token))
    }
  }
})
afterAll(() => story.stop())

function claimable(holder: Hex, token: Hex): Promise<bigint> {
  return story.view<bigint>('VaultEmitter', vault, 'claimable', holder, token)
}

async function expectContractsFigures(store: MemoryStore): Promise<void> {
  expect(store.rejections).toEqual([])
  for (const holder of holders) {
    for (const token of tokens) {
      const [accountId, tokenId] = [`eip155:1514:${holder}`, `eip155:1514/erc20:${token}`]
      const open = await claimable(holder, token)
      const balance = store.get(RoyaltyBalance, `${accountId}|${tokenId}`)
      expect((balance?.accrued ?? 0n) - (balance?.claimed ?? 0n)).toBe(open)
      const debt = store.get(VaultDebt, `eip155:1514:${vault}|${accountId}|${tokenId}`)
      expect(debt?.claimable ?? 0n).toBe(open)
      expect(debt?.debt ?? 0n).toBe(await story.view<bigint>('VaultEmitter', vault, 'debt', holder, token))
      const credits = store
        .all(VaultCredit)
        .filter(row => row.accountId === accountId && row.tokenId === tokenId)
      expect(credits.reduce((sum, row) => sum + row.amount, 0n)).toBe(balance?.accrued ?? 0n)
      expect(credits.every(row => row.amount > 0n && row.accrualId !== null)).toBe(true)
    }
  }
}

test('accrued - claimed is what the vault says is claimable, to the wei, for every holder and token', async () => {
  await expectContractsFigures(await story.index(0))
})

test('so it is in batches of one and of seven blocks', async () => {
  await expectContractsFigures(await story.index(0, 1))
  await expectContractsFigures(await story.index(0, 7))
})

test('so it is where the vault does not tell of its debts', async () => {
  await expectContractsFigures(await story.index(0, 0, log => log.topics[0] !== DEBT_UPDATED))
})

/** A small generator (mulberry32): the same numbers in every run. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

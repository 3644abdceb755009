import { resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  Dispute,
  License,
  LicenseOffer,
  LicenseTerms,
  LineageEdge,
  Model,
  RoyaltyAccrual,
  RoyaltyBalance,
  RoyaltyClaim,
  UsageFee,
  VaultCredit,
  VaultDebt,
} from '../../../src/model'
import { deployments } from '../../../src/protocols/story/deployments'
import { story } from '../../../src/protocols/story/story'
import { MemoryStore, recordedLogs } from './memoryStore'
import { type Reading, readRecording } from './reading'

const recording = resolve(__dirname, '../../../src/sandbox/recordings/story.jsonl')
const aeneid = resolve(__dirname, '../../data/recordings/story-aeneid.jsonl')

/** The fields that the reading has, amounts as strings. */
function same<T extends object>(row: object, like: T): T {
  return Object.fromEntries(
    Object.keys(like).map(key => {
      const value = (row as Record<string, unknown>)[key]
      return [key, typeof value === 'bigint' ? String(value) : value]
    }),
  ) as T
}

function compare<K extends keyof Reading>(read: Reading, list: K, rows: object[]): void {
  const first = read[list][0] as object
  expect(rows.map(row => same(row, first))).toEqual(read[list])
}

describe("the recording of Story's own contracts", () => {
  let store: MemoryStore
  let read: Reading

  beforeAll(async () => {
    store = await new MemoryStore().index(recordedLogs(recording))
    read = readRecording(recording)
  })

  test('every log that is read fits', () => {
    expect(store.rejections).toEqual([])
  })

  test('gives the models, owners and taints that an independent reading gives', () => {
    expect(read.models).toHaveLength(7)
    compare(read, 'models', store.all(Model))
    expect(read.models.filter(model => model.kind === 'GROUP')).toHaveLength(1)
  })

  test('gives the same edges, each once, with share, policy and terms', () => {
    expect(read.edges).toHaveLength(4)
    compare(read, 'edges', store.all(LineageEdge))
  })

  test('gives the same fees, accruals and claims, in chain order', () => {
    expect([read.fees.length, read.accruals.length, read.claims.length]).toEqual([6, 11, 6])
    compare(read, 'fees', store.all(UsageFee).sort(inChain))
    compare(read, 'accruals', store.all(RoyaltyAccrual))
    compare(read, 'claims', store.all(RoyaltyClaim))
  })

  test('gives the same balances, which the credits and the vaults add up to', () => {
    compare(read, 'balances', store.all(RoyaltyBalance))
    for (const balance of store.all(RoyaltyBalance)) {
      const of = (row: { accountId: string; tokenId: string }) =>
        row.accountId === balance.accountId && row.tokenId === balance.tokenId
      expect(sum(store.all(VaultCredit).filter(of), row => row.amount)).toBe(balance.accrued)
      expect(sum(store.all(VaultDebt).filter(of), row => row.claimable)).toBe(
        balance.accrued - balance.claimed,
      )
    }
  })

  test('gives the same disputes, licences and offers', () => {
    compare(read, 'disputes', store.all(Dispute))
    compare(read, 'licenses', store.all(License))
    compare(read, 'offers', store.all(LicenseOffer))
  })

  test('reads the terms of the licence template that the registry announced', () => {
    const terms = store.all(LicenseTerms)
    expect(terms.map(one => [one.termsId, one.commercialSharePpm, one.mintingFee])).toEqual([
      [1n, 0, 0n],
      [2n, 100_000, 2_000_000_000_000_000_000n],
      [3n, 200_000, 1_000_000_000_000_000_000n],
    ])
    expect(terms[0]!.uri).toMatch(/^https:\/\/github\.com\/piplabs\/pil-document.*\/NCSR\.json$/)
    expect(terms[0]!.currencyId).toBeNull()
    expect(terms[1]!.currencyId).toBe('eip155:1514/erc20:0x1514000000000000000000000000000000000000')
  })

  test.each([1, 7])('comes to the same rows in batches of %i blocks', async blocks => {
    const batched = await new MemoryStore().index(recordedLogs(recording), blocks)
    for (const entity of [
      Model,
      LineageEdge,
      UsageFee,
      RoyaltyAccrual,
      RoyaltyClaim,
      RoyaltyBalance,
      VaultDebt,
    ]) {
      expect(batched.all<{ id: string }>(entity)).toEqual(store.all<{ id: string }>(entity))
    }
  })
})

test('three logs of the public test network are an IP of an NFT of that network, and two offers', async () => {
  const source = { protocol: story, deployment: deployments[1315]! }
  const store = await new MemoryStore('eip155:1315', source).index(recordedLogs(aeneid))
  expect(store.rejections).toEqual([])
  const ip = 'eip155:1315/story:0x1653b905597e0f778c0e9c2d8a9d5c003ee56614'
  expect(store.all(Model).map(model => [model.id, model.nftId])).toEqual([
    [ip, 'eip155:1315/erc721:0x538048a26dbcc7a1dd446762098b0bfafa3a1472/35'],
  ])
  expect(store.all(LicenseOffer).map(offer => offer.modelId)).toEqual([ip, ip])
})

/** Ids of fees are transactions', and do not sort in chain order. */
function inChain(a: { block: number; logIndex: number }, b: { block: number; logIndex: number }): number {
  return a.block - b.block || a.logIndex - b.logIndex
}

function sum<T>(rows: T[], amount: (row: T) => bigint): bigint {
  return rows.reduce((total, row) => total + amount(row), 0n)
}

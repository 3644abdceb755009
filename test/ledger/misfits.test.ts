import { expect, test } from 'vitest'
import type { DomainEvent } from '../../src/ledger/events'
import { LineageEdge, Model, Nft, StakePool, UsageFee } from '../../src/model'
import { account, Memory, MODEL, origins, POOL, TOKEN } from './memory'

const registered = (next: ReturnType<typeof origins>, nft?: string): DomainEvent => ({
  kind: 'modelRegistered',
  origin: next(),
  model: MODEL,
  modelKind: 'MODEL',
  nft,
})

test('an event that does not fit is rejected with its reason and moves no amount', async () => {
  const next = origins()
  const memory = new Memory()
  const state = await memory.batch([
    { kind: 'staked', origin: next(), pool: POOL, account: account(1), assets: 5n, shares: 5n },
    {
      kind: 'exitPaid',
      origin: next(),
      pool: POOL,
      requestId: `${POOL}/exit:9`,
      account: account(1),
      assets: 5n,
    },
    {
      kind: 'feePaid',
      origin: next(),
      fee: 'eip155:31337/fee:1',
      model: MODEL,
      feeKind: 'USAGE',
      payer: account(1),
      token: TOKEN,
      gross: 10n,
      protocolFee: 1n,
      net: 8n,
    },
  ])
  expect(state.rejections().map(({ reason }) => reason)).toEqual([
    `staked: no such pool: ${POOL}`,
    `exitPaid: no such pool: ${POOL}`,
    'fee eip155:31337/fee:1: gross 10 is not 1 + 8',
  ])
  expect(memory.rows(StakePool)).toEqual([])
  expect(memory.rows(UsageFee)).toEqual([])
})

test('a model registered twice keeps its first registration', async () => {
  const next = origins()
  const memory = new Memory()
  const state = await memory.batch([registered(next), registered(next)])
  expect(state.rejections()).toHaveLength(1)
  expect(memory.rows(Model)[0]!.logIndex).toBe(0)
})

test('an NFT that moved before its model was registered gives the model its owner', async () => {
  const next = origins()
  const memory = new Memory()
  const nft = 'eip155:31337/erc721:0x00000000000000000000000000000000000000d0/7'
  await memory.batch([{ kind: 'nftTransferred', origin: next(), nft, to: account(3) }])
  await memory.batch([registered(next, nft)])
  expect(memory.rows(Model)[0]!.ownerId).toBe(account(3))
  await memory.batch([{ kind: 'nftTransferred', origin: next(), nft, to: undefined }])
  expect(memory.rows(Model)[0]!.ownerId).toBeNull()
  expect(memory.rows(Nft)[0]!.modelId).toBe(MODEL)
})

test('two logs about one edge make one edge: share from the first, terms from the second', async () => {
  const next = origins()
  const memory = new Memory()
  const edge = { child: MODEL, parent: 'eip155:1/story:0xparent', role: 'PARENT' as const, ordinal: 0 }
  const share = { numerator: 5_000_099n, denominator: 100_000_000n }
  await memory.batch([{ ...edge, kind: 'modelForked', origin: next(), share, policy: 'HOP' }])
  await memory.batch([{ ...edge, kind: 'modelForked', origin: next(), terms: 'eip155:31337/terms:0xt/1' }])
  expect(memory.rows(LineageEdge)).toHaveLength(1)
  expect(memory.rows(LineageEdge)[0]).toMatchObject({
    sharePpm: 50_000,
    shareNumerator: 5_000_099n,
    shareDenominator: 100_000_000n,
    policy: 'HOP',
    termsId: 'eip155:31337/terms:0xt/1',
    logIndex: 0,
  })
})

test('a share that is more than all, or a part of nothing, makes no edge and is kept with the reason', async () => {
  const next = origins()
  const memory = new Memory()
  const edge = { child: MODEL, parent: 'eip155:1/story:0xparent', role: 'PARENT' as const, ordinal: 0 }
  const shares: [bigint, bigint][] = [
    [2n, 1n],
    [1n, 0n],
    [-1n, 1n],
  ]
  const state = await memory.batch(
    shares.map(([numerator, denominator]) => ({
      ...edge,
      kind: 'modelForked',
      origin: next(),
      share: { numerator, denominator },
      policy: 'HOP',
    })),
  )
  expect(memory.rows(LineageEdge)).toEqual([])
  expect(state.rejections()).toHaveLength(3)
})

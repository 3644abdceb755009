import { beforeEach, expect, test } from 'vitest'
import { decode } from '../../../src/indexer/decode'
import { CurveTrade, Nft, StakeEvent, StakePool, VoteLock } from '../../../src/model'
import {
  account,
  address,
  ann,
  at,
  ben,
  CHAIN,
  created,
  emit,
  give,
  inBlock,
  lp,
  move,
  Played,
  source,
  stake,
  ve,
  zero,
} from './emitted'

/** A log belongs to a contract by its chain and address, and to a clone from the transaction on that announces it. */

let played: Played
beforeEach(() => {
  played = new Played()
})

const withdrawal = (from: `0x${string}`) => emit(from, 'Withdraw', [ann, 1n, 5n])

test('what a clone logged before its announcement counts once, wherever the reading begins again', async () => {
  await played.transaction(...created())
  const pool = `${CHAIN}/pool:${ve}`
  expect(played.one(StakePool, pool)).toMatchObject({ activeAssets: 1000n, patronCount: 1 })
  // A processor that starts again knows the clone from the database, and reads on.
  const restarted = new Played()
  for (const [entity, rows] of played.memory.tables) restarted.memory.tables.set(entity, rows)
  for (const [clone, found] of played.discovered) restarted.discovered.set(clone, found)
  restarted.block = played.block
  await restarted.transaction(...stake(ve, ben, 30n, zero, 30n))
  expect(restarted.one(StakePool, pool)).toMatchObject({ activeAssets: 1030n, patronCount: 2 })
  expect(played.memory.rows(StakeEvent)).toHaveLength(2)
  expect([...played.rejections, ...restarted.rejections]).toEqual([])
})

test('a transaction that a reorganisation took away leaves its clones unknown: their logs are nobody’s', () => {
  const announced = decode(CHAIN, [source], inBlock(1, created()), new Map())
  expect(announced.filter(({ kind }) => kind === 'staked')).toHaveLength(1)
  const later = inBlock(2, stake(ve, ben, 30n, zero, 30n))
  expect(decode(CHAIN, [source], later, new Map())).toEqual([])
  // Announced anew, in a transaction of another block, it has what that one says.
  const anew = decode(CHAIN, [source], inBlock(3, created()), new Map())
  expect(anew.map(({ kind }) => kind)).toEqual(announced.map(({ kind }) => kind))
})

test('Transfer of an agent’s NFT, of LP, VIRTUAL and a veToken have one topic, and each is its contract’s', async () => {
  await played.transaction(...created())
  await played.transaction(
    give(at.agentNft!, at.agentNft!, ben, 1n), // four topics
    move(lp, ann, ben, 7n),
    move(at.virtual!, ann, ben, 7n),
  )
  expect(played.memory.rows(Nft)).toMatchObject([{ ownerId: account(ben) }])
  expect(played.memory.rows(StakeEvent)).toHaveLength(1)
  // Stake is not transferable: a veToken that says so is rejected, and no stake of anybody's.
  await played.transaction(move(ve, ann, ben, 7n))
  expect(played.rejections).toHaveLength(1)
})

test('Withdraw of veVIRTUAL has the topic of Curve’s, Swap of a pair that of any: of other contracts they are nothing', async () => {
  await played.transaction(emit(at.veVirtual!, 'Stake', [ann, 1n, 5n, 0]))
  const stranger = address(0x77)
  await played.transaction(withdrawal(stranger), emit(stranger, 'Swap', [1n, 0n, 0n, 1n]))
  expect(played.memory.rows(VoteLock)).toMatchObject([{ amount: 5n }])
  await played.transaction(withdrawal(at.veVirtual!))
  expect(played.memory.rows(VoteLock)).toMatchObject([{ amount: 0n }])
  expect(played.memory.rows(CurveTrade)).toEqual([])
  expect(played.rejections).toEqual([])
})

test('contracts that nobody knows emit all of it, and are not read', async () => {
  const strange = created().map(log => ({ ...log, address: address(0x99) }))
  await played.transaction(...strange)
  expect(played.memory.rows(StakePool)).toEqual([])
  expect(played.rejections).toEqual([])
})

test('addresses and first blocks are data: before its first block a deployment reads nothing', () => {
  const later = { ...source, deployment: { contracts: at, firstBlock: 5 } }
  expect(decode(CHAIN, [later], inBlock(4, created()), new Map())).toEqual([])
  expect(decode(CHAIN, [later], inBlock(5, created()), new Map()).length).toBeGreaterThan(5)
})

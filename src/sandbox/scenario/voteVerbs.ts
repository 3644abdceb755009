/** What a player can do in the vote escrow: each queues one transaction. Times in seconds since 1970. */
import type { LocalAccount } from 'viem'
import { functions as escrow } from '../../abi/reference/voteEscrow'
import type { ChainWorld } from './world'

export function lockVotes(world: ChainWorld, who: LocalAccount, amount: bigint, endsAt: number): void {
  world.driver.call(who, world.contracts.voteEscrow, escrow.lock, { amount, endsAt: BigInt(endsAt) })
}

export function increaseLock(world: ChainWorld, who: LocalAccount, amount: bigint): void {
  world.driver.call(who, world.contracts.voteEscrow, escrow.increase, { amount })
}

export function extendLock(world: ChainWorld, who: LocalAccount, endsAt: number): void {
  world.driver.call(who, world.contracts.voteEscrow, escrow.extend, { endsAt: BigInt(endsAt) })
}

export function withdrawLock(world: ChainWorld, who: LocalAccount): void {
  world.driver.call(who, world.contracts.voteEscrow, escrow.withdraw, {})
}

/** `model`: id of a model of whichever chain. */
export function vote(world: ChainWorld, who: LocalAccount, model: string, bps: number): void {
  world.driver.call(who, world.contracts.voteEscrow, escrow.vote, { model, bps })
}

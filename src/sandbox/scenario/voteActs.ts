/** Acts of the vote escrow, at random: locks, and votes for models of both chains. */
import { theCast } from '../cast'
import { idle, UNIT } from './chance'
import type { Scene } from './stage'
import * as verbs from './voteVerbs'
import type { KnownLock } from './world'

const WEEK = 7 * 24 * 3600
/** Of 52: an end is rounded down to a week, and counted from the block's own time. */
const MOST_WEEKS = 50
const WHOLE_BPS = 10_000

/** Makes a lock, lets it grow or end later, or takes an ended one out. */
export function changeLock({ world, rng }: Scene, busy: Set<string>, time: number): boolean {
  const who = idle(rng, theCast().patrons, busy)
  if (!who) return false
  const lock = world.locks.get(who.address.toLowerCase())
  const until = time + rng.int(3, MOST_WEEKS) * WEEK
  const amount = rng.amount(UNIT, 800n * UNIT)
  if (!lock || lock.amount === 0n) verbs.lockVotes(world, who, amount, until)
  else if (lock.endsAt <= time) verbs.withdrawLock(world, who)
  else if (!runsOn(lock, time)) return false
  else if (until >= lock.endsAt + WEEK) verbs.extendLock(world, who, until)
  else verbs.increaseLock(world, who, amount)
  return true
}

/** Every second vote is for a model of the other chain, which nobody there hears of. */
export function castVote({ world, other, rng }: Scene, busy: Set<string>, time: number): boolean {
  const who = idle(rng, theCast().patrons, busy)
  const lock = who && world.locks.get(who.address.toLowerCase())
  if (!lock || lock.amount === 0n || !runsOn(lock, time)) return false
  const side = rng.chance(50) ? world : other
  const model = side.modelId(rng.pick([...side.models.keys()]))
  const cast = [...lock.votes].reduce((sum, [voted, bps]) => sum + (voted === model ? 0 : bps), 0)
  verbs.vote(world, who, model, Math.min(rng.int(0, 60) * 100, WHOLE_BPS - cast))
  return true
}

/** Blocks that do not hold all that is queued spill into others, seconds later. */
function runsOn(lock: KnownLock, time: number): boolean {
  return lock.endsAt > time + 3600
}

import { functions, events as ve } from '../../abi/virtuals/veVirtual'
import type { DomainEvent, Origin } from '../../ledger/events'
import { accountId, lockId, poolId, tokenId } from '../../ledger/ids'
import type { AdapterContext, Answer, ProtocolLog, Read } from '../protocol'
import { reads, resultIn, wordIn } from '../reading'
import { contractOf } from './naming'

const WEEK_SECONDS = 604_800
/** of the contract on Base; its setter is silent */
const MAX_WEEKS = 104
/** An account may have 200 (MAX_POSITIONS): all of them would make a longer answer than is taken of an endpoint. */
const LOCKS_ASKED = 100n

/**
 * veVIRTUAL: locks that are numbered, and whose votes are another matter than their balance (`DelegateVotes`). No log tells
 * how long the longest is, and `Stake` not whether the lock renews itself: one that does is as long as the longest.
 */
export const voteLockHandlers = {
  ...reads(
    ve.Stake,
    (args, origin, context, _, [max, locks]) => {
      const maxWeeks = maxWeeksOf(context, max)
      return [
        escrow(origin, context, maxWeeks),
        {
          ...changed(args, origin),
          amount: args.amount,
          endsAt: origin.time + args.numWeeks * WEEK_SECONDS * 1000,
          permanent: args.numWeeks >= maxWeeks && renews(locks, args.id),
        },
      ]
    },
    undefined,
    (log, context) => [maxWeeksRead(log), ...(isLongest(log, context) ? [positionsRead(log)] : [])],
  ),
  ...reads(ve.Extend, (args, origin) => [
    { ...changed(args, origin), extendedSeconds: args.numWeeks * WEEK_SECONDS },
  ]),
  /** On and off: the lock begins anew, as long as the longest. Of an expired one too. */
  ...reads(
    ve.AutoRenew,
    (args, origin, context, _, [max]) => [
      {
        ...changed(args, origin),
        endsAt: origin.time + maxWeeksOf(context, max) * WEEK_SECONDS * 1000,
        restarts: true,
        permanent: args.autoRenew,
      },
    ],
    undefined,
    log => [maxWeeksRead(log)],
  ),
  ...reads(ve.Withdraw, (args, origin) => {
    const { pool, lock } = changed(args, origin)
    return [{ kind: 'voteUnlocked', origin, pool, lock, amount: args.amount }]
  }),
  /** Also by who has locked nothing, before anybody has. */
  ...reads(
    ve.DelegateChanged,
    (args, origin, context, _, [max]) => [
      escrow(origin, context, maxWeeksOf(context, max)),
      {
        kind: 'delegated',
        origin,
        pool: poolId(origin.chain, origin.contract),
        account: accountId(origin.chain, args.delegator),
        to: accountId(origin.chain, args.toDelegate),
      },
    ],
    undefined,
    log => [maxWeeksRead(log)],
  ),
  ...reads(ve.DelegateVotesChanged, (args, origin) => [
    {
      kind: 'votesCounted',
      origin,
      pool: poolId(origin.chain, origin.contract),
      account: accountId(origin.chain, args.delegate),
      votes: args.newVotes,
    },
  ]),
}

function escrow(origin: Origin, context: AdapterContext, maxWeeks: number): DomainEvent {
  return {
    kind: 'poolCreated',
    origin,
    pool: poolId(origin.chain, origin.contract),
    poolKind: 'VOTE_ESCROW',
    asset: tokenId(origin.chain, contractOf(context, 'virtual')),
    unbondingSeconds: 0,
    virtualAssets: 0n,
    virtualShares: 0n,
    escrow: { formula: 'RATE', maxLockSeconds: maxWeeks * WEEK_SECONDS, lockStepSeconds: 1 },
    ifAbsent: true,
  }
}

function changed({ user, id }: { user: string; id: bigint }, origin: Origin) {
  const pool = poolId(origin.chain, origin.contract)
  return {
    kind: 'voteLockChanged',
    origin,
    pool,
    lock: lockId(pool, id),
    account: accountId(origin.chain, user),
    amount: 0n,
  } satisfies DomainEvent
}

function maxWeeksRead({ address }: ProtocolLog): Read {
  return { to: address, call: functions.maxWeeks.encode({}), once: true }
}

function positionsRead(log: ProtocolLog): Read {
  const { user: account } = ve.Stake.decode(log)
  return { to: log.address, call: functions.getPositions.encode({ account, start: 0n, count: LOCKS_ASKED }) }
}

function isLongest(log: ProtocolLog, context: AdapterContext): boolean {
  return ve.Stake.decode(log).numWeeks >= maxWeeksOf(context, undefined)
}

function maxWeeksOf({ deployment }: AdapterContext, answer: Answer | undefined): number {
  const weeks = wordIn(answer)
  if (weeks !== undefined && weeks > 0n && weeks < 256n) return Number(weeks)
  return deployment.settings?.maxLockWeeks ?? MAX_WEEKS
}

/** At the block's end; what changed it meanwhile has a log of its own. Not answered: it does not. */
function renews(locks: Answer | undefined, id: bigint): boolean {
  return resultIn(functions.getPositions, locks)?.some(lock => lock.id === id && lock.autoRenew) ?? false
}

import { events } from '../../abi/veGauge/votingEscrow'
import type { DomainEvent, Origin } from '../../ledger/events'
import { accountId, lockId, poolId, tokenId } from '../../ledger/ids'
import { decodeEvent } from '../decodeEvent'
import type { AdapterContext, Answer, Handler, ProtocolLog } from '../protocol'
import { reads } from '../reading'
import { askForFirstLock, maxLockSeconds } from './maxLock'
import { lockedToken, tokenOf } from './naming'

/** Locks end at whole weeks since 1970, rounded down (VotingEscrow.vy, WEEK). */
const WEEK = 604_800

/**
 * A `Deposit` of each type is what the lock is from there on: type 0 is somebody else's money for `provider`'s lock, 1
 * the lock itself, 2 more in it, 3 a later end, with a value of 0. Whoever pays, the lock is the provider's.
 */
export const escrowHandlers: Record<string, Handler> = {
  ...reads(
    events.Deposit,
    ({ provider, value, locktime }, origin, context, log, answers) => {
      const pool = poolId(origin.chain, origin.contract)
      return [
        ...(isFirst(log, context) ? begun(pool, origin, context, answers) : []),
        {
          kind: 'voteLockChanged',
          origin,
          pool,
          lock: lockId(pool, provider),
          account: accountId(origin.chain, provider),
          amount: value,
          endsAt: Number(locktime) * 1000,
        },
      ]
    },
    3,
    (log, context) => {
      if (!isFirst(log, context)) return []
      const { provider } = decodeEvent(events.Deposit, log)
      return [tokenOf(log.address), ...askForFirstLock(log.address, provider, context)]
    },
  ),
  ...reads(
    events.Withdraw,
    ({ provider, value }, origin) => {
      const pool = poolId(origin.chain, origin.contract)
      return [{ kind: 'voteUnlocked', origin, pool, lock: lockId(pool, provider), amount: value }]
    },
    2,
  ),
  /** After each of the others: what the escrow holds, which is what its locks add up to. */
  ...reads(
    events.Supply,
    ({ supply }, origin) => [
      { kind: 'escrowCounted', origin, pool: poolId(origin.chain, origin.contract), amount: supply },
    ],
    1,
  ),
}

/** The escrow held nothing before: its own count after says so. One without such a log may begin at any. */
function isFirst(log: ProtocolLog, { transaction }: AdapterContext): boolean {
  const count = transaction.after(log, log.address, events.Supply.topic)
  return !count || decodeEvent(events.Supply, count).prevSupply === 0n
}

/** No log announces an escrow: its first lock is its beginning. */
function begun(pool: string, origin: Origin, context: AdapterContext, answers: Answer[]): DomainEvent[] {
  const [ofToken, ...ofLock] = answers
  const token = lockedToken(context, ofToken)
  if (token === undefined) return []
  return [
    {
      kind: 'poolCreated',
      origin,
      pool,
      poolKind: 'VOTE_ESCROW',
      asset: tokenId(origin.chain, token),
      unbondingSeconds: 0,
      virtualAssets: 0n,
      virtualShares: 0n,
      escrow: {
        formula: 'SLOPE',
        maxLockSeconds: maxLockSeconds(context, ofLock),
        lockStepSeconds: WEEK,
      },
      ifAbsent: true,
    },
  ]
}

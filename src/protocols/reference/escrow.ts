/** VoteEscrow: one lock an account, whose votes steer to models of any chain. */
import { events } from '../../abi/reference/voteEscrow'
import type { DomainEvent, Origin } from '../../ledger/events'
import { accountId, gaugeId, lockId, namedModel, poolId, tokenId } from '../../ledger/ids'
import type { Handler } from '../protocol'
import { reads } from '../reading'

export const escrowHandlers: Record<string, Handler> = {
  ...reads(
    events.EscrowOpened,
    ({ asset, maxLockSeconds, stepSeconds }, origin) => [
      {
        kind: 'poolCreated',
        origin,
        pool: poolOf(origin),
        poolKind: 'VOTE_ESCROW',
        asset: tokenId(origin.chain, asset),
        unbondingSeconds: 0,
        virtualAssets: 0n,
        virtualShares: 0n,
        escrow: { formula: 'LINEAR', maxLockSeconds, lockStepSeconds: stepSeconds },
      },
    ],
    1,
  ),
  ...reads(
    events.LockChanged,
    ({ account, added, endsAt }, origin): DomainEvent[] => [
      { ...lockOf(origin, account), kind: 'voteLockChanged', amount: added, endsAt: Number(endsAt) * 1000 },
    ],
    2,
  ),
  ...reads(
    events.Withdrawn,
    ({ account, amount }, origin): DomainEvent[] => {
      const { pool, lock } = lockOf(origin, account)
      return [{ kind: 'voteUnlocked', origin, pool, lock, amount }]
    },
    2,
  ),
  /** Each model that is voted for is a gauge; what a voter wrote and is no model's id is kept as a rejected log. */
  ...reads(
    events.Voted,
    ({ account, ballot, model, bps }, origin): DomainEvent[] => [
      {
        ...lockOf(origin, account),
        kind: 'steeringVoteCast',
        gauge: gaugeId(origin.chain, origin.contract, ballot),
        model: namedModel(model),
        weightBps: bps,
      },
    ],
    3,
  ),
}

function lockOf(origin: Origin, address: string) {
  const pool = poolOf(origin)
  return { origin, pool, lock: lockId(pool, address), account: accountId(origin.chain, address) }
}

function poolOf(origin: Origin): string {
  return poolId(origin.chain, origin.contract)
}

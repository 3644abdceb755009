import { events as delegation } from '../../abi/eigenlayer/delegationManager'
import type { Origin } from '../../ledger/events'
import type { WithdrawalQueued } from '../../ledger/eventsRestaking'
import { beaconChainEth, type Ids, reads } from './reading'
import { askForDelay, withdrawalDelay } from './withdrawalDelay'

interface Withdrawal {
  staker: string
  delegatedTo: string
  withdrawer: string
  nonce: bigint
  startBlock: number
  strategies: string[]
}

/** Completion carries the root alone: as what it was paid, the next logs tell; before the slashing release, those before. */
export const withdrawalHandlers = {
  ...reads(
    delegation.SlashingWithdrawalQueued,
    (args, ids, origin, context, answers) => [
      queued(
        args.withdrawalRoot,
        args.withdrawal,
        args.withdrawal.scaledShares,
        args.sharesToWithdraw,
        ids,
        origin,
        withdrawalDelay(context, answers),
      ),
    ],
    askForDelay,
  ),
  ...reads(
    delegation.WithdrawalQueued,
    (args, ids, origin, context, answers) => [
      queued(
        args.withdrawalRoot,
        args.withdrawal,
        args.withdrawal.shares,
        args.withdrawal.shares,
        ids,
        origin,
        withdrawalDelay(context, answers),
      ),
    ],
    askForDelay,
  ),
  ...reads(delegation.SlashingWithdrawalCompleted, (args, ids, origin) => [
    { kind: 'withdrawalCompleted', origin, withdrawal: ids.withdrawal(args.withdrawalRoot) },
  ]),
  ...reads(delegation.WithdrawalCompleted, (args, ids, origin) => [
    {
      kind: 'withdrawalCompleted',
      origin,
      withdrawal: ids.withdrawal(args.withdrawalRoot),
      isPaidBefore: true,
    },
  ]),
}

function queued(
  root: string,
  withdrawal: Withdrawal,
  scaled: bigint[],
  sharesThen: bigint[],
  ids: Ids,
  origin: Origin,
  delay: bigint,
): WithdrawalQueued {
  const { strategies } = withdrawal
  if (scaled.length !== strategies.length || sharesThen.length !== strategies.length)
    throw new Error('lists of different lengths')
  return {
    kind: 'withdrawalQueued',
    origin,
    withdrawal: ids.withdrawal(root),
    account: ids.account(withdrawal.staker),
    operator: ids.accountOrNone(withdrawal.delegatedTo),
    withdrawer: ids.account(withdrawal.withdrawer),
    nonce: withdrawal.nonce,
    startBlock: BigInt(withdrawal.startBlock),
    delay,
    parts: strategies.map((strategy, i) => ({
      pool: ids.pool(strategy),
      scaledShares: scaled[i]!,
      sharesThen: sharesThen[i]!,
      isPod: strategy === beaconChainEth,
    })),
  }
}

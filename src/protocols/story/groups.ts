import { events as grouping } from '../../abi/story/groupingModule'
import { accountId } from '../../ledger/ids'
import { reads } from '../reading'
import { ipModel } from './naming'

/**
 * The registry's `IPRegistered` of the group comes before, in the same transaction. `CollectedRoyaltiesToGroupPool`
 * and `ClaimedReward` are not read: they repeat the vault's `RevenueTokenClaimed` and the payouts' `RoyaltyPaid`.
 */
export const groupingHandlers = {
  ...reads(grouping.IPGroupRegistered, (args, origin) => [
    {
      kind: 'groupRegistered',
      origin,
      group: ipModel(origin.chain, args.groupId),
      pool: accountId(origin.chain, args.groupPool),
    },
  ]),
  ...reads(grouping.AddedIpToGroup, (args, origin) =>
    args.ipIds.map(ipId => ({
      kind: 'groupJoined',
      origin,
      group: ipModel(origin.chain, args.groupId),
      member: ipModel(origin.chain, ipId),
    })),
  ),
  ...reads(grouping.RemovedIpFromGroup, (args, origin) =>
    args.ipIds.map(ipId => ({
      kind: 'groupLeft',
      origin,
      group: ipModel(origin.chain, args.groupId),
      member: ipModel(origin.chain, ipId),
    })),
  ),
}

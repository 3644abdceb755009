import { events as v2 } from '../../abi/virtuals/agentRewardV2'
import { events as v3 } from '../../abi/virtuals/agentRewardV3'
import type { DomainEvent, Origin } from '../../ledger/events'
import { accountId, tokenId } from '../../ledger/ids'
import type { AdapterContext } from '../protocol'
import { reads } from '../reading'
import { agentModel, contractOf, contributionModel } from './naming'

interface Paid {
  virtualId: bigint
  amount: bigint
}

/** A second claim pays 0, and is none. */
function reward(
  rewardKind: 'STAKER' | 'VALIDATOR',
  account: string,
  { virtualId, amount }: Paid,
  origin: Origin,
  context: AdapterContext,
): DomainEvent[] {
  if (amount === 0n) return []
  return [
    {
      kind: 'rewardPaid',
      origin,
      rewardKind,
      model: agentModel(origin.chain, virtualId),
      account: accountId(origin.chain, account),
      token: tokenId(origin.chain, contractOf(context, 'virtual')),
      amount,
    },
  ]
}

export const rewardV2Handlers = {
  ...reads(v2.StakerRewardClaimed, (args, origin, context) =>
    reward('STAKER', args.staker, args, origin, context),
  ),
  ...reads(v2.ValidatorRewardClaimed, (args, origin, context) =>
    reward('VALIDATOR', args.validator, args, origin, context),
  ),
  /**
   * What a service earned is in no event before it is claimed: it accrues with its claim. Of the total, `childrenAmount`
   * came from contributions that build on it, and it is not told from which.
   */
  ...reads(v2.ServiceRewardsClaimed, (args, origin, context) => {
    const model = contributionModel(origin.chain, args.nftId)
    const token = tokenId(origin.chain, contractOf(context, 'virtual'))
    const account = accountId(origin.chain, args.account)
    if (args.childrenAmount > args.total) throw new RangeError('children earned more than the whole')
    const accrued = (accrualKind: 'OWN' | 'OTHER', amount: bigint): DomainEvent[] =>
      amount === 0n
        ? []
        : [
            {
              kind: 'royaltyAccrued',
              origin,
              accrualKind,
              from: model,
              to: model,
              token,
              amount,
              beneficiary: account,
            },
          ]
    return [
      ...accrued('OWN', args.total - args.childrenAmount),
      ...accrued('OTHER', args.childrenAmount),
      { kind: 'royaltyClaimed', origin, account, token, amount: args.total, model },
    ]
  }),
}

export const rewardV3Handlers = {
  ...reads(v3.StakerRewardClaimed, (args, origin, context) =>
    reward('STAKER', args.staker, args, origin, context),
  ),
  ...reads(v3.ValidatorRewardClaimed, (args, origin, context) =>
    reward('VALIDATOR', args.validator, args, origin, context),
  ),
}

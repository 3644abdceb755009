import { functions, events as v2 } from '../../abi/virtuals/agentRewardV2'
import { events as v3, functions as v3Functions } from '../../abi/virtuals/agentRewardV3'
import type { DomainEvent, Origin } from '../../ledger/events'
import { accountId, tokenId } from '../../ledger/ids'
import type { AdapterContext, Answer, ProtocolLog, Read } from '../protocol'
import { reads, resultIn, wordIn } from '../reading'
import { agentModel, contractOf, contributionModel } from './naming'

/** Shares are of it (DENOMINATOR). */
const POINTS = 10_000n
/** Place of a share in what `getRewardSettings()` answers. */
const PARENT_SHARES = 3
const STAKER_SHARES = 1

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
  /** The event has what the pots are; how contributions share theirs is the ledger's to work out. */
  ...reads(
    v2.NewAgentReward,
    (args, origin, context, _, [settings]) => {
      const model = agentModel(origin.chain, args.virtualId)
      const token = tokenId(origin.chain, contractOf(context, 'virtual'))
      const parentShares = wordIn(settings, PARENT_SHARES)
      const round: DomainEvent = {
        kind: 'rewardRoundOpened',
        origin,
        model,
        number: BigInt(args.mainIndex),
        token,
        validatorAmount: args.validatorAmount,
        contributorAmount: args.contributorAmount,
      }
      // Where nobody answers, contributions are known to have earned what they claim, once they do.
      if (parentShares === undefined || parentShares > POINTS) return [round]
      const { coreAmount } = args
      return [round, { kind: 'contributorsRewarded', origin, model, token, coreAmount, parentShares }]
    },
    undefined,
    settingsRead,
  ),
  ...reads(v2.ServiceRewardsClaimed, (args, origin, context) => [
    {
      kind: 'contributionRewardClaimed',
      origin,
      contribution: contributionModel(origin.chain, args.nftId),
      account: accountId(origin.chain, args.account),
      token: tokenId(origin.chain, contractOf(context, 'virtual')),
      total: args.total,
      childrenAmount: args.childrenAmount,
    },
  ]),
}

export const rewardV3Handlers = {
  /** It has no amounts: the contract keeps the net one, and what each agent's pool was worth then, by which it is divided. */
  ...reads(
    v3.NewReward,
    (args, origin, context, _, [reward, settings]) => {
      const token = tokenId(origin.chain, contractOf(context, 'virtual'))
      const stakerShares = wordIn(settings, STAKER_SHARES)
      const kept = rewardIn(reward)
      const all = kept?.lpValues.reduce((sum, value) => sum + value, 0n) ?? 0n
      if (!kept || stakerShares === undefined || stakerShares > POINTS || all === 0n) return []
      return kept.virtualIds.map((virtualId, i): DomainEvent => {
        const amount = (kept.lpValues[i]! * kept.amount) / all
        const stakerAmount = (amount * stakerShares) / POINTS
        return {
          kind: 'rewardRoundOpened',
          origin,
          model: agentModel(origin.chain, virtualId),
          number: args.pos,
          token,
          stakerAmount,
          validatorAmount: amount - stakerAmount,
        }
      })
    },
    undefined,
    log => {
      const { pos } = v3.NewReward.decode(log)
      return [{ to: log.address, call: v3Functions.getReward.encode({ pos }) }, ...settingsRead(log)]
    },
  ),
  ...reads(v3.StakerRewardClaimed, (args, origin, context) =>
    reward('STAKER', args.staker, args, origin, context),
  ),
  ...reads(v3.ValidatorRewardClaimed, (args, origin, context) =>
    reward('VALIDATOR', args.validator, args, origin, context),
  ),
}

/** The settings at the block's end: V2's and V3's view has one name. */
function settingsRead({ address }: ProtocolLog): Read[] {
  return [{ to: address, call: functions.getRewardSettings.encode({}) }]
}

interface Reward {
  amount: bigint
  lpValues: bigint[]
  virtualIds: bigint[]
}

/** Undefined: nobody answered, or the lists are no pair. */
function rewardIn(answer: Answer | undefined): Reward | undefined {
  const reward = resultIn(v3Functions.getReward, answer)
  return reward?.lpValues.length === reward?.virtualIds.length ? reward : undefined
}

import { events as delegation } from '../../abi/eigenlayer/delegationManager'
import { events as pods } from '../../abi/eigenlayer/eigenPodManager'
import { events as rewards } from '../../abi/eigenlayer/rewardsCoordinator'
import { events as manager } from '../../abi/eigenlayer/strategyManager'
import { events as managerV1 } from '../../abi/eigenlayer/strategyManagerV1'
import { nativeToken, tokenId } from '../../ledger/ids'
import { beaconChainEth, reads } from './reading'

export const depositHandlers = {
  ...reads(manager.Deposit, (args, ids, origin) => [
    {
      kind: 'restakeDeposited',
      origin,
      pool: ids.pool(args.strategy),
      account: ids.account(args.staker),
      shares: args.shares,
    },
  ]),
  ...reads(managerV1.Deposit, (args, ids, origin) => [
    {
      kind: 'restakeDeposited',
      origin,
      pool: ids.pool(args.strategy),
      account: ids.account(args.staker),
      shares: args.shares,
      token: tokenId(origin.chain, args.token),
    },
  ]),
}

/** A forced undelegation is told besides the undelegation. */
export const delegationHandlers = {
  ...reads(delegation.StakerDelegated, (args, ids, origin) => [
    {
      kind: 'restakerDelegated',
      origin,
      account: ids.account(args.staker),
      operator: ids.account(args.operator),
    },
  ]),
  ...reads(delegation.StakerUndelegated, (args, ids, origin) => [
    { kind: 'restakerDelegated', origin, account: ids.account(args.staker) },
  ]),
  ...reads(delegation.DepositScalingFactorUpdated, (args, ids, origin) => [
    {
      kind: 'scalingFactorSet',
      origin,
      pool: ids.pool(args.strategy),
      account: ids.account(args.staker),
      factor: args.newDepositScalingFactor,
    },
  ]),
}

export const podHandlers = {
  ...reads(pods.NewTotalShares, (args, ids, origin) => [
    {
      kind: 'podSharesSet',
      origin,
      pool: ids.pool(beaconChainEth),
      asset: nativeToken(origin.chain),
      account: ids.account(args.podOwner),
      shares: args.newTotalShares,
    },
  ]),
  ...reads(pods.PodSharesUpdated, (args, ids, origin) => [
    {
      kind: 'podSharesMoved',
      origin,
      pool: ids.pool(beaconChainEth),
      asset: nativeToken(origin.chain),
      account: ids.account(args.podOwner),
      delta: args.sharesDelta,
    },
  ]),
  ...reads(pods.BeaconChainSlashingFactorDecreased, (args, ids, origin) => [
    {
      kind: 'beaconFactorSet',
      origin,
      pool: ids.pool(beaconChainEth),
      account: ids.account(args.staker),
      factor: args.newBeaconChainSlashingFactor,
    },
  ]),
  ...reads(pods.BurnableETHSharesIncreased, (args, ids, origin) => [
    { kind: 'burnableSharesMoved', origin, pool: ids.pool(beaconChainEth), delta: args.shares },
  ]),
}

export const rewardHandlers = reads(rewards.RewardsClaimed, (args, ids, origin) => [
  {
    kind: 'restakingRewardClaimed',
    origin,
    root: args.root,
    earner: ids.account(args.earner),
    claimer: ids.account(args.claimer),
    recipient: ids.account(args.recipient),
    token: tokenId(origin.chain, args.token),
    amount: args.claimedAmount,
  },
])

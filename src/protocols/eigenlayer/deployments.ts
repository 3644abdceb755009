import type { Deployment } from '../protocol'

/** Chain id -> deployment: the addresses that EigenLayer publishes for its mainnet and its test networks. */
export const deployments: Record<number, Deployment> = {
  1: {
    contracts: {
      strategyManager: '0x858646372cc42e1a627fce94aa7a7033e7cf075a',
      delegationManager: '0x39053d51b77dc0d36036fc1fcc8cb819df8ef37a',
      allocationManager: '0x948a420b8cc1d6bfd0b6087c2e7c344a2cd0bc39',
      rewardsCoordinator: '0x7750d328b314effa365a0402ccfd489b80b0adda',
    },
    firstBlock: 17_445_563,
  },
  11155111: {
    contracts: {
      strategyManager: '0x2e3d6c0744b10eb0a4e6f679f71554a39ec47a5d',
      delegationManager: '0xd4a7e1bd8015057293f0d0a557088c286942e84b',
      allocationManager: '0x42583067658071247ec8ce0a516a58f682002d07',
      rewardsCoordinator: '0x5ae8152fb88c26ff9ca5c014c94fca3c68029349',
    },
    firstBlock: 8_086_200,
  },
}

/** What each address of a deployment is; in a config file these are the keys of `contracts`. */
export const roles = {
  allocationManager: { required: true, doc: 'AllocationManager: magnitudes, allocations, slashes' },
  delegationManager: { required: false, doc: 'DelegationManager: delegation, operator shares, withdrawals' },
  strategyManager: { required: false, doc: 'StrategyManager: deposits, burnable shares' },
  rewardsCoordinator: { required: false, doc: 'RewardsCoordinator: rewards claimed' },
  eigenPodManager: { required: false, doc: 'EigenPodManager: shares of beacon chain ETH' },
  strategyFactory: { required: false, doc: 'StrategyFactory: tokens of strategies' },
}

/** What a config file may set. */
export const settings = {
  withdrawalDelayBlocks:
    'minWithdrawalDelayBlocks() of the DelegationManager, where no endpoint can be asked for it',
}

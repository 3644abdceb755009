import type { Of } from './origin'

/*
 * What restaking contracts say (EigenLayer): see events.ts for ids. A strategy is named by its pool's id, magnitudes,
 * scaling and slashing factors are parts of 1e18, shares are the strategy's, not its token's.
 */

/** An AVS's operator set. */
export interface OperatorSet {
  /** account id */
  avs: string
  /** uint32 */
  number: bigint
  /** model that the AVS serves */
  model?: string
}

export interface StrategyTokenSet extends Of<'strategyTokenSet'> {
  pool: string
  token: string
}

/** The exchange rate was told: the next log says whether shares were made; after a completion it paid tokens. */
export interface StrategyPriced extends Of<'strategyPriced'> {
  pool: string
}

/** Any ERC-20 token moved. Counts where an end is a strategy of that token. */
export interface TokenMoved extends Of<'tokenMoved'> {
  token: string
  /** pool ids that the two addresses would have */
  fromPool: string
  toPool: string
  amount: bigint
}

/** Deposit shares were added: new money, or a withdrawal put back. */
export interface RestakeDeposited extends Of<'restakeDeposited'> {
  pool: string
  account: string
  shares: bigint
  /** where the log says it */
  token?: string
}

/** Beacon chain ETH: deposit shares are now so many, wei; may be below 0. */
export interface PodSharesSet extends Of<'podSharesSet'> {
  pool: string
  /** the native coin */
  asset: string
  account: string
  shares: bigint
}

/** Beacon chain ETH: a pod's shares changed, which may be a withdrawal put back, or what a deficit took of it. */
export interface PodSharesMoved extends Of<'podSharesMoved'> {
  pool: string
  asset: string
  account: string
  /** signed */
  delta: bigint
}

export interface BeaconFactorSet extends Of<'beaconFactorSet'> {
  pool: string
  account: string
  factor: bigint
}

export interface ScalingFactorSet extends Of<'scalingFactorSet'> {
  pool: string
  account: string
  factor: bigint
}

export interface RestakerDelegated extends Of<'restakerDelegated'> {
  account: string
  /** undefined: to nobody any more */
  operator?: string
}

/** `account` undefined: by a slash. */
export interface OperatorSharesMoved extends Of<'operatorSharesMoved'> {
  pool: string
  operator: string
  account?: string
  /** signed */
  delta: bigint
}

/** All that a slash took in a strategy: the operator's shares, and those of its queue. */
export interface OperatorSharesSlashed extends Of<'operatorSharesSlashed'> {
  pool: string
  operator: string
  shares: bigint
}

export interface MagnitudeSet extends Of<'magnitudeSet'> {
  pool: string
  operator: string
  which: 'MAX' | 'ENCUMBERED'
  magnitude: bigint
}

export interface AllocationSet extends Of<'allocationSet'> {
  pool: string
  operator: string
  set: OperatorSet
  magnitude: bigint
  effectBlock: bigint
}

/** How long an operator's next allocations wait, from a block on. */
export interface AllocationDelaySet extends Of<'allocationDelaySet'> {
  operator: string
  /** blocks */
  delay: bigint
  effectBlock: bigint
}

export interface OperatorWasSlashed extends Of<'operatorWasSlashed'> {
  operator: string
  set: OperatorSet
  parts: { pool: string; wadSlashed: bigint }[]
  reason?: string
}

export interface WithdrawalQueued extends Of<'withdrawalQueued'> {
  withdrawal: string
  account: string
  operator?: string
  withdrawer: string
  nonce: bigint
  startBlock: bigint
  /** blocks after it whose slashes reach it */
  delay: bigint
  /** `isPod`: deposit shares are told by `podSharesSet` */
  parts: { pool: string; scaledShares: bigint; sharesThen: bigint; isPod: boolean }[]
}

export interface WithdrawalCompleted extends Of<'withdrawalCompleted'> {
  withdrawal: string
  /** as a contract of before the slashing release tells it: what it paid is in the logs before, not after */
  isPaidBefore?: boolean
}

/** Slashed shares wait to be burned or redistributed (signed); without `slash` in a contract that does not number. */
export interface BurnableSharesMoved extends Of<'burnableSharesMoved'> {
  pool: string
  slash?: { set: OperatorSet; number: bigint }
  delta: bigint
}

export interface RestakingRewardClaimed extends Of<'restakingRewardClaimed'> {
  root: string
  earner: string
  claimer: string
  recipient: string
  token: string
  amount: bigint
}

export type RestakingEvent =
  | StrategyTokenSet
  | StrategyPriced
  | TokenMoved
  | RestakeDeposited
  | PodSharesSet
  | PodSharesMoved
  | BeaconFactorSet
  | ScalingFactorSet
  | RestakerDelegated
  | OperatorSharesMoved
  | OperatorSharesSlashed
  | MagnitudeSet
  | AllocationSet
  | AllocationDelaySet
  | OperatorWasSlashed
  | WithdrawalQueued
  | WithdrawalCompleted
  | BurnableSharesMoved
  | RestakingRewardClaimed

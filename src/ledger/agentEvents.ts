import type { Of } from './origin'

/** Domain events of models with contracts, contributors and rewards of their own; ids and units: see events.ts. */

/** A contract is the model's in this role from here on, instead of the one before. */
export interface ModelContractNamed extends Of<'modelContractNamed'> {
  model: string
  /** in the protocol's words: `token`, `dao`, `tba` */
  role: string
  /** account id; undefined: none has the role any more */
  account?: string
  /** anyone can add one: those that have the role keep it */
  beside?: boolean
}

/** Money reached an account. A fee where the account is the current `agentWallet` of one model, else nobody's. */
export interface WalletPaid extends Of<'walletPaid'> {
  /** id that the fee would have */
  fee: string
  /** account id */
  wallet: string
  payer: string
  token: string
  amount: bigint
}

/** The model's other pools of direct stake count for nothing from here on; what they hold can be withdrawn. */
export interface PoolsRetired extends Of<'poolsRetired'> {
  model: string
  /** the pool that counts */
  pool: string
}

/** The protocol took a model out of service, or put it back. */
export interface ModelSuspended extends Of<'modelSuspended'> {
  model: string
  suspended: boolean
}

/** Work was offered to a model: a version of one of its cores, or a dataset. Not accepted yet. */
export interface ContributionMade extends Of<'contributionMade'> {
  /** model id of its own */
  contribution: string
  /** model that it is offered to */
  model: string
  number: bigint
  nft: string
  /** contribution that it builds on; unchecked: may be of another model, or not exist */
  parent?: string
  /** contribution that it says to be trained on; holds only for a version */
  dataset?: string
  /** true: a version of the core; false: a dataset; undefined: not known */
  isModel?: boolean
  core?: number
}

export interface ContributionAccepted extends Of<'contributionAccepted'> {
  contribution: string
  core: number
  maturity: bigint
  impact: bigint
  /** true: a version of the core; false: a dataset */
  isModel: boolean
}

/** Absolute, of 10,000: it replaces what was there. Anyone may have it worked out again, also of what was rejected. */
export interface ContributionScored extends Of<'contributionScored'> {
  contribution: string
  maturity: bigint
  impact: bigint
}

/** The contribution is the present version of its core, in the place of the one before. */
export interface CoreReplaced extends Of<'coreReplaced'> {
  model: string
  core: number
  contribution: string
}

/** All votes that a delegate has in a pool now, as its contract counts them. */
export interface VotesCounted extends Of<'votesCounted'> {
  pool: string
  account: string
  votes: bigint
}

/** A patron was paid a reward of the protocol: no royalty, and no fee of the model. */
export interface RewardPaid extends Of<'rewardPaid'> {
  model: string
  account: string
  rewardKind: 'STAKER' | 'VALIDATOR'
  token: string
  amount: bigint
}

/** The protocol set aside what a model's patrons and contributors earned in a round. */
export interface RewardRoundOpened extends Of<'rewardRoundOpened'> {
  model: string
  number: bigint
  token: string
  /** undefined: in `validatorAmount` */
  stakerAmount?: bigint
  validatorAmount: bigint
  /** undefined: the round has none */
  contributorAmount?: bigint
}

/** Each core of a model has earned `coreAmount` in a round, which its accepted contributions share by their impact. */
export interface ContributorsRewarded extends Of<'contributorsRewarded'> {
  model: string
  token: string
  coreAmount: bigint
  /** of 10,000, what a contribution passes on to the one that it builds on */
  parentShares: bigint
}

/** A contribution's owner took what it earned, and what those that build on it passed on. */
export interface ContributionRewardClaimed extends Of<'contributionRewardClaimed'> {
  contribution: string
  account: string
  token: string
  total: bigint
  childrenAmount: bigint
}

export type AgentEvent =
  | ModelContractNamed
  | WalletPaid
  | PoolsRetired
  | ModelSuspended
  | ContributionMade
  | ContributionAccepted
  | ContributionScored
  | CoreReplaced
  | VotesCounted
  | RewardPaid
  | RewardRoundOpened
  | ContributorsRewarded
  | ContributionRewardClaimed

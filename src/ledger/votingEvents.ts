import type { VoteFormula } from '../measures/voteBalance'
import type { Of } from './origin'

/** Domain events of vote escrows and of what their votes steer; ids and units: see events.ts. */

/** How a vote escrow counts votes: see StakePool in schema.graphql. */
export interface EscrowRules {
  formula: VoteFormula
  maxLockSeconds: number
  /** 1: a lock may end at any second */
  lockStepSeconds: number
}

/**
 * A lock was made, or is another from here on; what the log does not say stays as it was. The amount is the account's
 * stake in the pool, one share a wei.
 */
export interface VoteLockChanged extends Of<'voteLockChanged'> {
  pool: string
  /** `lockId` of ids.ts: one an account, or numbered */
  lock: string
  account: string
  /** added, wei; 0: only its time changes */
  amount: bigint
  /** milliseconds since 1970; rounded down to the pool's step */
  endsAt?: number
  /** seconds by which the end moves on, where the log says that instead */
  extendedSeconds?: number
  /** declines anew from this block on */
  restarts?: boolean
  permanent?: boolean
}

/** `amount` of a lock was taken out. */
export interface VoteUnlocked extends Of<'voteUnlocked'> {
  pool: string
  lock: string
  amount: bigint
}

/** From here on locks can vote for the gauge. Its model may be on another chain. */
export interface GaugeAdded extends Of<'gaugeAdded'> {
  /** `gaugeId` of ids.ts */
  gauge: string
  pool: string
  /** undefined: nobody knows of one */
  model?: string
  gaugeType?: bigint
  /** given besides votes, wei */
  weight: bigint
}

/** An admin set a gauge's whole weight; votes that there are go on declining, and later ones are added. */
export interface GaugeWeightSet extends Of<'gaugeWeightSet'> {
  gauge: string
  weight: bigint
  /** from when on it holds, milliseconds since 1970 */
  from: number
}

/** Absolute: it replaces the account's former vote for the gauge, and counts with the lock as it is now. */
export interface SteeringVoteCast extends Of<'steeringVoteCast'> {
  gauge: string
  pool: string
  account: string
  lock: string
  weightBps: number
  /** where gauges are not announced and the vote itself names a model; it may be on another chain */
  model?: string
}

/** What an escrow says that it holds, which is what its locks add up to. */
export interface EscrowCounted extends Of<'escrowCounted'> {
  pool: string
  /** wei */
  amount: bigint
}

/** Votes for gauges of a type count by its weight. */
export interface GaugeTypeWeighted extends Of<'gaugeTypeWeighted'> {
  /** `gaugeTypeId` of ids.ts */
  gaugeType: string
  /** as `GaugeAdded.gaugeType` */
  number: bigint
  weight: bigint
  /** from when on it holds, milliseconds since 1970 */
  from: number
}

export interface GaugeTypeNamed extends Of<'gaugeTypeNamed'> {
  gaugeType: string
  name: string
}

export type VotingEvent =
  | VoteLockChanged
  | VoteUnlocked
  | GaugeAdded
  | GaugeWeightSet
  | SteeringVoteCast
  | EscrowCounted
  | GaugeTypeWeighted
  | GaugeTypeNamed

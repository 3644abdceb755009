/**
 * Domain events: what a protocol's log means, in the field's words. A closed union: the ledger's `switch` on
 * `kind` does not compile when a member is forgotten.
 *
 * Ids (all lower case, all begin with the CAIP-2 chain, except a model id that names another chain's model):
 * - account `eip155:1:0x…` (CAIP-10)
 * - token   `eip155:1/erc20:0x…` (CAIP-19), native coin `eip155:1/slip44:60`
 * - NFT     `eip155:1/erc721:0x…/12` (CAIP-19)
 * - model   `eip155:1514/story:0x…`, `eip155:31337/reference:12`
 * - pool    `eip155:31337/pool:0x…`
 * Amounts are bigint in the token's smallest unit (wei), shares of a royalty are ppm (1,000,000 = 100 %).
 */

import type { AgentEvent } from './agentEvents'
import type { AttestationEvent } from './attestationEvents'
import type { CurveEvent } from './curveEvents'
import type { RestakingEvent } from './eventsRestaking'
import type { Of, Origin } from './origin'
import type { PriceReported } from './priceEvents'
import type { SplitEvent } from './splitEvents'
import type { EscrowRules, VotingEvent } from './votingEvents'

export type { Origin }

export type ModelKind = 'MODEL' | 'GROUP' | 'DATASET' | 'COMPONENT' | 'SERVICE'
export type EdgeRole = 'PARENT' | 'DATASET' | 'COMPONENT' | 'SERVICE'
export type PoolKind = 'DIRECT' | 'LIQUID' | 'RESTAKING' | 'VOTE_ESCROW' | 'BONDING_CURVE' | 'VAULT'
export type FeeKind = 'USAGE' | 'LICENSE' | 'SALE' | 'DONATION' | 'TAX'
/**
 * How an edge's share travels further up.
 * - `HOP`: of what the child received, the parent gets the share, and passes its own parents' share on
 *   (reference protocol, Story LRP). Along a path shares multiply.
 * - `ABSOLUTE`: the parent gets the share of every descendant's revenue, once a path (Story LAP).
 * - `EXTERNAL`: a policy outside the protocol; moves no fee the protocol knows of.
 * - `NONE`: the link carries no royalty.
 */
export type RoyaltyPolicy = 'HOP' | 'ABSOLUTE' | 'EXTERNAL' | 'NONE'
/**
 * Where a royalty accrual came from.
 * - `OWN`: the part of a fee that stays with the model it was paid for (from = to).
 * - `ANCESTOR`: the part that reached an ancestor.
 * - `HOLDING`: revenue of royalty tokens that a model's own vault or account holds (Story: a vault's claim).
 * - `GROUP`: a group's pool paying its member.
 * - `OTHER`: revenue that a vault was given and no event explains (from = to); an outside policy can do that.
 */
export type AccrualKind = 'OWN' | 'ANCESTOR' | 'HOLDING' | 'GROUP' | 'OTHER'
export type DisputeStatus = 'RAISED' | 'UPHELD' | 'REJECTED' | 'RESOLVED' | 'CANCELLED'

/**
 * A share of a royalty as the contract has it: numerator / denominator. No one scale holds every protocol's (basis
 * points, 1e8 for a whole, 1e18, one allocation of a total of any size), so each keeps its own.
 */
export interface Share {
  numerator: bigint
  denominator: bigint
}

export interface ModelRegistered extends Of<'modelRegistered'> {
  model: string
  modelKind: ModelKind
  /** the NFT whose owner owns the model; the owner follows `nftTransferred` */
  nft?: string
  tokenId?: bigint
  /** account id; undefined: the owner of `nft` as known, else nobody */
  owner?: string
  creator?: string
  name?: string
  metadataUri?: string
  /** 0x-hex of the weights' hash */
  contentHash?: string
  /** ppm of a fork's revenue that new forks owe; undefined where each link has its own */
  forkRoyaltyPpm?: number
}

/** The registered model is a group. Its pool collects the group's revenue and pays the members. */
export interface GroupRegistered extends Of<'groupRegistered'> {
  group: string
  /** account id; one pool may serve several groups */
  pool: string
}

export interface GroupJoined extends Of<'groupJoined'> {
  group: string
  member: string
}

export interface GroupLeft extends Of<'groupLeft'> {
  group: string
  member: string
}

/** An NFT changed hands; to undefined = burned. Kept for every NFT contract, since it may precede the model. */
export interface NftTransferred extends Of<'nftTransferred'> {
  nft: string
  to?: string
}

export interface VersionPublished extends Of<'versionPublished'> {
  model: string
  /** 1 is the registration's; undefined: the protocol does not count, it is the next */
  number?: number
  contentHash?: string
  metadataUri?: string
  /** model that it came from */
  source?: string
  /** the protocol tells of it also where nothing is new: no version, where `contentHash` is the model's already */
  ifChanged?: boolean
}

/** One edge child -> parent. Emitted again for the same edge it adds what was undefined before. */
export interface ModelForked extends Of<'modelForked'> {
  child: string
  /** may name a model of another chain, or one never seen */
  parent: string
  role: EdgeRole
  ordinal: number
  share?: Share
  policy?: RoyaltyPolicy
  /** policy contract's account id, where the protocol has one */
  policyContract?: string
  /** id of a LicenseTerms row */
  terms?: string
}

export interface PoolCreated extends Of<'poolCreated'> {
  pool: string
  poolKind: PoolKind
  /** undefined: of no model */
  model?: string
  asset: string
  unbondingSeconds: number
  /** ERC-4626 virtual offset: assets = shares × (active + virtualAssets) / (totalShares + virtualShares) */
  virtualAssets: bigint
  virtualShares: bigint
  /** of a VOTE_ESCROW, and of no other */
  escrow?: EscrowRules
  /** nothing announces the pool: each log that may be its first makes it, where it is not there */
  ifAbsent?: boolean
}

/** `assets` entered the pool's active stake for `account`, who got `shares`. */
export interface Staked extends Of<'staked'> {
  pool: string
  account: string
  assets: bigint
  shares: bigint
}

/** `assets` left the active stake at once (no exit queue), burning `shares` of `account`. */
export interface Withdrawn extends Of<'withdrawn'> {
  pool: string
  account: string
  assets: bigint
  shares: bigint
}

/** Shares moved between patrons; no asset moved. */
export interface SharesTransferred extends Of<'sharesTransferred'> {
  pool: string
  from: string
  to: string
  shares: bigint
}

/** `shares` were burned, worth `assets`, which moved from active to exiting against `exitShares` of the queue. */
export interface ExitRequested extends Of<'exitRequested'> {
  pool: string
  requestId: string
  account: string
  shares: bigint
  assets: bigint
  exitShares: bigint
  /** milliseconds since 1970 */
  readyAt: number
}

export interface ExitPaid extends Of<'exitPaid'> {
  pool: string
  requestId: string
  account: string
  assets: bigint
}

export interface Slashed extends Of<'slashed'> {
  pool: string
  slasher?: string
  activeAssets: bigint
  exitingAssets: bigint
  reason?: string
}

/** Assets entered the active stake without shares: every share is worth more. */
export interface Compounded extends Of<'compounded'> {
  pool: string
  from: string
  assets: bigint
}

/** `assets` left the active stake for `account`'s shares, which another log burns. Yield may be in them that was not told. */
export interface AssetsWithdrawn extends Of<'assetsWithdrawn'> {
  pool: string
  account: string
  assets: bigint
}

/**
 * What a pool's contract says that it holds at a block's end. What no log of the block told came, or went, without
 * shares: yield, or a loss.
 */
export interface PoolValued extends Of<'poolValued'> {
  pool: string
  assets: bigint
  /** by which the contract converts shares; absent: as before */
  virtual?: { assets: bigint; shares: bigint }
}

/** Influence of `account`'s shares in the pool goes to `to` from now on (itself: no delegation). */
export interface Delegated extends Of<'delegated'> {
  pool: string
  account: string
  to: string
}

/** A payment for a model. gross = protocolFee + net. The only event that adds new money. */
export interface FeePaid extends Of<'feePaid'> {
  /** unique within the chain: names the fee in accruals */
  fee: string
  model: string
  feeKind: FeeKind
  payer: string
  /** a model that the payer says paid; nobody checks it, so the ledger keeps it only where it is registered */
  payerModel?: string
  token: string
  gross: bigint
  protocolFee: bigint
  net: bigint
}

/**
 * A payment for a model whose own part goes into its vault: an earlier log of the same transaction said how much
 * (`vaultRevenueAdded`), none where the ancestors get all. A fee like `feePaid`, unless the pool of the group
 * `payerModel` paid its member: then it is the group's money moving on, and new money to nobody.
 */
export interface VaultPaid extends Of<'vaultPaid'> {
  fee: string
  model: string
  feeKind: FeeKind
  payer: string
  payerModel?: string
  token: string
  gross: bigint
  protocolFee: bigint
  /** before the ancestors' part */
  net: bigint
}

/**
 * Money moved from a model to a model (from = to: what it keeps of its own fee).
 * `amount` is what `to` keeps: its beneficiary can claim it, or its pool got `patronsAmount` of it besides.
 */
export interface RoyaltyAccrued extends Of<'royaltyAccrued'> {
  accrualKind: AccrualKind
  from: string
  to: string
  token: string
  /** claimable by `beneficiary` */
  amount: bigint
  /** went to the patrons of `to`'s pool, not claimable; default 0 */
  patronsAmount?: bigint
  /** account to whom the protocol credits it; undefined: the vault of `to`, which an earlier log of the transaction says got it */
  beneficiary?: string
  /** fee it came from, where the protocol says */
  fee?: string
  /** ppm of the fee's net that this is, where the protocol says */
  sharePpm?: number
  /** model ids from the paid model to `to`, where the protocol says; joined by ' > ' */
  path?: string
  /** guid of the cross-chain message that brought it */
  guid?: string
}

/** One hop of a fee through the graph, gross of what the receiver passes on. For the flow's edges. */
export interface RoyaltyForwarded extends Of<'royaltyForwarded'> {
  from: string
  to: string
  token: string
  amount: bigint
  /** undefined: the protocol does not say */
  sharePpm?: number
  fee?: string
}

export interface RoyaltyClaimed extends Of<'royaltyClaimed'> {
  account: string
  token: string
  amount: bigint
  /** where the claim is of one model's revenue */
  model?: string
  /** account id of the vault that paid, where one did: its model is then the claim's */
  vault?: string
}

/** Money or a message left for, or came from, another chain; the two ends meet by guid. */
export interface CrossChainMoved extends Of<'crossChainMoved'> {
  guid: string
  direction: 'SENT' | 'RECEIVED'
  fromModel?: string
  toModel?: string
  token: string
  amount: bigint
  fee?: string
  /** who sent it, or whom it came to, on this chain */
  account?: string
  /** the messaging protocol's own number of the other chain (LayerZero's endpoint id) */
  peerEid?: bigint
}

/** A contract that holds a model's revenue and issues royalty tokens (ERC-20 shares of it). */
export interface VaultDeployed extends Of<'vaultDeployed'> {
  /** account id of the vault */
  vault: string
  model: string
}

/** Royalty tokens of a vault moved; from undefined: minted, to undefined: burned. May precede `vaultDeployed`. */
export interface VaultSharesMoved extends Of<'vaultSharesMoved'> {
  vault: string
  from?: string
  to?: string
  shares: bigint
}

/**
 * A vault's accumulated revenue grew: every holder's claimable grows with shares × revenue / supply. Where it came
 * from, another log of the transaction says: `vaultPaid`, `royaltyAccrued`, or a vault's `royaltyClaimed`.
 */
export interface VaultRevenueAdded extends Of<'vaultRevenueAdded'> {
  vault: string
  token: string
  amount: bigint
}

/** The vault's own figure of what a holder has been paid, and of what moves with its shares (before they move). */
export interface VaultDebtUpdated extends Of<'vaultDebtUpdated'> {
  vault: string
  account: string
  token: string
  /** signed, wei × royalty tokens: claimable = (shares × accumulated - debt) / supply, floored */
  debt: bigint
}

/** A contract whose own logs are read from here on. The indexer makes it from a protocol's `discovers`. */
export interface ContractDiscovered extends Of<'contractDiscovered'> {
  /** lower case */
  address: string
  /** role in the protocol */
  role: string
}

export interface LicenseTermsRegistered extends Of<'licenseTermsRegistered'> {
  terms: string
  template: string
  termsId: bigint
  /** ABI-encoded terms as emitted, 0x-hex */
  encoded: string
  policyContract?: string
  /** ppm of a derivative's revenue */
  commercialSharePpm?: number
  currency?: string
  mintingFee?: bigint
  uri?: string
}

export interface LicenseTermsAttached extends Of<'licenseTermsAttached'> {
  model: string
  terms: string
}

export interface LicenseMinted extends Of<'licenseMinted'> {
  license: string
  model: string
  terms: string
  receiver: string
  amount: bigint
  startTokenId?: bigint
}

export interface DisputeRaised extends Of<'disputeRaised'> {
  dispute: string
  model: string
  initiator: string
  evidenceHash?: string
  tag: string
}

export interface DisputeJudged extends Of<'disputeJudged'> {
  dispute: string
  upheld: boolean
}

/** Taint of a descendant or group by an upheld dispute of the previous hop. Carries an id of its own. */
export interface TaintInherited extends Of<'taintInherited'> {
  dispute: string
  model: string
  fromModel: string
  fromDispute: string
  tag: string
}

export interface DisputeClosed extends Of<'disputeClosed'> {
  dispute: string
  status: 'RESOLVED' | 'CANCELLED'
}

/**
 * A question to the chain (src/protocols/protocol.ts, `Read`) that no endpoint answers: what depends on it is missing
 * until one does. Of the same log as the events that were made without it.
 */
export interface ReadUnanswered extends Of<'readUnanswered'> {
  /** contract that was asked, lower-case address */
  to: string
  /** call data, lower-case hex */
  call: string
  blockHash: string
  once: boolean
}

/** A log that our contracts emitted and nobody could read: kept whole, with the reason. */
export interface LogRejected extends Of<'logRejected'> {
  topics: string[]
  data: string
  reason: string
}

export type DomainEvent =
  | ModelRegistered
  | GroupRegistered
  | GroupJoined
  | GroupLeft
  | NftTransferred
  | VersionPublished
  | ModelForked
  | PoolCreated
  | Staked
  | Withdrawn
  | SharesTransferred
  | ExitRequested
  | ExitPaid
  | Slashed
  | Compounded
  | AssetsWithdrawn
  | PoolValued
  | Delegated
  | VotingEvent
  | FeePaid
  | VaultPaid
  | RoyaltyAccrued
  | RoyaltyForwarded
  | RoyaltyClaimed
  | CrossChainMoved
  | VaultDeployed
  | VaultSharesMoved
  | VaultRevenueAdded
  | VaultDebtUpdated
  | ContractDiscovered
  | LicenseTermsRegistered
  | LicenseTermsAttached
  | LicenseMinted
  | DisputeRaised
  | DisputeJudged
  | TaintInherited
  | DisputeClosed
  | AttestationEvent
  | ReadUnanswered
  | RestakingEvent
  | PriceReported
  | LogRejected
  | AgentEvent
  | CurveEvent
  | SplitEvent

import { ratio, sum } from './ratio'

/** One account's stake in a pool, and who steers with it (itself where it is not delegated). */
export interface Steering {
  account: string
  delegate: string
  /** shares within one pool; assets where several pools are added up */
  stake: bigint
}

export interface Influence {
  account: string
  /** own stake that it did not delegate */
  own: bigint
  /** stake that others delegated to it */
  delegated: bigint
  /** (own + delegated) / all stake, 0 to 1, six decimals */
  share: number
}

/**
 * Influence of each account on a model: (own stake that it kept + stake delegated to it) / Σ stake. Delegation does
 * not travel on: what a delegate was given it cannot pass further (DirectPool.influenceOf). The most influential
 * first, then by account. Accounts without influence are left out; the shares add up to 1, up to rounding.
 *
 * @example influence([{ account: 'a', delegate: 'b', stake: 1n }, { account: 'b', delegate: 'b', stake: 3n }]) // [{ account: 'b', own: 3n, delegated: 1n, share: 1 }]
 */
export function influence(positions: readonly Steering[]): Influence[] {
  const total = sum(positions.map(position => position.stake))
  const byAccount = new Map<string, { own: bigint; delegated: bigint }>()
  for (const { account, delegate, stake } of positions) {
    if (stake === 0n) continue
    const entry = byAccount.get(delegate) ?? { own: 0n, delegated: 0n }
    if (account === delegate) entry.own += stake
    else entry.delegated += stake
    byAccount.set(delegate, entry)
  }
  return [...byAccount]
    .map(([account, { own, delegated }]) => ({
      account,
      own,
      delegated,
      share: ratio(own + delegated, total, 6) ?? 0,
    }))
    .sort((a, b) => {
      const left = a.own + a.delegated
      const right = b.own + b.delegated
      return left > right ? -1 : left < right ? 1 : a.account < b.account ? -1 : 1
    })
}

/**
 * A model's influence: its stake / all stake, 0 to 1, six decimals; null where nothing is staked anywhere.
 *
 * @example stakeShare(25n, 100n) // 0.25
 */
export function stakeShare(stake: bigint, allStake: bigint): number | null {
  return ratio(stake, allStake, 6)
}

/**
 * A model's influence by votes, beside that by stake: Σ weight of its gauges / Σ weight of all gauges of the escrows of
 * one token, 0 to 1, six decimals. A gauge's weight is what its votes weigh at one time, that of the newest block (see
 * `votePower` and `gaugeWeight`): integers, added up and divided once, at the end. Null where nothing has a weight.
 *
 * A lock of 1000 for a quarter of the longest time has 250 votes; 60 % of them for one model and 40 % for another, which
 * half of the lock's time later weigh 75 and 50:
 *
 * @example voteShare(150n, 150n + 100n) // 0.6
 * @example voteShare(votePower({ amount: 1000n, start: 0n, end: 100n, permanent: false, weightBps: 6000 }, { formula: 'LINEAR', maxLock: 400n }, 50n), 125n) // 0.6
 */
export function voteShare(weight: bigint, allWeight: bigint): number | null {
  return ratio(weight, allWeight, 6)
}

export interface VoteInfluence {
  account: string
  /** weight of its votes for the model */
  votes: bigint
  /** of all votes for the model, 0 to 1, six decimals */
  share: number
}

/**
 * Influence by votes of each account on a model: weight of its votes for it / Σ weight of all votes for it. What an admin
 * gave a gauge besides is nobody's. The most influential first, then by account; accounts without votes are left out.
 *
 * @example voteInfluence([{ account: 'a', votes: 1n }, { account: 'b', votes: 3n }]) // [{ account: 'b', votes: 3n, share: 0.75 }, { account: 'a', votes: 1n, share: 0.25 }]
 */
export function voteInfluence(votes: readonly { account: string; votes: bigint }[]): VoteInfluence[] {
  const total = sum(votes.map(vote => vote.votes))
  return votes
    .filter(vote => vote.votes > 0n)
    .map(({ account, votes }) => ({ account, votes, share: ratio(votes, total, 6) ?? 0 }))
    .sort((a, b) => (a.votes > b.votes ? -1 : a.votes < b.votes ? 1 : a.account < b.account ? -1 : 1))
}

/**
 * Share of the stake that steers for somebody else than who staked it: Σ stake with delegate ≠ account / Σ stake,
 * 0 to 1, six decimals; null where nothing is staked.
 *
 * @example delegatedShare([{ account: 'a', delegate: 'b', stake: 1n }, { account: 'b', delegate: 'b', stake: 3n }]) // 0.25
 */
export function delegatedShare(positions: readonly Steering[]): number | null {
  const delegated = positions.filter(position => position.account !== position.delegate)
  return ratio(
    sum(delegated.map(position => position.stake)),
    sum(positions.map(position => position.stake)),
    6,
  )
}

/**
 * Participation: stake that works / stake that could, 0 to 1, six decimals; null where there is none. Of a pool it
 * is active / (active + exiting): what waits in the exit queue can still be slashed, but no longer steers or earns.
 *
 * @example participation(90n, 10n) // 0.9
 */
export function participation(activeAssets: bigint, exitingAssets: bigint): number | null {
  return ratio(activeAssets, activeAssets + exitingAssets, 6)
}

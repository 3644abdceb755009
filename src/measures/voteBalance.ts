/**
 * How the votes of a lock follow from what is locked, t in whole seconds. All are 0 from the lock's end on.
 * - `SLOPE`: ⌊amount / max⌋ × (end − t), each second loses the same (Curve's VotingEscrow).
 * - `LINEAR`: ⌊amount × (end − t) / max⌋.
 * - `RATE`: value = ⌊amount × f / 10000⌋, f = ⌊weeks × 10000 / max in weeks⌋, at most 10000, of the lock's whole weeks;
 *   value − ⌊(t − start) × ⌊value × 10000 / (end − start)⌋ / 10000⌋ (Virtuals' veVIRTUAL), and 0 before its start.
 */
export type VoteFormula = 'SLOPE' | 'LINEAR' | 'RATE'

/** How a vote escrow counts: see StakePool in schema.graphql. */
export interface VoteRules {
  formula: VoteFormula
  /** seconds */
  maxLock: bigint
}

/** A lock, or a vote as its lock was when it was cast; times in seconds since 1970. */
export interface Lock {
  /** wei */
  amount: bigint
  start: bigint
  end: bigint
  /** renews itself: counts with its whole amount at every time */
  permanent: boolean
}

const WEEK = 604_800n
const WHOLE = 10_000n

/**
 * Votes of a lock at a time, wei, as the contract's `balanceOf(account, t)` answers it from the lock's last change on.
 *
 * @example voteBalance({ amount: 1000n, start: 0n, end: 100n, permanent: false }, { formula: 'SLOPE', maxLock: 400n }, 50n) // 100n
 * @example voteBalance({ amount: 1000n, start: 0n, end: 100n, permanent: false }, { formula: 'LINEAR', maxLock: 400n }, 50n) // 125n
 * @example voteBalance({ amount: 1000n, start: 0n, end: 100n, permanent: true }, { formula: 'LINEAR', maxLock: 400n }, 500n) // 1000n
 */
export function voteBalance(lock: Lock, rules: VoteRules, at: bigint): bigint {
  const { amount, start, end, permanent } = lock
  if (permanent) return amount
  if (at >= end) return 0n
  switch (rules.formula) {
    case 'SLOPE':
      return (amount / rules.maxLock) * (end - at)
    case 'LINEAR':
      return (amount * (end - at)) / rules.maxLock
    case 'RATE': {
      if (at < start) return 0n
      const value = lockValue(lock, rules)
      return value - ((at - start) * ((value * WHOLE) / (end - start))) / WHOLE
    }
  }
}

/**
 * Votes that a lock loses a second, wei, floored: exact for `SLOPE`, where it is what the contract keeps as the slope.
 *
 * @example voteSlope({ amount: 1000n, start: 0n, end: 100n, permanent: false }, { formula: 'SLOPE', maxLock: 400n }) // 2n
 */
export function voteSlope(lock: Lock, rules: VoteRules): bigint {
  if (lock.permanent) return 0n
  return rules.formula === 'RATE'
    ? lockValue(lock, rules) / (lock.end - lock.start)
    : lock.amount / rules.maxLock
}

/**
 * What a vote weighs at a time, wei: its part of the lock, as that was when the vote was cast. Of `SLOPE` the slope is
 * divided and floored, ⌊slope × bps / 10000⌋ × (end − t), as Curve's GaugeController does; of others the balance.
 *
 * @example votePower({ amount: 1000n, start: 0n, end: 100n, permanent: false, weightBps: 5000 }, { formula: 'SLOPE', maxLock: 400n }, 50n) // 50n
 */
export function votePower(vote: Lock & { weightBps: number }, rules: VoteRules, at: bigint): bigint {
  const bps = BigInt(vote.weightBps)
  if (rules.formula !== 'SLOPE' || vote.permanent) return (voteBalance(vote, rules, at) * bps) / WHOLE
  return at >= vote.end ? 0n : votePowerSlope(vote, rules) * (vote.end - at)
}

/** What a vote loses a second, wei, floored (Curve: `vote_user_slopes(user, gauge).slope`). */
export function votePowerSlope(vote: Lock & { weightBps: number }, rules: VoteRules): bigint {
  return (voteSlope(vote, rules) * BigInt(vote.weightBps)) / WHOLE
}

/**
 * Weight of a gauge: its base and Σ votes, at least 0, wei.
 *
 * @example gaugeWeight(5n, [10n, 20n]) // 35n
 */
export function gaugeWeight(base: bigint, votes: Iterable<bigint>): bigint {
  let weight = base
  for (const vote of votes) weight += vote
  return weight > 0n ? weight : 0n
}

/** What one gauge weighs, and how often its type counts. */
export interface TypedWeight {
  weight: bigint
  typeWeight: bigint
}

/**
 * A gauge's part of all that its controller steers: ⌊10^18 × typeWeight × weight / Σ typeWeight × weight⌋ over the
 * controller's gauges, 10^18 = all; 0 where nothing has a weight (Curve's `gauge_relative_weight`).
 *
 * @example relativeWeight({ weight: 1n, typeWeight: 2n }, [{ weight: 1n, typeWeight: 2n }, { weight: 6n, typeWeight: 1n }]) // 250_000_000_000_000_000n
 */
export function relativeWeight(gauge: TypedWeight, all: Iterable<TypedWeight>): bigint {
  let total = 0n
  for (const { weight, typeWeight } of all) total += weight * typeWeight
  return total === 0n ? 0n : (10n ** 18n * gauge.typeWeight * gauge.weight) / total
}

function lockValue({ amount, start, end }: Lock, { maxLock }: VoteRules): bigint {
  const rate = (((end - start) / WEEK) * WHOLE) / (maxLock / WEEK)
  return (amount * (rate > WHOLE ? WHOLE : rate)) / WHOLE
}

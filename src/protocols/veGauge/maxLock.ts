import { functions } from '../../abi/veGauge/votingEscrow'
import type { AdapterContext, Answer, Read } from '../protocol'
import { wordIn } from '../reading'

/** Of Curve's VotingEscrow, and of most that copied it: 4 years of 365 days. */
const FOUR_YEARS = 126_144_000
const DAY = 86_400n
const LONGEST = 2n ** 31n - 1n

/**
 * MAXTIME is a constant without a view, but a lock's slope is ⌊amount / MAXTIME⌋ (VotingEscrow.vy, `_checkpoint`), so the
 * first lock is asked for both.
 */
export function askForFirstLock(
  votingEscrow: string,
  provider: string,
  { deployment }: AdapterContext,
): Read[] {
  if (deployment.settings?.maxLockSeconds !== undefined) return []
  return [
    { to: votingEscrow, call: functions.locked.encode({ arg0: provider }) },
    { to: votingEscrow, call: functions.get_last_user_slope.encode({ addr: provider }) },
  ]
}

/** Seconds: config's, else what the first lock tells, else Curve's. */
export function maxLockSeconds({ deployment }: AdapterContext, [locked, slope]: Answer[]): number {
  return (
    deployment.settings?.maxLockSeconds ?? longestOf(wordIn(locked) ?? 0n, wordIn(slope) ?? 0n) ?? FOUR_YEARS
  )
}

/**
 * The MAXTIME of which a lock of an amount has a slope: the one whole number of seconds, else the one of days, that it
 * can be; undefined: it can be several, as where the lock is of a few wei.
 *
 * @example longestOf(10n ** 18n, 10n ** 18n / 31_536_000n) // 31_536_000
 */
export function longestOf(amount: bigint, slope: bigint): number | undefined {
  if (slope <= 0n || slope > amount) return undefined
  const least = amount / (slope + 1n) + 1n
  const most = amount / slope
  const days = most / DAY
  const found = least === most ? most : days * DAY >= least && (days - 1n) * DAY < least ? days * DAY : 0n
  return found > 0n && found <= LONGEST ? Number(found) : undefined
}

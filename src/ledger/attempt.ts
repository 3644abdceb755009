import type { Origin } from './events'
import type { LedgerState } from './state'

/**
 * Does a log's work as a whole or not at all: what cannot be written afterwards, or fails, is taken back, and the log
 * rejected with the reason. Anyone can make a log; none may stop the chain. Where the state cannot take it back, it says
 * so (`isSpoilt`), and the fold begins again.
 */
export function attempt(state: LedgerState, origin: Origin, work: () => void): void {
  state.begin()
  let reason: string | undefined
  try {
    work()
    reason = state.misfit()
  } catch (error) {
    reason = `${error}`.split('\n', 1)[0]!
  }
  if (reason !== undefined && state.undo()) state.reject(origin, reason)
}

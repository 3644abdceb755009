import { applyEach } from './apply'
import { Breather } from './breather'
import type { DomainEvent } from './events'
import { addToStakeDays } from './stakeDays'
import { LedgerState, type Missing } from './state'

/** Reads the rows a fold missed and gives every one of them (or its absence) to `state.provide…`. */
export type Load = (missing: Missing, state: LedgerState) => Promise<void>

/** More rounds than any chain of references has: event -> pool -> position; NFT -> model -> vault -> holding -> debt. */
const MAX_ROUNDS = 12

/**
 * Folds the events into the state they change: runs them over what is loaded, loads in bulk what they asked for and
 * did not find, and starts again until nothing is missing, and no fact was there already that it took for new. The number of rounds is the depth of the references
 * between rows, two or three, and does not grow with the number of events.
 *
 * @param events in chain order, of one chain, every transaction's together
 */
export async function fold(
  events: DomainEvent[],
  load: Load,
  state = new LedgerState(),
): Promise<LedgerState> {
  const breather = new Breather()
  for (let round = 0; round < MAX_ROUNDS; round++) {
    state.restart()
    for (const _ of applyEach(state, events)) {
      if (breather.isDue) await breather.rest()
    }
    const missing = state.takeMissing()
    if (missing) await load(missing, state)
    const isWhole = !missing || (missing.rows.size + missing.lists.size === 0 && state.holds)
    if (isWhole) state.checkStates()
    if (state.isSpoilt) state.beCareful()
    else if (isWhole) {
      const days = addToStakeDays(state)
      if (!days) return state
      await load(days, state)
      addToStakeDays(state)
      return state
    }
  }
  throw new Error(
    `the ledger still misses rows after ${MAX_ROUNDS} rounds: a loader does not provide what it is asked for`,
  )
}

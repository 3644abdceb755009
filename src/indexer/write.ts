import type { Store } from '@subsquid/typeorm-store'
import type { LedgerState, Row } from '../ledger/state'

/** Writes a fold's outcome: facts are inserted, states upserted; a batch's statements do not grow with its logs. */
export async function write(store: Store, state: LedgerState): Promise<void> {
  for (const { states, facts } of state.changes()) {
    await store.upsert(states)
    await store.insert(facts as Row[])
  }
}

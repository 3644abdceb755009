import type { Store } from '@subsquid/typeorm-store'
import type { Changes } from './bulkWrite'

/**
 * Writes a hot batch through the store, which logs what a rollback needs: facts are inserted, states upserted. The rows
 * are those that a final batch's statements (bulkWrite.ts) would leave.
 */
export async function writeHot(store: Store, changes: Changes): Promise<void> {
  for (const { states, facts } of changes) {
    await store.upsert(states)
    await store.insert(facts)
  }
}

import type { Store } from '@subsquid/typeorm-store'
import { bulkWrite, type Changes } from './bulkWrite'
import { connectionOf, dataSourceOf, isFinal } from './storeConnection'

/**
 * Writes a fold's outcome: facts are inserted, states upserted; a batch's statements do not grow with its logs.
 * Final batches go in bulk, hot ones through the store, which logs what a rollback needs; the rows are the same.
 */
export async function write(store: Store, changes: Changes): Promise<void> {
  if (isFinal(store)) return bulkWrite(await connectionOf(store), dataSourceOf(store), changes)
  for (const { states, facts } of changes) {
    await store.upsert(states)
    await store.insert(facts)
  }
}

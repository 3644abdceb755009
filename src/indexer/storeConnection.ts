import type { Store } from '@subsquid/typeorm-store'
import type { PoolClient } from 'pg'
import type { EntityManager } from 'typeorm'

/**
 * What the Squid store keeps to itself and raw SQL needs. The one place that reaches into it, so that a new version of
 * the store is checked here (1.9.2: lib/store.js).
 */
interface StoreInternals {
  em(): EntityManager
  /** present: the batch is hot, and each write's former image is logged for a rollback */
  changes?: unknown
}

/** Rows of a final batch are never rolled back, so raw SQL, which the change log does not see, may write them. */
export function isFinal(store: Store): boolean {
  return (store as unknown as StoreInternals).changes === undefined
}

/** The connection of the store's open transaction. */
export async function connectionOf(store: Store): Promise<PoolClient> {
  const { queryRunner } = (store as unknown as StoreInternals).em()
  if (!queryRunner) throw new Error('the store has no open transaction')
  return (await queryRunner.connect()) as PoolClient
}

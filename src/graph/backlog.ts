import { randomUUID } from 'node:crypto'
import { announceMaking } from './acknowledgement'
import type { GraphContext } from './graphContext'
import { emptyOutbox, waitMoreThan } from './outbox'

/**
 * Keys that may wait for a Neo4j that does not take them. So many are some 250 MB of Postgres, and bringing them in takes
 * as long as making a graph of a million models anew. Beyond it, waiting would cost Postgres more than it saves Neo4j.
 */
export const MOST_WAITING = 2_000_000

/** Lets go of the waiting keys if they are too many: Neo4j is then made anew from the tables. */
export async function dropBacklog({ pool, logger, mostWaiting = MOST_WAITING }: GraphContext): Promise<void> {
  if (!(await waitMoreThan(pool, mostWaiting))) return
  // First the note: dying between the two, keys are missing of a graph that is to be made anew anyway.
  await announceMaking(pool, randomUUID())
  const removed = await emptyOutbox(pool)
  logger.warn(
    `${removed} changes waited for Neo4j, more than ${mostWaiting}: they are let go, and it will be made anew from the tables`,
  )
}

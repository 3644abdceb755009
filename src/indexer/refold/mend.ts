import type { ClientBase } from 'pg'
import { withSnapshot } from '../../postgres/snapshot'
import { type EntityTable, quote } from '../entityTable'
import {
  type Compared,
  compareChain,
  comparedColumns,
  type DifferingId,
  type Sides,
  SNAPSHOT_TIMEOUT_MS,
} from './compare'
import type { HeldChain } from './heldChain'
import { writeIndexedSources } from './indexedSources'
import { Refold, type RefoldOptions } from './refold'
import { manifestOf } from './sourceManifest'
import type { BlockRef } from './tableHeights'

/**
 * Makes a chain's rows what its logs make of them: folds it again up to its final block, compares, and writes what
 * differs, in short transactions. What is cut off is done again by the next call, or the next start of a processor.
 *
 * @param found is told of rows before they are written
 */
export async function mendChain(
  options: RefoldOptions,
  held: HeldChain,
  final: BlockRef,
  found: (sides: Sides, table: EntityTable, ids: DifferingId[]) => Promise<void> = async () => {},
): Promise<Compared> {
  const { pool, chain, sources, signal } = options
  await held.undoHot()
  return Refold.run(options, refold =>
    refold.steadily(async () => {
      await refold.toFinal(final)
      await refold.scratch.analyze()
      const wanted = manifestOf(sources)
      await held.write(client =>
        client
          .query(`UPDATE indexed_sources SET settled = false WHERE chain = $1`, [chain.caip2])
          .then(() => {}),
      )
      const compared = await withSnapshot(pool, { timeoutMs: SNAPSHOT_TIMEOUT_MS }, tables =>
        withSnapshot(refold.scratch.pool, { timeoutMs: SNAPSHOT_TIMEOUT_MS }, refolded => {
          const sides = { tables, refolded, scratch: refold.scratch, chain: chain.caip2 }
          return compareChain(sides, async (table, ids) => {
            signal.throwIfAborted()
            await refold.scratch.requireHeld()
            await found(sides, table, ids)
            await held.write(client => putRight(client, table, ids))
          })
        }),
      )
      await held.write(client => writeIndexedSources(client, chain.caip2, { sources: wanted, settled: true }))
      return compared
    }),
  )
}

/** Triggers see it: Neo4j and subscribers follow. What is described beside the logs stays as it is. */
async function putRight(client: ClientBase, table: EntityTable, differing: DifferingId[]): Promise<void> {
  const there = quote(table.key)
  const ids = (isRefolded: boolean) =>
    differing.filter(each => each.isRefolded === isRefolded).map(({ id }) => id)
  await client.query(`DELETE FROM ${there} WHERE id = ANY ($1::text[])`, [ids(false)])
  const names = table.columns.map(({ name }) => name).join(', ')
  const sets = comparedColumns(table).map(name => `${name} = EXCLUDED.${name}`)
  await client.query(
    `INSERT INTO ${there} (${names}) SELECT ${names} FROM ${table.name} WHERE id = ANY ($1::text[])
         ON CONFLICT (id) DO UPDATE SET ${sets.join(', ')}`,
    [ids(true)],
  )
}

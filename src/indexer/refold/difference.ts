import type { EntityTable } from '../entityTable'
import { type DifferingId, type Sides, wholeRows } from './compare'

/** One value that is not what the logs make of it. */
export interface Difference {
  /** as schema.graphql names it */
  entity: string
  id: string
  /** as Postgres names it; null: the whole row is missing, or there and not made by any log */
  column: string | null
  /** values as Postgres writes them; a whole row as an object of them; null: none */
  there: unknown
  refolded: unknown
}

/** What differs in rows of one table, value by value. */
export async function differencesOf(
  sides: Sides,
  table: EntityTable,
  differing: DifferingId[],
): Promise<Difference[]> {
  const ids = differing.map(({ id }) => id)
  const [rowsThere, rowsAgain] = await Promise.all([
    wholeRows(sides, table, 'tables', ids),
    wholeRows(sides, table, 'refolded', ids),
  ])
  const entity = table.entity.name
  return ids.flatMap((id): Difference[] => {
    const [there, refolded] = [rowsThere.get(id), rowsAgain.get(id)]
    if (!there || !refolded)
      return [{ entity, id, column: null, there: there ?? null, refolded: refolded ?? null }]
    return Object.keys(refolded)
      .filter(column => there[column] !== refolded[column])
      .map(column => ({ entity, id, column, there: there[column], refolded: refolded[column] }))
  })
}

import type { DifferingRow } from './compare'

/** One value that is not what the logs make of it. */
export interface Difference {
  /** as schema.graphql names it */
  entity: string
  id: string
  /** as Postgres names it; null: the whole row is missing, or there and not made by any log */
  column: string | null
  /** values as Postgres writes them; a whole row as an object of them */
  there: unknown
  refolded: unknown
}

export function differencesOf({ table, id, there, refolded }: DifferingRow): Difference[] {
  const entity = table.entity.name
  if (!there || !refolded)
    return [{ entity, id, column: null, there: there ?? null, refolded: refolded ?? null }]
  return Object.keys(refolded)
    .filter(column => there[column] !== refolded[column])
    .map(column => ({ entity, id, column, there: there[column], refolded: refolded[column] }))
}

import type { Snapshot } from '../postgres/snapshot'

/** A model with what its royalties can come from and go to. */
export interface Family {
  /** itself among them */
  descendants: Set<string>
  /** itself among them */
  ancestors: Set<string>
  /** more models are reachable than were read */
  truncated: boolean
}

interface RelativeRow {
  id: string
  /** places of the models that it is a descendant of, from 1 */
  below: number[] | null
  above: number[] | null
  /** places of the models that have more relatives than were read, this one being the first of these */
  cut: number[] | null
}

/** `max_depth` of lineage_closure. */
const ANY_DEPTH = 2 ** 31 - 1

/**
 * Families of several models in one statement: for each model, in each direction, the same models as `reach` gives for
 * it alone. A relative of many is one row. Undefined: there are more than `maxPairs` pairs of model and relative.
 */
export async function familiesOf(
  db: Snapshot,
  models: readonly string[],
  maxNodes: number,
  maxPairs: number,
): Promise<Map<string, Family> | undefined> {
  const rows = await db.query<RelativeRow>({
    name: 'flow-families',
    text: `SELECT id,
                  array_agg(model) FILTER (WHERE place < $2 AND NOT up) AS below,
                  array_agg(model) FILTER (WHERE place < $2 AND up) AS above,
                  array_agg(model) FILTER (WHERE place = $2) AS cut
             FROM (SELECT m.place::int AS model, d.up, c.id, c.place
                     FROM unnest($1::text[]) WITH ORDINALITY AS m (id, place)
                    CROSS JOIN (VALUES (true), (false)) AS d (up)
                    CROSS JOIN LATERAL lineage_closure(m.id, d.up, ${ANY_DEPTH}, $2::int)
                               WITH ORDINALITY AS c (id, depth, place)
                    WHERE c.id IS NOT NULL
                    LIMIT $3) found
            GROUP BY id`,
    values: [models, maxNodes, maxPairs + 1],
  })
  const families = models.map(
    (model): Family => ({ descendants: new Set([model]), ancestors: new Set([model]), truncated: false }),
  )
  let pairs = 0
  for (const { id, below, above, cut } of rows) {
    for (const place of below ?? []) families[place - 1]!.descendants.add(id)
    for (const place of above ?? []) families[place - 1]!.ancestors.add(id)
    for (const place of cut ?? []) families[place - 1]!.truncated = true
    pairs += (below?.length ?? 0) + (above?.length ?? 0) + (cut?.length ?? 0)
  }
  if (pairs > maxPairs) return undefined
  return new Map(models.map((model, i) => [model, families[i]!]))
}

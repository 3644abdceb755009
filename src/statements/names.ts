import type { Snapshot } from '../postgres/snapshot'
import type { Movement } from './movements'
import type { StatementRequest } from './request'

/**
 * Names of the models of movements. A model's name is given at its registration and stays; one that is registered above
 * the heights, as a model of another chain may be, has none yet.
 */
export async function namesOf(
  db: Snapshot,
  { asOf }: StatementRequest,
  movements: readonly Movement[],
): Promise<Map<string, string>> {
  const ids = new Set(
    movements.flatMap(({ modelId, sourceModelId }) => [modelId ?? [], sourceModelId ?? []].flat()),
  )
  const rows = await db.query<{ id: string; name: string }>({
    name: 'statement-names',
    text: `SELECT m.id, m.name
             FROM model m
             JOIN unnest($2::text[], $3::int[]) AS h(chain, height) ON m.chain = h.chain AND m.block <= h.height
            WHERE m.id = ANY ($1::text[]) AND m.name IS NOT NULL`,
    values: [[...ids], asOf.map(({ chain }) => chain), asOf.map(({ height }) => height)],
  })
  return new Map(rows.map(({ id, name }) => [id, name]))
}

import type { Snapshot } from '../postgres/snapshot'
import type { Movement } from './movements'
import type { StatementRequest } from './request'

/** Characters of ids and names that are kept at once: anyone may name a model with a megabyte. */
const MOST = 4_000_000

/**
 * Names of the models of movements. A model's name is given at its registration and stays; one that is registered above
 * the heights, as a model of another chain may be, has none yet.
 */
export class ModelNames {
  private known = new Map<string, string | null>()
  private characters = 0

  constructor(
    private readonly db: Snapshot,
    private readonly request: StatementRequest,
  ) {}

  /** Asks for those that are not known from movements before. */
  async of(movements: readonly Movement[]): Promise<(id: string | null) => string | null> {
    // Another one, not the same emptied: pages that are being made still read theirs.
    if (this.characters > MOST) {
      this.known = new Map()
      this.characters = 0
    }
    const known = this.known
    const ids = new Set<string>()
    for (const { modelId, sourceModelId } of movements) {
      for (const id of [modelId, sourceModelId]) if (id !== null && !known.has(id)) ids.add(id)
    }
    if (ids.size > 0) {
      for (const { id, name } of await this.ask([...ids])) known.set(id, name)
      for (const id of ids) {
        const name = known.get(id) ?? null
        known.set(id, name)
        this.characters += id.length + (name?.length ?? 0)
      }
    }
    return id => (id === null ? null : (known.get(id) ?? null))
  }

  private ask(ids: string[]): Promise<{ id: string; name: string }[]> {
    const { asOf } = this.request
    return this.db.query({
      name: 'statement-names',
      text: `SELECT m.id, m.name
               FROM model m
               JOIN unnest($2::text[], $3::int[]) AS h(chain, height) ON m.chain = h.chain AND m.block <= h.height
              WHERE m.id = ANY ($1::text[]) AND m.name IS NOT NULL`,
      values: [ids, asOf.map(({ chain }) => chain), asOf.map(({ height }) => height)],
    })
  }
}

import type { Entity, KnownRows, Row } from '../../ledger/state'

const NONE: ReadonlySet<string> = new Set()

/** Rows of one generation; two are kept, some hundred bytes a row. */
const GENERATION = 50_000

/** What a batch that is not committed yet comes to. */
interface Staged {
  states: Map<Entity, Map<string, Row>>
  /** ids that protocols gave */
  facts: Map<Entity, ReadonlySet<string>>
}

/** A set of rows by entity and id that forgets what was not asked for lately. */
class Generation {
  readonly tables = new Map<Entity, Map<string, Row | null>>()
  size = 0

  get(entity: Entity, id: string): Row | null | undefined {
    return this.tables.get(entity)?.get(id)
  }

  set(entity: Entity, id: string, row: Row | null): void {
    let table = this.tables.get(entity)
    if (!table) {
      table = new Map()
      this.tables.set(entity, table)
    }
    if (!table.has(id)) this.size++
    table.set(id, row)
  }
}

/**
 * What is known of one chain's states, from one batch to the next: each row has one writer, this process, so what it
 * folded or read is what is there, or will be. Saves most of the reading, and with it the ledger's second and third run
 * over a batch, and lets a batch be folded before the one before it is written. Knowing begins anew where a batch fails
 * or blocks are undone (see pipeline.ts).
 */
export class ChainRows implements KnownRows {
  private young = new Generation()
  private old = new Generation()
  /** The chain had no rows, and all that were written since are here: what is not here is not there. */
  private whole = false
  /** of batches that are folded and not committed yet, oldest first */
  private staged: Staged[] = []

  /** @param chain CAIP-2: rows of other chains are other processes' to write, and never known */
  constructor(private readonly chain: string) {}

  row(entity: Entity, id: string): Row | null | undefined {
    for (let i = this.staged.length - 1; i >= 0; i--) {
      const row = this.staged[i]!.states.get(entity)?.get(id)
      if (row) return row
    }
    const row = this.young.get(entity, id)
    if (row !== undefined) return row
    const older = this.old.get(entity, id)
    if (older !== undefined) {
      this.keep(entity, id, older)
      return older
    }
    return this.whole && this.isOwn(id) ? null : undefined
  }

  /** Whether a batch that is not committed yet writes this fact, whose id its protocol gave. */
  hasFact(entity: Entity, id: string): boolean {
    return this.staged.some(({ facts }) => facts.get(entity)?.has(id))
  }

  /** The database has this row, or none. */
  learn(entity: Entity, id: string, row: Row | null): void {
    if (this.isOwn(id)) this.keep(entity, id, row)
  }

  /** What a batch will write. Never dropped for room before it is committed. Facts are never read, so only ids are kept. */
  stage(changes: { entity: Entity; states: Row[]; named?: ReadonlySet<string> }[]): void {
    const rowsById = (states: Row[]) => new Map(states.map(row => [row.id, row]))
    this.staged.push({
      states: new Map(changes.map(({ entity, states }) => [entity, rowsById(states)])),
      facts: new Map(changes.map(({ entity, named = NONE }) => [entity, named])),
    })
  }

  /** The oldest batch that was staged is committed. */
  commit(): void {
    for (const [entity, rows] of this.staged.shift()?.states ?? []) {
      for (const row of rows.values()) this.keep(entity, row.id, row)
    }
  }

  /** The chain has no rows yet. */
  startEmpty(): void {
    this.whole = true
  }

  private keep(entity: Entity, id: string, row: Row | null): void {
    this.young.set(entity, id, row)
    if (this.young.size < GENERATION) return
    if (this.old.size > 0) this.whole = false
    this.old = this.young
    this.young = new Generation()
  }

  /** Ids begin with their chain; `eip155:1` is not that of `eip155:10/…`. */
  private isOwn(id: string): boolean {
    if (!id.startsWith(this.chain)) return false
    const next = id.charCodeAt(this.chain.length)
    return next < 48 || next > 57
  }
}

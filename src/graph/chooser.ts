import type { Driver, Transaction } from 'neo4j-driver'
import { readHeights } from '../postgres/heights'
import type { Snapshot } from '../postgres/snapshot'
import { GraphError } from './graphError'
import type {
  Closure,
  ClosureBounds,
  ClosureRequest,
  CommonAncestors,
  Engine,
  Lineage,
  LineagePath,
} from './lineage'
import { isPassing } from './neo4j'
import { Neo4jLineage } from './neo4jLineage'
import { hasKeysAfter, isSame } from './outbox'
import { PostgresLineage } from './postgresLineage'
import { readWatermark, type Watermark } from './watermark'

export interface LineageOptions {
  /** whose state the answers are true for */
  db: Snapshot
  /** absent: everything is answered from Postgres */
  driver?: Driver
  /** absent: the one that is quicker and as true; given: that one, Neo4j as far as it has come */
  engine?: Engine
  /** longest time for one question to Neo4j, ms */
  timeoutMs?: number
}

/** After Neo4j failed, it is not asked again for so long, so that requests do not each wait for a timeout. */
const LEFT_ALONE_MS = 10_000
const failedAt = new WeakMap<Driver, number>()

/**
 * Asks each question of who answers it best. Closures and common ancestors: Postgres, measured two to five times quicker.
 * Paths: Neo4j while it is at exactly the snapshot's state, else Postgres.
 */
export function chooseLineage(options: LineageOptions): Lineage {
  return new ChosenLineage(options)
}

class ChosenLineage implements Lineage {
  private readonly postgres: PostgresLineage

  constructor(private readonly options: LineageOptions) {
    this.postgres = new PostgresLineage(options.db)
  }

  closure(request: ClosureRequest): Promise<Closure> {
    return this.ask(lineage => lineage.closure(request))
  }

  closures(models: string[], bounds: ClosureBounds): Promise<Closure[]> {
    return this.ask(lineage => lineage.closures(models, bounds))
  }

  commonAncestors(models: string[], first?: number): Promise<CommonAncestors> {
    return this.ask(lineage => lineage.commonAncestors(models, first))
  }

  async path(from: string, to: string): Promise<LineagePath> {
    if (!this.options.engine) {
      const found = await this.freshPath(from, to)
      if (found) return found
    }
    return this.ask(lineage => lineage.path(from, to))
  }

  private ask<T>(question: (lineage: Lineage) => Promise<T>): Promise<T> {
    if (this.options.engine === 'NEO4J') return this.inNeo4j(tx => question(new Neo4jLineage(tx)))
    return question(this.postgres)
  }

  /** Undefined where Neo4j cannot answer for this snapshot. */
  private async freshPath(from: string, to: string): Promise<LineagePath | undefined> {
    const { driver, db } = this.options
    if (!driver || Date.now() - (failedAt.get(driver) ?? 0) < LEFT_ALONE_MS) return undefined
    try {
      const answer = await this.inNeo4j(async tx => {
        const before = await readWatermark(tx)
        if (!before || !(await isFresh(db, before))) return undefined
        const path = await new Neo4jLineage(tx).path(from, to)
        // Neo4j's statements see what is committed as they run: the graph must have stood still.
        const after = await readWatermark(tx)
        return after && after.generation === before.generation && isSame(after, before) ? path : undefined
      })
      failedAt.delete(driver)
      return answer
    } catch (error) {
      // What Postgres says stands: it answers the question itself, or fails by itself.
      if (!isPassing(error)) throw error
      failedAt.set(driver, Date.now())
      return undefined
    }
  }

  private async inNeo4j<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const { driver, timeoutMs } = this.options
    if (!driver) {
      throw new GraphError(
        'lineage: Neo4j is asked for, and there is none',
        'configure `neo4j`, or ask Postgres',
      )
    }
    const session = driver.session({ defaultAccessMode: 'READ' })
    const tx = await session
      .beginTransaction(timeoutMs ? { timeout: timeoutMs } : undefined)
      .catch(async error => {
        await session.close()
        throw error
      })
    try {
      const result = await work(tx)
      await tx.commit()
      return result
    } finally {
      if (tx.isOpen()) await tx.rollback().catch(() => {})
      await session.close().catch(() => {})
    }
  }
}

/** Whether the graph at this watermark equals the tables of the snapshot: same blocks, and no change that it has not taken. */
export async function isFresh(db: Snapshot, watermark: Watermark): Promise<boolean> {
  if (watermark.state !== 'READY') return false
  const heights = await readHeights(db)
  const same =
    heights.length === watermark.heights.length &&
    heights.every(({ chain, height, hash }) =>
      watermark.heights.some(w => w.chain === chain && w.height === height && w.hash === hash),
    )
  return same && !(await hasKeysAfter(db, watermark))
}

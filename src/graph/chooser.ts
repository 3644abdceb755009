import type { Driver, Transaction } from 'neo4j-driver'
import { readHeights } from '../postgres/heights'
import type { Snapshot } from '../postgres/snapshot'
import { readIdentity } from './acknowledgement'
import { GraphError } from './graphError'
import type {
  Closure,
  ClosureBounds,
  ClosureRequest,
  CommonAncestors,
  Engine,
  Lineage,
  LineageFilter,
  LineagePath,
} from './lineage'
import type { LineageMemory, VersionedSnapshot } from './memory/lineageMemory'
import { LineageMovedError, MemoryLineage } from './memory/memoryLineage'
import { isPassing } from './neo4j'
import { Neo4jLineage } from './neo4jLineage'
import { isLevel } from './outbox'
import { PostgresLineage } from './postgresLineage'
import { type ProjectedHeight, readWatermark, type Watermark } from './watermark'

export interface LineageOptions {
  /** whose state the answers are true for */
  db: VersionedSnapshot
  /** absent: nothing is answered from Neo4j */
  driver?: Driver
  /** absent: nothing is answered from memory */
  memory?: LineageMemory
  /** told of models and edges that are looked at in memory; it may refuse more */
  count?: (rows: number) => void
  /** absent: the one that is quicker and as true; given: that one, Neo4j as far as it has come */
  engine?: Engine
  /** longest time for one question to Neo4j, ms */
  timeoutMs?: number
}

/** Neo4j reads what is committed as it goes: an answer that lineage changed under is asked for again so many times. */
const ATTEMPTS = 5

/** `heights`: where they are not the snapshot's. */
interface Answer<T> {
  answer: T
  heights?: ProjectedHeight[]
}

/** After Neo4j failed, it is not asked again for so long, so that requests do not each wait for a timeout. */
const LEFT_ALONE_MS = 10_000
const failedAt = new WeakMap<Driver, number>()

/**
 * Asks each question of who answers it best. Closures and common ancestors: memory, where it has the snapshot's state,
 * else Postgres, measured two to five times quicker than Neo4j. Paths: Neo4j while it is at exactly the snapshot's state,
 * else Postgres. Along some edges or models alone: Postgres.
 */
export function chooseLineage(options: LineageOptions): Lineage {
  return new ChosenLineage(options)
}

class ChosenLineage implements Lineage {
  private readonly postgres: PostgresLineage

  constructor(private readonly options: LineageOptions) {
    this.postgres = new PostgresLineage(options.db)
  }

  async closure(request: ClosureRequest): Promise<Closure> {
    const { answer, heights } = await this.askNearest(lineage => lineage.closure(request), request)
    return { ...answer, heights }
  }

  async closures(models: string[], bounds: ClosureBounds): Promise<Closure[]> {
    const { answer, heights } = await this.askNearest(lineage => lineage.closures(models, bounds), bounds)
    return answer.map(closure => ({ ...closure, heights }))
  }

  async commonAncestors(models: string[], first?: number, filter?: LineageFilter): Promise<CommonAncestors> {
    const { answer, heights } = await this.askNearest(
      lineage => lineage.commonAncestors(models, first, filter),
      filter,
    )
    return { ...answer, heights }
  }

  async path(from: string, to: string, filter?: LineageFilter): Promise<LineagePath> {
    if (!this.options.engine && !isFiltered(filter)) {
      const found = await this.freshPath(from, to)
      if (found) return found
    }
    const { answer, heights } = await this.ask(lineage => lineage.path(from, to, filter))
    return { ...answer, heights }
  }

  /** From memory where that can be: its edges have no roles. */
  private async askNearest<T>(
    question: (lineage: Pick<Lineage, 'closure' | 'closures' | 'commonAncestors'>) => Promise<T>,
    filter: LineageFilter | undefined,
  ): Promise<Answer<T>> {
    const { db, memory, count, engine } = this.options
    if (engine === 'MEMORY' && isFiltered(filter))
      throw new GraphError(
        'lineage: memory is asked for, and has no filters',
        'ask without engine, or ask Postgres',
      )
    const inMemory = (engine === undefined && !isFiltered(filter)) || engine === 'MEMORY'
    const at = inMemory ? await memory?.at(db) : undefined
    if (!at) return this.ask(question)
    try {
      return { answer: await question(new MemoryLineage(at, count)) }
    } catch (error) {
      if (error instanceof LineageMovedError) return this.ask(question)
      throw error
    }
  }

  private async ask<T>(question: (lineage: Lineage) => Promise<T>): Promise<Answer<T>> {
    if (this.options.engine === 'MEMORY') {
      throw new GraphError(
        'lineage: memory is asked for, and does not hold it as the tables have it now',
        'ask without engine, or ask Postgres',
      )
    }
    if (this.options.engine === 'NEO4J') return this.asProjected(question)
    return { answer: await question(this.postgres) }
  }

  /** What Neo4j says as far as it has come, and how far that is. */
  private async asProjected<T>(question: (lineage: Lineage) => Promise<T>): Promise<Answer<T>> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const found = await this.inNeo4j(async tx => {
        const before = await readWatermark(tx)
        if (before?.state !== 'READY') {
          throw new GraphError(
            'lineage: Neo4j is asked for, and its graph is still being made',
            'ask again when `chains { projected }` says that it is there, or ask Postgres',
          )
        }
        const answer = await question(new Neo4jLineage(tx))
        const after = await readWatermark(tx)
        return after && hasSameLineage(before, after) ? { answer, heights: after.heights } : undefined
      })
      if (found) return found
    }
    throw new GraphError(
      `lineage: Neo4j is asked for, and lineage changed ${ATTEMPTS} times while it was read`,
      'ask again, ask for less, or ask Postgres',
    )
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
        // Neo4j's statements see what is committed as they run.
        const after = await readWatermark(tx)
        return after && hasSameLineage(before, after) ? path : undefined
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

function isFiltered(filter: LineageFilter | undefined): boolean {
  return (
    filter !== undefined && [filter.roles, filter.chains, filter.protocols].some(list => list !== undefined)
  )
}

/** Whether what is read of lineage between the two is of one state, whatever else changed meanwhile. */
function hasSameLineage(before: Watermark, after: Watermark): boolean {
  return (
    after.state === 'READY' &&
    after.generation === before.generation &&
    after.lineageStep === before.lineageStep &&
    after.step >= before.step // else it was put back
  )
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
  return same && (await readIdentity(db)).identity === watermark.identity && (await isLevel(db, watermark))
}

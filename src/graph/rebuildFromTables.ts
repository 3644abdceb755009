import { randomUUID } from 'node:crypto'
import type { Transaction } from 'neo4j-driver'
import { withSnapshot } from '../postgres/snapshot'
import { announceMaking, readIdentity } from './acknowledgement'
import { loadStubs, type NodeRow, pageOfNodes, pageOfRelationships, type RelationshipRow } from './changes'
import { ensureConstraints } from './constraints'
import { readCounts } from './counts'
import { nodeElements, relationshipElements } from './elements'
import { type GraphContext, inGraph, STATEMENT_TIMEOUT_MS } from './graphContext'
import { RebuildingError } from './graphError'
import { createNodes, createRelationships, writeNodes, writeRelationships } from './graphWriter'
import { isRefusal } from './neo4j'
import { cursorOf, discardForeignKeys } from './outbox'
import { RefusedRows } from './refusedRows'
import { claimWatermark, isSilent, lockWatermark, type Watermark, writeWatermark } from './watermark'

const PROGRESS_EVERY_MS = 5_000

/**
 * Makes the graph anew from the tables, page by page, while writers go on. Everything that changes after the beginning
 * has a key behind the returned watermark, so that the projection brings it in. The watermark stays in state REBUILDING,
 * and other projectors wait, until `finishRebuild`; dying before it, the next one begins again.
 */
export async function rebuildFromTables(context: GraphContext): Promise<Watermark> {
  const { pool, driver, logger } = context
  await ensureConstraints(driver)
  await discardForeignKeys(pool)
  const start = await withSnapshot(pool, { timeoutMs: STATEMENT_TIMEOUT_MS }, async db => ({
    cursor: await cursorOf(db),
    identity: (await readIdentity(db)).identity,
  }))
  const watermark: Watermark = {
    ...start.cursor,
    state: 'REBUILDING',
    identity: start.identity,
    generation: randomUUID(),
    step: 0n,
    lineageStep: 0n,
    holder: context.holder,
    heights: [],
    counts: {},
  }
  await inGraph(driver, async tx => {
    const met = await lockWatermark(tx)
    if (met?.state === 'REBUILDING' && met.holder !== context.holder && !(await isSilent(tx, met))) {
      throw new RebuildingError(met.holder)
    }
    await announceMaking(pool, watermark.generation)
    await writeWatermark(tx, watermark)
  })
  const removed = await wipe(context, watermark)
  if (removed > 0) logger.info(`removed ${removed} nodes and relationships`)
  const written = await fill(context, watermark)
  logger.info(`rebuilt the graph: ${written} nodes and relationships`)
  return watermark
}

/** Hands the graph over to projectors. */
export async function finishRebuild(context: GraphContext, watermark: Watermark): Promise<Watermark> {
  const ready = await inGraph(context.driver, async tx => {
    await claimWatermark(tx, watermark)
    const ready: Watermark = {
      ...watermark,
      state: 'READY',
      step: watermark.step + 1n,
      counts: await readCounts(tx),
    }
    await writeWatermark(tx, ready)
    return ready
  })
  context.metrics?.rebuilt()
  return ready
}

async function wipe(context: GraphContext, watermark: Watermark): Promise<number> {
  // Relationships first: a node with a million of them would not fit one transaction.
  const statements = [
    ...relationshipElements.map(({ type }) => `MATCH ()-[x:${type}]->() WITH x LIMIT $limit DELETE x`),
    ...nodeElements.map(({ label }) => `MATCH (x:${label}) WITH x LIMIT $limit DETACH DELETE x`),
  ]
  const progress = new Progress(context, 'removed')
  for (const statement of statements) {
    for (let more = true; more; ) {
      const count = await step(context, watermark, async tx => {
        const { records } = await tx.run(`${statement} RETURN count(*) AS n`, {
          limit: BigInt(context.batch),
        })
        return Number(records[0]!.get('n'))
      })
      progress.add(count)
      more = count === context.batch
    }
  }
  return progress.total
}

async function fill(context: GraphContext, watermark: Watermark): Promise<number> {
  const { pool, batch } = context
  const options = { timeoutMs: STATEMENT_TIMEOUT_MS }
  const progress = new Progress(context, 'written')
  const refused = new RefusedRows(context)
  await refused.forget()
  const put = async <R extends NodeRow>(table: string, rows: R[], { create, write }: Writers<R>) => {
    await writeOrNote(context, watermark, rows, create, write, (row, error) =>
      refused.add({ kind: table, id: row.id }, error),
    )
    progress.add(rows.length)
  }
  for (const element of nodeElements) {
    const writers = {
      create: (tx: Transaction, rows: NodeRow[]) => createNodes(tx, element, rows),
      write: (tx: Transaction, rows: NodeRow[]) => writeNodes(tx, element, rows),
    }
    const read = (after: string) => withSnapshot(pool, options, db => pageOfNodes(db, element, after, batch))
    for await (const rows of pagesAhead(read, batch)) await put(element.table, rows, writers)
    // So that every relationship finds its ends.
    const stubs = await withSnapshot(pool, options, db => loadStubs(db, element))
    for (let i = 0; i < stubs.length; i += batch) {
      await put(element.table, stubs.slice(i, i + batch), writers)
    }
  }
  for (const element of relationshipElements) {
    const writers = {
      create: async (tx: Transaction, rows: RelationshipRow[]) => {
        const created = await createRelationships(tx, element, rows)
        // An end that nobody had named till now: made by the writer that makes what is missing.
        if (created < rows.length) await writeRelationships(tx, element, rows)
      },
      write: (tx: Transaction, rows: RelationshipRow[]) => writeRelationships(tx, element, rows),
    }
    const read = (after: string) =>
      withSnapshot(pool, options, db => pageOfRelationships(db, element, after, batch))
    for await (const rows of pagesAhead(read, batch)) await put(element.table, rows, writers)
  }
  return progress.total
}

interface Writers<R> {
  create(tx: Transaction, rows: R[]): Promise<void>
  /** as `create`, of what may be there already */
  write(tx: Transaction, rows: R[]): Promise<void>
}

/** The pages of a table, the next one being read while one is written. */
async function* pagesAhead<R extends { id: string }>(
  read: (after: string) => Promise<R[]>,
  limit: number,
): AsyncIterable<R[]> {
  for (let next: Promise<R[]> | undefined = read(''); next; ) {
    const rows: R[] = await next
    next = rows.length === limit ? read(rows.at(-1)!.id) : undefined
    next?.catch(() => {}) // heard when its turn comes
    if (rows.length > 0) yield rows
  }
}

/** Writes the rows; where Neo4j refuses them, in halves, down to those that it refuses. */
async function writeOrNote<R>(
  context: GraphContext,
  watermark: Watermark,
  rows: R[],
  create: (tx: Transaction, rows: R[]) => Promise<void>,
  write: (tx: Transaction, rows: R[]) => Promise<void>,
  note: (row: R, error: Error) => Promise<void>,
): Promise<void> {
  try {
    await step(context, watermark, tx => create(tx, rows))
  } catch (error) {
    if (!isRefusal(error)) throw error
    if (rows.length === 1) {
      // Where the server takes nothing at all, it is not the row.
      await step(context, watermark, async () => {})
      return note(rows[0]!, error)
    }
    const half = Math.ceil(rows.length / 2)
    for (const part of [rows.slice(0, half), rows.slice(half)]) {
      await writeOrNote(context, watermark, part, write, write, note)
    }
  }
}

/** One transaction of a rebuild: only while the rebuild is ours, and with a sign of life. */
async function step<T>(
  context: GraphContext,
  watermark: Watermark,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  context.signal?.throwIfAborted()
  return inGraph(context.driver, async tx => {
    await claimWatermark(tx, watermark)
    const result = await work(tx)
    await writeWatermark(tx, watermark)
    return result
  })
}

class Progress {
  total = 0
  private readonly start = Date.now()
  private told = Date.now()

  constructor(
    private readonly context: GraphContext,
    private readonly verb: string,
  ) {}

  add(count: number): void {
    this.total += count
    const now = Date.now()
    if (now - this.told < PROGRESS_EVERY_MS) return
    this.told = now
    const rate = Math.round((this.total / (now - this.start)) * 1000)
    this.context.logger.info(`rebuild: ${this.total} nodes and relationships ${this.verb}, ${rate}/s`)
  }
}

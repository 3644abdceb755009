import { randomUUID } from 'node:crypto'
import type { Transaction } from 'neo4j-driver'
import { withSnapshot } from '../postgres/snapshot'
import { readIdentity } from './acknowledgement'
import { pageOfNodes, pageOfRelationships } from './changes'
import { ensureConstraints } from './constraints'
import { nodeElements, relationshipElements } from './elements'
import { type GraphContext, inGraph, STATEMENT_TIMEOUT_MS } from './graphContext'
import { GraphError } from './graphError'
import { writeNodes, writeRelationships } from './graphWriter'
import { cursorOf } from './outbox'
import { claimWatermark, isAbandoned, lockWatermark, type Watermark, writeWatermark } from './watermark'

const PROGRESS_EVERY_MS = 5_000

/**
 * Makes the graph anew from the tables, page by page, while writers go on. Everything that changes after the beginning
 * has a key behind the returned watermark, so that the projection brings it in. The watermark stays in state REBUILDING,
 * and other projectors wait, until `finishRebuild`; dying before it, the next one begins again.
 */
export async function rebuildFromTables(context: GraphContext): Promise<Watermark> {
  const { pool, driver, logger } = context
  await ensureConstraints(driver)
  const start = await withSnapshot(pool, { timeoutMs: STATEMENT_TIMEOUT_MS }, async db => ({
    cursor: await cursorOf(db),
    identity: (await readIdentity(db)).identity,
  }))
  const watermark: Watermark = {
    ...start.cursor,
    state: 'REBUILDING',
    identity: start.identity,
    generation: randomUUID(),
    holder: context.holder,
    heights: [],
  }
  await inGraph(driver, async tx => {
    const met = await lockWatermark(tx)
    if (met?.state === 'REBUILDING' && met.holder !== context.holder && !(await isAbandoned(tx, met))) {
      throw new GraphError(
        `rebuild: ${met.holder} is rebuilding the graph`,
        'let it end; if that process has died on another machine, try again in a minute',
      )
    }
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
  const ready: Watermark = { ...watermark, state: 'READY' }
  await inGraph(context.driver, async tx => {
    await claimWatermark(tx, watermark)
    await writeWatermark(tx, ready)
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
  for (const element of nodeElements) {
    for (let after: string | undefined = ''; after !== undefined; ) {
      const from: string = after
      const rows = await withSnapshot(pool, options, db => pageOfNodes(db, element, from, batch))
      if (rows.length > 0) await step(context, watermark, tx => writeNodes(tx, element, rows))
      progress.add(rows.length)
      after = rows.length === batch ? rows.at(-1)!.id : undefined
    }
  }
  for (const element of relationshipElements) {
    for (let after: string | undefined = ''; after !== undefined; ) {
      const from: string = after
      const rows = await withSnapshot(pool, options, db => pageOfRelationships(db, element, from, batch))
      if (rows.length > 0) await step(context, watermark, tx => writeRelationships(tx, element, rows))
      progress.add(rows.length)
      after = rows.length === batch ? rows.at(-1)!.id : undefined
    }
  }
  return progress.total
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

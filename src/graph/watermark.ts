import type { ManagedTransaction, Transaction } from 'neo4j-driver'
import { ProjectorConflictError, WatermarkLostError } from './graphError'
import { isGone } from './holder'
import type { Cursor } from './outbox'

/** A chain's block up to which the graph holds everything. */
export interface ProjectedHeight {
  /** CAIP-2 */
  chain: string
  height: number
  /** 0x-hex */
  hash: string
}

/**
 * The node (:Watermark) in Neo4j: written in the same transaction as what it speaks of, so it is always true. Whoever
 * writes the graph locks it first and checks that it is as they left it (compare and set).
 */
export interface Watermark extends Cursor {
  /** REBUILDING: the graph is incomplete, `holder` is filling it */
  state: 'READY' | 'REBUILDING'
  /** of the database that the graph is made from */
  identity: string
  /** which making of the graph this is: a UUID that each rebuild draws */
  generation: string
  /** transactions that the projection has written since it was made */
  step: bigint
  /** the last of them that changed lineage */
  lineageStep: bigint
  /** process that last wrote it */
  holder: string
  heights: ProjectedHeight[]
  /** nodes of each label and relationships of each type, as this step left them; empty: not counted yet */
  counts: Record<string, number>
}

type AnyTransaction = Transaction | ManagedTransaction

export async function readWatermark(tx: AnyTransaction): Promise<Watermark | undefined> {
  const { records } = await tx.run(`MATCH (w:Watermark {id: 'provenance'}) RETURN properties(w) AS w`)
  const w = records[0]?.get('w')
  if (!w) return undefined
  return {
    xid: w.xid ?? 0n,
    seq: w.seq ?? 0n,
    state: w.state ?? 'REBUILDING',
    identity: w.identity ?? '',
    generation: w.generation ?? '',
    step: w.step ?? 0n,
    lineageStep: w.lineageStep ?? 0n,
    holder: w.holder ?? 'nobody',
    heights: JSON.parse(w.heights ?? '[]'),
    counts: JSON.parse(w.counts ?? '{}'),
  }
}

/** Whether nobody writes the graph: its holder is a process that is gone, or has given no sign of life for a minute. */
export async function isSilent(tx: AnyTransaction, { holder }: Watermark): Promise<boolean> {
  if (isGone(holder)) return true
  const { records } = await tx.run(
    `MATCH (w:Watermark {id: 'provenance'})
     RETURN w.updatedAt IS NULL OR w.updatedAt < datetime() - duration('PT1M') AS silent`,
  )
  return records[0]?.get('silent') ?? false
}

/**
 * Holds the watermark until the transaction ends, and reads it. Two statements: a property read in the statement that
 * takes the lock may be from before it was had, since Neo4j reads what is committed at that moment.
 */
export async function lockWatermark(tx: Transaction): Promise<Watermark | undefined> {
  await tx.run(`MATCH (w:Watermark {id: 'provenance'}) SET w.lock = true REMOVE w.lock`)
  return readWatermark(tx)
}

/** Locks the watermark and makes sure that nobody has written it since `expected` was read. */
export async function claimWatermark(tx: Transaction, expected: Watermark): Promise<void> {
  const met = await lockWatermark(tx)
  if (!met) throw new WatermarkLostError('Neo4j has no watermark any more: it was emptied or replaced')
  if (met.generation !== expected.generation || met.state !== expected.state) {
    throw new WatermarkLostError(`the graph was replaced, or is made anew by ${met.holder}`)
  }
  if (met.step < expected.step) {
    throw new WatermarkLostError(
      `Neo4j was put back to an older copy: step ${met.step}, where ${expected.step} had been reached`,
    )
  }
  if (met.step > expected.step) {
    throw new ProjectorConflictError(
      `Neo4j's watermark is at step ${met.step}, expected ${expected.step}: ${met.holder} projects into it as well`,
    )
  }
}

/** Writes the watermark: it is visible with whatever else the transaction writes. */
export async function writeWatermark(tx: Transaction, watermark: Watermark): Promise<void> {
  const { heights, counts, ...properties } = watermark
  await tx.run(
    `MERGE (w:Watermark {id: 'provenance'})
     SET w = $properties, w.updatedAt = datetime()`,
    {
      properties: {
        ...properties,
        id: 'provenance',
        heights: JSON.stringify(heights),
        counts: JSON.stringify(counts),
      },
    },
  )
}

import type { ManagedTransaction, Transaction } from 'neo4j-driver'
import { ProjectorConflictError, WatermarkLostError } from './graphError'
import { isGone } from './holder'
import { type Cursor, describe, isSame } from './outbox'

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
  /** process that last wrote it */
  holder: string
  heights: ProjectedHeight[]
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
    holder: w.holder ?? 'nobody',
    heights: JSON.parse(w.heights ?? '[]'),
  }
}

/** Whether the graph is left unfinished: by a process that is gone, or that has given no sign of life for a minute. */
export async function isAbandoned(tx: AnyTransaction, { state, holder }: Watermark): Promise<boolean> {
  if (state !== 'REBUILDING') return false
  if (isGone(holder)) return true
  const { records } = await tx.run(
    `MATCH (w:Watermark {id: 'provenance'})
     RETURN w.updatedAt IS NULL OR w.updatedAt < datetime() - duration('PT1M') AS abandoned`,
  )
  return records[0]?.get('abandoned') ?? false
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
    throw new WatermarkLostError(`${met.holder} rebuilds the graph, or has rebuilt it`)
  }
  if (!isSame(met, expected)) throw new ProjectorConflictError(describe(expected), describe(met), met.holder)
}

/** Writes the watermark: it is visible with whatever else the transaction writes. */
export async function writeWatermark(tx: Transaction, watermark: Watermark): Promise<void> {
  await tx.run(
    `MERGE (w:Watermark {id: 'provenance'})
     SET w = $properties, w.updatedAt = datetime()`,
    { properties: { ...watermark, id: 'provenance', heights: JSON.stringify(watermark.heights) } },
  )
}

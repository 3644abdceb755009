import { createLogger, type Logger } from '@subsquid/logger'
import type { Driver, Transaction } from 'neo4j-driver'
import type { Pool } from 'pg'
import { createPool } from '../postgres/pool'
import { becomeHolder, resignHolder } from './holder'
import { connectNeo4j, type Neo4jConfig } from './neo4j'
import type { ProjectorMetrics } from './projectorMetrics'

/** What every work on the graph needs. */
export interface GraphContext {
  pool: Pool
  driver: Driver
  logger: Logger
  /** who we are, in the watermark and in messages */
  holder: string
  /** most dirty keys, or rows of one kind, that go to Neo4j in one transaction */
  batch: number
  /** most keys that wait for a Neo4j that takes none; absent: see backlog.ts */
  mostWaiting?: number
  signal?: AbortSignal
  metrics?: ProjectorMetrics
}

export interface GraphOptions {
  postgresUrl: string
  neo4j: Neo4jConfig
  signal?: AbortSignal
  logger?: Logger
  metrics?: ProjectorMetrics
  batch?: number
}

/** Bounds one transaction to some 10 MB on either side. */
const BATCH = 5_000

/** Longest time for one statement of Postgres: a page of a large table on a slow disk, with room. */
export const STATEMENT_TIMEOUT_MS = 120_000

export function openContext(options: GraphOptions): GraphContext {
  return {
    pool: createPool(options.postgresUrl, { max: 3, applicationName: 'provenance graph' }),
    driver: connectNeo4j(options.neo4j),
    logger: options.logger ?? createLogger('provenance:graph'),
    holder: becomeHolder(),
    batch: options.batch ?? BATCH,
    signal: options.signal,
    metrics: options.metrics,
  }
}

export async function closeContext(context: GraphContext): Promise<void> {
  resignHolder(context.holder)
  await Promise.allSettled([context.pool.end(), context.driver.close()])
}

/** Runs `work` in one write transaction of Neo4j: all of it, or nothing. It is not repeated. */
export async function inGraph<T>(driver: Driver, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const session = driver.session({ defaultAccessMode: 'WRITE' })
  try {
    const tx = await session.beginTransaction()
    try {
      const result = await work(tx)
      await tx.commit()
      return result
    } finally {
      if (tx.isOpen()) await tx.rollback().catch(() => {}) // the first error is the one to report
    }
  } finally {
    await session.close().catch(() => {})
  }
}

import type { DataSource } from 'typeorm'
import type { BatchContext } from '../../../src/indexer/batch'
import { entityTables } from '../../../src/indexer/entities'
import { type Batch, Pipeline } from '../../../src/indexer/pipeline/pipeline'
import { ChainStore } from '../../../src/indexer/store/chainStore'
import type { RangeBlock } from '../../../src/rpc/chainLogs'
import { freshDatabase, type TestDatabase } from '../../fixtures/database'

/** A pipeline on a database of its own. */
export interface TestPipeline {
  database: TestDatabase
  entities: DataSource
  store: ChainStore
  pipeline: Pipeline
  /** batches that were committed, by their last block */
  written: number[]
  close(): Promise<void>
}

export async function testPipeline(
  chain: { id: number; caip2: string },
  context: Pick<BatchContext, 'sources'> & Partial<BatchContext>,
  maxRewind = 10_000,
): Promise<TestPipeline> {
  const database = await freshDatabase()
  const entities = await entityTables()
  const store = new ChainStore({
    url: database.url,
    chain: { ...chain, name: 'test' },
    maxRewind,
    entities,
  })
  await store.open()
  const written: number[] = []
  const pipeline = new Pipeline({
    store,
    entities,
    pool: database.pool,
    context: { chain: chain.caip2, tokens: {}, ...context },
    written: batch => written.push(batch.blocks.at(-1)!.height),
  })
  pipeline.restart()
  return {
    database,
    entities,
    store,
    pipeline,
    written,
    async close() {
      await store.close()
      await database.drop()
    },
  }
}

/** Blocks as a final batch, of which the last alone is known by its hash. */
export function finalBatch(blocks: RangeBlock[], undoable = true): Batch {
  const { height, hash } = blocks.at(-1)!.header
  return { blocks: [{ height, hash }], logs: blocks, finalized: height, undoable }
}

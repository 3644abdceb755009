import { createLogger, type Logger } from '@subsquid/logger'
import { ColdSource } from '../../src/indexer/sources/coldSource'
import type { LogFilter, RangeBlock } from '../../src/rpc/chainLogs'
import { RangeFetcher } from '../../src/rpc/fetchRange'
import { RangeSizer } from '../../src/rpc/rangeSizer'
import { RpcPool } from '../../src/rpc/rpcPool'

interface Setting {
  endpoints: { url: string }[]
  chainId: number
  filters: LogFilter[]
  finality: number
  log?: Logger
}

export interface Reading {
  logs: string[]
  blocks: RangeBlock[]
}

/** All that the cold source gives of a chain through these endpoints: logs as `block-index`. */
export function readCold(setting: Setting): { pool: RpcPool; done: Promise<Reading> } {
  const { endpoints, chainId, filters, finality, log = createLogger('test:quiet') } = setting
  const pool = new RpcPool(
    endpoints.map(({ url }) => ({ url })),
    chainId,
    log,
  )
  const sizer = new RangeSizer()
  const source = new ColdSource({
    pool,
    sizer,
    fetcher: new RangeFetcher(pool, filters, sizer),
    finality,
    pollIntervalMs: 20,
  })
  const read = async () => {
    const blocks: RangeBlock[] = []
    try {
      for await (const batch of source.getFinalizedBlocks([{ range: { from: 0 } }], true))
        blocks.push(...batch.blocks)
    } finally {
      pool.close()
    }
    const logs = blocks.flatMap(({ header, logs }) =>
      logs.map(({ logIndex }) => `${header.height}-${logIndex}`),
    )
    return { logs, blocks }
  }
  return { pool, done: read() }
}

/** The pool's problem, once there is one. */
export async function problemOf(pool: RpcPool): Promise<string> {
  for (;;) {
    const problem = pool.problem()
    if (problem !== null) return problem
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

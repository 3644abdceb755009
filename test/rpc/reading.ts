import type { Logger } from '@subsquid/logger'
import type { LogFilter, RangeBlock } from '../../src/rpc/chainLogs'
import type { RpcPool } from '../../src/rpc/rpcPool'
import { sourcesOf } from '../fixtures/sources'

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
  const { endpoints, chainId, filters, finality, log } = setting
  const urls = endpoints.map(({ url }) => url)
  const { pool, cold } = sourcesOf({ urls, chainId, filters, finality, log })
  const read = async () => {
    const blocks: RangeBlock[] = []
    try {
      for await (const batch of cold.getFinalizedBlocks([{ range: { from: 0 } }], true))
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

import { EvmBatchProcessor } from '@subsquid/evm-processor'
import type { DataSource, Runner } from '@subsquid/util-internal-processor-tools'
import type { ChainConfig } from '../../config/config'
import type { LogFilter, RangeBlock } from '../../rpc/chainLogs'

type RunnerConfig = ConstructorParameters<typeof Runner>[0]

/** What the SDK's processor keeps to itself (evm-processor 1.27.3: lib/processor.js), and we need. */
interface ProcessorInternals {
  getBatchRequests(): RunnerConfig['requests']
  getArchiveDataSource(): DataSource<RangeBlock, unknown>
}

/** The SDK's own parts: its requests, its archive source. */
export interface SdkParts {
  requests: RunnerConfig['requests']
  /** history from the SQD Network, where a gateway is configured */
  archive?: DataSource<RangeBlock, unknown>
}

export function sdkParts(chain: ChainConfig, filters: LogFilter[], startBlock: number): SdkParts {
  const processor = new EvmBatchProcessor()
    .setFields({ log: { topics: true, data: true, transactionHash: true }, block: { timestamp: true } })
    .setBlockRange({ from: startBlock })
  if (chain.gateway) processor.setGateway(chain.gateway)
  for (const { addresses, topics, fromBlock } of filters) {
    processor.addLog({ address: addresses, topic0: topics, range: { from: fromBlock } })
  }
  const internals = processor as unknown as ProcessorInternals
  return {
    requests: internals.getBatchRequests(),
    archive: chain.gateway ? internals.getArchiveDataSource() : undefined,
  }
}

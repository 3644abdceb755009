import { EvmBatchProcessor } from '@subsquid/evm-processor'
import { createLogger } from '@subsquid/logger'
import type { Registry } from 'prom-client'
import type { ChainConfig, Config } from '../config/config'
import { createPool } from '../postgres/pool'
import type { ProtocolLog } from '../protocols/protocol'
import { protocols } from '../protocols/registry'
import { processBatch } from './batch'
import { ChainDatabase, stateSchemaOf } from './database'
import { filtersOf, type Source } from './decode'
import { IndexerMetrics } from './metrics'
import { preflight, withoutSecrets } from './preflight'
import { Progress } from './progress'

/**
 * Indexes one chain until the process ends: history first, then new blocks as they come, rolling back what a
 * reorganisation removes. Takes over the process: an error that retrying cannot mend ends it with code 1, and
 * whoever started it starts it again.
 *
 * @throws ConfigError before anything is indexed
 */
export async function runIndexer(config: Config, chain: ChainConfig): Promise<void> {
  const log = createLogger(`provenance:index:${chain.name}`)
  const sources: Source[] = Object.entries(chain.protocols).map(([name, deployment]) => ({
    protocol: protocols[name]!,
    deployment,
  }))
  const { unchecked } = await preflight(chain, sources, `chains[${config.chains.indexOf(chain)}]`)
  if (unchecked.length > 0)
    log.warn(`the endpoint does not tell contract code; unchecked: ${unchecked.join(', ')}`)

  const processor = new EvmBatchProcessor()
    .setRpcEndpoint({ url: chain.rpc, rateLimit: chain.rateLimit, capacity: 8, maxBatchCallSize: 100 })
    .setRpcDataIngestionSettings({ headPollInterval: chain.pollIntervalMs })
    .setFinalityConfirmation(chain.finality)
    .setFields({ log: { topics: true, data: true, transactionHash: true }, block: { timestamp: true } })
  if (chain.gateway) processor.setGateway(chain.gateway)
  if (chain.metricsPort !== undefined) processor.setPrometheusPort(chain.metricsPort)
  const startBlock = Math.min(...sources.map(source => source.deployment.firstBlock))
  processor.setBlockRange({ from: startBlock })
  for (const filter of sources.flatMap(filtersOf)) {
    processor.addLog({ address: filter.addresses, topic0: filter.topics, range: { from: filter.fromBlock } })
  }

  // The SDK keeps its client and metrics registry to itself; a second client would not share its rate limit.
  const internals = processor as unknown as {
    getChainRpcClient(): {
      call<T>(method: string, params?: unknown[]): Promise<T>
      call<T>(method: string, params: unknown[], options: { retryAttempts: number }): Promise<T>
    }
    getPrometheusServer(): { registry: Registry }
  }
  const rpc = internals.getChainRpcClient()
  const progress = new Progress({
    pool: createPool(config.postgres.url, { max: 1, applicationName: `provenance-progress-${chain.name}` }),
    log,
    chain: chain.caip2,
    name: chain.name,
    stateSchema: stateSchemaOf(chain.id),
    startBlock,
    finality: chain.finality,
    intervalMs: Math.max(500, chain.pollIntervalMs),
    view: {
      head: async () => Number(await rpc.call<string>('eth_blockNumber', [], { retryAttempts: 1 })),
      hashAt: async height => {
        const block = await rpc.call<{ hash: string } | null>(
          'eth_getBlockByNumber',
          [`0x${height.toString(16)}`, false],
          { retryAttempts: 1 },
        )
        return block?.hash ?? null
      },
    },
  })
  const metrics = new IndexerMetrics(internals.getPrometheusServer().registry, chain.caip2, progress)
  log.info(
    `indexing ${chain.caip2} from ${withoutSecrets(chain.rpc)}: ${Object.keys(chain.protocols).join(', ')}`,
  )
  progress.start()

  processor.run(new ChainDatabase(config.postgres.url, chain.id), async ctx => {
    const logs: ProtocolLog[] = ctx.blocks.flatMap(block =>
      block.logs.map(entry => ({
        address: entry.address,
        topics: entry.topics,
        data: entry.data,
        block: block.header.height,
        blockHash: block.header.hash,
        time: block.header.timestamp,
        transaction: entry.transactionHash,
        logIndex: entry.logIndex,
      })),
    )
    const outcome = await processBatch(ctx.store, logs, {
      chain: chain.caip2,
      sources,
      tokens: chain.tokens,
      call: async (address, data) =>
        rpc
          .call<string>('eth_call', [{ to: address, data }, 'latest'], { retryAttempts: 2 })
          .catch(() => null),
    })
    metrics.note(outcome)
    if (outcome.rejected > 0)
      log.warn(`${outcome.rejected} logs could not be read; they are kept in rejected_log`)
    const last = ctx.blocks.at(-1)?.header
    if (last) progress.note({ height: last.height, hash: last.hash, time: last.timestamp })
  })
}

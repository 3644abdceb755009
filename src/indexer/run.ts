import { createLogger, type Logger } from '@subsquid/logger'
import type { Store } from '@subsquid/typeorm-store'
import { Runner } from '@subsquid/util-internal-processor-tools'
import type { Pool } from 'pg'
import type { Registry } from 'prom-client'
import type { ChainConfig, Config } from '../config/config'
import { createPool } from '../postgres/pool'
import { quantity, type RangeBlock } from '../rpc/chainLogs'
import { RangeFetcher } from '../rpc/fetchRange'
import { RangeCache } from '../rpc/rangeCache'
import { RangeSizer } from '../rpc/rangeSizer'
import { RpcPool } from '../rpc/rpcPool'
import { BackfillReport } from './backfillReport'
import { ChainBatches, type ReadyBatch } from './chainBatches'
import { sourcesOf } from './chainSources'
import { ChainDatabase, stateSchemaOf } from './database'
import { filtersOf } from './decode'
import { checkFinalizedBlock } from './finalizedBlock'
import { FoldAhead } from './foldAhead'
import { IndexerMetrics } from './metrics'
import { preflight } from './preflight'
import { Progress } from './progress'
import { ColdSource } from './sources/coldSource'
import { Heads } from './sources/heads'
import { HotLogs } from './sources/hotLogs'
import { HotSource } from './sources/hotSource'
import { Problems } from './sources/problems'
import { noMetrics, sdkParts } from './sources/sdkParts'
import { isFinal } from './storeConnection'
import { describeAnew } from './tokens/configured'
import { TokenDescriber } from './tokens/describer'
import { discardUnusedOutbox } from './unusedOutbox'

/**
 * Indexes one chain until the process ends: history first, then new blocks as they come, rolling back what a
 * reorganisation removes. An error that retrying cannot mend is thrown; whoever started the process starts it again.
 *
 * @param serveMetrics says where
 * @throws ConfigError before anything is indexed
 */
export async function runIndexer(
  config: Config,
  chain: ChainConfig,
  serveMetrics: (registry: Registry) => Promise<string> = async () => '',
): Promise<void> {
  const log = createLogger(`provenance:index:${chain.name}`)
  const sources = sourcesOf(chain)
  const database = new ChainDatabase(config.postgres.url, chain.id)
  database.warmUp()
  const { unchecked, silent, sound } = await preflight(
    chain,
    sources,
    `chains[${config.chains.findIndex(({ id }) => id === chain.id)}]`,
  )
  for (const problem of silent) log.warn(problem)
  if (unchecked.length > 0)
    log.warn(`the endpoint does not tell contract code; unchecked: ${unchecked.join(', ')}`)

  const rpc = new RpcPool(chain.endpoints, chain.id, log, sound)
  const hashAt = async (height: number): Promise<string | null> => {
    const block = await rpc.call<{ hash: string } | null>('eth_getBlockByNumber', [quantity(height), false], {
      retryAttempts: 1,
    })
    return block?.hash ?? null
  }
  const pool = createPool(config.postgres.url, {
    max: 4,
    applicationName: `provenance-progress-${chain.name}`,
  })
  await checkFinalizedBlock(pool, chain, hashAt)

  const filters = sources.flatMap(filtersOf)
  const problems = new Problems(log, () => rpc.problem())
  const { finality, pollIntervalMs } = chain
  const heads = new Heads({ pool: rpc, problems, log, finality, pollIntervalMs })
  const startBlock = Math.min(...sources.map(source => source.deployment.firstBlock))
  const sdk = sdkParts(chain, filters, startBlock)
  const progress = new Progress({
    pool,
    log,
    chain: chain.caip2,
    name: chain.name,
    stateSchema: stateSchemaOf(chain.id),
    startBlock,
    intervalMs: Math.max(500, chain.pollIntervalMs),
    view: {
      head: async () => Number(await rpc.call<string>('eth_blockNumber', [], { retryAttempts: 1 })),
      finalized: () => heads.finalized,
      hashAt,
    },
  })
  const report = new BackfillReport(rpc)
  const metrics = new IndexerMetrics(chain.caip2, progress, rpc)
  log.info(`metrics: ${await serveMetrics(metrics.registry)}`)
  log.info(`indexing ${chain.caip2} from ${rpc.url}: ${Object.keys(chain.protocols).join(', ')}`)
  progress.start()
  if (!config.neo4j) keepOutboxEmpty(pool, log)
  await describeAnew(pool, chain.caip2, chain.tokens)
  new TokenDescriber({
    pool,
    rpc,
    log,
    chain: chain.caip2,
    height: () => progress.highest,
    intervalMs: chain.pollIntervalMs,
  }).start()

  const sizer = new RangeSizer()
  const lateSizer = new RangeSizer()
  const mostBytes = chain.rpcCacheMegabytes * 1_000_000
  const cache = new RangeCache({
    pool,
    log,
    chain: chain.caip2,
    filters,
    mostBytes,
    fetchMissing: (missing, range) => new RangeFetcher(rpc, missing, lateSizer).fetch(range),
  })
  const cold = new ColdSource({
    heads,
    problems,
    sizer,
    fetcher: new RangeFetcher(rpc, filters, sizer),
    cache: mostBytes > 0 ? cache : undefined,
    pollIntervalMs,
  })
  const logs = new HotLogs({ pool: rpc, filters, log })
  const hot = new HotSource({ pool: rpc, heads, problems, logs, cold, pollIntervalMs })

  const context = { chain: chain.caip2, sources, tokens: chain.tokens }
  const batches = new ChainBatches(database, pool, context)
  const ahead = new FoldAhead<ReadyBatch>({
    source: sdk.archive ?? cold,
    fold: (blocks, settled) => batches.foldAhead(blocks, settled),
    rollsBack: () => database.hasHotBlocks,
    waited: ms => {
      metrics.noteFetch(ms)
      report.noteFetch(ms)
    },
    ended: () => {
      const line = report.line()
      if (line) log.info(line)
    },
  })
  await new Runner<unknown, Store>({
    database,
    requests: sdk.requests,
    archive: ahead,
    hotDataSource: hot,
    prometheus: noMetrics,
    log: createLogger('sqd:processor'),
    // May be called again for the same batch, after a serialization failure: it has no effect outside the store.
    process: async (store, batch) => {
      const blocks = batch.blocks as RangeBlock[] // the SDK's own have these fields too: sdkParts asks for them
      const outcome = isFinal(store)
        ? await batches.write(store, await ahead.take(blocks, () => batches.foldNow(blocks, store)))
        : await batches.processHot(store, blocks)
      metrics.note(outcome)
      report.note(outcome, blocks)
      if (outcome.rejected > 0)
        log.warn(`${outcome.rejected} logs could not be read; they are kept in rejected_log`)
      const last = blocks.at(-1)?.header
      if (last) progress.note({ height: last.height, hash: last.hash, time: last.timestamp })
    },
  }).run()
}

const OUTBOX_INTERVAL_MS = 600_000

function keepOutboxEmpty(pool: Pool, log: Logger): void {
  const discard = () =>
    discardUnusedOutbox(pool).catch(error => log.warn(`the unused outbox is not emptied: ${error.message}`))
  void discard()
  setInterval(discard, OUTBOX_INTERVAL_MS).unref()
}

import { createLogger, type Logger } from '@subsquid/logger'
import type { Pool } from 'pg'
import type { Registry } from 'prom-client'
import type { ChainConfig, Config } from '../config/config'
import { createPool } from '../postgres/pool'
import { quantity, readHeader, readQuantity } from '../rpc/chainLogs'
import { dropAnswers, RangeCache } from '../rpc/rangeCache'
import { RangeSizer } from '../rpc/rangeSizer'
import { RpcPool } from '../rpc/rpcPool'
import { BackfillReport } from './backfillReport'
import { sourcesOf } from './chainSources'
import { entityTables } from './entities'
import { filtersOf } from './filters'
import { followChain, isPassing } from './followChain'
import { followTables } from './following/foundInTables'
import { Rules } from './following/rules'
import { WholeRanges } from './following/wholeRanges'
import { IndexerMetrics } from './metrics'
import { Pipeline } from './pipeline/pipeline'
import { preflight } from './preflight'
import { Progress } from './progress'
import { ChainReader } from './reads/chainReader'
import { keptAnswers } from './reads/keptAnswers'
import { PendingReads } from './reads/pendingReads'
import { settleSources } from './refold/settleSources'
import { ColdSource } from './sources/coldSource'
import { Heads } from './sources/heads'
import { HotLogs } from './sources/hotLogs'
import { HotSource } from './sources/hotSource'
import { Problems } from './sources/problems'
import { sdkParts } from './sources/sdkParts'
import { ChainStore } from './store/chainStore'
import { stateSchemaOf } from './store/stateTables'
import { TokenDescriber } from './tokens/describer'
import { discardUnusedOutbox } from './unusedOutbox'

/**
 * Indexes one chain until the process ends: history first, then new blocks as they come, undoing what a reorganisation
 * removes.
 *
 * @param serveMetrics says where
 * @throws what waiting cannot mend: ConfigError, ChainInUse
 */
export async function runIndexer(
  config: Config,
  chain: ChainConfig,
  serveMetrics: (registry: Registry) => Promise<string> = async () => '',
): Promise<void> {
  const log = createLogger(`provenance:index:${chain.name}`)
  const sources = sourcesOf(chain)
  const entities = await entityTables()
  const store = new ChainStore({ url: config.postgres.url, chain, maxRewind: chain.maxRewind, entities })
  const rpc = new RpcPool(chain.endpoints, chain.id, log)
  await store.open().catch(error => {
    if (!isPassing(error)) throw error // what passes is waited out below
  })
  const hashAt = async (height: number): Promise<string | null> => {
    const block = await rpc.call('eth_getBlockByNumber', [quantity(height), false], {
      retryAttempts: 1,
    })
    return block ? readHeader(block, height).hash : null
  }
  const pool = createPool(config.postgres.url, {
    max: 4,
    applicationName: `provenance-progress-${chain.name}`,
  })
  const rules = Rules.of(chain.caip2, sources)
  const problems = new Problems(log, () => rpc.problem())
  const { finality, pollIntervalMs } = chain
  const heads = new Heads({ pool: rpc, problems, log, finality, pollIntervalMs })
  const startBlock = Math.min(...sources.map(source => source.deployment.firstBlock))
  const sdk = sdkParts(chain, sources.flatMap(filtersOf), startBlock)
  const progress = new Progress({
    pool,
    log,
    chain: chain.caip2,
    name: chain.name,
    stateSchema: stateSchemaOf(chain.id),
    startBlock,
    intervalMs: Math.max(500, chain.pollIntervalMs),
    view: {
      endpoint: rpc.url,
      head: async () =>
        readQuantity(await rpc.call('eth_blockNumber', [], { retryAttempts: 1 }), 'eth_blockNumber'),
      finalized: () => heads.finalized,
      hashAt,
    },
    problems,
  })
  const report = new BackfillReport(rpc)
  const reader = new ChainReader({ rpc, log, chain: chain.name, kept: keptAnswers(chain, pool, log) })
  const reads = new PendingReads({ pool, log, chain: chain.caip2, reader })
  const metrics = new IndexerMetrics(chain.caip2, progress, rpc, reader)
  log.info(`metrics: ${await serveMetrics(metrics.registry)}`)
  log.info(`indexing ${chain.caip2} from ${rpc.url}: ${Object.keys(chain.protocols).join(', ')}`)
  await progress.start()
  if (!config.neo4j) keepOutboxEmpty(pool, log)
  new TokenDescriber({
    pool,
    rpc,
    log,
    chain: chain.caip2,
    known: chain.tokens,
    height: () => progress.highest,
    intervalMs: chain.pollIntervalMs,
  }).start()
  reads.start()

  const sizer = new RangeSizer()
  const mostBytes = chain.rpcCacheMegabytes * 1_000_000
  const follow = followTables(pool, chain.caip2, rules)
  const cold = new ColdSource({
    heads,
    problems,
    sizer,
    ranges: new WholeRanges(rpc, sizer),
    follow,
    cache:
      mostBytes > 0
        ? new RangeCache({ pool, log, chain: chain.caip2, asked: rules.kept, mostBytes })
        : undefined,
    pollIntervalMs,
  })
  const logs = new HotLogs({ pool: rpc, log })
  const requireWriter = () => store.requireConnection()
  const hot = new HotSource({ pool: rpc, heads, problems, logs, follow, cold, pollIntervalMs, requireWriter })

  const context = { chain: chain.caip2, sources, tokens: chain.tokens, reader }
  const pipeline = new Pipeline({
    store,
    entities,
    pool,
    context,
    written: ({ logs: blocks }, outcome) => {
      metrics.note(outcome)
      report.note(outcome, blocks)
      if (outcome.rejected > 0)
        log.warn(`${outcome.rejected} logs could not be read; they are kept in rejected_log`)
      const last = blocks.at(-1)?.header
      if (last) progress.note({ height: last.height, hash: last.hash, time: last.timestamp })
    },
  })
  try {
    await problems.persist(chain.name, async () => {
      const place = `chains[${config.chains.findIndex(({ id }) => id === chain.id)}]`
      const { unchecked, silent } = await preflight(chain, sources, place, store.final !== undefined)
      for (const problem of silent) log.warn(problem)
      if (unchecked.length > 0)
        log.warn(`the endpoint does not tell contract code; unchecked: ${unchecked.join(', ')}`)
    })
    await followChain({
      store,
      pipeline,
      history: sdk.archive ?? cold,
      hot,
      heads,
      requests: sdk.requests,
      chain: chain.name,
      maxRewind: chain.maxRewind,
      log,
      problems,
      async settleSources() {
        const progressed = (what: string) => problems.say('what the tables are made from', what)
        const { signal } = new AbortController()
        const { url } = config.postgres
        try {
          await settleSources({ url, pool, chain, sources, rpc, log, signal, progressed, reads }, store)
        } finally {
          problems.over('what the tables are made from')
          pipeline.restart()
        }
      },
      mustSettle: () => reads.isDue,
      rewound: ({ height }) => dropAnswers(pool, chain.caip2, height),
      historyRead: () => {
        const line = report.end()
        if (line) log.info(line)
      },
    })
  } catch (error) {
    await progress.end()
    throw error
  }
}

const OUTBOX_INTERVAL_MS = 600_000

function keepOutboxEmpty(pool: Pool, log: Logger): void {
  const discard = () =>
    discardUnusedOutbox(pool).catch(error => log.warn(`the unused outbox is not emptied: ${error.message}`))
  void discard()
  setInterval(discard, OUTBOX_INTERVAL_MS).unref()
}

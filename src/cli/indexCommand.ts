import type { Command } from 'commander'
import { chainNamed, configOption, exitOnSignals, metricsPortOption, readConfig } from './options'

export function addIndex(program: Command): void {
  program
    .command('index')
    .description('index one chain, and follow it')
    .requiredOption('--chain <id or name>', 'which of the chains in the config file')
    .option(
      '--reset',
      'forget all that is indexed of this chain first, and the answers kept of its endpoints',
    )
    .option('--no-rpc-cache', 'ask the endpoints for everything: neither read nor keep their answers')
    .addOption(metricsPortOption('0 or not given: the chain’s `metricsPort`, or a free one'))
    .addOption(configOption())
    .action(async options => {
      const config = readConfig(options)
      const chain = chainNamed(config, options.chain)
      exitOnSignals()
      if (options.reset) {
        const { createLogger } = await import('@subsquid/logger')
        const { resetChain } = await import('../indexer/store/reset.js')
        await resetChain(config.postgres.url, chain, createLogger(`provenance:reset:${chain.name}`))
      }
      const { runIndexer } = await import('../indexer/run.js')
      const { sayLastWordsTo } = await import('../indexer/lastWords.js')
      const { serveMetrics } = await import('./serveMetrics.js')
      try {
        await runIndexer(config, options.rpcCache ? chain : { ...chain, rpcCacheMegabytes: 0 }, registry =>
          serveMetrics(registry, options.metricsPort || chain.metricsPort || 0),
        )
      } catch (error) {
        await sayLastWordsTo(config.postgres.url, chain, error)
        throw error
      }
    })
}

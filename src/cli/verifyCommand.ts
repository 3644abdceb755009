import { type Command, Option } from 'commander'
import type { ChainConfig, Config } from '../config/config'
import { abortOnSignals, chainNamed, configOption, readConfig } from './options'

export function addVerify(program: Command): void {
  program
    .command('verify')
    .description(
      "fold the chains' logs again and compare with the tables; code 1 and a line of JSON for each difference where they differ",
    )
    .option('--chain <id or name>', 'which of the chains in the config file; default: each of them')
    .option(
      '--repair',
      'put right what differs, and end with code 0; no processor of the chain may run meanwhile',
    )
    .addOption(
      new Option(
        '--facts',
        'only check that states add up to the facts in the tables: quick, and asks no endpoint',
      ).conflicts('repair'),
    )
    .addOption(configOption())
    .action(async options => {
      const config = readConfig(options)
      const chains = options.chain === undefined ? config.chains : [chainNamed(config, options.chain)]
      const signal = abortOnSignals()
      const print = (difference: object) => console.log(JSON.stringify(difference))
      const verify = options.facts
        ? await factsVerifier(config, print)
        : await logsVerifier(config, signal, print, options.repair)
      let differing = 0
      for (const chain of chains) {
        const verified = await verify(chain).catch(error => {
          if (!signal.aborted) throw error
          console.error(`${chain.name}: stopped before the end`)
          process.exit(130)
        })
        console.error(`${chain.name}: ${verified.what}, ${verified.differing} differ`)
        differing += verified.differing
      }
      process.exit(differing === 0 || options.repair ? 0 : 1)
    })
}

type Verifier = (chain: ChainConfig) => Promise<{ what: string; differing: number }>

async function logsVerifier(
  config: Config,
  signal: AbortSignal,
  print: (difference: object) => void,
  repair: boolean,
): Promise<Verifier> {
  const verify = repair
    ? (await import('../indexer/refold/repair.js')).repairChain
    : (await import('../indexer/refold/verify.js')).verifyChain
  return async chain => {
    const { top, rows, differing } = await verify(config, chain, signal, print)
    return { what: `${rows} rows at block ${top.height} (${top.hash}) compared`, differing }
  }
}

async function factsVerifier(config: Config, print: (difference: object) => void): Promise<Verifier> {
  const { createPool } = await import('../postgres/pool.js')
  const { verifyFacts } = await import('../indexer/refold/verifyFacts.js')
  const pool = createPool(config.postgres.url, { max: 1, applicationName: 'provenance-verify' })
  return async chain => {
    const { rows, differing } = await verifyFacts(pool, chain.caip2, print)
    return { what: `${rows} states compared with their facts`, differing }
  }
}

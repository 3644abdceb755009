import type { Command } from 'commander'
import { abortOnSignals, chainNamed, configOption, readConfig } from './options'

export function addVerify(program: Command): void {
  program
    .command('verify')
    .description(
      "fold the chains' logs again and compare with the tables; code 1 and a line of JSON for each difference where they differ",
    )
    .option('--chain <id or name>', 'which of the chains in the config file; default: each of them')
    .addOption(configOption())
    .action(async options => {
      const config = readConfig(options)
      const chains = options.chain === undefined ? config.chains : [chainNamed(config, options.chain)]
      const signal = abortOnSignals()
      const { verifyChain } = await import('../indexer/refold/verify.js')
      let differing = 0
      for (const chain of chains) {
        const verified = await verifyChain(config, chain, signal, difference =>
          console.log(JSON.stringify(difference)),
        )
        const { top, rows } = verified
        console.error(
          `${chain.name}: ${rows} rows at block ${top.height} (${top.hash}) compared, ${verified.differing} differ`,
        )
        differing += verified.differing
      }
      process.exit(differing === 0 ? 0 : 1)
    })
}

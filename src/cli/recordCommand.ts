import type { Command } from 'commander'
import { chainNamed, configOption, exitOnSignals, readConfig, wholeNumber } from './options'

export function addRecord(program: Command): void {
  program
    .command('record <file>')
    .description('write what a chain’s endpoints tell of the configured contracts (JSONL), for `replay`')
    .requiredOption('--chain <id or name>', 'which of the chains in the config file')
    .option('--from <block>', 'default: the first that the configuration reads', wholeNumber(0))
    .option('--to <block>', 'default: the last final one', wholeNumber(0))
    .addOption(configOption())
    .action(async (file, options) => {
      const chain = chainNamed(readConfig(options), options.chain)
      exitOnSignals()
      const { createWriteStream } = await import('node:fs')
      const { pipeline } = await import('node:stream/promises')
      const { createLogger } = await import('@subsquid/logger')
      const { recordChain } = await import('../indexer/recordChain.js')
      const log = createLogger(`provenance:record:${chain.name}`)
      let count = 0
      const lines = async function* () {
        for await (const line of recordChain({ chain, log, from: options.from, to: options.to })) {
          count++
          yield `${line}\n`
        }
      }
      await pipeline(lines, createWriteStream(file))
      console.log(`${count} logs and answers in ${file}`)
      process.exit(0)
    })
}

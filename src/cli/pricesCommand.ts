import type { Command } from 'commander'
import { configOption, readConfig } from './options'

export function addPrices(program: Command): void {
  const prices = program.command('prices').description('prices of tokens in USD')
  prices
    .command('import')
    .argument('<file>', 'CSV with the columns token,time,price,source: a price in USD of one whole token')
    .description('import prices from a file; `prices` in the config says for which tokens they count')
    .addOption(configOption())
    .action(async (file: string, options) => {
      const { importPrices } = await import('../prices/importFile.js')
      const { createPool } = await import('../postgres/pool.js')
      const pool = createPool(readConfig(options).postgres.url, {
        max: 1,
        applicationName: 'provenance-prices',
      })
      try {
        const { number, prices: count, before } = await importPrices(pool, file)
        console.log(
          before
            ? `the same file was imported before, as number ${number}: nothing to do`
            : `import ${number}: ${count} prices`,
        )
      } finally {
        await pool.end()
      }
    })
}

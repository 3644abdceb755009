import type { Command } from 'commander'
import { configOption, readConfig } from './options'

export function addStatement(program: Command): void {
  program
    .command('statement')
    .description("an account's royalty statement of a period, from finalized blocks")
    .requiredOption('--account <id>', 'CAIP-10 (eip155:1:0x…), or an address on any chain')
    .requiredOption('--from <date>', 'ISO 8601, inclusive, UTC: 2026-01-01')
    .requiredOption('--to <date>', 'ISO 8601, exclusive, UTC')
    .option('--format <name>', 'csv, json, xlsx, parquet, pdf, beancount, …: docs/statements.md', 'csv')
    .option('--part <lines|totals>', 'of a CSV file: a row a line, or a row a token')
    .option('--bom', 'a CSV file begins with a byte order mark, by which Excel knows UTF-8')
    .option('--wei <number|text>', 'text: a spreadsheet keeps all digits of the CSV file')
    .option(
      '--as-of <chain@height...>',
      'state a chain up to this block instead of its newest finalized one: eip155:1@20000000',
    )
    .option('--partial', 'state a period that is not over, or not covered yet, as far as it is known')
    .option('--replaces <number>', 'number of the statement that this one replaces')
    .option('--prices <version>', 'value with these prices, as an earlier statement was: 0123456789abcdef-3')
    .option(
      '--proofs',
      "with proofs that each line's receipt is in its block, from the chains' endpoints (json)",
    )
    .option('-o, --out <file>', 'default: standard output')
    .addOption(configOption())
    .action(async options => {
      const { cliStatement } = await import('../statements/cliStatement.js')
      const { signerOf } = await import('../statements/seal/signature.js')
      const { part, wei, bom } = options
      const choices = { part, wei, bom: bom ? 'true' : undefined }
      const config = readConfig(options)
      await cliStatement({
        ...options,
        choices,
        signer: signerOf(process.env.STATEMENT_SIGNING_KEY),
        policies: config.prices,
        endpoints: new Map(config.chains.map(({ caip2, endpoints }) => [caip2, endpoints])),
        postgresUrl: config.postgres.url,
      })
    })
}

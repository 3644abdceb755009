import type { Command } from 'commander'
import { wholeNumber } from './options'

export function addVerifyStatement(program: Command): void {
  program
    .command('verify-statement')
    .description('checks a file of a statement offline, and names the line that is wrong')
    .argument('<file>', 'CSV, JSON, XLSX or Parquet, as it was made; or the proof of a line')
    .argument('[totals]', 'the file of totals that belongs to a CSV file of lines (part=totals)')
    .option('--signer <address>', 'address whose signature it must have')
    .option(
      '--rpc <url...>',
      "endpoints of chains that you trust: the hashes of the statement's blocks are compared with theirs",
    )
    .option('--prove <line>', 'write a proof of this line alone instead, if the file holds', wholeNumber(1))
    .action(
      async (
        file: string,
        totals: string | undefined,
        { signer, prove, rpc }: { signer?: string; prove?: number; rpc?: string[] },
      ) => {
        const { cliProve, cliVerify } = await import('../statements/verify/cliVerify.js')
        const options = { file, totals, signer, rpc }
        const { text, holds } = await (prove === undefined ? cliVerify(options) : cliProve(options, prove))
        process.stdout.write(text)
        if (!holds) process.exitCode = 1
      },
    )
}

import type { Command } from 'commander'

export function addVerifyStatement(program: Command): void {
  program
    .command('verify-statement')
    .description('checks a file of a statement offline, and names the line that is wrong')
    .argument('<file>', 'CSV, JSON, XLSX or Parquet, as it was made')
    .argument('[totals]', 'the file of totals that belongs to a CSV file of lines (part=totals)')
    .option('--signer <address>', 'address whose signature it must have')
    .action(async (file: string, totals: string | undefined, { signer }: { signer?: string }) => {
      const { cliVerify } = await import('../statements/verify/cliVerify.js')
      const { text, holds } = await cliVerify({ file, totals, signer })
      process.stdout.write(text)
      if (!holds) process.exitCode = 1
    })
}

import type { Command } from 'commander'
import { configOption, readConfig } from './options'

export function addLineage(program: Command): void {
  program
    .command('lineage')
    .description('what a model was made from, as a file that other tools read')
    .argument('<model>', 'eip155:1514/story:0x…')
    .option(
      '--format <name>',
      "cdx.json (CycloneDX 1.7 ML-BOM), spdx.json (SPDX 3), prov.json (W3C PROV), graphml, hf.yaml (a Hugging Face card's base_model)",
      'cdx.json',
    )
    .option('-o, --out <file>', 'default: standard output')
    .addOption(configOption())
    .action(async (model: string, options) => {
      const { cliLineage } = await import('../exports/cliLineage.js')
      const { format, out } = options
      await cliLineage({ postgresUrl: readConfig(options).postgres.url, model, format, out })
    })
}

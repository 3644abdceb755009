/** Our indexer, as `provenance index` runs it. */
import { checkConfig } from '../../src/config/load'
import { runIndexer } from '../../src/indexer/run'
import { protocols } from '../../src/protocols/registry'
import { serveJob } from './job'

serveJob(async job => {
  const { registry, poolFactory, router } = job.contracts
  const document = {
    postgres: { url: job.postgresUrl },
    chains: [
      {
        id: job.chainId,
        name: 'bench',
        rpc: job.rpc,
        finality: job.finality,
        protocols: {
          reference: { firstBlock: job.firstBlock, contracts: { registry, poolFactory, router } },
        },
      },
    ],
  }
  const config = checkConfig(document, 'bench', protocols, {})
  await runIndexer(config, config.chains[0]!)
})

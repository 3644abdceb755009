import { createLogger } from '@subsquid/logger'
import type { ChainConfig, Config } from '../../config/config'
import { createPool } from '../../postgres/pool'
import { sourcesOf } from '../chainSources'
import { entityTables } from '../entities'
import { ChainStore } from '../store/chainStore'
import { type Difference, differencesOf } from './difference'
import { mendChain } from './mend'
import { nothingIndexed, type Verified } from './verify'

/**
 * As `verifyChain`, and writes what the logs make of the rows that differ, while no processor of the chain runs. Blocks
 * that are not final are undone first: the processor reads them again when it starts.
 *
 * @throws ChainInUse while a processor of the chain runs; what `verifyChain` throws
 */
export async function repairChain(
  config: Config,
  chain: ChainConfig,
  signal: AbortSignal,
  found: (difference: Difference) => void,
): Promise<Verified> {
  const log = createLogger(`provenance:verify:${chain.name}`)
  const { url } = config.postgres
  const pool = createPool(url, { max: 4, applicationName: `provenance-verify-${chain.name}` })
  const store = new ChainStore({ url, chain, maxRewind: chain.maxRewind, entities: await entityTables() })
  try {
    await store.open()
    const { final } = store
    if (!final) throw nothingIndexed(chain)
    const options = { url, pool, chain, sources: sourcesOf(chain), log, signal, asMade: true }
    const compared = await mendChain(options, store, final, async (sides, table, ids) => {
      for (const difference of await differencesOf(sides, table, ids)) found(difference)
    })
    return { top: final, ...compared }
  } finally {
    await store.close()
    await pool.end()
  }
}

import { join } from 'node:path'
import type { Pool } from 'pg'
import { startApi } from '../../src/api/server'
import { loadConfig } from '../../src/config/load'
import { packageRoot } from '../../src/config/packageRoot'
import { protocols } from '../../src/protocols/registry'
import { replayServer } from '../../src/replay/replayServer'
import { freshDatabase } from '../fixtures/database'
import { Pipeline } from '../system/pipeline'
import { scenarioChains } from '../system/scenarioChains'

export interface Site {
  url: string
  pool: Pool
  data<Data>(query: string, variables?: Record<string, unknown>): Promise<Data>
  close(): Promise<void>
}

/** What `npm start -- --no-live` serves: the scenario on two chains and Story's recording, indexed, behind the API. */
export async function scenarioSite(): Promise<Site> {
  const stops: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const stop of stops.reverse()) await stop()
  }
  try {
    const chains = await scenarioChains()
    stops.push(() => chains.close())
    await Promise.all([chains.alpha, chains.beta].map(chain => chain.rpc('anvil_mine', [24, 1])))
    const replay = await replayServer({
      files: [join(packageRoot, 'src/sandbox/recordings/story.jsonl')],
      chainId: 1514,
      tailBlocks: 24,
    })
    stops.push(() => replay.stop())
    const database = await freshDatabase()
    stops.push(() => database.drop())
    const pipeline = new Pipeline({
      database,
      chains: { alpha: chains.alpha.url, beta: chains.beta.url, story: replay.url },
      finality: 20,
    })
    stops.push(() => pipeline.stop())
    // The chains stand still: who asks often takes time from the browser.
    pipeline.configure(all => {
      for (const chain of all) chain.pollIntervalMs = 1000
    })
    await Promise.all(['alpha', 'beta', 'story'].map(chain => pipeline.index(chain)))
    await pipeline.caughtUp()
    const api = await startApi({ config: loadConfig(pipeline.config, protocols), port: 0 })
    stops.push(() => api.close())
    return {
      url: api.url,
      pool: database.pool,
      close,
      async data<Data>(query: string, variables?: Record<string, unknown>) {
        const response = await fetch(`${api.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query, variables }),
        })
        const { data, errors } = (await response.json()) as { data: Data; errors?: unknown }
        if (errors) throw new Error(JSON.stringify(errors))
        return data
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

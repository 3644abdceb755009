import { setTimeout as sleep } from 'node:timers/promises'
import { live } from '../../src/sandbox/living'
import { runScenario } from '../../src/sandbox/scenario/runScenario'
import { type TestChain, testChain } from '../fixtures/chain'

export interface ScenarioChains {
  alpha: TestChain
  beta: TestChain
  /** Lets both chains live on for about so many blocks, some milliseconds each. */
  liveOn(blocks: number): Promise<void>
  close(): Promise<void>
}

export const SEED = 'provenance'

/** Two chains with the reference protocol on them and its scenario played, the same on every run. */
export async function scenarioChains(): Promise<ScenarioChains> {
  const [alpha, beta] = await Promise.all([testChain({ chainId: 31337 }), testChain({ chainId: 31338 })])
  await runScenario({ a: alpha.url, b: beta.url, seed: SEED })
  return {
    alpha,
    beta,
    async liveOn(blocks) {
      const height = async () => Number(await alpha.rpc<string>('eth_blockNumber'))
      const until = (await height()) + blocks
      const stop = new AbortController()
      const living = live({ a: alpha.url, b: beta.url, seed: SEED, signal: stop.signal, blockMs: 20 })
      while ((await height()) < until) await sleep(20)
      stop.abort()
      await living
    },
    async close() {
      await Promise.all([alpha.close(), beta.close()])
    },
  }
}

/**
 * Replaces the newest `depth` blocks by others: the transactions of the first replaced block come a block later, those
 * of the rest are gone. The head stays as high as it was.
 */
export async function reorganise(chain: TestChain, depth: number): Promise<void> {
  const head = Number(await chain.rpc<string>('eth_blockNumber'))
  const first = `0x${(head - depth + 1).toString(16)}`
  const count = Number(await chain.rpc<string>('eth_getBlockTransactionCountByNumber', [first]))
  const moved: [string, number][] = []
  for (let i = 0; i < count; i++) {
    const raw = await chain.rpc<string>('eth_getRawTransactionByBlockNumberAndIndex', [
      first,
      `0x${i.toString(16)}`,
    ])
    moved.push([raw, Math.min(1, depth - 1)])
  }
  await chain.rpc('anvil_reorg', [depth, moved])
}

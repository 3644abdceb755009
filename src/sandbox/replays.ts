import { join } from 'node:path'
import { type Replay, replayServer } from '../replay/replayServer'

/** Chains of config/replays.yaml: recordings that `npm start -- --protocols all` serves beside Story's. */
const CHAINS = [
  { name: 'eigenlayer', chainId: 31_339 },
  { name: 'virtuals', chainId: 31_340 },
  { name: 'standards', chainId: 31_341 },
]

/** Chains whose contracts cannot be asked for a token's symbol: they are recordings. */
export const RECORDED_CHAINS = ['eip155:1514', ...CHAINS.map(({ chainId }) => `eip155:${chainId}`)]

export interface ReplayedChain {
  name: string
  /** of config/replays.yaml, for its address */
  variable: string
  replay: Replay
}

/** @param tailBlocks after the recorded ones, so that those become final */
export function startReplays(tailBlocks: number): Promise<ReplayedChain[]> {
  return Promise.all(
    CHAINS.map(async ({ name, chainId }) => ({
      name,
      variable: `RPC_${name.toUpperCase()}_HTTP`,
      replay: await replayServer({
        files: [join(__dirname, 'recordings', `${name}.jsonl`)],
        chainId,
        tailBlocks,
      }),
    })),
  )
}

import type { Logger } from '@subsquid/logger'
import type { HashAndHeight } from '@subsquid/util-internal-processor-tools'
import { ConfigError } from '../config/configError'
import { DeepReorg } from './deepReorg'
import type { Pipeline } from './pipeline/pipeline'
import type { Heads } from './sources/heads'
import type { ChainStore } from './store/chainStore'

interface Options {
  store: ChainStore
  pipeline: Pipeline
  log: Logger
  /** for messages */
  chain: string
  maxRewind: number
  heads: Pick<Heads, 'requireFinal' | 'hashNow'>
}

/**
 * Goes back to the newest written block that is still the chain's, if the last final one is not: after a
 * reorganisation deeper than its finality, or where the endpoint is of a chain that was made anew.
 *
 * @returns the block that it went back to; undefined: nothing was undone
 * @throws ConfigError where the fork is older than what can be undone
 */
export async function standOnChain(options: Options): Promise<HashAndHeight | undefined> {
  const { store, log, chain, maxRewind } = options
  const { final } = store
  if (!final || !(await isLost(final, options))) return undefined
  const known = (await store.undoable()).filter(({ height }) => height <= final.height)
  const fork = await newestShared(known, options)
  if (!fork) {
    throw new ConfigError(
      chain,
      `block ${final.height} is final here as ${final.hash} and another on the chain, which was reorganised deeper ` +
        `than \`maxRewind\` (${maxRewind} blocks; the index can go back to ${known[0]!.height}), or the endpoint is of ` +
        'another chain',
      `correct \`rpc\`; or index the chain anew (other chains are untouched): provenance index --chain ${chain} --reset`,
    )
  }
  log.warn(
    `block ${final.height}, which was final, is no longer the chain's: going back ${final.height - fork.height} ` +
      `blocks to ${fork.height} (${fork.hash}), the newest written one that is`,
  )
  await options.pipeline.undo(fork)
  return fork
}

/** Goes back to the newest written block that is the chain's, where blocks that were not final are not. */
export async function dropLostHotBlocks(options: Options): Promise<void> {
  const { position, last } = options.store
  const { top, ...final } = position
  const shared = await newestShared(top, options)
  if (last.hash !== (shared ?? final).hash) await options.pipeline.undo(shared ?? final)
}

/** Whether the chain has another block for a final one, and that for certain. */
async function isLost(final: HashAndHeight, { heads }: Options): Promise<boolean> {
  try {
    await heads.requireFinal(final)
    return false
  } catch (error) {
    if (error instanceof DeepReorg) return true
    throw error
  }
}

/** By halves: a block that is the chain's vouches, by its hash, for all before it. */
async function newestShared(
  ascending: HashAndHeight[],
  { heads }: Options,
): Promise<HashAndHeight | undefined> {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >> 1
    const { height, hash } = ascending[middle]!
    if (height < 0 || (await heads.hashNow(height)) === hash) low = middle + 1
    else high = middle
  }
  return ascending[low - 1]
}

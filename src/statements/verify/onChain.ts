import type { ChainReader } from '../proofs/chainReader'
import type { ClaimedBlock } from './provenBlocks'
import type { Problem } from './verifyStatement'

/** Blocks that are asked for at once. */
const AT_ONCE = 10

/** Compares blocks' hashes with those of chains that the reader trusts. @returns what differs, and chains that nobody could ask */
export async function wrongOnChain(
  blocks: readonly ClaimedBlock[],
  readers: ReadonlyMap<string, ChainReader>,
): Promise<{ problems: Problem[]; unasked: string[] }> {
  const problems: Problem[] = []
  const asked = blocks.filter(({ chain }) => readers.has(chain))
  for (let start = 0; start < asked.length; start += AT_ONCE) {
    const some = asked.slice(start, start + AT_ONCE)
    const found = await Promise.all(some.map(({ chain, number }) => readers.get(chain)!.block(number)))
    for (const [i, { chain, number, hash, place }] of some.entries()) {
      const met = found[i]?.hash
      if (met !== hash)
        problems.push({ place, found: `block ${number} of ${chain} is ${met ?? 'not there'}, not ${hash}` })
    }
  }
  const unasked = new Set(blocks.map(({ chain }) => chain).filter(chain => !readers.has(chain)))
  return { problems, unasked: [...unasked].sort() }
}

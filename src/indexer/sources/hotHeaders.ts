import { readBloom } from '../../rpc/bloom'
import { checkLink, quantity, type RangeBlock, type RawHeader, readHeader } from '../../rpc/chainLogs'
import { BadAnswer } from '../../rpc/rpcFault'
import type { Session } from '../../rpc/rpcPool'
import type { BlockRef } from '../deepReorg'
import type { HotChain } from './hotChain'

/** Headers that are asked for first where a fork is met; then four times as many, and so on: most forks are shallow. */
const FIRST_STEP = 16

export interface HotHeader {
  header: RangeBlock['header']
  /** absent where the node gives none */
  bloom?: Buffer
}

/** @throws BadAnswer */
export function readHotHeader(answer: unknown, height?: number): HotHeader {
  const of = height ?? Number((answer as RawHeader | null)?.number)
  return { header: readHeader(answer, of), bloom: readBloom(answer) }
}

export async function latest(session: Session): Promise<HotHeader> {
  const answer = await session.call<unknown>('eth_getBlockByNumber', ['latest', false])
  if (!answer) throw new BadAnswer('the latest block is answered by null')
  return readHotHeader(answer)
}

/**
 * The headers from the last block that we share with a head up to it, or up to `most` above our tip. Followed down by
 * their parents where the head is of another fork, however low it is.
 *
 * @returns `base` absent: not even our final block is shared
 * @throws BadAnswer where they are not linked: the node has moved meanwhile, or mixes forks
 */
export async function pathTo(
  session: Session,
  chain: HotChain,
  head: HotHeader,
  most: number,
): Promise<{ base?: BlockRef; path: HotHeader[] }> {
  const { tip, final } = chain
  const top = Math.min(head.header.height, tip.height + most)
  let path = [head]
  if (top > tip.height) {
    path = await headers(session, tip.height + 1, Math.min(top, head.header.height - 1))
    if (top === head.header.height) path.push(head)
  }
  checkLinks(path)
  for (let step = FIRST_STEP; ; step *= 4) {
    const lowest = path[0]!.header
    const base = { height: lowest.height - 1, hash: lowest.parentHash }
    if (chain.has(base)) return { base, path }
    if (base.height <= final.height) return { path }
    const lower = await headers(session, Math.max(final.height + 1, lowest.height - step), lowest.height - 1)
    checkLinks([...lower, path[0]!])
    const shared = lower.findLastIndex(({ header }) => chain.has(header))
    path = [...lower.slice(shared + 1), ...path]
  }
}

/** Headers of the blocks at these heights, both ends included. @throws BadAnswer */
export async function headers(session: Session, from: number, to: number): Promise<HotHeader[]> {
  const heights = Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i)
  const answers = await session.batchCall<unknown>(
    heights.map(height => ({ method: 'eth_getBlockByNumber', params: [quantity(height), false] })),
  )
  return heights.map((height, i) => readHotHeader(answers[i], height))
}

function checkLinks(path: HotHeader[]): void {
  for (let i = 1; i < path.length; i++) checkLink(path[i - 1]!.header, path[i]!.header)
}

import { createHash } from 'node:crypto'
import { type LogFilter, matcherOf, type RangeBlock, type RangeLog } from './chainLogs'
import { BadAnswer, type BlockSpan } from './rpcFault'

/** What was asked for, as it is kept beside the answers. */
export interface KeptFilters {
  filters: LogFilter[]
  /** Rules by which contracts are found in the answers, whose logs are in them too: one of each protocol. */
  rules: string[]
}

/** Name of what is asked for: the same for filters that ask for the same in another order. */
export function filterDigest({ filters, rules }: KeptFilters, format: number): string {
  const canonical = filters
    .map(({ addresses, topics, fromBlock }) => [[...(addresses ?? [])].sort(), [...topics].sort(), fromBlock])
    .map(filter => JSON.stringify(filter))
    .sort()
  return createHash('sha256')
    .update(`${format} ${[...canonical, ...rules].join()}`)
    .digest('hex')
    .slice(0, 32)
}

/** What `wanted` asks for in a range and answers to `asked` do not hold, as the fewest topics of each address. */
export function missingFilters(
  wanted: LogFilter[],
  asked: LogFilter[],
  { from, to }: BlockSpan,
): LogFilter[] {
  const isAsked = matcherOf(asked)
  const missing: LogFilter[] = []
  for (const { addresses, topics, fromBlock } of wanted) {
    if (fromBlock > to) continue
    const first = Math.max(from, fromBlock)
    for (const address of addresses ?? [undefined]) {
      const left = topics.filter(topic => !isAsked(address ?? ANY, topic, first))
      if (left.length === 0) continue
      missing.push(
        address === undefined
          ? { topics: left, fromBlock }
          : { addresses: [address], topics: left, fromBlock },
      )
    }
  }
  return missing
}

/** No contract's address: only a filter without addresses asks for it. */
const ANY = '*'

/** Indexes that were given to logs whose endpoint counts anew in each transaction begin here. */
const RENUMBERED = 2 ** 16

/**
 * Two answers over one range as one, a log that both hold once. Logs that both do not hold take their place by their
 * index in the block.
 *
 * @returns undefined where the endpoint counts logs anew in each transaction: what a log's index is depends there on
 *   all that is asked for at once
 * @throws BadAnswer where they are of two forks
 */
export function mergeBlocks(a: RangeBlock[], b: RangeBlock[]): RangeBlock[] | undefined {
  const byHeight = new Map(a.map(block => [block.header.height, block]))
  for (const block of b) {
    const { height, hash } = block.header
    const other = byHeight.get(height)
    if (!other) {
      byHeight.set(height, block)
      continue
    }
    if (other.header.hash !== hash) {
      throw new BadAnswer(`block ${height} is ${other.header.hash} in what was kept, ${hash} on the chain`)
    }
    const logs = mergeLogs(other.logs, block.logs)
    if (!logs) return undefined
    byHeight.set(height, { header: other.header, logs })
  }
  return [...byHeight.values()].sort((x, y) => x.header.height - y.header.height)
}

function mergeLogs(a: RangeLog[], b: RangeLog[]): RangeLog[] | undefined {
  if (b.length === 0) return a
  if (a.length === 0) return b
  const byIndex = new Map(a.map(log => [log.logIndex, log]))
  for (const log of b) {
    const other = byIndex.get(log.logIndex)
    if (other && other.transactionHash !== log.transactionHash) return undefined
    byIndex.set(log.logIndex, other ?? log)
  }
  const logs = [...byIndex.values()].sort((x, y) => x.logIndex - y.logIndex)
  return isCountedByBlock(logs) ? logs : undefined
}

/** Each transaction's logs stand together, in the order of the transactions as far as that is told. */
function isCountedByBlock(logs: RangeLog[]): boolean {
  const ended = new Set<string>()
  let current: string | undefined
  let place = 0
  for (const { transactionHash, logIndex, transactionIndex = place } of logs) {
    if (logIndex >= RENUMBERED || transactionIndex < place || ended.has(transactionHash)) return false
    place = transactionIndex
    if (transactionHash === current) continue
    if (current !== undefined) ended.add(current)
    current = transactionHash
  }
  return true
}

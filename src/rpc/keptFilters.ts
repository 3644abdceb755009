import { createHash } from 'node:crypto'
import type { LogFilter, RangeBlock, RangeLog } from './chainLogs'
import { BadAnswer, type BlockSpan } from './rpcFault'

/** Name of what is asked for: the same for filters that ask for the same in another order. */
export function filterDigest(filters: LogFilter[], format: number): string {
  const canonical = filters
    .map(({ addresses, topics, fromBlock }) => [[...(addresses ?? [])].sort(), [...topics].sort(), fromBlock])
    .map(filter => JSON.stringify(filter))
    .sort()
  return createHash('sha256').update(`${format} ${canonical.join()}`).digest('hex').slice(0, 32)
}

/** What `wanted` asks for in a range and answers to `asked` do not hold, as the fewest topics of each address. */
export function missingFilters(
  wanted: LogFilter[],
  asked: LogFilter[],
  { from, to }: BlockSpan,
): LogFilter[] {
  const missing: LogFilter[] = []
  for (const { addresses, topics, fromBlock } of wanted) {
    if (fromBlock > to) continue
    const first = Math.max(from, fromBlock)
    const covering = asked.filter(filter => filter.fromBlock <= first)
    for (const address of addresses ?? [undefined]) {
      const left = topics.filter(
        topic =>
          !covering.some(
            filter =>
              filter.topics.includes(topic) &&
              (filter.addresses === undefined ||
                (address !== undefined && filter.addresses.includes(address))),
          ),
      )
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

/** Each transaction's logs stand together. */
function isCountedByBlock(logs: RangeLog[]): boolean {
  const ended = new Set<string>()
  let current: string | undefined
  for (const { transactionHash, logIndex } of logs) {
    if (logIndex >= RENUMBERED || ended.has(transactionHash)) return false
    if (transactionHash === current) continue
    if (current !== undefined) ended.add(current)
    current = transactionHash
  }
  return true
}

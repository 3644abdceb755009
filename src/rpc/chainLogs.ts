import { BadAnswer } from './rpcFault'

/** A log as a range gives it. Hex in lower case. */
export interface RangeLog {
  address: string
  topics: string[]
  data: string
  transactionHash: string
  logIndex: number
}

/** A block that holds logs, or the last of its range. */
export interface RangeBlock {
  header: {
    height: number
    hash: string
    parentHash: string
    /** milliseconds since 1970 */
    timestamp: number
  }
  logs: RangeLog[]
}

/** Logs to ask for. */
export interface LogFilter {
  /** absent: any address */
  addresses?: string[]
  /** values of topic0 */
  topics: string[]
  fromBlock: number
}

/** Params of the fewest `eth_getLogs` that bring all the filters ask for: one by address, one for any address. */
export function queriesFor(filters: LogFilter[], from: number, to: number): object[] {
  const span = { fromBlock: quantity(from), toBlock: quantity(to) }
  const asked = filters.filter(({ fromBlock }) => fromBlock <= to)
  const byAddress = asked.filter(({ addresses }) => addresses)
  const anywhere = asked.filter(({ addresses }) => !addresses)
  const union = (lists: string[][]) => [...new Set(lists.flat())].sort()
  const queries: object[] = []
  if (byAddress.length > 0) {
    queries.push({
      ...span,
      address: union(byAddress.map(({ addresses }) => addresses!)),
      topics: [union(byAddress.map(({ topics }) => topics))],
    })
  }
  if (anywhere.length > 0) queries.push({ ...span, topics: [union(anywhere.map(({ topics }) => topics))] })
  return queries
}

/** Whether a filter asks for a log: a union of filters brings more. */
export function matcherOf(
  filters: LogFilter[],
): (address: string, topic: string | undefined, block: number) => boolean {
  const wanted = new Map<string, { anywhere: number; at: Map<string, number> }>()
  for (const { addresses, topics, fromBlock } of filters) {
    for (const topic of topics) {
      let entry = wanted.get(topic)
      if (!entry) {
        entry = { anywhere: Number.POSITIVE_INFINITY, at: new Map() }
        wanted.set(topic, entry)
      }
      if (!addresses) entry.anywhere = Math.min(entry.anywhere, fromBlock)
      for (const address of addresses ?? []) {
        entry.at.set(address, Math.min(entry.at.get(address) ?? Number.POSITIVE_INFINITY, fromBlock))
      }
    }
  }
  return (address, topic, block) => {
    const entry = topic === undefined ? undefined : wanted.get(topic)
    if (!entry) return false
    return block >= entry.anywhere || block >= (entry.at.get(address) ?? Number.POSITIVE_INFINITY)
  }
}

interface RawLog {
  address: string
  topics: string[]
  data: string
  blockNumber: string
  blockHash: string
  transactionHash: string
  logIndex: string
  removed?: boolean
}

export interface RawHeader {
  number: string
  hash: string
  parentHash: string
  timestamp: string
}

/** Logs of one answer, in the order of the chain, by block. */
export interface LogsOfBlock {
  height: number
  hash: string
  logs: RangeLog[]
}

/**
 * Reads one answer of `eth_getLogs`. Nothing about it is believed: a log outside of the range, out of order, twice, or
 * of two hashes at one height makes the whole answer a bad one.
 *
 * @throws BadAnswer
 */
export function readLogs(answer: unknown, from: number, to: number): LogsOfBlock[] {
  if (!Array.isArray(answer)) throw new BadAnswer(`eth_getLogs answers ${shown(answer)}, no list`)
  const blocks: LogsOfBlock[] = []
  let block: LogsOfBlock | undefined
  let index = -1
  const lower = lowered()
  for (const raw of answer as RawLog[]) {
    const height = Number(raw?.blockNumber)
    const logIndex = Number(raw?.logIndex)
    if (!wellFormed(raw, height, logIndex)) throw new BadAnswer(`eth_getLogs: not a mined log: ${shown(raw)}`)
    if (height < from || height > to) {
      throw new BadAnswer(`eth_getLogs of blocks ${from}-${to} brings log ${logIndex} of block ${height}`)
    }
    if (block === undefined || height !== block.height) {
      if (block && height < block.height) {
        throw new BadAnswer(
          `eth_getLogs: log ${logIndex} of block ${height} comes after block ${block.height}`,
        )
      }
      block = { height, hash: raw.blockHash.toLowerCase(), logs: [] }
      blocks.push(block)
      index = -1
    }
    if (lower(raw.blockHash) !== block.hash) {
      throw new BadAnswer(`eth_getLogs: block ${height} is both ${block.hash} and ${raw.blockHash}`)
    }
    if (logIndex <= index) {
      const problem = logIndex === index ? 'is there twice' : `comes after log ${index}`
      throw new BadAnswer(`eth_getLogs: log ${logIndex} of block ${height} ${problem}`)
    }
    index = logIndex
    block.logs.push({
      address: lower(raw.address),
      topics: raw.topics.map(lower),
      data: UPPER.test(raw.data) ? raw.data.toLowerCase() : raw.data,
      transactionHash: lower(raw.transactionHash),
      logIndex,
    })
  }
  return blocks
}

const UPPER = /[A-Z]/

/** Lower case. Addresses, topics and hashes recur: one string for each of them is made, and kept, once. */
function lowered(): (word: string) => string {
  const known = new Map<string, string>()
  return word => {
    let lower = known.get(word)
    if (lower === undefined) {
      lower = word.toLowerCase()
      known.set(word, lower)
    }
    return lower
  }
}

/** The same of two answers over the same range, a log that both hold once. */
export function mergeLogs(a: LogsOfBlock[], b: LogsOfBlock[]): LogsOfBlock[] {
  if (a.length === 0) return b
  if (b.length === 0) return a
  const byHeight = new Map(a.map(block => [block.height, block]))
  for (const block of b) {
    const other = byHeight.get(block.height)
    if (!other) {
      byHeight.set(block.height, block)
      continue
    }
    if (other.hash !== block.hash) {
      throw new BadAnswer(
        `eth_getLogs: block ${block.height} is ${other.hash} in one answer, ${block.hash} in the next`,
      )
    }
    const known = new Set(other.logs.map(({ logIndex }) => logIndex))
    other.logs.push(...block.logs.filter(({ logIndex }) => !known.has(logIndex)))
    other.logs.sort((x, y) => x.logIndex - y.logIndex)
  }
  return [...byHeight.values()].sort((x, y) => x.height - y.height)
}

/** Reads a block of `eth_getBlockByNumber`. @throws BadAnswer */
export function readHeader(answer: unknown, height: number): RangeBlock['header'] {
  const raw = answer as RawHeader | null
  if (raw === null || raw === undefined)
    throw new BadAnswer(`block ${height}, which is final, is answered by null`)
  const { number, hash, parentHash, timestamp } = raw
  if (
    Number(number) !== height ||
    !isHash(hash) ||
    !isHash(parentHash) ||
    !Number.isSafeInteger(Number(timestamp))
  ) {
    throw new BadAnswer(`block ${height} is answered by ${shown({ number, hash, parentHash, timestamp })}`)
  }
  return {
    height,
    hash: hash.toLowerCase(),
    parentHash: parentHash.toLowerCase(),
    timestamp: Number(timestamp) * 1000,
  }
}

/** Neighbours must be linked by hash, within a range and across. @throws BadAnswer */
export function checkLink(parent: RangeBlock['header'] | undefined, block: RangeBlock['header']): void {
  if (parent && parent.height + 1 === block.height && parent.hash !== block.parentHash) {
    throw new BadAnswer(
      `block ${block.height} names ${block.parentHash} as its parent, but block ${parent.height} is ${parent.hash}`,
    )
  }
}

export function quantity(n: number): string {
  return `0x${n.toString(16)}`
}

function wellFormed(raw: RawLog | null | undefined, height: number, logIndex: number): raw is RawLog {
  return (
    raw?.removed !== true &&
    Number.isSafeInteger(height) &&
    Number.isSafeInteger(logIndex) &&
    isHash(raw?.blockHash) &&
    isHash(raw?.transactionHash) &&
    typeof raw?.address === 'string' &&
    raw.address.length === 42 &&
    typeof raw.data === 'string' &&
    Array.isArray(raw.topics) &&
    raw.topics.every(isHash)
  )
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && value.length === 66 && value.startsWith('0x')
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 120 ? `${text.slice(0, 120)}…` : text
}

import { isHash, type RangeLog, shown } from './chainLogs'
import { BadAnswer } from './rpcFault'

/** Logs of a block that are asked for, in the order of the chain. */
export interface LogsOfBlock {
  height: number
  hash: string
  logs: RangeLog[]
}

/** Whether a log is asked for: a union of filters brings more. */
type Matches = (address: string, topic: string | undefined, block: number) => boolean

/** As given, before it is known how an endpoint counts. */
interface Read extends RangeLog {
  height: number
  hash: string
  /** absent: the endpoint does not tell */
  transactionIndex?: number
}

/** Postgres's integer, in which the index is kept. */
const MOST_INDEX = 2 ** 31 - 1
/** Logs in a transaction, where an endpoint begins to count anew in each: a block's gas is used up long before. */
const TRANSACTION_ROOM = 2 ** 16

/**
 * Reads answers of `eth_getLogs` over one range, from one node, that together bring what is asked for. Little about
 * them is believed: a log outside of the range, or of two hashes at one height, or two logs in one place make them bad.
 * Mended is what can only be meant one way:
 * - `null` for no logs, and for no topics: Go's empty lists
 * - logs out of order, and a log that is there twice
 * - a `logIndex` that begins anew in each transaction. A block shows that where an index does not grow from one
 *   transaction to the next; its logs then get the index `transactionIndex × 65,536 + logIndex`, which no other log of
 *   the block can have, and which depends on no other log of the answer. Where all that is asked for of a block happens
 *   to grow, the index is kept as given. So a block's indexes depend on what is asked for, never on how: the same
 *   filters give the same.
 *
 * @throws BadAnswer
 */
export function logsOf(answers: unknown[], from: number, to: number, matches: Matches): LogsOfBlock[] {
  const lower = lowered()
  const blocks = new Map<number, { hash: string; logs: Read[]; isSorted: boolean }>()
  for (const answer of answers) {
    if (answer !== null && !Array.isArray(answer))
      throw new BadAnswer(`eth_getLogs answers ${shown(answer)}, no list`)
    for (const raw of (answer ?? []) as unknown[]) {
      const log = readLog(raw, lower)
      const { height, hash, logIndex } = log
      if (height < from || height > to) {
        throw new BadAnswer(`eth_getLogs of blocks ${from}-${to} brings log ${logIndex} of block ${height}`)
      }
      let block = blocks.get(height)
      if (!block) {
        block = { hash, logs: [], isSorted: true }
        blocks.set(height, block)
      }
      if (block.hash !== hash)
        throw new BadAnswer(`eth_getLogs: block ${height} is both ${block.hash} and ${hash}`)
      if (!matches(log.address, log.topics[0], height)) continue
      if (logIndex <= (block.logs.at(-1)?.logIndex ?? -1)) block.isSorted = false
      block.logs.push(log)
    }
  }
  return [...blocks]
    .filter(([, { logs }]) => logs.length > 0)
    .sort(([a], [b]) => a - b)
    .map(([height, { hash, logs, isSorted }]) => ({
      height,
      hash,
      logs: (isSorted && growsWithTransactions(logs) ? logs : inPlace(logs)).map(bare),
    }))
}

/** Sorted, each once, with an index that no other has. */
function inPlace(logs: Read[]): Read[] {
  const sorted = [...logs].sort(
    (a, b) => (a.transactionIndex ?? 0) - (b.transactionIndex ?? 0) || a.logIndex - b.logIndex,
  )
  const once = sorted.filter((log, i) => i === 0 || !isSame(log, sorted[i - 1]!))
  for (let i = 1; i < once.length; i++) {
    const [before, log] = [once[i - 1]!, once[i]!]
    if (log.logIndex === before.logIndex && log.transactionIndex === before.transactionIndex) {
      throw new BadAnswer(`eth_getLogs: there are two logs ${log.logIndex} of block ${log.height}`)
    }
  }
  if (once.every((log, i) => i === 0 || log.logIndex > once[i - 1]!.logIndex)) return once
  return once.map(log => ({ ...log, logIndex: spread(log) }))
}

function spread({ transactionIndex, logIndex, height }: Read): number {
  const index = transactionIndex === undefined ? Number.NaN : transactionIndex * TRANSACTION_ROOM + logIndex
  if (logIndex < TRANSACTION_ROOM && index <= MOST_INDEX) return index
  throw new BadAnswer(
    `eth_getLogs: block ${height} has log ${logIndex} of transaction ${transactionIndex}, out of order with the others`,
  )
}

/** An index that falls from one transaction to the next was counted anew; logs may be sorted by it all the same. */
function growsWithTransactions(logs: Read[]): boolean {
  return logs.every(
    (log, i) => i === 0 || (log.transactionIndex ?? 0) >= (logs[i - 1]!.transactionIndex ?? 0),
  )
}

function isSame(a: Read, b: Read): boolean {
  return (
    a.logIndex === b.logIndex &&
    a.transactionHash === b.transactionHash &&
    a.address === b.address &&
    a.data === b.data &&
    a.topics.join() === b.topics.join()
  )
}

function readLog(raw: unknown, lower: (word: string) => string): Read {
  const log = (raw ?? {}) as Record<string, unknown>
  const topics = log.topics ?? []
  const height = quantityOf(log.blockNumber)
  const logIndex = quantityOf(log.logIndex)
  const { blockHash, transactionHash, transactionIndex, address, data } = log
  if (
    log.removed === true ||
    height === undefined ||
    logIndex === undefined ||
    !isHash(blockHash) ||
    !isHash(transactionHash) ||
    typeof address !== 'string' ||
    address.length !== 42 ||
    !address.startsWith('0x') ||
    typeof data !== 'string' ||
    !Array.isArray(topics) ||
    !topics.every(isHash)
  ) {
    throw new BadAnswer(`eth_getLogs: not a mined log: ${shown(raw)}`)
  }
  return {
    height,
    hash: lower(blockHash),
    address: lower(address),
    topics: topics.map(lower),
    data: UPPER.test(data) ? data.toLowerCase() : data,
    transactionHash: lower(transactionHash),
    transactionIndex: quantityOf(transactionIndex),
    logIndex,
  }
}

function bare({ address, topics, data, transactionHash, logIndex }: Read): RangeLog {
  return { address, topics, data, transactionHash, logIndex }
}

/** `0x1f`, or the number itself; leading zeros do no harm. Not `null`, which is a pending log's. */
function quantityOf(value: unknown): number | undefined {
  const number =
    typeof value === 'string' && value.length > 2 && value.startsWith('0x') ? Number(value) : value
  return Number.isSafeInteger(number) && (number as number) >= 0 ? (number as number) : undefined
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

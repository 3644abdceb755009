import { isHash, type RangeLog, shown, type Wanted } from './chainLogs'
import { BadAnswer } from './rpcFault'

/** Logs of a block that are asked for, in the order of the chain. */
export interface LogsOfBlock {
  height: number
  hash: string
  logs: RangeLog[]
}

/** A block's logs as given, before it is known how an endpoint counts. */
interface Given {
  hash: string
  logs: RangeLog[]
  /** `transactionIndex` of each log; -1: the endpoint does not tell */
  transactions: number[]
  /** each log comes after the one before it, by its index and by its transaction */
  isInOrder: boolean
}

interface Placed {
  log: RangeLog
  transaction: number
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
export function logsOf(
  answers: unknown[],
  from: number,
  to: number,
  matches: Wanted['matches'],
): LogsOfBlock[] {
  const lower = lowered()
  const blocks = new Map<number, Given>()
  for (const answer of answers) {
    if (answer !== null && !Array.isArray(answer)) {
      throw new BadAnswer(`eth_getLogs answers ${shown(answer)}, no list`)
    }
    for (const raw of (answer ?? []) as RawLog[]) readLog(raw, from, to, blocks, lower, matches)
  }
  return [...blocks]
    .filter(([, { logs }]) => logs.length > 0)
    .sort(([a], [b]) => a - b)
    .map(([height, { hash, logs, transactions, isInOrder }]) => ({
      height,
      hash,
      logs: isInOrder ? logs : inPlace(height, logs, transactions),
    }))
}

function readLog(
  raw: RawLog,
  from: number,
  to: number,
  blocks: Map<number, Given>,
  lower: (word: string) => string,
  matches: Wanted['matches'],
): void {
  const height = quantityOf(raw?.blockNumber)
  const logIndex = quantityOf(raw?.logIndex)
  if (height === undefined || logIndex === undefined || !isMined(raw)) {
    throw new BadAnswer(`eth_getLogs: not a mined log: ${shown(raw)}`)
  }
  if (height < from || height > to) {
    throw new BadAnswer(`eth_getLogs of blocks ${from}-${to} brings log ${logIndex} of block ${height}`)
  }
  const hash = lower(raw.blockHash)
  let block = blocks.get(height)
  if (!block) {
    block = { hash, logs: [], transactions: [], isInOrder: true }
    blocks.set(height, block)
  }
  if (block.hash !== hash) {
    throw new BadAnswer(`eth_getLogs: block ${height} is both ${block.hash} and ${hash}`)
  }
  const address = lower(raw.address)
  const topics = raw.topics === null || raw.topics === undefined ? [] : raw.topics.map(lower)
  if (!matches(address, topics[0], height)) return
  const { logs, transactions } = block
  const transaction = quantityOf(raw.transactionIndex) ?? -1
  const last = logs.length - 1
  if (last >= 0 && (logIndex <= logs[last]!.logIndex || transaction < transactions[last]!)) {
    block.isInOrder = false
  }
  transactions.push(transaction)
  logs.push({
    address,
    topics,
    data: UPPER.test(raw.data) ? raw.data.toLowerCase() : raw.data,
    transactionHash: lower(raw.transactionHash),
    logIndex,
    ...(transaction >= 0 && { transactionIndex: transaction }),
  })
}

/** Sorted, each once, with an index that no other has. */
function inPlace(height: number, logs: RangeLog[], transactions: number[]): RangeLog[] {
  const sorted = logs
    .map((log, i): Placed => ({ log, transaction: transactions[i]! }))
    .sort((a, b) => a.transaction - b.transaction || a.log.logIndex - b.log.logIndex)
  const once = sorted.filter((one, i) => i === 0 || !isSame(one.log, sorted[i - 1]!.log))
  for (let i = 1; i < once.length; i++) {
    const [before, one] = [once[i - 1]!, once[i]!]
    if (one.log.logIndex === before.log.logIndex && one.transaction === before.transaction) {
      throw new BadAnswer(`eth_getLogs: there are two logs ${one.log.logIndex} of block ${height}`)
    }
  }
  if (once.every(({ log }, i) => i === 0 || log.logIndex > once[i - 1]!.log.logIndex)) {
    return once.map(({ log }) => log)
  }
  return once.map(({ log, transaction }) => ({ ...log, logIndex: spread(height, log, transaction) }))
}

function spread(height: number, { logIndex }: RangeLog, transaction: number): number {
  const index = transaction * TRANSACTION_ROOM + logIndex
  if (transaction >= 0 && logIndex < TRANSACTION_ROOM && index <= MOST_INDEX) return index
  throw new BadAnswer(
    `eth_getLogs: block ${height} has log ${logIndex} of transaction ${transaction}, out of order with the others`,
  )
}

function isSame(a: RangeLog, b: RangeLog): boolean {
  return (
    a.logIndex === b.logIndex &&
    a.transactionHash === b.transactionHash &&
    a.address === b.address &&
    a.data === b.data &&
    a.topics.join() === b.topics.join()
  )
}

interface RawLog {
  address: string
  topics: string[] | null
  data: string
  blockNumber: unknown
  blockHash: string
  transactionHash: string
  transactionIndex: unknown
  logIndex: unknown
  removed?: unknown
}

function isMined(raw: RawLog): boolean {
  return (
    raw.removed !== true &&
    isHash(raw.blockHash) &&
    isHash(raw.transactionHash) &&
    typeof raw.address === 'string' &&
    raw.address.length === 42 &&
    raw.address.startsWith('0x') &&
    typeof raw.data === 'string' &&
    (raw.topics === null ||
      raw.topics === undefined ||
      (Array.isArray(raw.topics) && raw.topics.every(isHash)))
  )
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

/** A recording read whole: its logs as blocks of transactions, in chain order, checked to be one chain. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { parseLine, type RecordedAnswer, type RecordedLog } from './recordedLog'
import { ReplayError } from './replayError'

export type RecordedTransaction = {
  hash: string
  block: RecordedBlock
  /** In the block: as recorded, else counted among the recorded ones. */
  index: number
  logs: RecordedLog[]
}

export type RecordedBlock = {
  number: number
  hash?: string
  /** Seconds since 1970. */
  time?: number
  transactions: RecordedTransaction[]
}

export type Recording = {
  /** The one chain id that its lines name, if any do. */
  chainId?: number
  /** Ascending; only blocks with logs. Never empty. */
  blocks: RecordedBlock[]
  /** What contracts answered, in no order. */
  answers: RecordedAnswer[]
}

/** Reads the files as one recording. A log that two files hold is taken once. */
export async function loadRecording(files: readonly string[]): Promise<Recording> {
  const logs: RecordedLog[] = []
  const answers: RecordedAnswer[] = []
  for (const file of files) await readFile(file, logs, answers)
  if (logs.length === 0) {
    throw new ReplayError(`${files.join(', ')}: no logs`, 'give a file with one log a line (JSONL)')
  }
  logs.sort((a, b) => a.blockNumber - b.blockNumber || a.logIndex - b.logIndex)
  return { chainId: onlyChain([...logs, ...answers]), blocks: toBlocks(withoutRepeats(logs)), answers }
}

async function readFile(file: string, logs: RecordedLog[], answers: RecordedAnswer[]): Promise<void> {
  let number = 0
  try {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      number++
      if (line.trim() === '') continue
      const parsed = parseLine(line, `${file}:${number}`)
      if ('topics' in parsed) logs.push(parsed)
      else answers.push(parsed)
    }
  } catch (cause) {
    if (cause instanceof ReplayError) throw cause
    throw new ReplayError(`${file} cannot be read: ${(cause as Error).message}`, 'check the path', { cause })
  }
}

function onlyChain(logs: Pick<RecordedLog, 'chainId' | 'where'>[]): number | undefined {
  const first = logs.find(log => log.chainId !== undefined)
  const other = logs.find(log => log.chainId !== undefined && log.chainId !== first?.chainId)
  if (!other) return first?.chainId
  throw new ReplayError(
    `${other.where}: chainId is ${other.chainId}, but ${first?.where} is of chain ${first?.chainId}`,
    'serve the logs of each chain with a replay of its own',
  )
}

function withoutRepeats(sorted: RecordedLog[]): RecordedLog[] {
  return sorted.filter((log, i) => {
    const before = sorted[i - 1]
    if (before?.blockNumber !== log.blockNumber || before.logIndex !== log.logIndex) return true
    if (content(before) === content(log)) return false
    throw new ReplayError(
      `${log.where}: log ${log.logIndex} of block ${log.blockNumber} differs from the one in ${before.where}`,
      'keep the one that is on the chain',
    )
  })
}

/** What the chain says of a log: what makes two lines the same log. */
export function content({ transactionHash, address, topics, data }: RecordedLog): string {
  return [transactionHash, address, ...topics, data].join()
}

function toBlocks(logs: RecordedLog[]): RecordedBlock[] {
  const blocks: RecordedBlock[] = []
  const seen = new Map<string, RecordedTransaction>()
  for (const log of logs) {
    let block = blocks.at(-1)
    if (block?.number !== log.blockNumber) {
      block = { number: log.blockNumber, transactions: [] }
      blocks.push(block)
    }
    block.hash = agreed(block.hash, log.blockHash, 'blockHash', log)
    block.time = agreed(block.time, log.blockTime, 'blockTime', log)
    let transaction = block.transactions.at(-1)
    if (transaction?.hash !== log.transactionHash) {
      requireNew(seen.get(log.transactionHash), log)
      transaction = { hash: log.transactionHash, block, index: nextIndex(transaction, log), logs: [] }
      seen.set(log.transactionHash, transaction)
      block.transactions.push(transaction)
    }
    transaction.index = agreed(transaction.index, log.transactionIndex, 'transactionIndex', log)!
    transaction.logs.push(log)
  }
  requireAscendingTimes(blocks)
  return blocks
}

function agreed<T>(
  before: T | undefined,
  value: T | undefined,
  key: string,
  log: RecordedLog,
): T | undefined {
  if (before === undefined || value === undefined || before === value) return before ?? value
  throw new ReplayError(
    `${log.where}: ${key} is ${value}, but ${before} in another log of the same ${key.startsWith('block') ? 'block' : 'transaction'}`,
    'record the logs of one branch of the chain only',
  )
}

function requireNew(known: RecordedTransaction | undefined, log: RecordedLog): void {
  if (!known) return
  throw new ReplayError(
    `${log.where}: transaction ${log.transactionHash} is in ${known.logs[0]?.where} too, with other logs between or in another block`,
    'a transaction is in one block, and its logs follow each other: check blockNumber and logIndex',
  )
}

function nextIndex(before: RecordedTransaction | undefined, log: RecordedLog): number {
  const least = before ? before.index + 1 : 0
  const index = log.transactionIndex ?? least
  if (index >= least) return index
  throw new ReplayError(
    `${log.where}: transactionIndex is ${index}, but an earlier log's transaction has ${before?.index}`,
    "a block's logs are in the order of its transactions: check logIndex and transactionIndex",
  )
}

function requireAscendingTimes(blocks: RecordedBlock[]): void {
  let last: RecordedBlock | undefined
  for (const block of blocks) {
    if (block.time === undefined) continue
    if (last?.time !== undefined && block.time < last.time) {
      throw new ReplayError(
        `${block.transactions[0]?.logs[0]?.where}: block ${block.number} is older than block ${last.number}`,
        'check blockTime: it never falls along a chain',
      )
    }
    last = block
  }
}

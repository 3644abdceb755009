/** Blocks, transactions, receipts and logs in the form of the Ethereum execution API. */
import { EMPTY_BLOOM, logsBloom } from './logsBloom'
import type { RecordedLog } from './recordedLog'
import type { RecordedTransaction } from './recording'
import { logsOf, type ReplayBlock } from './replayChain'

const ZERO_ADDRESS = `0x${'00'.repeat(20)}`
const ZERO_HASH = `0x${'00'.repeat(32)}`
/** keccak256(rlp('')): the root of a trie with nothing in it. */
const EMPTY_ROOT = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'
/** keccak256(rlp([])). */
const NO_UNCLES = '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347'

export function toHex(number: number): string {
  return `0x${number.toString(16)}`
}

/** What only the whole block could tell (roots, gas, size) is zero, or the block's hash where zero would say "empty". */
export function blockObject(block: ReplayBlock, chainId: number, withTransactions: boolean) {
  const root = block.transactions.length === 0 ? EMPTY_ROOT : block.hash
  return {
    number: toHex(block.number),
    hash: block.hash,
    parentHash: block.parentHash,
    timestamp: toHex(block.timestamp),
    logsBloom: bloomOf(block.transactions),
    transactions: withTransactions
      ? block.transactions.map(transaction => transactionObject(transaction, block, chainId))
      : block.transactions.map(({ hash }) => hash),
    transactionsRoot: root,
    receiptsRoot: root,
    stateRoot: ZERO_HASH,
    sha3Uncles: NO_UNCLES,
    uncles: [],
    miner: ZERO_ADDRESS,
    nonce: '0x0000000000000000',
    mixHash: ZERO_HASH,
    difficulty: '0x0',
    totalDifficulty: '0x0',
    extraData: '0x',
    size: '0x0',
    gasLimit: '0x0',
    gasUsed: '0x0',
    baseFeePerGas: '0x0',
  }
}

/** Logs do not say who sent a transaction, nor to which contract: sender zero, to the first contract that emitted. */
export function transactionObject(transaction: RecordedTransaction, block: ReplayBlock, chainId: number) {
  return {
    ...positionOf(transaction, block),
    hash: transaction.hash,
    from: ZERO_ADDRESS,
    to: transaction.logs[0]!.address,
    input: '0x',
    value: '0x0',
    nonce: '0x0',
    gas: '0x0',
    gasPrice: '0x0',
    type: '0x0',
    chainId: toHex(chainId),
    v: '0x0',
    r: '0x0',
    s: '0x0',
  }
}

export function receiptObject(transaction: RecordedTransaction, block: ReplayBlock) {
  return {
    ...positionOf(transaction, block),
    transactionHash: transaction.hash,
    from: ZERO_ADDRESS,
    to: transaction.logs[0]!.address,
    contractAddress: null,
    status: '0x1', // a failed transaction leaves no logs
    type: '0x0',
    gasUsed: '0x0',
    cumulativeGasUsed: '0x0',
    effectiveGasPrice: '0x0',
    logs: transaction.logs.map(log => logObject(log, transaction, block)),
    logsBloom: bloomOf([transaction]),
  }
}

export function logObject(log: RecordedLog, transaction: RecordedTransaction, block: ReplayBlock) {
  return {
    ...positionOf(transaction, block),
    transactionHash: transaction.hash,
    logIndex: toHex(log.logIndex),
    address: log.address,
    topics: log.topics,
    data: log.data,
    blockTimestamp: toHex(block.timestamp),
    removed: false,
  }
}

function positionOf(transaction: RecordedTransaction, block: ReplayBlock) {
  return {
    blockNumber: toHex(block.number),
    blockHash: block.hash,
    transactionIndex: toHex(transaction.index),
  }
}

function bloomOf(transactions: readonly RecordedTransaction[]): string {
  return transactions.length === 0 ? EMPTY_BLOOM : logsBloom(logsOf(transactions))
}

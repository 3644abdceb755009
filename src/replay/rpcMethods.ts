/** The JSON-RPC methods that a recording can answer, and why it cannot answer others. */
import { parseLogFilter } from './logFilter'
import type { ReplayBlock, ReplayChain } from './replayChain'
import {
  INVALID_PARAMS,
  LIMIT_EXCEEDED,
  METHOD_NOT_FOUND,
  REVERTED,
  RpcError,
  SERVER_ERROR,
} from './rpcError'
import { blockObject, logObject, receiptObject, toHex, transactionObject } from './rpcObjects'
import { bytes, invalid, object, optionalBoolean, quantity } from './rpcParams'

/** A chain as it is now: it may grow between two requests, not within one. */
export type ReplayView = {
  chain: ReplayChain
  head: number
  finalized: number
  /** Of eth_getLogs: blocks a query may span, logs it may return (one block's are returned always). */
  maxBlockRange: number
  maxResults: number
}

type Method = (view: ReplayView, params: readonly unknown[]) => unknown

/** Throws an `RpcError` for what cannot be answered. */
export function answer(view: ReplayView, method: string, params: readonly unknown[]): unknown {
  const found = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined
  if (found) return found(view, params)
  if (NEEDS_STATE.has(method)) {
    throw new RpcError(SERVER_ERROR, `a recording has logs and no state: it cannot answer ${method}`)
  }
  throw new RpcError(METHOD_NOT_FOUND, `the method ${method} does not exist or is not available on a replay`)
}

const NEEDS_STATE = new Set([
  'eth_estimateGas',
  'eth_getBalance',
  'eth_getProof',
  'eth_getStorageAt',
  'eth_getTransactionCount',
  'eth_sendRawTransaction',
  'eth_sendTransaction',
])

const METHODS: Record<string, Method> = {
  web3_clientVersion: () => 'provenance-replay/1',
  net_version: ({ chain }) => String(chain.chainId),
  eth_chainId: ({ chain }) => toHex(chain.chainId),
  eth_syncing: () => false,
  eth_blockNumber: ({ head }) => toHex(head),
  eth_getBlockByNumber: (view, [block, full]) => {
    const withTransactions = optionalBoolean(full, 'params[1]')
    const found = blockAt(view, height(view, block, 'params[0]'))
    return found && blockObject(found, view.chain.chainId, withTransactions)
  },
  eth_getBlockByHash: (view, [hash, full]) => {
    const withTransactions = optionalBoolean(full, 'params[1]')
    const found = blockOf(view, bytes(hash, 32, 'params[0]'))
    return found && blockObject(found, view.chain.chainId, withTransactions)
  },
  eth_getBlockReceipts: (view, [block]) => {
    const found = namedBlock(view, block)
    return found?.transactions.map(transaction => receiptObject(transaction, found)) ?? null
  },
  eth_getTransactionByHash: (view, [hash]) => {
    const found = transactionOf(view, hash)
    return found && transactionObject(found.transaction, found.block, view.chain.chainId)
  },
  eth_getTransactionReceipt: (view, [hash]) => {
    const found = transactionOf(view, hash)
    return found && receiptObject(found.transaction, found.block)
  },
  eth_call: (view, [call, block]) => callAt(view, call, block),
  eth_getLogs: (view, [filter]) => getLogs(view, filter),
  // The code is not recorded, but that there is some is certain of whoever emitted: 0xfe (INVALID, EIP-141) stands for it.
  eth_getCode: (view, [address, block]) => {
    const at = height(view, block ?? 'latest', 'params[1]')
    return view.chain.emitsBy(bytes(address, 20, 'params[0]'), at) ? '0xfe' : '0x'
  },
}

function callAt(view: ReplayView, param: unknown, at: unknown): string {
  const { to, data, input } = object(param, 'params[0]')
  const address = bytes(to, 20, 'to')
  const block = namedBlock(view, at ?? 'latest')
  if (!block) throw new RpcError(SERVER_ERROR, 'unknown block')
  const asked = String(input ?? data ?? '0x').toLowerCase()
  const found = view.chain.answerTo(block.number, address, asked)
  if (!found) {
    const what = `what ${address} answers to ${asked.slice(0, 10)} at block ${block.number}`
    throw new RpcError(SERVER_ERROR, `a recording has no state, and ${what} is not recorded`)
  }
  if (found.result === undefined) throw new RpcError(REVERTED, 'execution reverted')
  return found.result
}

function getLogs(view: ReplayView, param: unknown): unknown[] {
  const filter = parseLogFilter(param)
  const { from, to } = rangeOf(view, filter)
  const logs: unknown[] = []
  let lastWhole = from
  for (const recorded of view.chain.recordedBlocks(from, to)) {
    const before = logs.length
    let block: ReplayBlock | undefined // made for blocks with a match only
    for (const transaction of recorded.transactions) {
      for (const log of transaction.logs) {
        if (!filter.matches(log)) continue
        block ??= view.chain.block(recorded.number)
        logs.push(logObject(log, transaction, block))
      }
    }
    if (logs.length > view.maxResults && before > 0) {
      throw new RpcError(
        LIMIT_EXCEEDED,
        `query returned more than ${view.maxResults} results. ${tryRange(from, lastWhole)}`,
      )
    }
    lastWhole = recorded.number
  }
  return logs
}

/** Past the head there is nothing yet: as most nodes do, the range is cut there rather than refused. */
function rangeOf(view: ReplayView, filter: ReturnType<typeof parseLogFilter>): { from: number; to: number } {
  if (filter.blockHash !== undefined) {
    const block = blockOf(view, filter.blockHash)
    if (!block) throw new RpcError(SERVER_ERROR, `unknown block ${filter.blockHash}`)
    return { from: block.number, to: block.number }
  }
  const from = height(view, filter.fromBlock ?? 'latest', 'fromBlock')
  const last = height(view, filter.toBlock ?? 'latest', 'toBlock')
  if (filter.toBlock !== undefined && from > last) {
    throw new RpcError(INVALID_PARAMS, `fromBlock ${toHex(from)} is after toBlock ${toHex(last)}`)
  }
  const to = Math.min(last, view.head)
  if (to - from >= view.maxBlockRange) {
    throw new RpcError(
      INVALID_PARAMS,
      `query exceeds max block range ${view.maxBlockRange}. ${tryRange(from, from + view.maxBlockRange - 1)}`,
    )
  }
  return { from, to }
}

/** In the words that clients look for. */
function tryRange(from: number, to: number): string {
  return `Try with this block range [${toHex(from)}, ${toHex(to)}].`
}

function height(view: ReplayView, block: unknown, name: string): number {
  switch (block) {
    case 'earliest':
      return 0
    case 'latest':
    case 'pending':
      return view.head
    case 'safe':
    case 'finalized':
      return view.finalized
  }
  if (typeof block === 'string' && block.startsWith('0x')) return quantity(block, name)
  throw invalid(name, block, 'a quantity such as "0x1f", or latest, finalized, safe, pending, earliest')
}

/** A height, a tag, a hash, or EIP-1898's object with one of them. */
function namedBlock(view: ReplayView, block: unknown): ReplayBlock | null {
  if (typeof block === 'string' && block.length === 66) return blockOf(view, bytes(block, 32, 'params[0]'))
  if (typeof block !== 'object' || block === null) return blockAt(view, height(view, block, 'params[0]'))
  const { blockHash, blockNumber } = block as Record<string, unknown>
  if (blockHash !== undefined) return blockOf(view, bytes(blockHash, 32, 'blockHash'))
  return blockAt(view, height(view, blockNumber, 'blockNumber'))
}

function blockAt(view: ReplayView, number: number): ReplayBlock | null {
  return number > view.head ? null : view.chain.block(number)
}

function blockOf(view: ReplayView, hash: string): ReplayBlock | null {
  const number = view.chain.heightOf(hash)
  return number === undefined ? null : blockAt(view, number)
}

function transactionOf(view: ReplayView, hash: unknown) {
  const transaction = view.chain.transaction(bytes(hash, 32, 'params[0]'))
  const block = transaction && blockAt(view, transaction.block.number)
  return transaction && block ? { transaction, block } : null
}

import { encodeAbiParameters } from 'viem'
import { parseLogFilter } from '../../src/replay/logFilter'
import { logsBloom } from '../../src/replay/logsBloom'
import type { RecordedLog } from '../../src/replay/recordedLog'
import { RpcError } from '../../src/replay/rpcError'
import { type Branch, digest, type SimBlock } from './simChain'

/** What a node answers from, for one request. */
export interface NodeView {
  chainId: number
  branch: Branch
  /** blocks that it knows by hash only, orphans among them */
  byHash: ReadonlyMap<string, SimBlock>
  /** height of the `finalized` and `safe` tags; absent: it does not know them */
  finalized?: number
  /** each transaction's logs are numbered from 0, as some chains do */
  countsByTransaction: boolean
}

/** A sound node's answer. @throws RpcError */
export function answerOf(view: NodeView, method: string, params: readonly unknown[]): unknown {
  switch (method) {
    case 'eth_chainId':
      return hex(view.chainId)
    case 'net_version':
      return String(view.chainId)
    case 'eth_blockNumber':
      return hex(view.branch.length - 1)
    case 'eth_getBlockByNumber': {
      const block = view.branch[heightOf(view, params[0])]
      return block ? headerOf(block) : null
    }
    case 'eth_getBlockByHash': {
      const block = view.byHash.get(String(params[0]).toLowerCase())
      return block ? headerOf(block) : null
    }
    case 'eth_getLogs':
      return logsFor(view, params[0])
    case 'eth_getCode':
      return '0xfe'
    case 'eth_call':
      return callOf(params[0] as { to: string; data: string })
    default:
      throw new RpcError(-32601, `the method ${method} does not exist/is not available`)
  }
}

export function hex(n: number): string {
  return `0x${n.toString(16)}`
}

function heightOf({ branch, finalized }: NodeView, tag: unknown): number {
  if (tag === 'latest' || tag === 'pending') return branch.length - 1
  if (tag === 'earliest') return 0
  if (tag === 'finalized' || tag === 'safe') {
    if (finalized === undefined) throw new RpcError(-32602, `invalid block tag ${tag}`)
    return Math.min(finalized, branch.length - 1)
  }
  return Number(tag)
}

const headers = new WeakMap<SimBlock, object>()

function headerOf(block: SimBlock): object {
  let header = headers.get(block)
  if (!header) {
    header = {
      number: hex(block.number),
      hash: block.hash,
      parentHash: block.parentHash,
      timestamp: hex(block.timestamp),
      logsBloom: logsBloom(block.transactions.flatMap(({ logs }) => logs) as RecordedLog[]),
      transactions: block.transactions.map(({ hash }) => hash),
    }
    headers.set(block, header)
  }
  return header
}

export interface AnsweredLog {
  address: string
  topics: string[]
  data: string
  blockNumber: string
  blockHash: string
  transactionHash: string
  transactionIndex: string
  logIndex: string
  removed: boolean
}

function logsFor(view: NodeView, param: unknown): AnsweredLog[] {
  const filter = parseLogFilter(param)
  const blocks = blocksFor(view, filter)
  return blocks.flatMap(block => logsOf(block, view.countsByTransaction, filter.matches))
}

function blocksFor(view: NodeView, filter: ReturnType<typeof parseLogFilter>): Branch {
  if (filter.blockHash !== undefined) {
    const block = view.byHash.get(filter.blockHash)
    if (!block) throw new RpcError(-32000, `unknown block ${filter.blockHash}`)
    return [block]
  }
  const from = heightOf(view, filter.fromBlock ?? 'latest')
  const to = heightOf(view, filter.toBlock ?? 'latest')
  return view.branch.slice(from, to + 1)
}

function logsOf(
  block: SimBlock,
  countsByTransaction: boolean,
  matches: (log: RecordedLog) => boolean,
): AnsweredLog[] {
  const logs: AnsweredLog[] = []
  let index = 0
  for (const [place, { hash, logs: emitted }] of block.transactions.entries()) {
    if (countsByTransaction) index = 0
    for (const log of emitted) {
      const logIndex = hex(index++)
      if (!matches(log as RecordedLog)) continue
      logs.push({
        ...log,
        blockNumber: hex(block.number),
        blockHash: block.hash,
        transactionHash: hash,
        transactionIndex: hex(place),
        logIndex,
        removed: false,
      })
    }
  }
  return logs
}

const SYMBOL = '0x95d89b41'
const NAME = '0x06fdde03'
const DECIMALS = '0x313ce567'

/** ERC-20 metadata: the same of an address whenever it is asked; one in five contracts has none. */
function callOf({ to, data }: { to: string; data: string }): string {
  const kind = Number(digest(to.toLowerCase()).slice(0, 6)) % 5
  if (kind === 0) throw new RpcError(3, 'execution reverted')
  const text = `T${to.slice(2, 6)}`
  if (data.startsWith(DECIMALS)) return encodeAbiParameters([{ type: 'uint8' }], [kind === 1 ? 6 : 18])
  if (data.startsWith(SYMBOL) || data.startsWith(NAME))
    return encodeAbiParameters([{ type: 'string' }], [text])
  throw new RpcError(3, 'execution reverted')
}

/** The filter object of `eth_getLogs`. */
import type { RecordedLog } from './recordedLog'
import { INVALID_PARAMS, RpcError } from './rpcError'
import { bytes, invalid, object } from './rpcParams'

export type LogFilter = {
  blockHash?: string
  /** Not read yet: a tag or a quantity. */
  fromBlock?: unknown
  toBlock?: unknown
  matches(log: RecordedLog): boolean
}

/** Undefined: anything. */
type Choice = ReadonlySet<string> | undefined

export function parseLogFilter(param: unknown): LogFilter {
  const filter = object(param, 'params[0]')
  const { blockHash, fromBlock, toBlock } = filter
  if (blockHash != null && (fromBlock != null || toBlock != null)) {
    throw new RpcError(INVALID_PARAMS, 'blockHash excludes fromBlock and toBlock (EIP-234)')
  }
  const addresses = choice(filter.address, 20, 'address')
  const topics = parseTopics(filter.topics)
  return {
    blockHash: blockHash == null ? undefined : bytes(blockHash, 32, 'blockHash'),
    fromBlock: fromBlock ?? undefined,
    toBlock: toBlock ?? undefined,
    matches: log =>
      (!addresses || addresses.has(log.address)) &&
      topics.length <= log.topics.length && // geth's rule: a place that may hold anything must still be there
      topics.every((wanted, i) => !wanted || wanted.has(log.topics[i]!)),
  }
}

function parseTopics(value: unknown): Choice[] {
  if (value == null) return []
  if (!Array.isArray(value) || value.length > 4) throw invalid('topics', value, 'a list of at most 4')
  return value.map((topic, i) => choice(topic, 32, `topics[${i}]`))
}

/** One value, or a list of which any will do; an empty list, null, and a list with a null in it leave it open. */
function choice(value: unknown, length: number, name: string): Choice {
  if (value == null) return undefined
  if (!Array.isArray(value)) return new Set([bytes(value, length, name)])
  if (value.length === 0 || value.includes(null)) return undefined
  return new Set(value.map((one, i) => bytes(one, length, `${name}[${i}]`)))
}

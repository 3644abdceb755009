import { ReplayError } from './replayError'

/** One line of a recording. Hex is in lower case. */
export type RecordedLog = {
  blockNumber: number
  logIndex: number
  transactionHash: string
  address: string
  topics: string[]
  /** Hex of whole bytes. */
  data: string
  chainId?: number
  blockHash?: string
  /** Seconds since 1970. */
  blockTime?: number
  transactionIndex?: number
  /** `file:line`, for messages. */
  where: string
}

/** Another line of a recording: what a contract answered by the state at a block's end. */
export type RecordedAnswer = {
  blockNumber: number
  to: string
  /** Call data. */
  data: string
  /** What it returned; undefined: it reverted. */
  result?: string
  chainId?: number
  where: string
}

type Line = Record<string, unknown>

/**
 * Reads one line: our recordings' form (numbers, UTC times) or a node's own `eth_getLogs` form (quantities such
 * as `0x1f`, `blockTimestamp`). Keys that it does not know are left unread.
 */
export function parseLine(text: string, where: string): RecordedLog | RecordedAnswer {
  const line = parseJson(text, where)
  if (line.call !== undefined) return parseAnswer(line, where)
  if (line.removed === true) {
    throw new ReplayError(
      `${where}: the log was removed by a reorganisation`,
      'leave such logs out of the recording',
    )
  }
  const topics = line.topics
  if (!Array.isArray(topics) || topics.length > 4) {
    throw new ReplayError(
      `${where}: topics is ${show(topics)}`,
      'give a list of at most 4 topics (32 bytes each)',
    )
  }
  return {
    blockNumber: integer(line, 'blockNumber', where),
    logIndex: integer(line, 'logIndex', where),
    transactionHash: hex(line.transactionHash, 'transactionHash', 32, where),
    address: hex(line.address, 'address', 20, where),
    topics: topics.map((topic, i) => hex(topic, `topics[${i}]`, 32, where)),
    data: hex(line.data, 'data', undefined, where),
    chainId: line.chainId == null ? undefined : integer(line, 'chainId', where),
    blockHash: line.blockHash == null ? undefined : hex(line.blockHash, 'blockHash', 32, where),
    blockTime: time(line, where),
    transactionIndex: line.transactionIndex == null ? undefined : integer(line, 'transactionIndex', where),
    where,
  }
}

/** `{"blockNumber": 12, "call": {"to": "0x…", "data": "0x…"}, "result": "0x…"}`, or `"reverted": true`. */
function parseAnswer(line: Line, where: string): RecordedAnswer {
  const { to, data } = (line.call ?? {}) as Line
  return {
    blockNumber: integer(line, 'blockNumber', where),
    to: hex(to, 'call.to', 20, where),
    data: hex(data, 'call.data', undefined, where),
    result: line.reverted === true ? undefined : hex(line.result, 'result', undefined, where),
    chainId: line.chainId == null ? undefined : integer(line, 'chainId', where),
    where,
  }
}

function parseJson(text: string, where: string): Line {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new ReplayError(
      `${where}: not JSON: ${show(text)}`,
      'a recording has one JSON object a line; a JSON array becomes one by `jq -c ".[]"`',
      { cause },
    )
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Line
  throw new ReplayError(
    `${where}: not an object: ${show(value)}`,
    'a recording has one log a line; a JSON array becomes one by `jq -c ".[]"`',
  )
}

function integer(line: Line, key: string, where: string): number {
  const value = line[key]
  const number = typeof value === 'string' && /^0x[0-9a-f]+$/i.test(value) ? Number(value) : value
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number
  throw new ReplayError(
    `${where}: ${key} is ${show(value)}`,
    'give a whole number, or a quantity such as "0x1f"',
  )
}

function hex(value: unknown, key: string, bytes: number | undefined, where: string): string {
  const pattern = bytes === undefined ? /^0x([0-9a-f]{2})*$/i : new RegExp(`^0x[0-9a-f]{${2 * bytes}}$`, 'i')
  if (typeof value === 'string' && pattern.test(value)) return value.toLowerCase()
  throw new ReplayError(
    `${where}: ${key} is ${show(value)}`,
    `give 0x and ${bytes === undefined ? 'an even number of' : 2 * bytes} hex digits`,
  )
}

/** `blockTime` (seconds, or a time that is read as UTC) or a node's `blockTimestamp` (a quantity, in seconds). */
function time(line: Line, where: string): number | undefined {
  if (line.blockTimestamp != null) return integer(line, 'blockTimestamp', where)
  const value = line.blockTime
  if (value == null) return undefined
  if (typeof value === 'number' || (typeof value === 'string' && value.startsWith('0x'))) {
    return integer(line, 'blockTime', where)
  }
  const text = String(value).trim().replace(' ', 'T')
  const seconds = Math.floor(Date.parse(/Z$|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`) / 1000)
  if (Number.isSafeInteger(seconds) && seconds >= 0) return seconds
  throw new ReplayError(
    `${where}: blockTime is ${show(value)}`,
    'give seconds since 1970, or a time such as "2025-09-01 12:00:00"',
  )
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'missing'
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

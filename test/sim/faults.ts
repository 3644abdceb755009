import type { Prng } from '../../src/sandbox/scenario/prng'
import type { AnsweredLog } from './simRpc'

/** What can go wrong with a request as a whole. */
export const TRANSPORT_FAULTS = [
  'hangs',
  'hangsOnLogs',
  'slow',
  'drops',
  'dropsHalfWay',
  'html502',
  'status503',
  'status429',
  'status429RetryAfter',
  'notJson',
  'oneErrorForBatch',
  'emptyBody',
] as const

/** What can be said instead of the answer to a call. */
export const CALL_FAULTS = ['passingError', 'beyondHead', 'quota', 'callFails', 'noSuchBlock'] as const

/** What can be wrong with an answer. */
export const ANSWER_FAULTS = [
  'doubledLog',
  'shuffledLogs',
  'foreignBlock',
  'otherHash',
  'omitsBlock',
  'truncatedLog',
] as const

/** What a node can be behind with. */
export const VIEW_FAULTS = ['lags', 'onOldFork', 'flickers'] as const

/** Harmless forms that nodes are known to answer in. */
export const ODDITIES = [
  'upperCase',
  'leadingZeros',
  'nullForNone',
  'nullTopics',
  'noOptionalFields',
  'noBloom',
] as const

export type Fault =
  | (typeof TRANSPORT_FAULTS)[number]
  | (typeof CALL_FAULTS)[number]
  | (typeof ANSWER_FAULTS)[number]
  | (typeof VIEW_FAULTS)[number]

export type Oddity = (typeof ODDITIES)[number]

export const FAULTS: readonly Fault[] = [
  ...TRANSPORT_FAULTS,
  ...CALL_FAULTS,
  ...ANSWER_FAULTS,
  ...VIEW_FAULTS,
]

/** Words of real endpoints for what passes by itself. */
export const PASSING_ERRORS: readonly (readonly [code: number, message: string])[] = [
  [-32000, 'header not found'],
  [-32000, 'Cannot fulfill request'],
  [-32603, 'Unable to perform request'],
  [-32000, 'unexpected EOF'],
  [-32000, 'context deadline exceeded'],
  [-32603, 'internal error'],
  [-32000, 'missing trie node 0a1b (path )'],
  [-32016, 'something that nobody has said before'],
  [-32005, 'try again later'],
  [0, 'upstream connect error or disconnect/reset before headers'],
]

export const BEYOND_HEAD: readonly (readonly [code: number, message: string])[] = [
  [-32602, 'block range extends beyond current head block'],
  [-32000, 'One of the blocks specified in filter (fromBlock, toBlock or blockHash) cannot be found.'],
  [-32600, 'toBlock is beyond latest head'],
]

export const QUOTA: readonly (readonly [code: number, message: string])[] = [
  [-32005, 'daily request count exceeded, request rate limited'],
  [-32600, 'monthly quota of your plan is used up'],
  [429, 'Your app has exceeded its compute units per second capacity'],
]

/** Refusals of too many blocks: what an endpoint says, given its limit. */
export const BLOCK_LIMITS: readonly ((limit: number) => [code: number, message: string])[] = [
  limit => [-32600, `eth_getLogs is limited to a ${limit} range`],
  limit => [-32000, `exceed maximum block range: ${limit}`],
  () => [-32602, 'Please specify less number of blocks'],
  () => [-32000, 'invalid params'],
  () => [-32603, 'request not allowed'],
]

/** Refusals of too many logs. */
export const LOG_LIMITS: readonly ((limit: number) => [code: number, message: string])[] = [
  limit => [-32000, `logs matched by query exceeds limit of ${limit}`],
  limit => [-32005, `query returned more than ${limit} results`],
  limit => [-32000, `response size should not greater than ${limit * 500} bytes`],
  () => [-32602, 'too large'],
]

/** Spoils an answer of `eth_getLogs`; undefined: there is nothing to spoil. */
export function spoiled(
  fault: Fault,
  logs: AnsweredLog[],
  byHash: boolean,
  random: Prng,
): AnsweredLog[] | undefined {
  if (logs.length === 0) return undefined
  const at = random.int(0, logs.length - 1)
  const log = logs[at]!
  switch (fault) {
    case 'doubledLog':
      return [...logs.slice(0, at + 1), log, ...logs.slice(at + 1)]
    case 'shuffledLogs':
      return logs.length > 1 ? random.sample(logs, logs.length) : undefined
    case 'foreignBlock':
      return [
        ...logs,
        { ...logs.at(-1)!, blockNumber: `0x${(Number(log.blockNumber) + 1_000_000).toString(16)}` },
      ]
    case 'otherHash':
      return logs.map(one => ({ ...one, blockHash: `0x${'ab'.repeat(32)}` }))
    case 'omitsBlock':
      return byHash ? [] : undefined
    case 'truncatedLog':
      return [
        ...logs.slice(0, at),
        { ...log, topics: log.topics.map(topic => topic.slice(0, 40)) },
        ...logs.slice(at + 1),
      ]
    default:
      return undefined
  }
}

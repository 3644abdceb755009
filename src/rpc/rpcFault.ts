import { HttpError } from '@subsquid/http-client'
import { RpcError } from '@subsquid/rpc-client'

/** What an endpoint's failure means for what to do next. */
export type RpcFault =
  /** asked too often: rest, as long as it says where it does */
  | { kind: 'rateLimited'; retryAfterMs?: number }
  /** does not answer, or not sensibly: rest, ask another */
  | { kind: 'unavailable' }
  /** answers that it cannot just now, or does not have it: another may */
  | { kind: 'unwell' }
  /** `eth_getLogs` over too many blocks or results: ask for less */
  | { kind: 'tooMuch'; suggestion?: BlockSpan; blocks?: number }
  /** more calls in one JSON-RPC batch than it takes */
  | { kind: 'batchTooLarge' }
  /** the answer is no, whoever is asked */
  | { kind: 'refused' }

export interface BlockSpan {
  from: number
  to: number
}

/** An answer that contradicts the question, itself or the chain. Another endpoint may do better. */
export class BadAnswer extends Error {
  override readonly name = 'BadAnswer'
}

/** Every endpoint failed, as often as it was worth trying. */
export class RpcUnavailable extends Error {
  override readonly name = 'RpcUnavailable'

  constructor(
    what: string,
    attempts: number,
    override readonly cause: unknown,
  ) {
    super(
      `${what}: no usable answer in ${attempts} attempts; the last: ${firstLine(cause)}\n` +
        '  fix: see that the endpoint is sound, or name another one beside it in `rpc`',
    )
  }
}

export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.split('\n', 1)[0]!.slice(0, 300)
}

/** Reads the error of a request; `method` since only `eth_getLogs` can be asked for less. */
export function faultOf(error: unknown, method: string, now = Date.now()): RpcFault {
  if (error instanceof BadAnswer) return { kind: 'unwell' }
  if (error instanceof HttpError) return httpFault(error, method, now)
  if (error instanceof RpcError) return rpcFault(error, method)
  return { kind: 'unavailable' }
}

function httpFault(error: HttpError, method: string, now: number): RpcFault {
  const { status, headers, body } = error.response
  if (status === 413 && method === 'eth_getLogs') return { kind: 'tooMuch' }
  const retryAfterMs = retryAfter(headers.get('retry-after'), now)
  if (status === 429) return { kind: 'rateLimited', retryAfterMs }
  // Some providers answer 400 or 403 and put the reason into a JSON-RPC body.
  const said = (body as { error?: { code?: number; message?: string } } | undefined)?.error
  if (said?.message) return rpcFault({ code: said.code ?? 0, message: said.message }, method)
  return retryAfterMs === undefined ? { kind: 'unavailable' } : { kind: 'rateLimited', retryAfterMs }
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function retryAfter(value: string | null, now: number): number | undefined {
  if (!value) return undefined
  const seconds = Number(value)
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000)
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

/**
 * Words of geth, erigon, nethermind, reth, Infura, Alchemy, QuickNode, Ankr, dRPC, Chainstack, Base, BNB Chain,
 * Avalanche, PublicNode, 1RPC: test/rpc/rpcFault.test.ts has them.
 */
const TOO_MUCH =
  /more than [\d,]+ (results|logs)|max(imum)? (block )?range|block range|blocks? range|range is too|ranges? over|to an? [\d,]+ range|too many (results|logs|blocks)|max results|response (is )?(size|too (big|large))|response is too|size exceeded|limited to [\d,\s-]+blocks?|query timeout|(request|execution|query).*(timed out|timeout|aborted)|reduce the range/i
const RATE_LIMIT =
  /rate.?limit|too many requests|request limit|(compute|capacity|quota|throughput|credits?).*(exceed|limit|reach)|exceeded.*(compute|capacity|quota|per second)|slow down/i
/** server errors of EIP-1474 (-32001 not found, -32002 unavailable), JSON-RPC's internal error, and what proxies say */
const UNWELL_CODES = new Set([-32001, -32002, -32603])
const UNWELL =
  /header not found|unknown block|block not found|not available|temporar|try again|overload|busy|unavailable|internal (server )?error|upstream|no backend|bad gateway|after last accepted block|beyond (current )?head|missing trie node|connection/i
const BATCH_TOO_LARGE = /batch/i
const REVERTED = /revert|invalid opcode|out of gas|stack (under|over)flow/i

function rpcFault(error: { code: number; message: string }, method: string): RpcFault {
  const { code, message } = error
  // Rate limits first: "block range" also stands in advertisements for larger plans.
  if (code === 429 || code === -32029 || RATE_LIMIT.test(message)) return { kind: 'rateLimited' }
  if (method === 'eth_getLogs' && TOO_MUCH.test(message)) {
    return { kind: 'tooMuch', suggestion: suggestionIn(message), blocks: blocksIn(message) }
  }
  if (REVERTED.test(message)) return { kind: 'refused' }
  if (BATCH_TOO_LARGE.test(message)) return { kind: 'batchTooLarge' }
  if (code === -32005) return { kind: 'rateLimited' }
  if (UNWELL_CODES.has(code) || UNWELL.test(message) || TOO_MUCH.test(message)) return { kind: 'unwell' }
  return { kind: 'refused' }
}

/** `Try with this block range [0x1, 0x2]`, `retry with the range 100-200` */
function suggestionIn(message: string): BlockSpan | undefined {
  const found =
    /\[\s*(0x[0-9a-f]+|\d+)\s*,\s*(0x[0-9a-f]+|\d+)\s*\]/i.exec(message) ??
    /range (\d+)\s*-\s*(\d+)/i.exec(message)
  if (!found) return undefined
  const from = Number(found[1])
  const to = Number(found[2])
  return from <= to ? { from, to } : undefined
}

/** The number of blocks that a message allows: the number beside the word block or range, and none beside results. */
function blocksIn(message: string): number | undefined {
  const pattern =
    /(?:limited to(?: an?)?|over|max(?:imum)?(?: block)?(?: range)?(?: is)?(?: set)?(?: to)?|limit(?: is)?|up to an?)[\s:(]*(?:0 - )?([\d,]+)(k?)\b(?! (?:results|logs))/i
  const found = pattern.exec(message)
  if (!found) return undefined
  const blocks = Number(found[1]!.replace(/,/g, '')) * (found[2] ? 1000 : 1)
  return blocks > 0 ? blocks : undefined
}

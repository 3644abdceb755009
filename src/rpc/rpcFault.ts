import { RpcError } from '@subsquid/rpc-client'
import { type BlockSpan, blocksIn, suggestionIn, type WhatIsLimited, whatIsLimited } from './limitWords'

export type { BlockSpan }

/** What an endpoint's failure means for what to do next. */
export type RpcFault =
  /** asked too often, or for more than is paid for: rest, as long as it says where it does */
  | { kind: 'rateLimited'; retryAfterMs?: number }
  /** does not answer, or not sensibly: rest, ask another */
  | { kind: 'unavailable' }
  /** answers that it cannot just now, or does not have it: another may */
  | { kind: 'unwell' }
  /** does not keep history that old: another may */
  | { kind: 'pruned' }
  /** `eth_getLogs` over too many blocks or results: ask for less */
  | { kind: 'tooMuch'; suggestion?: BlockSpan; blocks?: number; limited?: WhatIsLimited }
  /** `eth_getLogs` of more addresses than it takes */
  | { kind: 'tooManyAddresses' }
  /** `eth_getLogs` of any address, where it wants one named: another may not */
  | { kind: 'needsAddress' }
  /** more calls in one JSON-RPC batch than it takes */
  | { kind: 'batchTooLarge' }
  /** the answer is no, for reasons that are not known here */
  | { kind: 'refused' }

/** An answer that contradicts the question, itself or the chain. Another endpoint may do better. */
export class BadAnswer extends Error {
  override readonly name = 'BadAnswer'
}

/** No answer that makes sense: the connection failed, it took too long, or what came is no JSON-RPC. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
  /** it took too long, or was too long */
  readonly late: boolean
  /** on a connection that was kept open, and was found closed */
  readonly reused: boolean

  constructor(message: string, { late = false, reused = false } = {}) {
    super(message)
    this.late = late
    this.reused = reused
  }
}

/** A status that is no success. The message holds nothing of what was asked. */
export class HttpFault extends Error {
  override readonly name = 'HttpFault'

  constructor(
    readonly status: number,
    readonly retryAfter: string | undefined,
    /** the body, where it is JSON */
    readonly body: unknown,
  ) {
    super(`HTTP ${status}${saidIn(body) ? `: ${saidIn(body)!.message}` : ''}`)
  }
}

/** `eth_getLogs` over more than the endpoint gives: to be asked for in parts. */
export class TooMuch extends Error {
  override readonly name = 'TooMuch'

  constructor(
    message: string,
    readonly fault: Extract<RpcFault, { kind: 'tooMuch' }>,
  ) {
    super(message)
  }
}

/** Every endpoint failed, as often as it was worth trying. */
export class RpcUnavailable extends Error {
  override readonly name = 'RpcUnavailable'

  constructor(what: string, attempts: number, cause: unknown) {
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
  if (error instanceof TooMuch) return error.fault
  if (error instanceof BadAnswer) return { kind: 'unwell' }
  if (error instanceof HttpFault) return httpFault(error, method, now)
  if (error instanceof RpcError) return rpcFault(error, method)
  return { kind: 'unavailable' }
}

/**
 * Whether a failed `eth_getLogs` over several blocks may have been too much, without a word of it: the node's internal
 * error, or too long a wait.
 */
export function mayBeTooMuch(error: unknown): boolean {
  if (error instanceof RpcError) return faultOf(error, 'eth_getLogs').kind === 'unwell'
  if (error instanceof NoAnswer) return error.late
  return error instanceof HttpFault && (error.status === 500 || error.status === 504)
}

function httpFault(error: HttpFault, method: string, now: number): RpcFault {
  const { status, retryAfter, body } = error
  if (status === 413 && method === 'eth_getLogs') return { kind: 'tooMuch' }
  const retryAfterMs = waitOf(retryAfter, now)
  if (status === 429 || status === 402) return { kind: 'rateLimited', retryAfterMs }
  // Some providers answer 400 or 403 and put the reason into a JSON-RPC body.
  const said = saidIn(body)
  if (said && status < 500) return rpcFault({ code: said.code ?? 0, message: said.message }, method)
  return retryAfterMs === undefined ? { kind: 'unavailable' } : { kind: 'rateLimited', retryAfterMs }
}

function saidIn(body: unknown): { code?: number; message: string } | undefined {
  const said = (body as { error?: { code?: number; message?: unknown } } | null | undefined)?.error
  return typeof said?.message === 'string' ? { code: said.code, message: said.message } : undefined
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function waitOf(value: string | undefined, now: number): number | undefined {
  if (!value) return undefined
  const seconds = Number(value)
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000)
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

/*
 * Words of geth, erigon, nethermind, reth, Infura, Alchemy, QuickNode, Ankr, dRPC, Chainstack, Base, BNB Chain,
 * Avalanche, PublicNode, 1RPC: test/rpc/rpcFault.test.ts has them. What none of them matches is not guessed at:
 * `eth_getLogs` over several blocks is then asked for in parts (fetchRange.ts), and all else somewhere else.
 */
const RATE_LIMIT =
  /rate.?limit|too many requests|request limit|(compute|capacity|quota|throughput|credits?).*(exceed|limit|reach)|exceeded.*(compute|capacity|quota|per second)|slow down/i
/** Beside a limit of blocks or results these are advertisements. */
const PLAN = /\bquota|\b(your|current|free|paid) (plan|tier)\b|upgrade|credits|billing|payment|subscription/i
/** Asked past its head: `block range extends beyond current head block` (geth), `… is after last accepted block`. */
const PAST_HEAD =
  /beyond (the )?((current|latest) )?(head|block)|(greater|higher|later|larger) than (the )?(latest|current|head)|after last accepted block/i
const PRUNED = /pruned|pruning|history (is |has been |was )?(unavailable|not available|expired)|archive/i
/** EIP-4444's, of geth and reth */
const PRUNED_CODE = 4444
const TOO_MANY_ADDRESSES =
  /(less|fewer) (number of )?addresses|too many addresses|addresses?.*(exceed|limit|at most)|(exceed|max)\w*.*\baddresses/i
/** `Please specify an address in your request` (PublicNode), `missing field \`address\`` (Forest) */
const NEEDS_ADDRESS =
  /(specify|provide|include|need|requires?|without) (at least )?(an?|one|the|contract)? ?(contract )?address\b|address (filter )?(is|must be) (required|specified|provided)|missing .*\baddress\b/i
/** server errors of EIP-1474 (-32001 not found, -32002 unavailable), JSON-RPC's internal error, and what proxies say */
const UNWELL_CODES = new Set([-32001, -32002, -32603])
const UNWELL =
  /header not found|unknown block|block not found|not available|temporar|try again|overload|busy|unavailable|internal (server )?error|upstream|no backend|bad gateway|missing trie node|connection|unexpected eof/i
const BATCH_TOO_LARGE = /batch/i
/** Of geth, reth, erigon, nethermind, besu and anvil, where a contract ends its call. */
const REVERTED =
  /revert|invalid ?opcode|InvalidFEOpcode|OpcodeNotFound|out ?of ?gas|stack ?(under|over)flow|stack limit|invalid ?jump|write protection|VM execution error/i
/** "execution reverted" since geth 1.9.15, and of OpenEthereum and nethermind */
const REVERTED_CODES = new Set([3, -32015])

/** Whether it is the contract that ended an `eth_call`: it would again, whoever is asked. */
export function isRevert(error: unknown): boolean {
  return error instanceof RpcError && (REVERTED_CODES.has(error.code) || REVERTED.test(error.message))
}

function rpcFault(error: { code: number; message: string }, method: string): RpcFault {
  const { code, message } = error
  // Rate limits first: "block range" also stands in advertisements for larger plans.
  if (code === 429 || code === -32029 || RATE_LIMIT.test(message)) return { kind: 'rateLimited' }
  if (PAST_HEAD.test(message)) return { kind: 'unwell' }
  if (method === 'eth_getLogs' && TOO_MANY_ADDRESSES.test(message)) return { kind: 'tooManyAddresses' }
  if (method === 'eth_getLogs' && NEEDS_ADDRESS.test(message)) return { kind: 'needsAddress' }
  const limited = whatIsLimited(message)
  if (method === 'eth_getLogs' && limited) {
    const blocks = blocksIn(message)
    return {
      kind: 'tooMuch',
      suggestion: suggestionIn(message),
      blocks,
      limited: blocks ? 'blocks' : limited,
    }
  }
  if (REVERTED.test(message)) return { kind: 'refused' }
  if (BATCH_TOO_LARGE.test(message)) return { kind: 'batchTooLarge' }
  if (code === PRUNED_CODE || PRUNED.test(message)) return { kind: 'pruned' }
  if (code === -32005 || PLAN.test(message)) return { kind: 'rateLimited' }
  if (UNWELL_CODES.has(code) || UNWELL.test(message) || limited) return { kind: 'unwell' }
  return { kind: 'refused' }
}

import { setTimeout as sleep } from 'node:timers/promises'
import { RpcError } from '@subsquid/rpc-client'
import { quantity } from './chainLogs'
import type { Endpoint } from './endpoint'
import { faultOf, isRevert, RpcUnavailable } from './rpcFault'
import type { RpcPool, Session } from './rpcPool'

/** An `eth_call` on the state at a block's end. */
export interface CallAtBlock {
  to: string
  /** call data */
  data: string
  block: number
  blockHash: string
}

/** `returned`: lower-case hex. `unanswered`: by none of the endpoints, for it has not the state, or says why not. */
export type CallAnswer =
  | { kind: 'returned'; data: string }
  | { kind: 'reverted' }
  | { kind: 'unanswered'; why: string }

/** Calls that one endpoint is asked in a row, and such rows on their way at a time. */
const AT_ONCE = 100
const ROWS = 4
/** Pauses before an endpoint that may answer before long is asked again: a new block reaches its nodes one by one. */
const PAUSES_MS = [100, 300, 1000, 2000]
/** Hex digits of an answer, 24 kB. One that returns more counts as one that reverts, whoever is asked. */
const LONGEST = 49_152
const BYTES = /^0x([0-9a-f]{2})*$/i
/** How nodes without EIP-1898 refuse an object in the place of a block's number. */
const FORM_REFUSED =
  /invalid (argument|param|block|type)|unmarshal|expected (a )?string|deseriali|1898|cannot parse/i
const INVALID_PARAMS = -32602
/** Of geth and others: the state of that block is gone. */
const STATE_GONE = /missing trie node|state .*(not available|unavailable)|not recorded/i

/** Endpoints that know blocks by number only. */
const byNumberOnly = new WeakSet<Endpoint>()

/**
 * Asks for the answers of contracts at blocks that are named by hash (EIP-1898), so that a node that is on another fork
 * cannot answer for it; by number where an endpoint refuses the form, together with the hash that it has there. An
 * endpoint that does not answer at all is waited out, as the pool does; where each of those that do says that it cannot,
 * the call is unanswered.
 */
export async function callsAtBlocks(pool: RpcPool, calls: CallAtBlock[]): Promise<CallAnswer[]> {
  const answers: CallAnswer[] = []
  const starts: number[] = []
  for (let start = 0; start < calls.length; start += AT_ONCE) starts.push(start)
  const next = async () => {
    for (let start = starts.shift(); start !== undefined; start = starts.shift()) {
      const some = await answersTo(pool, calls.slice(start, start + AT_ONCE))
      for (const [i, answer] of some.entries()) answers[start + i] = answer
    }
  }
  await Promise.all(Array.from({ length: ROWS }, next))
  return answers
}

/** An answer that may still come: from the same endpoint later (`isPassing`), or from another. */
interface Refused {
  kind: 'refused'
  isPassing: boolean
  why: string
}

async function answersTo(pool: RpcPool, calls: CallAtBlock[]): Promise<CallAnswer[]> {
  const answers: (CallAnswer | Refused | undefined)[] = calls.map(() => undefined)
  const refusing = new Set<Endpoint>()
  for (let pauses = 0; ; ) {
    const open = [...calls.keys()].filter(i => isOpen(answers[i]))
    const asked = open.map(i => calls[i]!)
    let node: Endpoint
    try {
      const session = (one: Session) => askOne(one, asked).then(given => ({ given, node: one.node }))
      const outcome = await pool.session('eth_call', session, refusing, { kind: 'rest' })
      node = outcome.node
      for (const [n, i] of open.entries()) answers[i] = outcome.given[n]
    } catch (error) {
      if (!(error instanceof RpcUnavailable)) throw error
      return answers.map(answer => settled(answer, error.message))
    }
    const left = answers.filter(isOpen) as Refused[]
    if (left.length === 0) break
    if (left.every(({ isPassing }) => !isPassing) && !refusing.has(node)) {
      refusing.add(node)
      if (pool.endpoints.every(one => refusing.has(one) || one.check === 'wrong')) break
      continue
    }
    const pause = PAUSES_MS[pauses++]
    if (pause === undefined) break
    await sleep(pause)
  }
  return answers.map(answer => settled(answer, 'it was not asked'))
}

function isOpen(answer: CallAnswer | Refused | undefined): boolean {
  return answer === undefined || answer.kind === 'refused'
}

function settled(answer: CallAnswer | Refused | undefined, otherwise: string): CallAnswer {
  if (answer?.kind === 'refused') return { kind: 'unanswered', why: answer.why }
  return answer ?? { kind: 'unanswered', why: otherwise }
}

async function askOne(session: Session, calls: CallAtBlock[]): Promise<(CallAnswer | Refused)[]> {
  if (byNumberOnly.has(session.node)) return askByNumber(session, calls)
  const given = await session.settle(
    calls.map(({ to, data, blockHash }) => ({ method: 'eth_call', params: [{ to, data }, { blockHash }] })),
  )
  if (!given.some(isFormRefused)) return given.map(read)
  const again = await askByNumber(session, calls)
  if (again.some(({ kind }) => kind === 'returned')) byNumberOnly.add(session.node)
  return given.map((answer, i) => (isFormRefused(answer) ? again[i]! : read(answer)))
}

async function askByNumber(session: Session, calls: CallAtBlock[]): Promise<(CallAnswer | Refused)[]> {
  const heights = [...new Set(calls.map(({ block }) => block))]
  const given = await session.settle([
    ...calls.map(({ to, data, block }) => ({ method: 'eth_call', params: [{ to, data }, quantity(block)] })),
    ...heights.map(height => ({ method: 'eth_getBlockByNumber', params: [quantity(height), false] })),
  ])
  const hashes = new Map(heights.map((height, i) => [height, hashIn(given[calls.length + i])]))
  return calls.map(({ block, blockHash }, i) => {
    if (hashes.get(block) === blockHash) return read(given[i])
    return { kind: 'refused', isPassing: true, why: `${session.endpoint} has another block ${block}` }
  })
}

function hashIn(block: unknown): string | undefined {
  const hash = (block as { hash?: unknown } | null)?.hash
  return typeof hash === 'string' ? hash.toLowerCase() : undefined
}

function isFormRefused(answer: unknown): boolean {
  return (
    answer instanceof RpcError &&
    !isRevert(answer) &&
    (answer.code === INVALID_PARAMS || FORM_REFUSED.test(answer.message))
  )
}

/** @throws what the endpoint as a whole fails with: it is to rest, and another to be asked */
function read(answer: unknown): CallAnswer | Refused {
  if (typeof answer === 'string' && BYTES.test(answer)) {
    return answer.length > LONGEST ? { kind: 'reverted' } : { kind: 'returned', data: answer.toLowerCase() }
  }
  if (!(answer instanceof RpcError))
    return { kind: 'refused', isPassing: true, why: 'eth_call returned no bytes' }
  if (isRevert(answer)) return { kind: 'reverted' }
  const { kind } = faultOf(answer, 'eth_call')
  if (kind === 'rateLimited' || kind === 'batchTooLarge') throw answer
  const isGone = kind === 'pruned' || STATE_GONE.test(answer.message)
  return { kind: 'refused', isPassing: !isGone && kind !== 'refused', why: answer.message }
}

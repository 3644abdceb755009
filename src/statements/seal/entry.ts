import { explorerLink } from '../explorers'
import type { StatementLine } from '../lines'
import { leafHash } from './merkle'

/** What a line says by itself: in every format, and what its hash is of. */
export interface LineFacts extends StatementLine {
  /** place in the statement, from 1 */
  line: number
  /** of the token; null: the contract has none, or has not said it yet */
  symbol: string | null
  decimals: number | null
  /** page of the transaction; null: none is known of the chain */
  explorer: string | null
}

/** A line with its hash, which is the leaf of the statement's Merkle tree. */
export interface Entry extends LineFacts {
  leaf: Buffer
  /** the line as canonical JSON, in front of and behind the place of its hash */
  text: readonly [string, string]
}

type Described = { symbol: string | null; decimals: number | null }

/** A line of a statement, at its place; each member is written out, as in lines.ts. */
export function entryAt(source: StatementLine, line: number, { symbol, decimals }: Described): Entry {
  return hashed({
    line,
    time: source.time,
    chain: source.chain,
    block: source.block,
    transaction: source.transaction,
    logIndex: source.logIndex,
    kind: source.kind,
    token: source.token,
    symbol,
    decimals,
    explorer: explorerLink(source.chain, source.transaction),
    model: source.model,
    sourceModel: source.sourceModel,
    // An empty name and none are the same in a table's cell.
    modelName: source.modelName || null,
    sourceModelName: source.sourceModelName || null,
    path: source.path,
    sharePpm: source.sharePpm,
    amount: source.amount,
    balance: source.balance,
    usd: source.usd,
    priceToken: source.priceToken,
    priceAmount: source.priceAmount,
    priceUsd: source.priceUsd,
    priceSource: source.priceSource,
    priceTime: source.priceTime,
    priceId: source.priceId,
  })
}

/** A line that says so already. */
export function entryOf(facts: LineFacts): Entry {
  return hashed({ ...facts })
}

/** Gives the object itself its hash: another copy would cost as much as that. */
function hashed(facts: LineFacts): Entry {
  const front = frontOf(facts)
  const whole = front + backOf(facts)
  return Object.assign(facts, {
    leaf: leafHash(whole),
    text: [whole.slice(0, front.length), whole.slice(front.length)] as const,
  })
}

/**
 * A line as canonical JSON (RFC 8785: members in the order of their names), written out since a statement can have
 * millions. The member `hash` stands between the two parts in JSON files, and is no part of what it is of.
 */
function frontOf(f: LineFacts): string {
  return (
    `{"amount":"${f.amount}","balance":"${f.balance}","block":${f.block},"chain":${text(f.chain)}` +
    `,"decimals":${f.decimals},"explorer":${text(f.explorer)},`
  )
}

function backOf(f: LineFacts): string {
  return (
    `"kind":"${f.kind}","line":${f.line},"logIndex":${f.logIndex},"model":${text(f.model)}` +
    `,"modelName":${text(f.modelName)},"path":${text(f.path)},"priceAmount":${text(f.priceAmount)}` +
    `,"priceId":${text(f.priceId)},"priceSource":${text(f.priceSource)}` +
    `,"priceTime":${text(f.priceTime?.toISOString() ?? null)},"priceToken":${text(f.priceToken)}` +
    `,"priceUsd":${text(f.priceUsd)},"sharePpm":${f.sharePpm}` +
    `,"sourceModel":${text(f.sourceModel)},"sourceModelName":${text(f.sourceModelName)}` +
    `,"symbol":${text(f.symbol)},"time":"${f.time.toISOString()}","token":${text(f.token)}` +
    `,"transaction":${text(f.transaction)},"usd":${text(f.usd)}}`
  )
}

/** What JSON writes as it is: most texts, which are not given to its slower writer. */
const PLAIN = /^[ !#-[\]-~]*$/

/** Of a file that is verified, anything may stand where a text should. */
function text(value: string | null): string {
  return typeof value === 'string' && PLAIN.test(value) ? `"${value}"` : JSON.stringify(value)
}

/** As in JSON files, with its hash. */
export function entryJson({ text: [front, back], leaf }: Entry): string {
  return `${front}"hash":"${leaf.toString('hex')}",${back}`
}

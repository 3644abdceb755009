import { explorerLink } from '../explorers'
import type { StatementLine } from '../lines'
import { leafHash } from './merkle'

/** What a line says by itself: in every format, and what its hash is of. */
export interface LineFacts extends Omit<StatementLine, 'cursor'> {
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

/** What the line of a statement says, at its place. */
export function factsOf(source: StatementLine, line: number, { symbol, decimals }: Described): LineFacts {
  return {
    ...source,
    line,
    symbol,
    decimals,
    explorer: explorerLink(source.chain, source.transaction),
    // An empty name and none are the same in a table's cell.
    modelName: source.modelName || null,
    sourceModelName: source.sourceModelName || null,
  }
}

export function entryOf(facts: LineFacts): Entry {
  const text = textOf(facts)
  return { ...facts, leaf: leafHash(`${text[0]}${text[1]}`), text }
}

/**
 * A line as canonical JSON (RFC 8785: members in the order of their names), written out since a statement can have
 * millions. The member `hash` stands between the two parts in JSON files, and is no part of what it is of.
 */
function textOf(f: LineFacts): [string, string] {
  return [
    `{"amount":"${f.amount}","balance":"${f.balance}","block":${f.block},"chain":${text(f.chain)}` +
      `,"decimals":${f.decimals},"explorer":${text(f.explorer)},`,
    `"kind":"${f.kind}","line":${f.line},"logIndex":${f.logIndex},"model":${text(f.model)}` +
      `,"modelName":${text(f.modelName)},"path":${text(f.path)},"priceAmount":${text(f.priceAmount)}` +
      `,"priceId":${text(f.priceId)},"priceSource":${text(f.priceSource)}` +
      `,"priceTime":${text(f.priceTime?.toISOString() ?? null)},"priceToken":${text(f.priceToken)}` +
      `,"priceUsd":${text(f.priceUsd)},"sharePpm":${f.sharePpm}` +
      `,"sourceModel":${text(f.sourceModel)},"sourceModelName":${text(f.sourceModelName)}` +
      `,"symbol":${text(f.symbol)},"time":"${f.time.toISOString()}","token":${text(f.token)}` +
      `,"transaction":${text(f.transaction)},"usd":${text(f.usd)}}`,
  ]
}

function text(value: string | null): string {
  return value === null ? 'null' : JSON.stringify(value)
}

/** As in JSON files, with its hash. */
export function entryJson({ text: [front, back], leaf }: Entry): string {
  return `${front}"hash":"${leaf.toString('hex')}",${back}`
}

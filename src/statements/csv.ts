import { createHash } from 'node:crypto'
import { stringify } from 'csv-stringify/sync'
import type { Statement, StatementLine } from './statement'

export const COLUMNS = [
  'time',
  'chain',
  'block',
  'transaction',
  'logIndex',
  'kind',
  'token',
  'model',
  'sourceModel',
  'path',
  'sharePpm',
  'amount',
  'balance',
] as const

/**
 * A statement as CSV (RFC 4180, lines end in LF), in chunks. Records that begin with `#` are about the statement:
 * the account, the period, the heights, the totals; the last is `# sha256` of all bytes before it, so that
 * `head -n -1 FILE | sha256sum` checks a file. Amounts are whole numbers of the token's smallest unit.
 *
 * A text field that a spreadsheet could take for a formula gets a `'` before it, as does one that begins with `'`,
 * so that it can be taken away again; numbers never get one, negative ones included.
 */
export async function* statementCsv(statement: Statement): AsyncGenerator<string> {
  const hash = createHash('sha256')
  for await (const chunk of csvBody(statement)) {
    hash.update(chunk)
    yield chunk
  }
  yield stringify([['# sha256', hash.digest('hex')]])
}

/** What identifies a statement in every format: the SHA-256 of its CSV form without the last line. */
export async function statementSha256(statement: Statement): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of csvBody(statement)) hash.update(chunk)
  return hash.digest('hex')
}

async function* csvBody(statement: Statement): AsyncGenerator<string> {
  yield csvHead(statement)
  for await (const lines of statement.batches()) yield csvLines(lines)
}

/** The part of `statementCsv` before the lines. */
export function csvHead(statement: Statement): string {
  return stringify([
    ['# royalty statement of', text(statement.account)],
    ['# number', statement.number],
    ['# complete', `${statement.complete}`],
    ['# from (inclusive)', statement.from.toISOString()],
    ['# to (exclusive)', statement.to.toISOString()],
    ...statement.asOf.map(({ chain, height }) => [
      '# as of (chain, finalized block)',
      text(chain),
      `${height}`,
    ]),
    ['# totals', 'chain', 'token', 'symbol', 'decimals', 'opening', 'accrued', 'claimed', 'closing'],
    ...statement.tokens.map(total => [
      '# total',
      text(total.chain),
      text(total.token),
      text(total.symbol),
      total.decimals === null ? '' : `${total.decimals}`,
      `${total.opening}`,
      `${total.accrued}`,
      `${total.claimed}`,
      `${total.closing}`,
    ]),
    ['# lines', `${statement.lineCount}`],
    [...COLUMNS],
  ])
}

/** A batch of lines of `statementCsv`. */
export function csvLines(lines: readonly StatementLine[]): string {
  return stringify(
    lines.map(line => [
      line.time.toISOString(),
      text(line.chain),
      `${line.block}`,
      text(line.transaction),
      `${line.logIndex}`,
      line.kind,
      text(line.token),
      text(line.model),
      text(line.sourceModel),
      text(line.path),
      line.sharePpm === null ? '' : `${line.sharePpm}`,
      `${line.amount}`,
      `${line.balance}`,
    ]),
  )
}

/** Symbols and foreign model ids are whatever somebody wrote on a chain (OWASP: CSV injection). */
function text(value: string | null): string {
  if (value === null) return ''
  return /^[=+\-@\t\r\n'＝＋－＠]/.test(value) ? `'${value}` : value
}

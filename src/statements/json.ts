import { createHash } from 'node:crypto'
import { csvHead, csvLines } from './csv'
import type { Statement, StatementLine } from './statement'

/**
 * A statement as one JSON object, in chunks, a line of text for each line of the statement. Amounts are strings of
 * the token's smallest unit. `sha256` at the end is of the same statement's CSV form: see csv.ts.
 */
export async function* statementJson(statement: Statement): AsyncGenerator<string> {
  const hash = createHash('sha256').update(csvHead(statement))
  const { number, replaces, complete, account, from, to, asOf, tokens, lineCount } = statement
  const head = JSON.stringify(
    { number, replaces, complete, account, from, to, asOf, tokens, lineCount },
    amountsAsText,
  )
  yield `${head.slice(0, -1)},"lines":[`
  let separator = '\n'
  for await (const lines of statement.batches()) {
    hash.update(csvLines(lines))
    let chunk = ''
    for (const line of lines) {
      chunk += separator + jsonLine(line)
      separator = ',\n'
    }
    yield chunk
  }
  yield `\n],"sha256":"${hash.digest('hex')}"}\n`
}

/** Cursors are for pages; a file has all lines. */
function jsonLine({ cursor: _, ...line }: StatementLine): string {
  return JSON.stringify(line, amountsAsText)
}

function amountsAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value
}

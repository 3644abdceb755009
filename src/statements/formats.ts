import { statementCsv } from './csv'
import { statementJson } from './json'
import type { Statement } from './statement'

export interface StatementFormat {
  contentType: string
  render(statement: Statement): AsyncGenerator<string>
}

/** File formats of a statement, by file extension. A new one is a file beside csv.ts, and a line here. */
export const formats = {
  csv: { contentType: 'text/csv; charset=utf-8', render: statementCsv },
  json: { contentType: 'application/json; charset=utf-8', render: statementJson },
} satisfies Record<string, StatementFormat>

export type FormatName = keyof typeof formats

export function isFormat(name: string | undefined): name is FormatName {
  return name !== undefined && Object.hasOwn(formats, name)
}

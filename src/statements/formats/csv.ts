import type { SealedStatement } from '../seal/sealedStatement'
import { tokenLabels } from '../tokenLabels'
import { type Column, lineColumns } from './columns'
import { csvRecord, csvTime, safeText } from './csvText'
import type { Chosen, Format } from './format'
import { totalRows, totalsColumns } from './totals'

/**
 * RFC 4180, the header first, one row a line; or, as `part=totals`, one row a token, with all that is said of the
 * statement itself. `bom=true`: begins with a byte order mark, by which Excel knows UTF-8. `wei=text`: whole numbers of
 * the smallest unit are written so that a spreadsheet keeps all their digits (`="123"`).
 */
export const csv: Format = {
  contentType: 'text/csv; charset=utf-8',
  choices: { part: ['lines', 'totals'], bom: ['false', 'true'], wei: ['number', 'text'] },
  render: statementCsv,
}

async function* statementCsv(statement: SealedStatement, chosen: Chosen): AsyncGenerator<string> {
  const weiAsText = chosen.wei === 'text'
  if (chosen.bom === 'true') yield '\ufeff'
  if (chosen.part === 'totals') {
    const seal = await statement.seal()
    const columns = totalsColumns(statement.head, seal)
    yield headerOf(columns) + csvRows(columns, totalRows(statement.head, seal), weiAsText)
    return
  }
  const columns = csvLineColumns(statement)
  yield headerOf(columns)
  for await (const entries of statement.lines()) yield csvRows(columns, entries, weiAsText)
}

/** Besides what a line says: how many there are, so that a file that was cut shows it, and whether they are all. */
export function csvLineColumns({ head: { complete, lineCount, tokens } }: SealedStatement) {
  const [line, ...others] = lineColumns(tokenLabels(tokens))
  return [
    line!,
    { name: 'ofLines', type: 'whole' as const, of: () => lineCount },
    ...others,
    { name: 'complete', type: 'text' as const, of: () => `${complete}` },
  ]
}

function headerOf(columns: readonly { name: string }[]): string {
  return csvRecord(columns.map(({ name }) => name))
}

export function csvRows<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  weiAsText: boolean,
): string {
  let text = ''
  for (const row of rows) text += csvRecord(columns.map(column => csvFieldOf(column, row, weiAsText)))
  return text
}

export function csvFieldOf<Row>({ type, of }: Column<Row>, row: Row, weiAsText: boolean): string {
  const value = of(row)
  if (value === null) return ''
  if (value instanceof Date) return csvTime(value)
  if (typeof value === 'number') return `${value}`
  if (type === 'wei') return weiAsText ? `="${value}"` : value
  return type === 'text' ? safeText(value) : value
}

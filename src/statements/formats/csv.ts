import type { SealedStatement } from '../seal/sealedStatement'
import { tokenLabels } from '../tokenLabels'
import { type Cell, type Column, lineColumns } from './columns'
import { csvRecord, csvTime, quoted, safeText } from './csvText'
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

/** Most columns say what they said in the row before: a field is written anew where its value is another. */
export function csvRows<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  weiAsText: boolean,
): string {
  const fields = columns.map(column => ({ column, value: undefined as Cell | undefined, text: '' }))
  let text = ''
  for (const row of rows) {
    let separator = ''
    for (const field of fields) {
      const value = field.column.of(row)
      if (value !== field.value) {
        field.value = value
        field.text = quoted(csvFieldOf(field.column, value, weiAsText))
      }
      text += separator + field.text
      separator = ','
    }
    text += '\r\n'
  }
  return text
}

export function csvFieldOf({ type }: Pick<Column<never>, 'type'>, value: Cell, weiAsText: boolean): string {
  if (value === null) return ''
  if (value instanceof Date) return csvTime(value)
  if (typeof value === 'number') return `${value}`
  if (type === 'wei') return weiAsText ? `="${value}"` : value
  return type === 'text' ? safeText(value) : value
}

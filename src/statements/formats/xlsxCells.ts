import type { Cell, Column } from './columns'

/** What one cell may hold, UTF-16 units (Excel's limit is 32,767); a longer text goes on in cells after the row's last. */
const MOST = 32_000
/** Styles of styles.xml, by index: see xlsxParts.ts. */
export const TIME_STYLE = 1
const HEADER_STYLE = 2
/** 1970-01-01 as a day number of Excel's, whose first day is 1900-01-01 with a 29 February 1900 that was not. */
export const EPOCH_DAY = 25_569
export const DAY_MS = 86_400_000

export function headerRow(columns: readonly { name: string }[]): string {
  return `<row>${columns.map(({ name }) => textCell(name, ` s="${HEADER_STYLE}"`)).join('')}</row>`
}

export function rowXml<Row>(columns: readonly Column<Row>[], row: Row): string {
  let cells = ''
  let overflow = ''
  for (const { type, of } of columns) {
    const value = of(row)
    if (typeof value === 'string' && value.length > MOST) {
      cells += textCell(value.slice(0, MOST))
      for (let at = MOST; at < value.length; at += MOST) overflow += textCell(value.slice(at, at + MOST))
    } else cells += cell(value, type)
  }
  return `<row>${cells}${overflow}</row>`
}

function cell(value: Cell, type: Column<never>['type']): string {
  if (value === null || (value === '' && type !== 'text')) return '<c/>'
  if (value instanceof Date) return `<c s="${TIME_STYLE}"><v>${value.getTime() / DAY_MS + EPOCH_DAY}</v></c>`
  // An amount is written exactly, and shown with the fifteen digits that a spreadsheet has: the wei are text beside it.
  if (typeof value === 'number' || type === 'amount' || type === 'decimal') return `<c><v>${value}</v></c>`
  return textCell(value)
}

function textCell(value: string, style = ''): string {
  return `<c${style} t="inlineStr"><is><t xml:space="preserve">${xmlText(value)}</t></is></c>`
}

const MARKUP: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** ASCII that is written as it is: nearly all there is. */
const PLAIN = /^[ -%'-;=?-^`-~]*$/

/** What XML cannot hold, and what its readers would change, is `_x0001_`; a text that looks so itself has its `_` so. */
export function xmlText(value: string): string {
  if (PLAIN.test(value)) return value
  return value.replace(
    /[&<>\ufffe\uffff]|(?!\n)\p{Cc}|_(?=x[0-9A-Fa-f]{4}_)/gu,
    found => MARKUP[found] ?? `_x${found.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`,
  )
}

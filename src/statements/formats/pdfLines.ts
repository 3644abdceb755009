import type PDFDocument from 'pdfkit'
import type { Entry } from '../seal/entry'
import type { StatementHead } from '../seal/head'
import { tokenLabels } from '../tokenLabels'
import { csvTime } from './csvText'
import { BOTTOM, LEFT, TOP } from './pdfPage'
import { type PdfText, paperAmount, paperUsd } from './pdfText'

interface Column {
  name: string
  width: number
  right?: boolean
  of(entry: Entry, label: string): string
}

const shown = (amount: bigint, { decimals }: Entry) => paperAmount(amount, decimals, 22)
const COLUMNS: Column[] = [
  { name: 'line', width: 28, right: true, of: entry => `${entry.line}` },
  { name: 'time (UTC)', width: 72, of: entry => csvTime(entry.time) },
  { name: 'kind', width: 36, of: entry => entry.kind.toLowerCase() },
  { name: 'token', width: 50, of: (_, label) => label },
  { name: 'amount', width: 98, right: true, of: entry => shown(entry.amount, entry) },
  { name: 'USD', width: 62, right: true, of: entry => paperUsd(entry.usd, 15) },
  { name: 'balance', width: 98, right: true, of: entry => shown(entry.balance, entry) },
  {
    name: 'earned by the use of',
    width: 76,
    of: entry => entry.sourceModelName || (entry.sourceModel ?? ''),
  },
  { name: 'transaction', width: 262, of: entry => entry.transaction },
]
const GAP = 5
const ROW = 10

/** The lines, as many to a page as it holds. */
export class PdfLines {
  private y = BOTTOM
  private readonly labels: Map<string, string>

  constructor(
    private readonly doc: typeof PDFDocument.prototype,
    private readonly text: PdfText,
    private readonly head: StatementHead,
  ) {
    this.labels = tokenLabels(head.tokens)
  }

  add(entry: Entry): void {
    if (this.y > BOTTOM - ROW) this.newPage()
    const label = this.labels.get(entry.token) ?? entry.token
    this.row(column => column.of(entry, label))
  }

  private newPage(): void {
    const { number, complete } = this.head
    this.doc.addPage().fontSize(7).fillColor('black')
    this.text.write(`${complete ? 'Statement' : 'PARTIAL statement'} ${number}`, LEFT, TOP, 400)
    this.y = TOP + 14
    this.row(({ name }) => name, true)
  }

  private row(of: (column: Column) => string, bold = false): void {
    let x = LEFT
    for (const column of COLUMNS) {
      this.text.write(of(column), x, this.y, column.width - GAP, { right: column.right, bold })
      x += column.width
    }
    this.y += ROW
  }
}

import { Readable } from 'node:stream'
import { ZipFile } from 'yazl'
import type { Entry } from '../seal/entry'
import type { StatementHead } from '../seal/head'
import type { Seal, SealedStatement } from '../seal/sealedStatement'
import { tokenLabels } from '../tokenLabels'
import { lineColumns } from './columns'
import type { Format } from './format'
import { sealedZip } from './sealedZip'
import { totalRows, totalsColumns } from './totals'
import { headerRow, rowXml } from './xlsxCells'
import { SHEET_END, SHEET_START, sheetPath, workbookParts } from './xlsxParts'

/** Lines of a sheet: Excel has 1,048,576 rows. */
const LINES_A_SHEET = 1_000_000

/** A workbook with a sheet of totals, as CSV's, and one of lines; of dates, numbers and texts, without a formula. */
export const xlsx: Format = {
  contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  render: statement => workbookOf(statement, LINES_A_SHEET),
}

/** The time of all parts, in whatever zone: the first that a ZIP file can tell. */
const PART = { mtime: new Date(1980, 0, 1), forceDosTimestamp: true, compressionLevel: 3 }

export async function* workbookOf(
  statement: SealedStatement,
  linesASheet: number,
): AsyncGenerator<Uint8Array> {
  const sheets = sheetNames(statement, linesASheet)
  const zip = new ZipFile()
  const output = zip.outputStream as Readable
  zip.on('error', error => output.destroy(error))
  const add = (path: string, content: () => AsyncGenerator<string> | string[]) =>
    zip.addReadStreamLazy(path, PART, done => {
      const stream = Readable.from(content(), { objectMode: false })
      stream.on('error', error => output.destroy(error))
      done(null, stream)
    })
  for (const [path, text] of Object.entries(workbookParts(sheets))) add(path, () => [text])
  const lines = new LineReader(statement)
  for (let sheet = 1; sheet < sheets.length; sheet++) add(sheetPath(sheet), () => lines.sheet(linesASheet))
  // Last: the hashes are known when all lines have been written.
  add(sheetPath(0), async function* () {
    yield* totalsSheet(statement.head, await statement.seal())
  })
  zip.end()
  yield* sealedZip(output)
}

/** The first says whether that is all. */
export function sheetNames({ head }: SealedStatement, linesASheet = LINES_A_SHEET): string[] {
  const count = Math.max(1, Math.ceil(head.lineCount / linesASheet))
  return [
    head.complete ? 'Totals' : 'PARTIAL totals',
    ...Array.from({ length: count }, (_, i) => (i === 0 ? 'Lines' : `Lines ${i + 1}`)),
  ]
}

export function* totalsSheet(head: StatementHead, seal: Seal): Generator<string> {
  const columns = totalsColumns(head, seal)
  yield SHEET_START + headerRow(columns)
  for (const row of totalRows(head, seal)) yield rowXml(columns, row)
  yield SHEET_END
}

class LineReader {
  private readonly batches: AsyncGenerator<Entry[]>
  private readonly columns
  private rest: Entry[] = []

  constructor(statement: SealedStatement) {
    this.batches = statement.lines()
    this.columns = lineColumns(tokenLabels(statement.head.tokens))
  }

  /** The next `count` lines, or what there is. */
  async *sheet(count: number): AsyncGenerator<string> {
    yield SHEET_START + headerRow(this.columns)
    for (let left = count; ; ) {
      const entries = this.rest.splice(0, left)
      left -= entries.length
      if (entries.length > 0) yield entries.map(entry => rowXml(this.columns, entry)).join('')
      if (left === 0) break
      const { done, value } = await this.batches.next()
      if (done) break
      this.rest = value
    }
    yield SHEET_END
    // Ends the reading where the last line was the sheet's last too, so that the seal is known.
    if (this.rest.length === 0) this.rest = (await this.batches.next()).value ?? []
  }
}

import { setImmediate as others } from 'node:timers/promises'
import * as fontkit from 'fontkit'
import PDFDocument from 'pdfkit'
import { StatementError } from '../errors'
import type { SealedStatement } from '../seal/sealedStatement'
import type { Format } from './format'
import { PdfLines } from './pdfLines'
import { summaryPages } from './pdfSummary'
import { PdfText } from './pdfText'
import { sumByModel } from './sumByModel'

/** Lines that people read on paper: two hundred pages, and ten seconds of work. */
const MOST_LINES = 10_000
/** Lines after which others have their turn. */
const TURN = 50
const WIDE_FONT = 'dejavu-fonts-ttf/ttf/DejaVuSans.ttf'

/** For people: a page a token with its opening, what moved by model, and its closing; then the lines. */
export const pdf: Format = {
  contentType: 'application/pdf',
  render: statementPdf,
}

async function* statementPdf(statement: SealedStatement): AsyncGenerator<Uint8Array> {
  const { head } = statement
  if (head.lineCount > MOST_LINES) {
    throw new StatementError(
      'TOO_LONG',
      `a PDF file of ${head.lineCount} lines; it has at most ${MOST_LINES}`,
      'take csv, xlsx or parquet, or a shorter period',
    )
  }
  const sums = await sumByModel(statement)
  const doc = new PDFDocument({
    size: 'A4',
    layout: 'landscape',
    margin: 0, // all is placed; a text that meets a margin would begin a page by itself
    autoFirstPage: false,
    // Not the time at which it is made: the same statement is the same file.
    info: {
      Title: `Royalty statement ${head.number}`,
      Creator: 'provenance-graph',
      CreationDate: head.to,
      ModDate: head.to,
    },
  })
  const path = require.resolve(WIDE_FONT)
  doc.registerFont('wide', path)
  const text = new PdfText(doc, fontkit.openSync(path) as fontkit.Font)
  for (const page of summaryPages({ doc, text, head, seal: await statement.seal(), sums })) {
    page()
    yield* drained(doc)
  }
  const lines = new PdfLines(doc, text, head)
  for await (const entries of statement.lines()) {
    for (const entry of entries) {
      lines.add(entry)
      if (entry.line % TURN === 0) await others()
    }
    yield* drained(doc)
  }
  doc.end()
  yield* drained(doc)
}

/** What has been written and nobody has taken. */
function* drained(doc: typeof PDFDocument.prototype): Generator<Uint8Array> {
  for (;;) {
    const piece = doc.read() as Buffer | null
    if (piece === null) return
    yield piece
  }
}

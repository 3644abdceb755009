import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { open, type Entry as Part, type ZipFile } from 'yauzl'
import { lineColumns } from '../formats/columns'
import { COMMENT, COMMENT_BYTES } from '../formats/sealedZip'
import { totalsColumns } from '../formats/totals'
import { sheetNames, totalsSheet } from '../formats/xlsx'
import { DAY_MS, EPOCH_DAY, headerRow, rowXml } from '../formats/xlsxCells'
import { SHEET_END, SHEET_START, sheetPath, workbookParts } from '../formats/xlsxParts'
import type { StatementHead } from '../seal/head'
import { type Seal, SealedStatement } from '../seal/sealedStatement'
import { tokenLabels } from '../tokenLabels'
import { factsOfRow, headOfRows, type Row } from './cells'
import { type Reading, type ReadLine, UnreadableError } from './reading'

/** A part that is no sheet of lines is held whole, bytes. */
const MOST = 256 * 1024 * 1024
const ROW_END = '</row>'

export async function readXlsx(file: string): Promise<Reading> {
  const zip = await opened(file)
  const parts = await partsOf(zip)
  const names = totalsColumns({ tokens: [] } as unknown as StatementHead, {} as Seal).map(({ name }) => name)
  const totals = await wholeText(zip, parts, sheetPath(0))
  const { head, seal } = headOfRows(
    rowsIn(totals, 'the totals')
      .slice(1)
      .map(row => rowOf(row, names)),
  )
  const statement = new SealedStatement({ ...head, async *batches() {} }, seal.signature)
  const sheets = sheetNames(statement)
  return {
    head,
    seal,
    lines: () => linesOf(zip, parts, head, sheets.length),
    async otherThan({ head, seal }) {
      if ([...totalsSheet(head, seal)].join('') !== totals) return 'the totals'
      const fixed = workbookParts(sheets)
      for (const [path, content] of Object.entries(fixed)) {
        if ((await wholeText(zip, parts, path)) !== content) return path
      }
      if (parts.size !== Object.keys(fixed).length + sheets.length) return 'the parts of the workbook'
      return (await isSealed(file)) ? undefined : 'a byte that no line and no total is made of'
    },
  }
}

async function* linesOf(
  zip: ZipFile,
  parts: ReadonlyMap<string, Part>,
  head: StatementHead,
  sheets: number,
): AsyncGenerator<ReadLine[]> {
  const columns = lineColumns(tokenLabels(head.tokens))
  const names = columns.map(({ name }) => name)
  const start = SHEET_START + headerRow(columns)
  let number = 0
  for (let sheet = 1; sheet < sheets; sheet++) {
    const path = sheetPath(sheet)
    let pending = ''
    let begun = false
    for await (const text of textsOf(zip, parts, path)) {
      pending += text
      if (!begun && pending.length < start.length) continue
      if (!begun && !pending.startsWith(start))
        throw new UnreadableError('the header', `of ${path}, not as it was written`)
      if (!begun) pending = pending.slice(start.length)
      begun = true
      const end = pending.lastIndexOf(ROW_END) + ROW_END.length
      if (end < ROW_END.length) {
        if (pending.length > MOST) throw new UnreadableError(`line ${number + 1}`, 'without an end')
        continue
      }
      const raws = rawRows(pending.slice(0, end), `line ${number + 1}`)
      pending = pending.slice(end)
      yield raws.map(raw => {
        const facts = factsOfRow(rowOf(raw, names), `line ${++number}`)
        const hash = String(rowOf(raw, names).lineHash)
        return { facts, hash, differs: entry => (rowXml(columns, entry) === raw ? undefined : 'a cell') }
      })
    }
    if (pending !== SHEET_END) throw new UnreadableError('the lines', `of ${path}, cut off`)
  }
}

async function opened(file: string): Promise<ZipFile> {
  return await new Promise((resolve, reject) =>
    open(file, { lazyEntries: true, autoClose: false }, (error, zip) =>
      error ? reject(new UnreadableError('the workbook', error.message)) : resolve(zip),
    ),
  )
}

async function partsOf(zip: ZipFile): Promise<Map<string, Part>> {
  const parts = new Map<string, Part>()
  try {
    for await (const part of zip.eachEntry() as AsyncIterable<Part>) parts.set(part.fileName, part)
    return parts
  } catch (error) {
    throw new UnreadableError('the workbook', (error as Error).message)
  }
}

async function* textsOf(
  zip: ZipFile,
  parts: ReadonlyMap<string, Part>,
  path: string,
): AsyncGenerator<string> {
  const part = parts.get(path)
  if (!part) throw new UnreadableError(path, 'missing from the workbook')
  try {
    const stream: Readable = await zip.openReadStreamPromise(part)
    for await (const text of stream.setEncoding('utf8')) yield text as string
  } catch (error) {
    if (error instanceof UnreadableError) throw error
    throw new UnreadableError(path, (error as Error).message)
  }
}

async function wholeText(zip: ZipFile, parts: ReadonlyMap<string, Part>, path: string): Promise<string> {
  let whole = ''
  for await (const text of textsOf(zip, parts, path)) {
    whole += text
    if (whole.length > MOST) throw new UnreadableError(path, 'too large')
  }
  return whole
}

function rawRows(text: string, place: string): string[] {
  const raws = text.split(ROW_END).slice(0, -1)
  if (raws.some(raw => !raw.startsWith('<row>'))) throw new UnreadableError(place, 'no row')
  return raws.map(raw => raw + ROW_END)
}

function rowsIn(sheet: string, place: string): string[] {
  if (!sheet.startsWith(SHEET_START) || !sheet.endsWith(SHEET_END))
    throw new UnreadableError(place, 'not as it was written')
  return rawRows(sheet.slice(SHEET_START.length, -SHEET_END.length), place)
}

const TEXTS: Record<string, string> = { lt: '<', gt: '>', amp: '&' }

/** The cells of a row as we write them; those after the last column go on with its text. */
function rowOf(raw: string, names: readonly string[]): Row {
  const cells = [
    ...raw.matchAll(
      /<c( s="1")?( t="inlineStr")?(?:\/>|>(?:<is><t xml:space="preserve">([^<]*)<\/t><\/is>|<v>([^<]*)<\/v>)<\/c>)/g,
    ),
  ].map(([, time, , text, value]) => {
    if (text !== undefined) {
      return text
        .replace(/&(lt|gt|amp);/g, (_, name) => TEXTS[name]!)
        .replace(/_x([0-9A-F]{4})_/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
    }
    if (value === undefined) return null
    return time ? new Date(Math.round((Number(value) - EPOCH_DAY) * DAY_MS)) : value
  })
  const last = names.length - 1
  const overflow = cells.slice(names.length).join('')
  return Object.fromEntries(
    names.map((name, i) => [name, i === last && overflow ? `${cells[i]}${overflow}` : (cells[i] ?? null)]),
  )
}

async function isSealed(file: string): Promise<boolean> {
  const { size } = await stat(file)
  const hash = createHash('sha256')
  let tail: Buffer = Buffer.alloc(0)
  for await (const piece of createReadStream(file)) {
    const known = Buffer.concat([tail, piece as Buffer])
    const whole = known.subarray(0, Math.max(0, known.length - COMMENT_BYTES))
    hash.update(whole)
    tail = known.subarray(whole.length)
  }
  return size > COMMENT_BYTES && tail.toString('latin1') === `${COMMENT}${hash.digest('hex')}`
}

import { CsvError, parse } from 'csv-parse/stream'
import type { Column } from '../formats/columns'
import { csv, csvFieldOf, csvLineColumns } from '../formats/csv'
import type { Chosen } from '../formats/format'
import { totalsColumns } from '../formats/totals'
import type { Entry } from '../seal/entry'
import type { StatementHead } from '../seal/head'
import { type Seal, SealedStatement } from '../seal/sealedStatement'
import { qualified } from '../tokenLabels'
import { factsOfRow, headOfRows, type Row } from './cells'
import { type FileSource, startOf } from './fileSource'
import { type Reading, type ReadLine, UnreadableError } from './reading'
import { firstDifference } from './sameBytes'

const BATCH = 1000
const NOTHING = {
  complete: true,
  lineCount: 0,
  tokens: [],
  asOf: [],
  prices: null,
} as unknown as StatementHead

/** Lines, and the totals that belong to them where they are there too. */
export async function readCsv(file: FileSource, totals?: FileSource): Promise<Reading> {
  const all = totals === undefined ? null : headOfRows(await allRows(totals))
  return {
    head: all?.head ?? null,
    seal: all?.seal ?? null,
    lines: () => linesOf(file, all?.head ?? null),
    async otherThan(statement) {
      const again = new SealedStatement({ ...statement.head, batches: factsOf }, statement.seal.signature)
      for (const [name, part] of [
        [file, 'lines'],
        [totals!, 'totals'],
      ] as const) {
        const chosen = { part, ...(await chosenIn(name)) }
        const at = await firstDifference(name, csv.render(again, chosen))
        if (at !== undefined) return `byte ${at} of the ${part}`
      }
      return undefined
    },
  }

  async function* factsOf() {
    for await (const batch of linesOf(file, all?.head ?? null)) yield batch.map(({ facts }) => facts)
  }
}

async function* linesOf(file: FileSource, head: StatementHead | null): AsyncGenerator<ReadLine[]> {
  const statement = new SealedStatement({ ...(head ?? NOTHING), async *batches() {} })
  const columns = csvLineColumns(statement)
  let first: Row | undefined
  let number = 0
  const batch: ReadLine[] = []
  for await (const row of rowsOf(file, columns, 'line')) {
    const place = `line ${++number}`
    first ??= row
    for (const name of ['ofLines', 'complete'] as const) {
      if (row[name] !== first[name])
        throw new UnreadableError(place, `${name} is another than in the first line`)
    }
    if (row.complete !== 'true' && row.complete !== 'false')
      throw new UnreadableError(place, `complete is ${JSON.stringify(row.complete)}`)
    const facts = factsOfRow(textsOf(row), place)
    batch.push({ facts, hash: String(row.lineHash), differs: entry => differing(columns, row, entry, head) })
    if (batch.length === BATCH) yield batch.splice(0)
  }
  if (batch.length > 0) yield batch
  if (first && Number(first.ofLines) !== number)
    throw new UnreadableError('the lines', `${number} of ${first.ofLines}`)
}

/** Without the totals nobody knows which symbols another token has: both ways to name it are right then. */
function differing(
  columns: readonly Column<Entry>[],
  row: Row,
  entry: Entry,
  head: StatementHead | null,
): string | undefined {
  for (const column of columns) {
    const { name } = column
    const written = row[name]
    if (!head && (name === 'ofLines' || name === 'complete')) continue
    if (!head && name === 'tokenSymbol') {
      const { symbol, token } = entry
      const names = symbol === null ? [token] : [symbol, qualified(symbol, token), token]
      if (!names.some(text => csvFieldOf(column, text, false) === written)) return name
      continue
    }
    const wei = String(written).startsWith('="')
    if (csvFieldOf(column, column.of(entry), wei) !== written) return name
  }
  return undefined
}

async function allRows(file: FileSource): Promise<Row[]> {
  const rows: Row[] = []
  const columns = totalsColumns(NOTHING, { merkleRoot: '', sha256: '', signature: null } as Seal)
  for await (const row of rowsOf(file, columns, 'total')) rows.push(textsOf(row))
  return rows
}

async function* rowsOf(
  file: FileSource,
  columns: readonly { name: string }[],
  what: string,
): AsyncGenerator<Record<string, string>> {
  let header: string[] | undefined
  let number = 0
  try {
    for await (const record of recordsOf(file)) {
      if (!header) {
        header = record
        const wrong = columns.findIndex(({ name }, i) => header![i] !== name)
        if (wrong >= 0)
          throw new UnreadableError(
            'the header',
            `${JSON.stringify(header[wrong])?.slice(0, 60)} where ${columns[wrong]!.name} was written`,
          )
        if (header.length !== columns.length)
          throw new UnreadableError('the header', `${header.length} columns of ${columns.length}`)
        continue
      }
      number++
      if (record.length !== header.length)
        throw new UnreadableError(`${what} ${number}`, `${record.length} fields of ${header.length}`)
      yield Object.fromEntries(header.map((name, i) => [name, record[i]!]))
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new UnreadableError(header ? `${what} ${number + 1}` : 'the header', error.message)
  }
  if (!header) throw new UnreadableError('the header', 'missing')
}

/** Records as they come, those before a place that is no CSV too: which of them is wrong does not hang on the pieces. */
async function* recordsOf(file: FileSource): AsyncGenerator<string[]> {
  const records: string[][] = []
  const parser = parse({
    bom: true,
    relax_column_count: true,
    record_delimiter: '\r\n',
    max_record_size: 16 * 1024 * 1024,
    on_record: (record: string[]) => {
      records.push(record)
      return null
    },
  })
  const writer = parser.writable.getWriter()
  const end = writer.closed.then(
    () => undefined,
    (error: unknown) => error,
  )
  for await (const piece of file.bytes()) {
    try {
      await writer.write(piece)
    } catch {
      break
    }
    yield* records.splice(0)
  }
  await writer.close().catch(() => undefined)
  yield* records.splice(0)
  const failed = await end
  if (failed !== undefined) throw failed
}

/** Cells as they were before they were made safe, or kept as text. */
function textsOf(row: Record<string, string> | Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      const text = String(value)
      const kept = /^="(-?[0-9]+)"$/.exec(text)
      return [name, kept && name.endsWith('Wei') ? kept[1]! : text.startsWith("'") ? text.slice(1) : text]
    }),
  )
}

/** What was asked for when the file was made, as far as it shows. */
async function chosenIn(file: FileSource): Promise<Chosen> {
  const text = await startOf(file)
  return { bom: `${text.startsWith('\ufeff')}`, wei: /,"=""-?[0-9]+""",/.test(text) ? 'text' : 'number' }
}

import { hash } from 'node:crypto'
import type { SchemaElement } from 'hyparquet'
import { canonical, type Json } from '../seal/canonical'
import type { Entry } from '../seal/entry'
import { sealedJson } from '../seal/head'
import type { SealedStatement } from '../seal/sealedStatement'
import { tokenLabels } from '../tokenLabels'
import { type Cell, type Column, lineColumns } from './columns'
import type { Format } from './format'

const ROWS_A_GROUP = 10_000
/** Where the end's digest stands while it is taken. */
export const NO_DIGEST = '0'.repeat(64)

/**
 * Apache Parquet: a row a line; what is said of the statement, and its totals, as JSON in the file's metadata
 * (`statement`, `verification`). `groupSha256` are of the bytes of each group of rows (the first with the four that a
 * file begins with), `endSha256` of those from `endStart` on, with 64 zeros in its own place: so each part is known to be whole
 * before anything is decoded.
 */
export const parquet: Format = {
  contentType: 'application/vnd.apache.parquet',
  render: statementParquet,
}

async function* statementParquet(statement: SealedStatement): AsyncGenerator<Uint8Array> {
  const { ByteWriter, ParquetWriter } = await import('hyparquet-writer')
  const columns = lineColumns(tokenLabels(statement.head.tokens))
  const bytes = new ByteWriter()
  const writer = new ParquetWriter({
    writer: bytes,
    schema: [{ name: 'root', num_children: columns.length }, ...columns.map(schemaOf)],
    createdBy: 'provenance-graph',
  })
  const taken = () => {
    const piece = bytes.getBytes().slice()
    bytes.index = 0
    return piece
  }
  const groupSha256: string[] = []
  let rows = 0
  let group = columns.map(({ name }) => ({ name, data: [] as Cell[] }))
  const written = () => {
    writer.write({ columnData: group, rowGroupSize: ROWS_A_GROUP })
    group = columns.map(({ name }) => ({ name, data: [] }))
    rows = 0
    const piece = taken()
    groupSha256.push(hash('sha256', piece))
    return piece
  }
  for await (const entries of statement.lines()) {
    for (const entry of entries) {
      for (const [i, column] of columns.entries()) group[i]!.data.push(parquetValueOf(column, entry))
      if (++rows === ROWS_A_GROUP) yield written()
    }
  }
  if (rows > 0) yield written()
  const endStart = groupSha256.length > 0 ? bytes.offset : 0
  const { merkleRoot, usd, ...verification } = await statement.seal()
  writer.kvMetadata = [
    { key: 'statement', value: canonical({ ...sealedJson(statement.head, usd), merkleRoot }) },
    {
      key: 'verification',
      value: canonical({ endSha256: NO_DIGEST, endStart, groupSha256, ...verification } as Json),
    },
  ]
  writer.finish()
  const end = Buffer.from(taken())
  end.write(hash('sha256', end), end.lastIndexOf(NO_DIGEST))
  yield end
}

function schemaOf({ name, type }: Column<Entry>): SchemaElement {
  const repetition_type = 'OPTIONAL'
  switch (type) {
    case 'whole':
      return { name, type: 'INT32', repetition_type }
    case 'time':
      return { name, type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', repetition_type }
    case 'amount':
      return { name, type: 'DOUBLE', repetition_type }
    case 'text':
    case 'wei':
    case 'decimal':
      return { name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type }
  }
}

/** An amount in the token's units is rounded to a double; the wei beside it are exact. */
export function parquetValueOf({ type, of }: Column<Entry>, entry: Entry): Cell {
  const value = of(entry)
  if (type === 'amount') return value === '' || value === null ? null : Number(value)
  return value
}

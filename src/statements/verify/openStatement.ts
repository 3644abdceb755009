import { readCsv } from './readCsv'
import { type Reading, UnreadableError } from './reading'
import { PROOFS, readJson } from './readJson'
import { readParquet } from './readParquet'
import { readXlsx } from './readXlsx'
import { startOf } from './startOf'

/** Takes a file apart by what it begins with, whatever it is called. @param totals of a CSV file of lines */
export async function openStatement(file: string, totals?: string): Promise<Reading> {
  const start = await startOf(file)
  const isCsv = /^(\ufeff)?line,ofLines,/.test(start)
  if (totals !== undefined && !isCsv)
    throw new UnreadableError(file, 'no CSV file of lines: a file of totals belongs to none other')
  if (isCsv) return readCsv(file, totals)
  if (start.startsWith('{"statement":') || start.startsWith(PROOFS)) return readJson(file)
  if (start.startsWith('PAR1')) return readParquet(file)
  if (start.startsWith('PK')) return readXlsx(file)
  throw new UnreadableError(
    file,
    'no statement that can be verified: give a CSV file of lines, JSON, XLSX or Parquet, as it was made',
  )
}

import { type FileSource, startOf } from './fileSource'
import { readCsv } from './readCsv'
import { type Reading, UnreadableError } from './reading'
import { PROOFS, readJson } from './readJson'

/** Takes a file of text apart by what it begins with, whatever it is called. @param totals of a CSV file of lines */
export async function openText(file: FileSource, totals?: FileSource): Promise<Reading> {
  const start = await startOf(file)
  const isCsv = /^(\ufeff)?line,ofLines,/.test(start)
  if (totals !== undefined && !isCsv)
    throw new UnreadableError(file.name, 'no CSV file of lines: a file of totals belongs to none other')
  if (isCsv) return readCsv(file, totals)
  if (start.startsWith('{"statement":') || start.startsWith(PROOFS)) return readJson(file)
  throw new UnreadableError(
    file.name,
    'no statement that can be verified: give a CSV file of lines, JSON, XLSX or Parquet, as it was made',
  )
}

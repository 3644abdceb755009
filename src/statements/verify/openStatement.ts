import { diskFile } from './diskFile'
import { startOf } from './fileSource'
import { openText } from './openText'
import type { Reading } from './reading'
import { readParquet } from './readParquet'
import { readXlsx } from './readXlsx'

/** Takes a file apart by what it begins with, whatever it is called. @param totals of a CSV file of lines */
export async function openStatement(file: string, totals?: string): Promise<Reading> {
  if (totals === undefined) {
    const start = await startOf(diskFile(file))
    if (start.startsWith('PAR1')) return readParquet(file)
    if (start.startsWith('PK')) return readXlsx(file)
  }
  return openText(diskFile(file), totals === undefined ? undefined : diskFile(totals))
}

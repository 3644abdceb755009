import './globalBuffer'
import { type FileSource, startOf } from '../../statements/verify/fileSource'
import { openText } from '../../statements/verify/openText'
import { UnreadableError } from '../../statements/verify/reading'
import { verdictOf, wordsOf } from '../../statements/verify/verdict'
import { droppedFile } from './droppedFile'
import type { Found } from './verify'

/** Verifies beside the page, by the code of `provenance verify-statement`: a statement can have a million lines. */
addEventListener('message', async ({ data: [file, totals] }: MessageEvent<[File, File?]>) => {
  const source = droppedFile(file)
  const verdict = await verdictOf(source, () => opened(source, totals && droppedFile(totals)))
  const said = wordsOf(verdict)
  const found: Found = { holds: verdict.problems.length === 0, problems: verdict.problems, said }
  postMessage(found)
})

async function opened(file: FileSource, totals: FileSource | undefined) {
  if (/^(PK|PAR1)/.test(await startOf(file)))
    throw new UnreadableError(file.name, 'XLSX and Parquet are for `provenance verify-statement FILE`')
  return openText(file, totals)
}

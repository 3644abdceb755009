import { writeFile } from 'node:fs/promises'
import { createPool } from '../postgres/pool'
import { withSnapshot } from '../postgres/snapshot'
import { formatOf } from './formats'
import { lineageDocument } from './lineageDocument'

export interface CliLineageOptions {
  postgresUrl: string
  model: string
  /** what ends the file's name: see formats.ts */
  format: string
  /** file; absent: standard output */
  out?: string
}

/** Longest time for one SQL statement: nobody else waits for it. */
const TIMEOUT_MS = 600_000

/** `provenance lineage`: writes what a model was made from. */
export async function cliLineage({ postgresUrl, model, format, out }: CliLineageOptions): Promise<void> {
  const { write } = formatOf(format)
  const pool = createPool(postgresUrl, { max: 1, applicationName: 'provenance-lineage' })
  try {
    const text = write(await withSnapshot(pool, { timeoutMs: TIMEOUT_MS }, db => lineageDocument(db, model)))
    if (out === undefined) process.stdout.write(text)
    else await writeFile(out, text, { flag: 'wx' })
  } finally {
    await pool.end()
  }
}

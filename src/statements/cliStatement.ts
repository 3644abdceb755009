import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createPool } from '../postgres/pool'
import { withSnapshot } from '../postgres/snapshot'
import type { Policies } from '../prices/policy'
import { chosenOf, requireFormat } from './formats/registry'
import { parseHeight } from './request'
import { SealedStatement } from './seal/sealedStatement'
import type { Signer } from './seal/signature'
import { buildStatement } from './statement'

export interface CliStatementOptions {
  postgresUrl: string
  /** CAIP-10, or an address: then on every chain */
  account: string
  from: string
  to: string
  /** `<chain>@<height>` each */
  asOf?: readonly string[]
  /** a period that is not over or not covered is stated as far as it is known */
  partial?: boolean
  /** number of the statement that this one replaces */
  replaces?: string
  /** version of prices to value with; absent: what counts now */
  prices?: string
  /** where prices are from: `prices` of the config; absent: the statement has none */
  policies?: Policies
  /** what ends the file's name: see formats/registry.ts */
  format: string
  /** of the format's: see its file */
  choices?: Readonly<Record<string, string | undefined>>
  /** who signs it; absent: nobody */
  signer?: Signer
  /** file; absent: standard output */
  out?: string
  /** longest time for one SQL statement, ms. Default ten minutes: nobody else waits for it */
  timeoutMs?: number
}

/** `provenance statement`: writes a statement; a file appears only when it is whole. Returns its number of lines. */
export async function cliStatement(options: CliStatementOptions): Promise<number> {
  const format = requireFormat(options.format)
  const chosen = chosenOf(format, options.choices ?? {})
  const pool = createPool(options.postgresUrl, { max: 1, applicationName: 'provenance-statement' })
  try {
    return await withSnapshot(pool, { timeoutMs: options.timeoutMs ?? 600_000 }, async db => {
      const { account, from, to, partial, replaces, prices } = options
      const asOf = options.asOf?.map(parseHeight)
      const input = { account, from, to, asOf, partial, replaces, prices }
      const statement = await buildStatement(db, input, options.policies)
      const chunks = Readable.from(format.render(new SealedStatement(statement, options.signer), chosen))
      if (options.out === undefined) await pipeline(chunks, process.stdout, { end: false })
      else await writeWhole(chunks, options.out)
      return statement.lineCount
    })
  } finally {
    await pool.end()
  }
}

async function writeWhole(chunks: Readable, file: string): Promise<void> {
  const part = `${file}.part-${process.pid}`
  try {
    await pipeline(chunks, createWriteStream(part, { flags: 'wx' }))
    await rename(part, file)
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}

import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { EndpointConfig } from '../config/config'
import { createPool } from '../postgres/pool'
import { withSnapshot } from '../postgres/snapshot'
import type { Policies } from '../prices/policy'
import { StatementError } from './errors'
import { chosenOf, requireFormat } from './formats/registry'
import { ChainReader } from './proofs/chainReader'
import { proofJson, withProofs } from './proofs/proof'
import { proofsOf } from './proofs/prove'
import { parseHeight } from './request'
import { SealedStatement } from './seal/sealedStatement'
import type { Signer } from './seal/signature'
import { buildStatement } from './statement'
import { diskFile } from './verify/diskFile'
import { readJson } from './verify/readJson'

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
  /** with proofs that the lines' receipts are in their blocks: JSON alone has a place for them */
  proofs?: boolean
  /** each chain's, from which proofs are made */
  endpoints?: ReadonlyMap<string, readonly EndpointConfig[]>
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
  if (options.proofs && options.format !== 'json') {
    throw new StatementError(
      'BAD_PARAMETER',
      `a file of ${options.format} has no place for proofs`,
      'take --format json with --proofs',
    )
  }
  const chosen = chosenOf(format, options.choices ?? {})
  /** the statement without its proofs, while they are made */
  const proven = options.proofs ? join(tmpdir(), `provenance-${randomUUID()}.json`) : undefined
  const pool = createPool(options.postgresUrl, { max: 1, applicationName: 'provenance-statement' })
  try {
    const lines = await withSnapshot(pool, { timeoutMs: options.timeoutMs ?? 600_000 }, async db => {
      const { account, from, to, partial, replaces, prices } = options
      const asOf = options.asOf?.map(parseHeight)
      const input = { account, from, to, asOf, partial, replaces, prices }
      const statement = await buildStatement(db, input, options.policies)
      const chunks = Readable.from(format.render(new SealedStatement(statement, options.signer), chosen))
      if (proven) await pipeline(chunks, createWriteStream(proven))
      else await write(chunks, options.out)
      return statement.lineCount
    })
    // With the snapshot closed: no endpoint's pace holds it.
    if (proven)
      await write(Readable.from(provenStatement(proven, options.endpoints ?? new Map())), options.out)
    return lines
  } finally {
    await pool.end()
    if (proven) await rm(proven, { force: true })
  }
}

async function write(chunks: Readable, out: string | undefined): Promise<void> {
  if (out === undefined) await pipeline(chunks, process.stdout, { end: false })
  else await writeWhole(chunks, out)
}

/** A statement's JSON with its proofs in front. */
async function* provenStatement(
  file: string,
  endpoints: ReadonlyMap<string, readonly EndpointConfig[]>,
): AsyncGenerator<string | Uint8Array> {
  const { lines } = await readJson(diskFile(file))
  const readers = new Map([...endpoints].map(([chain, ofChain]) => [chain, new ChainReader(ofChain)]))
  async function* facts() {
    for await (const batch of lines()) yield batch.map(line => line.facts)
  }
  async function* proofs() {
    for await (const proof of proofsOf(facts(), readers)) yield proofJson(proof)
  }
  try {
    yield* withProofs(proofs(), createReadStream(file))
  } finally {
    for (const reader of readers.values()) reader.close()
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

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { parse } from 'csv-parse'
import type { Pool, PoolClient } from 'pg'
import { ConfigError } from '../config/configError'
import { parseInstant } from '../postgres/instant'
import { parseDecimal } from './decimal'

export interface Imported {
  number: number
  prices: number
  /** the same file was there before, and nothing was done */
  before: boolean
}

interface ImportRow {
  token: string
  source: string
  time: string
  value: string
  decimals: number
}

const COLUMNS = ['token', 'time', 'price', 'source']
const TOKEN = /^[-a-z0-9]{3,8}:[-_a-z0-9]{1,32}\/[-a-z0-9]{3,16}:[-.%a-z0-9]{1,128}$/
const SOURCE = /^[-_.a-z0-9]{1,64}$/
/** Rows of one insert. */
const BATCH = 5_000
/** A line of four short columns has not more. */
const LONGEST_LINE = 4_096

/**
 * Imports prices from a CSV file: `token,time,price,source` in the first line, in any order. All of it or nothing. What was
 * imported is never changed: of two prices of a token at one time the later import's counts, and a figure that names an
 * earlier version still has the former.
 *
 * @throws ConfigError naming the line and the value that is wrong
 */
export async function importPrices(pool: Pool, file: string): Promise<Imported> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    // One import after another: a number that was seen never gets company from below.
    await client.query('LOCK TABLE price_import IN EXCLUSIVE MODE')
    const imported = await importInto(client, file)
    await client.query(imported.before ? 'ROLLBACK' : 'COMMIT')
    return imported
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    throw error
  } finally {
    client.release()
  }
}

async function importInto(client: PoolClient, file: string): Promise<Imported> {
  const sha256 = createHash('sha256')
  const { rows: last } = await client.query<{ number: number }>(
    'SELECT coalesce(max(number), 0) AS number FROM price_import',
  )
  const number = last[0]!.number + 1
  await client.query('INSERT INTO price_import (number, file, sha256) VALUES ($1, $2, $3)', [
    number,
    basename(file),
    `import ${number}`,
  ])
  let prices = 0
  const parser = parse({
    bom: true,
    columns: header => columnsIn(header, file),
    info: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_LINE,
  })
  const source = createReadStream(file)
  source.on('data', chunk => sha256.update(chunk))
  try {
    await pipeline(source, parser, async rows => {
      let batch: ImportRow[] = []
      for await (const { record, info } of rows as AsyncIterable<Parsed>) {
        batch.push(readRow(record, `${file}:${info.lines}`))
        prices++
        if (batch.length < BATCH) continue
        await insert(client, batch, number, file)
        batch = []
      }
      await insert(client, batch, number, file)
    })
  } catch (error) {
    if (error instanceof ConfigError || !isOfTheFile(error)) throw error
    throw new ConfigError(file, error.message, 'give a CSV file with the columns token,time,price,source')
  }
  if (prices === 0) throw new ConfigError(file, 'it has no prices', 'give at least one line below the header')
  const digest = sha256.digest('hex')
  const { rows: known } = await client.query<{ number: number }>(
    'SELECT number FROM price_import WHERE sha256 = $1',
    [digest],
  )
  if (known[0]) return { number: known[0].number, prices, before: true }
  await client.query('UPDATE price_import SET sha256 = $2 WHERE number = $1', [number, digest])
  return { number, prices, before: false }
}

interface Parsed {
  record: Record<string, string>
  info: { lines: number }
}

function isOfTheFile(error: unknown): error is Error {
  const { code } = error as { code?: string }
  return (
    error instanceof Error && (code?.startsWith('CSV_') || code === 'ENOENT' || code === 'EISDIR') === true
  )
}

function columnsIn(header: string[], file: string): string[] {
  const names = header.map(name => name.trim().toLowerCase())
  const lacking = COLUMNS.find(name => !names.includes(name))
  if (lacking !== undefined)
    throw new ConfigError(
      `${file}:1`,
      `there is no column "${lacking}"`,
      'begin with: token,time,price,source',
    )
  return names
}

function readRow(
  { token = '', time = '', price = '', source = '' }: Record<string, string>,
  place: string,
): ImportRow {
  const tokenId = token.trim().toLowerCase()
  if (!TOKEN.test(tokenId)) throw wrong(place, 'token', token, 'give a token id: eip155:1/erc20:0x…')
  const instant = parseInstant(time.trim())
  if (!instant) throw wrong(place, 'time', time, 'give ISO 8601 with a zone: 2026-01-31T00:00:00Z')
  if (!SOURCE.test(source.trim())) throw wrong(place, 'source', source, 'give a short name: coingecko')
  const decimal = parseDecimal(price.trim())
  if (!decimal) throw wrong(place, 'price', price, 'give USD for one whole token, more than 0: 1234.56')
  return {
    token: tokenId,
    source: source.trim(),
    time: instant.toISOString(),
    value: decimal.value.toString(),
    decimals: decimal.decimals,
  }
}

function wrong(place: string, column: string, value: string, fix: string): ConfigError {
  return new ConfigError(place, `${column}: ${JSON.stringify(value.slice(0, 80))}`, fix)
}

async function insert(client: PoolClient, rows: ImportRow[], number: number, file: string): Promise<void> {
  if (rows.length === 0) return
  const column = <K extends keyof ImportRow>(key: K) => rows.map(row => row[key])
  const { rowCount } = await client.query({
    name: 'prices-import',
    text: `INSERT INTO imported_price (token_id, source, time, import, value, decimals)
           SELECT token, source, time, $6, value, decimals
             FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::numeric[], $5::int[]) AS r (token, source, time, value, decimals)
               ON CONFLICT DO NOTHING`,
    values: [column('token'), column('source'), column('time'), column('value'), column('decimals'), number],
  })
  if (rowCount !== rows.length)
    throw new ConfigError(
      file,
      'it has two prices of a token at one time, of one source',
      'leave one of them',
    )
}

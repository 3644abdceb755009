import { hash } from 'node:crypto'
import type { AsyncBuffer, FileMetaData } from 'hyparquet'
import { lineColumns } from '../formats/columns'
import { NO_DIGEST, parquetValueOf } from '../formats/parquet'
import { canonical, type Json } from '../seal/canonical'
import { sealedJson } from '../seal/head'
import type { Marks } from '../seal/sealedStatement'
import { tokenLabels } from '../tokenLabels'
import { factsOfRow, type Row } from './cells'
import { type Reading, type ReadLine, UnreadableError } from './reading'
import { headOfJson } from './readJson'

const PLACE = 'the metadata'
const END = /"endSha256":"([0-9a-f]{64})","endStart":([0-9]{1,15}),/g
/** What a file says of itself in its first and its last bytes. */
const MAGIC_BYTES = 4
const TAIL_BYTES = 8

/** Nothing is decoded whose digest is not right: a decoder of damaged lengths can take for ever. */
export async function readParquet(path: string): Promise<Reading> {
  const { asyncBufferFromFile, parquetMetadataAsync } = await import('hyparquet')
  const file = await asyncBufferFromFile(path)
  await requireWholeEnd(file)
  const metadata = await parquetMetadataAsync(file).catch((error: Error) => {
    throw new UnreadableError(PLACE, error.message)
  })
  const said = (key: string) => {
    const text = metadata.key_value_metadata?.find(pair => pair.key === key)?.value
    try {
      return { text, json: JSON.parse(text ?? '') as Record<string, Json> }
    } catch {
      throw new UnreadableError(PLACE, `${key} is missing, or no JSON`)
    }
  }
  const { merkleRoot, ...rest } = said('statement').json
  const { endSha256, endStart, groupSha256, ...verification } = said('verification').json
  const head = headOfJson(rest, PLACE)
  const labels = tokenLabels(head.tokens)
  return {
    head,
    seal: { ...verification, merkleRoot } as unknown as Marks,
    lines: () => linesOf(file, metadata, groupSha256 as string[], labels),
    async otherThan({ head, seal }) {
      const { merkleRoot, usd, ...others } = seal
      if (said('statement').text !== canonical({ ...sealedJson(head, usd), merkleRoot })) return PLACE
      const expected = canonical({ ...others, endSha256, endStart, groupSha256 } as unknown as Json)
      return said('verification').text === expected ? undefined : PLACE
    },
  }
}

/** All after the groups of rows, by the digest that it has of itself. */
async function requireWholeEnd(file: AsyncBuffer): Promise<void> {
  const size = file.byteLength
  const fail = (why: string): never => {
    throw new UnreadableError(PLACE, why)
  }
  if (size < MAGIC_BYTES + TAIL_BYTES) fail('missing')
  const length = Buffer.from(await file.slice(size - TAIL_BYTES)).readUInt32LE(0) + TAIL_BYTES
  if (length > size) fail('their length is not as it was written')
  const text = Buffer.from(await file.slice(size - length)).toString('latin1')
  const [, digest, start] = [...text.matchAll(END)].at(-1) ?? fail('no digest in them')
  if (Number(start) > size) fail('their start is not as it was written')
  const end = Buffer.from(await file.slice(Number(start)))
  end.write(NO_DIGEST, end.lastIndexOf(digest!))
  if (hash('sha256', end) !== digest) fail('their digest is not of them')
}

async function* linesOf(
  file: AsyncBuffer,
  metadata: FileMetaData,
  digests: readonly string[],
  labels: ReadonlyMap<string, string>,
): AsyncGenerator<ReadLine[]> {
  const { parquetReadObjects } = await import('hyparquet')
  const columns = lineColumns(labels)
  let [byte, row] = [0, 0]
  for (const [index, group] of metadata.row_groups.entries()) {
    const [rowStart, rowEnd] = [row, row + Number(group.num_rows)]
    const byteEnd = byte + Number(group.total_compressed_size) + (index === 0 ? MAGIC_BYTES : 0)
    const place = `lines ${rowStart + 1} to ${rowEnd}`
    const bytes = new Uint8Array(await file.slice(byte, byteEnd))
    if (hash('sha256', bytes) !== digests[index])
      throw new UnreadableError(place, 'their digest is not of them')
    const rows = await parquetReadObjects({ file, metadata, rowStart, rowEnd }).catch((error: Error) => {
      throw new UnreadableError(place, error.message)
    })
    yield rows.map((row, i) => ({
      facts: factsOfRow(row as Row, `line ${rowStart + i + 1}`),
      hash: String(row.lineHash),
      differs: entry => columns.find(column => !same(parquetValueOf(column, entry), row[column.name]))?.name,
    }))
    ;[byte, row] = [byteEnd, rowEnd]
  }
}

function same(a: unknown, b: unknown): boolean {
  return a instanceof Date ? b instanceof Date && a.getTime() === b.getTime() : Object.is(a, b)
}

import { createHash } from 'node:crypto'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { describe, expect, test } from 'vitest'
import type { LineFacts } from '../../../src/statements/seal/entry'
import { fileOf, registerFormat } from './contract'
import { sample } from './sample'

const bufferOf = (file: Buffer) =>
  file.buffer.slice(file.byteOffset, file.byteOffset + file.length) as ArrayBuffer

function metadataOf(file: Buffer, key: string) {
  const pairs = parquetMetadata(bufferOf(file)).key_value_metadata ?? []
  return JSON.parse(pairs.find(pair => pair.key === key)!.value!)
}

const rowsOf = (file: Buffer) => parquetReadObjects({ file: bufferOf(file) })

registerFormat('parquet', {
  lines: async file =>
    (await rowsOf(file)).map(
      row =>
        ({
          line: row.line,
          time: row.dateUtc,
          kind: row.kind,
          chain: row.chain,
          model: row.model,
          modelName: row.modelName,
          sourceModel: row.counterparty,
          sourceModelName: row.counterpartyName,
          sharePpm: row.sharePpm,
          transaction: row.transaction,
          explorer: row.explorer,
          token: row.token,
          decimals: row.decimals,
          amount: BigInt(row.amountWei),
          balance: BigInt(row.balanceWei),
          block: row.block,
          logIndex: row.logIndex,
          path: row.path,
        }) as Partial<LineFacts>,
    ),
  sha256: file => metadataOf(file, 'verification').sha256,
  complete: file => metadataOf(file, 'statement').complete,
})

describe('a Parquet file', () => {
  test('has amounts as numbers, and all their digits beside them', async () => {
    const rows = await rowsOf(await fileOf('parquet', sample({ huge: false })))
    expect(rows[3]).toMatchObject({ amount: 1.000001, amountWei: '1000001' })
    // Its contract has no decimals.
    expect(rows[2]).toMatchObject({ amount: null, amountWei: '469134' })
  })

  test('has the totals in its metadata', async () => {
    const { tokens } = metadataOf(await fileOf('parquet', sample()), 'statement')
    expect(tokens.map(({ closing }: { closing: string }) => closing)).toEqual(
      sample().head.tokens.map(({ closing }) => `${closing}`),
    )
  })

  test('has the digests of its parts, its own taken with zeros in its place', async () => {
    const file = await fileOf('parquet', sample())
    const { endSha256, endStart, groupSha256 } = metadataOf(file, 'verification')
    const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
    expect(groupSha256).toEqual([sha256(file.subarray(0, endStart))])
    const end = Buffer.from(file.subarray(endStart))
    end.write('0'.repeat(64), end.lastIndexOf(endSha256))
    expect(sha256(end)).toBe(endSha256)
  })
})

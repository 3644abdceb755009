import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { fromBuffer, type ZipFile } from 'yauzl'
import { workbookOf } from '../../../src/statements/formats/xlsx'
import type { LineFacts } from '../../../src/statements/seal/entry'
import { fileOf, registerFormat } from './contract'
import { sample } from './sample'

type Cell = { type: 'text' | 'number' | 'time' | 'empty'; value: string }

/** The parts of a package, by path. */
async function partsOf(file: Buffer): Promise<Map<string, string>> {
  const zip = await new Promise<ZipFile>((resolve, reject) =>
    fromBuffer(file, { lazyEntries: true }, (error, opened) => (error ? reject(error) : resolve(opened))),
  )
  const parts = new Map<string, string>()
  for await (const entry of zip.eachEntry()) {
    const pieces: Buffer[] = []
    for await (const piece of await zip.openReadStreamPromise(entry)) pieces.push(piece as Buffer)
    parts.set(entry.fileName, Buffer.concat(pieces).toString())
  }
  return parts
}

/** A sheet by what its cells hold, as XML readers see it. */
function cellsOf(sheet: string): Cell[][] {
  return [...sheet.matchAll(/<row>(.*?)<\/row>/gs)].map(([, row]) =>
    [...row!.matchAll(/<c( s="(\d)")?( t="inlineStr")?(?:\/>|>(.*?)<\/c>)/gs)].map(
      ([, , style, inline, content]) => {
        if (content === undefined) return { type: 'empty' as const, value: '' }
        const value = content
          .replace(/<[^>]*>/g, '')
          .replace(/&(lt|gt|amp);/g, (_, name) => ({ lt: '<', gt: '>', amp: '&' })[name as 'lt'])
          .replace(/_x([0-9A-F]{4})_/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
        if (inline) return { type: 'text' as const, value }
        return { type: style === '1' ? ('time' as const) : ('number' as const), value }
      },
    ),
  )
}

function tableOf(sheet: string): Record<string, Cell>[] {
  const [header, ...rows] = cellsOf(sheet)
  return rows.map(row => {
    const last = header!.length - 1
    const path = row.slice(last).map(({ value }) => value)
    const cells = Object.fromEntries(header!.map(({ value: name }, i) => [name, row[i]!]))
    return { ...cells, path: { ...row[last]!, value: path.join('') } }
  })
}

const textOf = ({ type, value }: Cell) => (type === 'empty' ? null : value)
const wholeOf = ({ type, value }: Cell) => (type === 'empty' ? null : Number(value))
const timeOf = ({ value }: Cell) => new Date(Math.round((Number(value) - 25569) * 86_400_000))

function factsOf(row: Record<string, Cell>): LineFacts {
  const cell = (name: string) => row[name]!
  return {
    line: Number(cell('line').value),
    time: timeOf(cell('dateUtc')),
    kind: cell('kind').value as 'ACCRUED',
    chain: cell('chain').value,
    model: textOf(cell('model')),
    modelName: textOf(cell('modelName')),
    sourceModel: textOf(cell('counterparty')),
    sourceModelName: textOf(cell('counterpartyName')),
    sharePpm: wholeOf(cell('sharePpm')),
    transaction: cell('transaction').value,
    explorer: textOf(cell('explorer')),
    token: cell('token').value,
    decimals: wholeOf(cell('decimals')),
    amount: BigInt(cell('amountWei').value),
    balance: BigInt(cell('balanceWei').value),
    block: Number(cell('block').value),
    logIndex: Number(cell('logIndex').value),
    path: textOf(cell('path')),
  } as LineFacts
}

const sheet = async (file: Buffer, number: number) =>
  (await partsOf(file)).get(`xl/worksheets/sheet${number}.xml`)!

registerFormat('xlsx', {
  lines: async file => tableOf(await sheet(file, 2)).map(factsOf),
  sha256: async file => tableOf(await sheet(file, 1))[0]!.sha256!.value,
  complete: async file => {
    const first = /<sheet name="([^"]*)"/.exec((await partsOf(file)).get('xl/workbook.xml')!)![1]
    return !first!.startsWith('PARTIAL')
  },
})

describe('a workbook', () => {
  test('has cells with types: times, numbers, texts', async () => {
    const [, first] = tableOf(await sheet(await fileOf('xlsx', sample({ huge: false })), 2))
    expect(first).toMatchObject({
      line: { type: 'number', value: '2' },
      dateUtc: { type: 'time' },
      amount: { type: 'number', value: '-0.000000000000765433' },
      amountWei: { type: 'text', value: '-765433' },
      sharePpm: { type: 'number', value: '1' },
    })
    expect(await sheet(await fileOf('xlsx', sample()), 2)).not.toContain('<f>')
  })

  test('has a sheet of totals', async () => {
    const statement = sample()
    const totals = tableOf(await sheet(await fileOf('xlsx', statement), 1))
    expect(totals.map(({ closingWei }) => closingWei!.value)).toEqual(
      statement.head.tokens.map(({ closing }) => `${closing}`),
    )
  })

  test('of more lines than a sheet can hold goes on in the next', async () => {
    for (const lines of [11, 12]) {
      const pieces: Uint8Array[] = []
      for await (const piece of workbookOf(sample({ lines }), 4)) pieces.push(piece)
      const parts = await partsOf(Buffer.concat(pieces))
      const sheets = [2, 3, 4].map(n => tableOf(parts.get(`xl/worksheets/sheet${n}.xml`)!))
      expect(sheets.map(rows => rows.length)).toEqual([4, 4, lines - 8])
      expect(sheets.flat().map(row => row.line!.value)).toEqual(
        Array.from({ length: lines }, (_, i) => `${i + 1}`),
      )
      expect(parts.get('xl/workbook.xml')).toContain('name="Lines 3"')
    }
  })

  test('ends in the digest of all before it', async () => {
    const file = await fileOf('xlsx', sample())
    const digest = file.subarray(-64).toString()
    const comment = `sha256 of all before this comment: ${digest}`
    const before = file.subarray(0, -comment.length)
    expect(file.subarray(before.length).toString()).toBe(comment)
    expect(digest).toBe(createHash('sha256').update(before).digest('hex'))
  })

  test('a statement that fails on the way fails the file', async () => {
    const statement = sample()
    statement.lines = async function* () {
      yield* []
      throw new Error('the database is gone')
    }
    await expect(fileOf('xlsx', statement)).rejects.toThrow('the database is gone')
  })
})

import { describe, expect, test } from 'vitest'
import type { LineFacts } from '../../../src/statements/seal/entry'
import { fileOf, hashOf, registerFormat } from './contract'
import { parseCsv } from './parseCsv'
import { EVIL, FAKE, MUTE, sample, USDC } from './sample'

type Row = Record<string, string>

function rowsOf(file: Buffer): Row[] {
  const [header, ...records] = parseCsv(file.toString())
  return records.map(record => Object.fromEntries(record.map((field, i) => [header![i]!, field])))
}

const textOf = (field: string | undefined) => (field ? field.replace(/^'/, '') : null)
const wholeOf = (field: string | undefined) => (field ? Number(field) : null)

function factsOf(row: Row): Partial<LineFacts> {
  return {
    line: Number(row.line),
    time: new Date(`${row.dateUtc!.replace(' ', 'T')}Z`),
    kind: row.kind as 'ACCRUED' | 'CLAIMED',
    chain: row.chain,
    model: textOf(row.model),
    sourceModel: textOf(row.counterparty),
    sharePpm: wholeOf(row.sharePpm),
    transaction: row.transaction,
    explorer: textOf(row.explorer),
    token: row.token,
    decimals: wholeOf(row.decimals),
    amount: BigInt(row.amountWei!),
    balance: BigInt(row.balanceWei!),
    block: Number(row.block),
    logIndex: Number(row.logIndex),
    path: textOf(row.path),
  }
}

const totals = { part: 'totals' }

registerFormat('csv', {
  lines: file => rowsOf(file).map(factsOf),
  complete: file => {
    const said = new Set(rowsOf(file).map(({ complete }) => complete))
    expect(said.size).toBe(1)
    return said.has('true')
  },
})

describe('a CSV file', () => {
  test('begins with its header, and has one row a line, no more', async () => {
    const text = (await fileOf('csv', sample())).toString()
    expect(text).toMatch(
      /^line,ofLines,dateUtc,kind,chain,tokenSymbol,amount,balance,amountUsd,priceUsd,priceSource,priceTimeUtc,priceAgeSeconds,modelName,model,counterpartyName,/,
    )
    expect(text.endsWith('\r\n')).toBe(true)
    const records = parseCsv(text)
    expect(records).toHaveLength(13)
    for (const record of records) expect(record).toHaveLength(records[0]!.length)
  })

  test('has dates and amounts as a person reads them, beside the wei', async () => {
    const rows = rowsOf(await fileOf('csv', sample({ huge: false })))
    expect(rows[3]).toMatchObject({
      dateUtc: '2026-01-01 00:03:00',
      amount: '1.000001',
      amountWei: '1000001',
    })
    expect(rows[0]).toMatchObject({ amount: '-2', amountWei: '-2000000' })
    // Its contract has no decimals.
    expect(rows[2]).toMatchObject({ amount: '', amountWei: '469134' })
  })

  test('names a token by its symbol, and by its id too where another looks the same', async () => {
    const symbols = rowsOf(await fileOf('csv', sample())).map(({ tokenSymbol }) => tokenSymbol)
    expect(symbols.slice(0, 3)).toEqual([`USDC (${USDC})`, `usdc (${FAKE})`, MUTE])
  })

  test('links to the page of the transaction where the chain has an explorer', async () => {
    const [first, , third] = rowsOf(await fileOf('csv', sample()))
    expect(first!.explorer).toBe(`https://www.storyscan.io/tx/${first!.transaction}`)
    expect(third!.explorer).toBe('')
  })

  test('holds nothing that a spreadsheet runs', async () => {
    const fields = parseCsv((await fileOf('csv', sample())).toString()).flat()
    expect(fields).toContain(`'${EVIL}`)
    const formulas = fields.filter(field => /^[=+\-@\t\r]/.test(field))
    expect(formulas.length).toBeGreaterThan(0)
    for (const field of formulas) expect(field).toMatch(/^-[0-9.]+$/)
  })

  test('has the hash of each line', async () => {
    const statement = sample()
    const rows = rowsOf(await fileOf('csv', statement))
    for await (const entries of statement.lines()) {
      for (const { leaf: _, text: __, ...facts } of entries) {
        expect(rows[facts.line - 1]!.lineHash).toBe(hashOf(facts))
      }
    }
  })

  test('begins with a byte order mark, and keeps all digits as text, where asked', async () => {
    const file = await fileOf('csv', sample(), { bom: 'true', wei: 'text' })
    expect(file.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]))
    expect(rowsOf(file)[0]).toMatchObject({
      amountWei: `="${2n ** 255n}"`,
    })
  })

  test('of totals has a row a token, with all that is said of the statement', async () => {
    const statement = sample()
    const rows = rowsOf(await fileOf('csv', statement, totals))
    const { tokens, number } = statement.head
    expect(rows).toHaveLength(3)
    for (const [i, row] of rows.entries()) {
      expect(row).toMatchObject({
        token: tokens[i]!.token,
        openingWei: `${tokens[i]!.opening}`,
        accruedWei: `${tokens[i]!.accrued}`,
        claimedWei: `${tokens[i]!.claimed}`,
        closingWei: `${tokens[i]!.closing}`,
        statement: number,
        merkleRoot: (await statement.seal()).merkleRoot,
        sha256: (await statement.seal()).sha256,
        signature: '',
        complete: 'true',
        lines: '12',
        fromUtc: '2026-01-01 00:00:00',
        toUtc: '2026-02-01 00:00:00',
        height: '1000',
      })
    }
    expect(rows[0]!.opening).toBe('5')
  })
})

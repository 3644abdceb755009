import { describe, expect, test } from 'vitest'
import { fileOf, registerFormat } from './contract'
import { parseCsv } from './parseCsv'
import { MUTE, sample, USDC } from './sample'

/** As each program documents it. */
const HEADERS = {
  'koinly.csv':
    'Date,Sent Amount,Sent Currency,Received Amount,Received Currency,Fee Amount,Fee Currency,Net Worth Amount,Net Worth Currency,Label,Description,TxHash',
  'cointracker.csv':
    'Date,Received Quantity,Received Currency,Sent Quantity,Sent Currency,Fee Amount,Fee Currency,Tag',
  'cryptio.csv':
    'transactionDate,orderType,txhash,incomingAsset,incomingVolume,incomingUnitRate,incomingTransactionValue,outgoingAsset,outgoingVolume,outgoingUnitRate,outgoingTransactionValue,feeAsset,feeVolume,feeUnitRate,feeTransactionValue,otherParties,note',
  'cointracking.csv':
    'Type,Buy Amount,Buy Currency,Sell Amount,Sell Currency,Fee,Fee Currency,Exchange,Trade-Group,Comment,Date,Tx-ID',
}

const NOTES: Record<string, string> = {
  'koinly.csv': 'Description',
  'cryptio.csv': 'note',
  'cointracking.csv': 'Comment',
}

function rowsOf(file: Buffer): Record<string, string>[] {
  const [header, ...records] = parseCsv(file.toString())
  return records.map(record => Object.fromEntries(record.map((field, i) => [header![i]!, field])))
}

for (const name of Object.keys(HEADERS)) {
  const note = NOTES[name]
  registerFormat(
    name,
    note === undefined
      ? {}
      : {
          sha256: file => /sha256 ([0-9a-f]{64})$/.exec(rowsOf(file)[0]![note]!)![1]!,
          complete: file => rowsOf(file).every(row => !row[note]!.includes('partial')),
        },
  )
}

describe.each(Object.entries(HEADERS))('%s', (name, header) => {
  test('has the header that the program asks for, and one row a claim', async () => {
    const file = await fileOf(name, sample())
    expect(file.toString().split('\r\n')[0]).toBe(header)
    expect(rowsOf(file)).toHaveLength(3)
  })
})

describe('a claim', () => {
  // Line 4: 1,000,001 of USDC's smallest unit, at 00:03; another token looks like USDC.
  const statement = () => sample({ huge: false })
  const first = async (name: string) => rowsOf(await fileOf(name, statement()))[0]
  const transaction = `0x${(80).toString(16).padStart(64, '0')}`

  test('to Koinly is received income', async () => {
    expect(await first('koinly.csv')).toMatchObject({
      Date: '2026-01-01 00:03:00 UTC',
      'Received Amount': '1.000001',
      'Received Currency': `USDC (${USDC})`,
      'Sent Amount': '',
      'Net Worth Amount': '0.999878', // 1.000001 × 0.99987654
      'Net Worth Currency': 'USD',
      Label: 'income',
      TxHash: transaction,
    })
  })

  test('to CoinTracker has the date as Americans write it', async () => {
    expect(await first('cointracker.csv')).toMatchObject({
      Date: '01/01/2026 00:03:00',
      'Received Quantity': '1.000001',
      Tag: 'payment',
    })
  })

  test('to Cryptio is a deposit', async () => {
    expect(await first('cryptio.csv')).toMatchObject({
      transactionDate: '2026-01-01 00:03:00',
      orderType: 'deposit',
      incomingVolume: '1.000001',
      incomingUnitRate: '0.99987654',
      incomingTransactionValue: '0.999878',
      txhash: transaction,
    })
  })

  test('to CoinTracking is income', async () => {
    expect(await first('cointracking.csv')).toMatchObject({
      Type: 'Income',
      'Buy Amount': '1.000001',
      Date: '2026-01-01 00:03:00',
      'Tx-ID': transaction,
    })
  })

  test('of a token without decimals is in its smallest unit', async () => {
    const rows = rowsOf(await fileOf('koinly.csv', sample({ huge: false, lines: 13 })))
    const mute = rows.find(row => row['Received Currency'] === MUTE)
    expect(mute?.['Received Amount']).toMatch(/^[1-9][0-9]*$/)
  })
})

import { describe, expect, test } from 'vitest'
import { placeOf } from '../../src/dashboard/address/url'
import { csvOf } from '../../src/dashboard/exports/csv'
import { fileNameOf } from '../../src/dashboard/exports/save'
import { flowsOf, partsOf } from '../../src/dashboard/money/flows'
import { periodOf } from '../../src/dashboard/money/period'

describe('an export', () => {
  test('is CSV that a spreadsheet takes as it is meant: no cell is a formula, amounts stay amounts', () => {
    const rows = [
      ['=HYPERLINK("http://x")', -5, null],
      ['-1.5', '-cmd', 'a "b",\nc'],
      ['@x', '+1', '\tx'],
    ]
    expect(csvOf(['one', 'two', 'three'], rows)).toBe(
      'one,two,three\r\n"\'=HYPERLINK(""http://x"")",-5,\r\n-1.5,\'-cmd,"a ""b"",\nc"\r\n\'@x,\'+1,\'\tx\r\n',
    )
  })

  test('has a name that every system takes', () => {
    expect(fileNameOf('eip155:1/x:../../etc', '.csv')).toBe('eip155-1-x-..-..-etc.csv')
    expect(fileNameOf('x'.repeat(1e6), '.svg').length).toBeLessThan(90)
  })
})

describe('money', () => {
  const node = (id: string, accrued: string) => ({
    model: { id, name: id, status: 'INDEXED' },
    amounts: [{ tokenId: 't', accrued }],
  })

  test('of many models is the largest and the rest, which add up to the whole', () => {
    const nodes = Array.from({ length: 50 }, (_, i) => node(`m${i}`, String(10n ** 70n + BigInt(i))))
    const flows = flowsOf(nodes, 't', 12)
    expect(flows).toHaveLength(12)
    expect(flows[0]!.model!.id).toBe('m49')
    expect(flows.at(-1)).toMatchObject({ model: undefined, others: 39 })
    expect(flows.reduce((sum, { amount }) => sum + BigInt(amount), 0n)).toBe(50n * 10n ** 70n + 1225n)
    expect(flowsOf(nodes, 'another', 12)).toEqual([])
    expect(flowsOf(nodes.slice(0, 12), 't', 12).every(({ others }) => others === 0)).toBe(true)
  })

  test('that is due is claimed, waiting or owed', () => {
    expect(partsOf({ accrued: '90', owed: '10', overpaid: '0' }, '60')).toEqual({
      claimed: '60',
      waiting: '30',
      owed: '10',
    })
    expect(partsOf({ accrued: '90', owed: '0', overpaid: '20' }, '80')).toEqual({
      claimed: '70',
      waiting: '0',
      owed: '0',
    })
    expect(partsOf({ accrued: '5', owed: '0', overpaid: '0' }, null)).toEqual({
      claimed: '0',
      waiting: '5',
      owed: '0',
    })
  })

  test('is of the days that the address names, the last one too', () => {
    const period = (search: string) => periodOf(placeOf(new URL(`http://x/model?${search}`)))
    expect(period('from=2026-01-05&to=2026-01-05')).toEqual({
      from: '2026-01-05T00:00:00.000Z',
      to: '2026-01-06T00:00:00.000Z',
    })
    expect(period('from=nonsense&to=2026-99-99')).toEqual({ from: null, to: null })
    expect(period('from=2026-02-01&to=2026-01-01')).toEqual({ from: null, to: null })
  })
})

import { describe, expect, test } from 'vitest'
import { fileNameIn, statementUrl } from '../../src/dashboard/statement/request'

describe('a statement that is asked for', () => {
  const wanted = {
    account: '0xabc',
    format: 'csv',
    first: '2026-01-01',
    last: '2026-01-31',
    partial: false,
    chosen: {},
  }

  test('has its last day in it, though the server leaves `to` out', () => {
    expect(statementUrl(wanted)).toBe('/statements/0xabc.csv?from=2026-01-01&to=2026-02-01')
    expect(statementUrl({ ...wanted, first: '2026-01-31' })).toBe(
      '/statements/0xabc.csv?from=2026-01-31&to=2026-02-01',
    )
  })

  test('names what was chosen, escaped', () => {
    const url = statementUrl({
      ...wanted,
      account: 'eip155:1:0x/../x',
      partial: true,
      chosen: { amounts: 'a&b' },
    })
    expect(url).toBe(
      '/statements/eip155%3A1%3A0x%2F..%2Fx.csv?from=2026-01-01&to=2026-02-01&partial=true&amounts=a%26b',
    )
  })

  test('of no period is not asked for', () => {
    for (const odd of [{ first: '2026-02-01' }, { first: '' }, { last: 'never' }, { last: '2026-13-45' }]) {
      expect(statementUrl({ ...wanted, ...odd })).toBeUndefined()
    }
  })

  test('is named by the server, and by nothing that leads elsewhere', () => {
    expect(fileNameIn('attachment; filename="royalties_x.csv"', 'statement')).toBe('royalties_x.csv')
    expect(fileNameIn('attachment; filename="../../x"', 'statement')).toBe('statement')
    expect(fileNameIn(null, 'statement')).toBe('statement')
  })
})

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plainAmount, ratioOf, showAmount } from '../../src/dashboard/words/amount'
import { counted, duration, moment, percent, ppm } from '../../src/dashboard/words/numbers'
import { cut, shortHex, shortId } from '../../src/dashboard/words/text'

describe('an amount', () => {
  test.each([
    ['9522537452252272450227', 18, '9.523k', '9,522.537452252272450227'],
    ['1', 18, '1E-18', '0.000000000000000001'],
    ['0', 18, '0', '0'],
    ['1500000', 6, '1.5', '1.5'],
    ['-1234567', 6, '-1.235', '-1.234567'],
    ['-5', 1, '-0.5', '-0.5'],
    ['123', null, '123', '123'],
    ['63460123456789012345678', 18, '63.46k', '63,460.123456789012345678'],
    ['12345678901234567', 0, '1.234E16', '12,345,678,901,234,567'],
  ])('%s of %s decimals is %s, in full %s', (raw, decimals, short, full) => {
    expect(showAmount(raw, decimals)).toEqual({ short, full })
  })

  test('of any size keeps every digit, and is short', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 308n), max: 10n ** 308n }),
        fc.integer({ min: 0, max: 300 }),
        (raw, decimals) => {
          const { short, full } = showAmount(String(raw), decimals)
          const [integer = '', fraction = ''] = full.replaceAll(',', '').split('.')
          const places = Math.min(decimals, 255)
          expect(BigInt(integer.replace('-', '') + fraction.padEnd(places, '0'))).toBe(raw < 0n ? -raw : raw)
          expect(short.length).toBeLessThanOrEqual(12)
          expect(short).not.toMatch(/∞|NaN/)
          expect(plainAmount(String(raw), decimals)).toBe(full.replaceAll(',', ''))
        },
      ),
    )
  })

  test('that is no integer is refused rather than guessed', () => {
    for (const raw of ['', '1.5', '0x10', '1e18', ' 1'])
      expect(() => showAmount(raw, 18)).toThrow(/no integer/)
  })

  test('is a part of another, whatever their size', () => {
    expect(ratioOf('1', '3')).toBe(0.3333)
    expect(ratioOf(String(10n ** 300n), String(2n * 10n ** 300n))).toBe(0.5)
    expect(ratioOf('5', '0')).toBe(0)
  })
})

describe('words that a chain carries', () => {
  test('are cut, on one line, without what is unseen or turns the direction', () => {
    expect(cut('plain name')).toBe('plain name')
    expect(cut(`a\u202Eb\u0000c\n\n d\u200Be`)).toBe('a b c d e')
    expect(cut('x'.repeat(81))).toBe(`${'x'.repeat(79)}…`)
    expect(cut('x'.repeat(80))).toBe('x'.repeat(80))
    expect([...cut('👩‍🚀'.repeat(1000), 10)].length).toBeLessThanOrEqual(10)
  })

  test('of a megabyte cost no more than a line', () => {
    const name = '<img src=x onerror=alert(1)>'.repeat(40_000)
    const started = process.cpuUsage()
    for (let i = 0; i < 1000; i++) cut(name)
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(1000)
  })

  test('that are ids keep what tells them apart', () => {
    expect(shortHex('0x9965507d1a55bcc2695c58ba16fb37d819b0a4dc')).toBe('0x9965…a4dc')
    expect(shortId('eip155:1514/story:0x50f949772848f58b23091061a962e3ef545c2281')).toBe(
      'eip155:1514/story:0x50f9…2281',
    )
    expect(shortId('eip155:31337/reference:12')).toBe('eip155:31337/reference:12')
  })
})

test('counts, shares and times are as they are read in Britain', () => {
  expect(counted(1, 'model')).toBe('1 model')
  expect(counted(50_000, 'reply', 'replies')).toBe('50,000 replies')
  expect(percent(0.147123)).toBe('14.7%')
  expect(ppm(25_000)).toBe('2.5%')
  expect(moment('2026-01-15T19:00:00Z')).toBe('15 Jan 2026, 19:00 UTC')
  expect([duration(0), duration(59), duration(61), duration(7200), duration(200_000)]).toEqual([
    '0 seconds',
    '59 seconds',
    '1 minute',
    '2 hours',
    '2 days',
  ])
})

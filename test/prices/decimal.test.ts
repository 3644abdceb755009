import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseDecimal } from '../../src/prices/decimal'
import { add, type Usd, usdText, worth } from '../../src/prices/usd'

const usd = fc.record({
  units: fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
  scale: fc.integer({ min: 0, max: 30 }),
})
/** At one scale that all have. */
const exact = ({ units, scale }: Usd) => units * 10n ** BigInt(30 - scale)

test('a decimal is read exactly, or not at all', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 1n, max: 10n ** 40n }),
      fc.integer({ min: 0, max: 36 }),
      (value, decimals) => {
        const digits = value.toString().padStart(decimals + 1, '0')
        const cut = digits.length - decimals
        const text = decimals === 0 ? digits : `${digits.slice(0, cut)}.${digits.slice(cut)}`
        const read = parseDecimal(text)!
        expect(read.value * 10n ** BigInt(decimals - read.decimals)).toBe(value)
      },
    ),
  )
  for (const text of [
    '',
    '0',
    '0.000',
    '-1',
    '+1',
    '1e3',
    '1,5',
    '1.',
    '.5',
    ' 1',
    'NaN',
    '0x10',
    '1'.repeat(41),
  ])
    expect({ [text]: parseDecimal(text) }).toEqual({ [text]: undefined })
})

test('sums are exact in any order, and the text is off by half a millionth at most', () => {
  fc.assert(
    fc.property(fc.array(usd, { maxLength: 8 }), amounts => {
      const sum = amounts.reduce(add, { units: 0n, scale: 0 })
      expect(exact(sum)).toBe(amounts.reduce((all, one) => all + exact(one), 0n))
      expect(exact([...amounts].reverse().reduce(add, { units: 0n, scale: 0 }))).toBe(exact(sum))
      const text = usdText(sum)
      const [, sign, whole, fraction] = /^(-?)(\d+)\.(\d{6})$/.exec(text)!
      const shown = BigInt(`${sign}${whole}${fraction}`) * 10n ** 24n
      const off = shown - exact(sum)
      expect((off < 0n ? -off : off) * 2n <= 10n ** 24n).toBe(true)
    }),
  )
})

test('wei times a price is no float', () => {
  expect(usdText(worth(15n * 10n ** 17n, 18, { value: 2_000_00000000n, decimals: 8 }))).toBe('3000.000000')
  expect(usdText(worth(1n, 18, { value: 1n, decimals: 8 }))).toBe('0.000000')
  expect(usdText({ units: -5n, scale: 7 })).toBe('-0.000001')
  expect(usdText({ units: 2n ** 300n, scale: 0 })).toBe(`${2n ** 300n}.000000`)
})

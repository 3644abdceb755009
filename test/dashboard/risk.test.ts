import { expect, test } from 'vitest'
import { signsOf } from '../../src/dashboard/risk/signs'

test('a pool shows the signs of what makes it fragile, and none at the bound itself', () => {
  expect(signsOf({ hhi: 2500, delegatedShare: 0.6 }, '80', '20')).toEqual([])
  expect(signsOf({ hhi: 2501, delegatedShare: 0.61 }, '79', '21')).toEqual([
    'few hold most',
    'mostly delegated',
    'many leave',
  ])
  expect(signsOf(undefined, '0', '0')).toEqual([])
  expect(signsOf({ hhi: null, delegatedShare: null }, '0', String(10n ** 300n))).toEqual(['many leave'])
})

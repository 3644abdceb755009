import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { printedApi } from '../../src/api/printApi'
import { packageRoot } from '../../src/config/packageRoot'

test('api.graphql is what is served (else: npx tsx src/api/printApi.ts)', () => {
  expect(readFileSync(path.join(packageRoot, 'api.graphql'), 'utf8')).toBe(printedApi())
})

test('the public names are there', () => {
  const schema = printedApi()
  for (const name of [
    'node',
    'model',
    'models',
    'account',
    'lineage',
    'lineagePath',
    'commonAncestors',
    'tvl',
    'royaltyFlow',
    'royaltyStatement',
    'chains',
  ])
    expect(schema).toMatch(new RegExp(`^  ${name}[(:]`, 'm'))
  for (const name of ['modelChanged', 'royaltyPaid', 'chainAdvanced'])
    expect(schema).toMatch(new RegExp(`^  ${name}\\(`, 'm'))
})

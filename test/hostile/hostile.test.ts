import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { attack } from './run'
import { seedTables, startTarget, type Target } from './target'

let database: TestDatabase
let target: Target
beforeAll(async () => {
  database = await freshDatabase()
  await seedTables(database.pool)
  target = await startTarget(database.url, database.pool)
})
afterAll(async () => {
  await target?.stop()
  await database?.drop()
})

const SEED = 'tests'

test('some hundred clients who mean it badly find nothing wrong, and leave nothing behind', async () => {
  const { findings, attacks, byName, health } = await attack(target, { seed: SEED, ms: 45_000 })
  const again = `\nthe same again: npm run soak -- --hostile --minutes 1 --seed ${SEED}`
  expect(findings.join('\n\n') + (findings.length > 0 ? again : '')).toBe('')
  expect(attacks).toBeGreaterThan(100)
  expect(Object.keys(byName)).toHaveLength(7)
  expect(health.length).toBeGreaterThan(10)
})

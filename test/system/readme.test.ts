import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Record as CypherRecord } from 'neo4j-driver'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApi } from '../../src/api/server'
import { loadConfig } from '../../src/config/load'
import { packageRoot } from '../../src/config/packageRoot'
import { protocols } from '../../src/protocols/registry'
import { type Replay, replayServer } from '../../src/replay/replayServer'
import { mineTail } from '../../src/sandbox/tail'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { requireNeo4j, type TestNeo4j, testNeo4j } from '../fixtures/neo4j'
import { Pipeline } from './pipeline'
import { check, DOCUMENTS, examplesOf, writeAnswers } from './readmeExamples'
import { type ScenarioChains, scenarioChains } from './scenarioChains'

/**
 * Every query of the README and of these pages of docs gives the answer that is printed under it, on what `npm start -- --fresh --no-live` plays.
 * `UPDATE_README=1 npx vitest run test/system/readme.test.ts` writes the answers; read the diff.
 */

const README = join(packageRoot, 'README.md')
const ASKED = [...DOCUMENTS, join(packageRoot, 'docs/stake.md')]
const examples = examplesOf(ASKED)

let chains: ScenarioChains
let replay: Replay
let database: TestDatabase
let neo4j: TestNeo4j | { unavailable: string }
let pipeline: Pipeline
let api: Awaited<ReturnType<typeof startApi>>

beforeAll(async () => {
  chains = await scenarioChains()
  // As src/sandbox/start.ts does it, so that all of the scenario is final.
  await Promise.all([chains.alpha, chains.beta].map(({ url }) => mineTail(url, 24)))
  replay = await replayServer({
    files: [join(packageRoot, 'src/sandbox/recordings/story.jsonl')],
    chainId: 1514,
    tailBlocks: 24,
  })
  database = await freshDatabase()
  neo4j = await testNeo4j()
  const neo4jUrl = 'url' in neo4j ? neo4j.url : undefined
  pipeline = new Pipeline({
    database,
    chains: { alpha: chains.alpha.url, beta: chains.beta.url, story: replay.url },
    finality: 20,
    neo4jUrl,
  })
  await Promise.all(['alpha', 'beta', 'story'].map(chain => pipeline.index(chain)))
  if (neo4jUrl) await pipeline.project()
  await pipeline.caughtUp()
  if (neo4jUrl) await pipeline.projected()
  api = await startApi({ config: loadConfig(pipeline.config, protocols), port: 0 })
})

afterAll(async () => {
  await api?.close()
  await pipeline?.stop()
  await replay?.stop()
  if (neo4j && 'url' in neo4j) await neo4j.close()
  await database?.drop()
  await chains?.close()
  writeAnswers(ASKED, examples)
})

test('the README has examples in both languages', () => {
  expect(examples.filter(({ language }) => language === 'graphql').length).toBeGreaterThanOrEqual(6)
  expect(examples.filter(({ language }) => language === 'cypher').length).toBeGreaterThanOrEqual(3)
})

describe('the README', () => {
  test.each(examples.map((example, i) => [example.query.trim().slice(0, 60), i] as const))(
    '%s',
    async (_, i) => {
      const example = examples[i]!
      if (example.language === 'cypher') return // below: it needs Neo4j
      const response = await fetch(`${api.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: example.query }),
      })
      const { data, errors } = (await response.json()) as { data: unknown; errors?: unknown }
      expect(errors).toBeUndefined()
      check(example, data)
    },
  )

  test('Cypher', async context => {
    requireNeo4j(context, neo4j)
    for (const example of examples.filter(({ language }) => language === 'cypher')) {
      const { records } = await neo4j.driver.executeQuery(example.query)
      check(example, records.map(plain))
    }
  })

  test('the statement over HTTP', async () => {
    const path = readFileSync(README, 'utf8').match(
      /http:\/\/127\.0\.0\.1:4350(\/statements\/\S+\.csv\S+)'/,
    )![1]!
    const response = await fetch(api.url + path)
    expect(response.status).toBe(200)
    const csv = await response.text()
    expect(csv.split('\n').filter(line => /ACCRUED/.test(line)).length).toBeGreaterThan(5)
  })
})

/** Cypher integers come as the driver's own type. */
function plain(record: CypherRecord): object {
  return Object.fromEntries(
    Object.entries(record.toObject()).map(([key, value]) => [
      key,
      typeof value === 'bigint' ? Number(value) : value,
    ]),
  )
}

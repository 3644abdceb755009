import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyGraph } from '../../src/graph/verify'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { requireNeo4j, type TestNeo4j, testNeo4j } from '../fixtures/neo4j'
import { Pipeline } from './pipeline'
import { reorganise, type ScenarioChains, scenarioChains } from './scenarioChains'

/** Above the deepest reorganisation here, as a deployment sets it above the deepest it expects. */
const FINALITY = 64

describe('a reorganisation of one of two chains', () => {
  let chains: ScenarioChains
  let database: TestDatabase
  let neo4j: TestNeo4j | { unavailable: string }
  let pipeline: Pipeline

  beforeAll(async () => {
    chains = await scenarioChains()
    database = await freshDatabase()
    neo4j = await testNeo4j()
    pipeline = new Pipeline({
      database,
      chains: { alpha: chains.alpha.url, beta: chains.beta.url },
      finality: FINALITY,
      neo4jUrl: 'url' in neo4j ? neo4j.url : undefined,
    })
    await Promise.all([pipeline.index('alpha'), pipeline.index('beta')])
    if ('url' in neo4j) await pipeline.project()
    await pipeline.caughtUp()
  })

  afterAll(async () => {
    await pipeline?.stop()
    if (neo4j && 'url' in neo4j) await neo4j.close()
    await database?.drop()
    await chains?.close()
  })

  test.each([1, 5, 40])(
    '%i deep: the tables equal those of a fresh index, the other chain is untouched',
    async depth => {
      await chains.liveOn(depth) // so that what is removed has events of every kind, and was seen block by block
      await pipeline.caughtUp()
      const removed = await pipeline.rows('eip155:31337')
      const other = await pipeline.rows('eip155:31338')

      await reorganise(chains.alpha, depth)
      await pipeline.caughtUp()

      const followed = await pipeline.rows()
      expect(await pipeline.rows('eip155:31337')).not.toEqual(removed)
      expect(await pipeline.rows('eip155:31338')).toEqual(other)
      const fresh = await freshIndex(chains)
      expect(followed).toEqual(fresh)
    },
  )

  test('Neo4j equals the tables after all of them', async context => {
    requireNeo4j(context, neo4j)
    await pipeline.projected()
    expect(await verifyGraph({ postgresUrl: database.url, neo4j: { url: neo4j.url } })).toMatchObject({
      equal: true,
    })
  })

  test('the chains live on and stay equal to a fresh index', async () => {
    await chains.liveOn(10)
    await pipeline.caughtUp()
    expect(await pipeline.rows()).toEqual(await freshIndex(chains))
  })
})

async function freshIndex(chains: ScenarioChains): Promise<Record<string, string[]>> {
  const database = await freshDatabase()
  const pipeline = new Pipeline({
    database,
    chains: { alpha: chains.alpha.url, beta: chains.beta.url },
    finality: 1,
  })
  try {
    await Promise.all([pipeline.index('alpha'), pipeline.index('beta')])
    await pipeline.caughtUp()
    return await pipeline.rows()
  } finally {
    await pipeline.stop()
    await database.drop()
  }
}

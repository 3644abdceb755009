import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { verifyGraph } from '../../src/graph/verify'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { requireNeo4j, testNeo4j } from '../fixtures/neo4j'
import { kill9, Pipeline } from './pipeline'
import { type ScenarioChains, scenarioChains } from './scenarioChains'

describe('a process is killed in the middle of its work', () => {
  let chains: ScenarioChains
  let database: TestDatabase
  let reference: TestDatabase
  const pipelines: Pipeline[] = []

  beforeEach(async () => {
    chains = await scenarioChains()
    database = await freshDatabase()
    reference = await freshDatabase()
  })

  afterEach(async () => {
    await Promise.all(pipelines.splice(0).map(pipeline => pipeline.stop()))
    await Promise.all([database.drop(), reference.drop()])
    await chains.close()
  })

  function pipelineOn(on: TestDatabase, neo4jUrl?: string): Pipeline {
    const pipeline = new Pipeline({
      database: on,
      chains: { alpha: chains.alpha.url },
      finality: 20,
      neo4jUrl,
    })
    pipelines.push(pipeline)
    return pipeline
  }

  test('the processor, while it reads history and while it follows the head: no row is lost or doubled', async () => {
    const pipeline = pipelineOn(database)
    // Start-up takes about a second; the history about as long again, so these fall before, into and after it.
    for (const ms of [900, 1200, 1500, 1800, 2100]) {
      const child = await pipeline.index('alpha')
      await sleep(ms)
      await kill9(child)
    }
    for (let i = 0; i < 3; i++) {
      const child = await pipeline.index('alpha')
      await Promise.all([chains.liveOn(20), sleep(1500 + i * 300)])
      await kill9(child)
    }
    await pipeline.index('alpha')
    await pipeline.caughtUp()

    const undisturbed = pipelineOn(reference)
    await undisturbed.index('alpha')
    await undisturbed.caughtUp()
    expect(await pipeline.rows()).toEqual(await undisturbed.rows())
  })

  test('the projector: Neo4j equals the tables', async context => {
    const neo4j = await testNeo4j()
    requireNeo4j(context, neo4j)
    const pipeline = pipelineOn(database, neo4j.url)
    await pipeline.index('alpha')
    // Start-up takes about a second, then every 100 ms or so brings a change.
    for (const ms of [1000, 1300, 1700, 2500]) {
      const child = await pipeline.project()
      await Promise.all([chains.liveOn(10), sleep(ms)])
      await kill9(child)
    }
    await pipeline.project()
    await pipeline.caughtUp()
    await pipeline.projected()
    expect(await verifyGraph({ postgresUrl: database.url, neo4j: { url: neo4j.url } })).toMatchObject({
      equal: true,
    })
    await neo4j.close()
  })
})

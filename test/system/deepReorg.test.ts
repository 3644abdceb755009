import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { Pipeline } from './pipeline'
import { reorganise, type ScenarioChains, scenarioChains } from './scenarioChains'

const FINALITY = 5

describe('a reorganisation deeper than `finality`', () => {
  let chains: ScenarioChains
  let database: TestDatabase
  let reference: TestDatabase
  const pipelines: Pipeline[] = []

  beforeEach(async () => {
    chains = await scenarioChains()
    ;[database, reference] = await Promise.all([freshDatabase(), freshDatabase()])
  })

  afterEach(async () => {
    await Promise.all(pipelines.splice(0).map(pipeline => pipeline.stop()))
    await Promise.all([database.drop(), reference.drop()])
    await chains.close()
  })

  function pipelineOn(on: TestDatabase, maxRewind?: number, finality = FINALITY): Pipeline {
    const urls = { alpha: chains.alpha.url, beta: chains.beta.url }
    const pipeline = new Pipeline({ database: on, chains: urls, finality, maxRewind })
    pipelines.push(pipeline)
    return pipeline
  }

  async function expectFreshRows(pipeline: Pipeline): Promise<void> {
    const undisturbed = pipelineOn(reference)
    await Promise.all([undisturbed.index('alpha'), undisturbed.index('beta')])
    await undisturbed.caughtUp()
    expect(await pipeline.rows()).toEqual(await undisturbed.rows())
  }

  test('is mended by the processor that runs, which does not end; the other chain is untouched', async () => {
    const pipeline = pipelineOn(database)
    const processor = await pipeline.index('alpha')
    await pipeline.index('beta')
    await pipeline.caughtUp()
    const other = await pipeline.rows('eip155:31338')

    for (const depth of [30, 90]) {
      await reorganise(chains.alpha, depth)
      await chains.alpha.rpc('anvil_mine', [`0x${(FINALITY + 2).toString(16)}`])
      await pipeline.caughtUp()
    }

    expect(processor.tail()).toMatch(/which was final, is no longer the chain's: going back \d+ blocks/)
    expect(await pipeline.rows('eip155:31338')).toEqual(other)
    await expectFreshRows(pipeline)
  })

  test('is mended by a processor that was not there when it happened', async () => {
    const pipeline = pipelineOn(database)
    const processor = await pipeline.index('alpha')
    await pipeline.index('beta')
    await pipeline.caughtUp()
    await processor.stop()
    await reorganise(chains.alpha, 60)
    await chains.liveOn(30)
    await pipeline.index('alpha')
    await pipeline.caughtUp()
    await expectFreshRows(pipeline)
  })

  test('and than `maxRewind` stops the chain with the way out, which mends it alone', async () => {
    const pipeline = pipelineOn(database, 2)
    const processor = await pipeline.index('alpha')
    await pipeline.index('beta')
    await pipeline.caughtUp()
    await chains.liveOn(25) // blocks that are written one by one
    await pipeline.caughtUp()
    const other = await pipeline.rows('eip155:31338')
    await reorganise(chains.alpha, 18)
    await chains.alpha.rpc('anvil_mine', ['0x10'])

    expect((await processor.exited).code).toBe(1)
    expect(processor.tail()).toMatch(/reorganised deeper than `maxRewind` \(2 blocks/)
    expect(processor.tail()).toMatch(/fix: .*provenance index --chain alpha --reset/)
    const { rows } = await database.pool.query(
      `SELECT problem FROM indexer_progress WHERE chain = 'eip155:31337'`,
    )
    expect(rows[0].problem).toMatch(/deeper than `maxRewind`/)

    await pipeline.index('alpha', '--reset')
    await pipeline.caughtUp()
    expect(await pipeline.rows('eip155:31338')).toEqual(other)
    await expectFreshRows(pipeline)
  })

  test('of many, 220 deep where 300 are not final, is followed, also by a processor that starts after it', async () => {
    const pipeline = pipelineOn(database, undefined, 300)
    await pipeline.index('beta')
    const processor = await pipeline.index('alpha')
    await chains.alpha.rpc('anvil_mine', ['0x40'])
    await pipeline.caughtUp()
    await reorganise(chains.alpha, 220)
    await pipeline.caughtUp()
    await processor.stop()
    await reorganise(chains.alpha, 101)
    await pipeline.index('alpha')
    await pipeline.caughtUp()
    await expectFreshRows(pipeline)
  })
})

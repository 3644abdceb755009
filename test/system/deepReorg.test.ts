import { expect, test } from 'vitest'
import { freshDatabase } from '../fixtures/database'
import { Pipeline } from './pipeline'
import { reorganise, scenarioChains } from './scenarioChains'

test('a reorganisation deeper than `finality` stops the chain with the way out, which mends it alone', async () => {
  const chains = await scenarioChains()
  const [database, reference] = await Promise.all([freshDatabase(), freshDatabase()])
  const urls = { alpha: chains.alpha.url, beta: chains.beta.url }
  const pipeline = new Pipeline({ database, chains: urls, finality: 5 })
  const undisturbed = new Pipeline({ database: reference, chains: urls, finality: 5 })
  try {
    const processor = await pipeline.index('alpha')
    await pipeline.index('beta')
    await pipeline.caughtUp()
    const other = await pipeline.rows('eip155:31338')

    await reorganise(chains.alpha, 30)
    expect((await processor.exited).code).not.toBe(0)

    const again = await pipeline.index('alpha')
    expect((await again.exited).code).toBe(1)
    expect(again.tail()).toMatch(/alpha: block \d+ is final here as 0x/)
    expect(again.tail()).toMatch(/fix: .*provenance index --chain alpha --reset/)

    await pipeline.index('alpha', '--reset')
    await pipeline.caughtUp()
    await Promise.all([undisturbed.index('alpha'), undisturbed.index('beta')])
    await undisturbed.caughtUp()
    expect(await pipeline.rows()).toEqual(await undisturbed.rows())
    expect(await pipeline.rows('eip155:31338')).toEqual(other)
  } finally {
    await Promise.all([pipeline.stop(), undisturbed.stop()])
    await Promise.all([database.drop(), reference.drop()])
    await chains.close()
  }
})

import { createLogger } from '@subsquid/logger'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Source } from '../../../src/indexer/contracts'
import { type BlockRef, DeepReorg } from '../../../src/indexer/deepReorg'
import { filtersOf } from '../../../src/indexer/filters'
import { dropLostHotBlocks, standOnChain } from '../../../src/indexer/standOnChain'
import { reference } from '../../../src/protocols/reference/reference'
import { type RangeBlock, wantedBy } from '../../../src/rpc/chainLogs'
import { RangeFetcher } from '../../../src/rpc/fetchRange'
import { RangeSizer } from '../../../src/rpc/rangeSizer'
import { RpcPool } from '../../../src/rpc/rpcPool'
import { configuredContracts } from '../../../src/sandbox/deploy'
import { runScenario } from '../../../src/sandbox/scenario/runScenario'
import { testChain } from '../../fixtures/chain'
import { rowsOf } from '../../system/pipeline'
import { finalBatch, type TestPipeline, testPipeline } from './fixture'

const CHAIN = { id: 31_337, caip2: 'eip155:31337' }
const log = createLogger('test:quiet')

/** The scenario's blocks, from 1 on. */
let story: RangeBlock[]
let sources: Source[]

beforeAll(async () => {
  const [a, b] = await Promise.all([testChain({ chainId: CHAIN.id }), testChain({ chainId: 31_338 })])
  try {
    const { firstBlock } = (await runScenario({ a: a.url, b: b.url, seed: 'forks' })).a
    sources = [{ protocol: reference, deployment: { contracts: configuredContracts(), firstBlock } }]
    const rpc = new RpcPool([{ url: a.url }], CHAIN.id, log)
    const filters = sources.flatMap(filtersOf)
    const head = Number(await a.rpc('eth_blockNumber'))
    const sizer = new RangeSizer()
    const found = await new RangeFetcher(rpc, sizer).fetch({ from: 1, to: head }, wantedBy(filters))
    rpc.close()
    const byHeight = new Map(found.map(block => [block.header.height, block]))
    story = Array.from({ length: head }, (_, i) => byHeight.get(i + 1) ?? emptyBlock(i + 1))
  } finally {
    await Promise.all([a.close(), b.close()])
  }
}, 60_000)

function emptyBlock(height: number): RangeBlock {
  return { header: { height, hash: `0x${height}`, parentHash: '', timestamp: height * 1000 }, logs: [] }
}

/** A chain that tells the story as long as it is not forked; a fork leaves out some of its transactions. */
class ForkedChain {
  blocks: RangeBlock[] = []
  private forks = 0

  grow(count: number, omits: (transaction: string) => boolean): void {
    for (const { header, logs } of story.slice(this.blocks.length, this.blocks.length + count)) {
      this.blocks.push({
        header: { ...header, hash: `${header.hash}-${this.forks}` },
        logs: this.forks === 0 ? logs : logs.filter(({ transactionHash }) => !omits(transactionHash)),
      })
    }
  }

  fork(depth: number): void {
    this.blocks.length = Math.max(0, this.blocks.length - depth)
    this.forks++
  }

  /** As the endpoints tell it. */
  readonly heads = {
    hashNow: async (height: number) => this.blocks[height - 1]?.header.hash,
    requireFinal: async (final: BlockRef) => {
      const hash = await this.heads.hashNow(final.height)
      if (hash !== final.hash) throw new DeepReorg(final, hash)
    },
  }
}

/** As `provenance index` does: back to the chain, then history in batches, then hot blocks. */
async function follow(
  { store, pipeline }: TestPipeline,
  chain: ForkedChain,
  { finality, batch }: { finality: number; batch: number },
): Promise<void> {
  const standing = { store, pipeline, log, chain: 'test', maxRewind: 10_000, heads: chain.heads }
  await standOnChain(standing)
  await dropLostHotBlocks(standing)
  const head = chain.blocks.length
  const finalized = Math.max(0, head - finality)
  if (store.last.height < finalized) {
    await store.advance({ blocks: [], finalized: store.last.height, undoable: true })
    const ranges = []
    for (let from = store.last.height + 1; from <= finalized; from += batch) {
      if (from > 0) ranges.push(chain.blocks.slice(from - 1, Math.min(finalized, from + batch - 1)))
      else from = 1 - batch // the store stands before block 0, which has no logs
    }
    await pipeline.run(ranges.filter(blocks => blocks.length > 0).map(blocks => finalBatch(blocks)))
  }
  const hot = chain.blocks.slice(Math.max(0, store.last.height))
  await pipeline.run(hot.map(block => ({ blocks: [block.header], logs: [block], finalized, undoable: true })))
}

describe('a chain that is forked at random, deeper than its finality', () => {
  const step = fc.record({
    depth: fc.oneof({ weight: 2, arbitrary: fc.nat(12) }, fc.nat(400)),
    grows: fc.integer({ min: 1, max: 150 }),
    omits: fc.nat(15),
    finality: fc.integer({ min: 1, max: 10 }),
    batch: fc.integer({ min: 1, max: 120 }),
    restarts: fc.boolean(),
  })

  let fresh: TestPipeline | undefined
  let followed: TestPipeline | undefined
  afterAll(async () => {
    await Promise.all([fresh?.close(), followed?.close()])
  })

  test('has the rows of a fresh index, in all tables, after each fork', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 6 }), async steps => {
        const chain = new ForkedChain()
        followed = await testPipeline(CHAIN, { sources })
        for (const { depth, grows, omits, finality, batch, restarts } of steps) {
          chain.fork(depth)
          chain.grow(grows, transaction => Number(transaction.slice(0, 4)) % 16 === omits)
          if (restarts) {
            await followed.store.close()
            await followed.store.open()
            followed.pipeline.restart()
          }
          await follow(followed, chain, { finality, batch })

          fresh = await testPipeline(CHAIN, { sources })
          await fresh.pipeline.run([finalBatch(chain.blocks)])
          expect(await rowsOf(followed.database.pool)).toEqual(await rowsOf(fresh.database.pool))
          expect(followed.store.last).toEqual(fresh.store.last)
          await fresh.close()
          fresh = undefined
        }
        await followed.close()
        followed = undefined
      }),
      { numRuns: 5 },
    )
  }, 120_000)
})

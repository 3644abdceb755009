import { createLogger } from '@subsquid/logger'
import { afterEach, describe, expect, test } from 'vitest'
import type { Source } from '../../../src/indexer/contracts'
import { Blame } from '../../../src/indexer/pipeline/blame'
import { type Batch, BatchFailed } from '../../../src/indexer/pipeline/pipeline'
import { Problems } from '../../../src/indexer/sources/problems'
import type { Protocol } from '../../../src/protocols/protocol'
import type { RangeBlock } from '../../../src/rpc/chainLogs'
import { finalBatch, type TestPipeline, testPipeline } from './fixture'

const CHAIN = { id: 77, caip2: 'eip155:77' }
const FACTORY = '0xfa'
const ANNOUNCES = '0xa0'
const log = createLogger('test:quiet')

/** Told of each log that is decoded. */
let decoded: (data: string) => void = () => {}

/** A factory announces contracts: each is a state row. */
const protocol: Protocol = {
  name: 'toy',
  revision: 1,
  deployments: {},
  roles: { factory: { required: true, doc: '' } },
  handlers: {
    factory: {
      [ANNOUNCES]: {
        event: 'Announces()',
        handle: ({ data }) => {
          decoded(data)
          return []
        },
      },
    },
  },
  discovers: [{ by: 'factory', topic: ANNOUNCES, role: 'child', address: ({ data }) => data }],
}
const sources: Source[] = [{ protocol, deployment: { contracts: { factory: FACTORY }, firstBlock: 0 } }]

/** A block whose transactions announce these contracts. */
function block(height: number, ...announced: string[]): RangeBlock {
  const logs = announced.map((data, logIndex) => ({
    address: FACTORY,
    topics: [ANNOUNCES],
    data,
    transactionHash: `0x${height}-${logIndex}`,
    logIndex,
  }))
  const header = { height, hash: `0x${height}`, parentHash: `0x${height - 1}`, timestamp: height * 1000 }
  return { header, logs }
}

let set: TestPipeline | undefined
afterEach(async () => {
  await set?.close()
  set = undefined
})

async function announced(): Promise<string[]> {
  const { rows } = await set!.database.pool.query('SELECT address FROM discovered_contract ORDER BY address')
  return rows.map(({ address }) => address)
}

describe('batches that come one after another', () => {
  test('are written in order, each folded while the one before is written, one ahead at most', async () => {
    set = await testPipeline(CHAIN, { sources })
    const { pipeline, written, store } = set
    const said: string[] = []
    decoded = data => said.push(`fold ${data}`)
    async function* source(): AsyncGenerator<Batch> {
      for (let height = 1; height <= 5; height++) yield finalBatch([block(height, `0xc${height}`)])
    }
    await pipeline.run(source(), () => said.push(`wrote 0xc${written.at(-1)}`))
    for (const n of [1, 2, 3, 4]) {
      expect(said.indexOf(`fold 0xc${n + 1}`)).toBeLessThan(said.indexOf(`wrote 0xc${n}`))
      if (n > 1) expect(said.indexOf(`fold 0xc${n + 1}`)).toBeGreaterThan(said.indexOf(`wrote 0xc${n - 1}`))
    }
    expect(written).toEqual([1, 2, 3, 4, 5])
    expect(store.last).toEqual({ height: 5, hash: '0x5' })
    expect(await announced()).toEqual(['0xc1', '0xc2', '0xc3', '0xc4', '0xc5'])
  })

  test('before one that fails are written; what was folded on the failed one is given up', async () => {
    set = await testPipeline(CHAIN, { sources })
    const { pipeline, written, database } = set
    await database.pool.query(`ALTER TABLE discovered_contract ADD CHECK (address <> '0xbad')`)
    const batches = [block(1, '0xc1'), block(2, '0xbad'), block(3, '0xc3')].map(one => finalBatch([one]))
    const failure = await pipeline.run(batches).catch(error => error)
    expect(failure).toBeInstanceOf(BatchFailed)
    expect(failure.message).toMatch(/^block 2 cannot be written: .*check constraint/)
    expect(written).toEqual([1])
    // The same again, with another block in its place: nothing is known of the one that failed.
    await pipeline.run([finalBatch([block(2, '0xc2')]), finalBatch([block(3, '0xc3')])])
    expect(await announced()).toEqual(['0xc1', '0xc2', '0xc3'])
  })

  test('before one that does not come are written, and the source’s error is thrown', async () => {
    set = await testPipeline(CHAIN, { sources })
    async function* source(): AsyncGenerator<Batch> {
      yield finalBatch([block(1, '0xc1')])
      throw new Error('no more')
    }
    await expect(set.pipeline.run(source())).rejects.toThrow('no more')
    expect(set.written).toEqual([1])
    await set.pipeline.run([finalBatch([block(2, '0xc2')])])
    expect(set.written).toEqual([1, 2])
  })
})

describe('a log that cannot be written', () => {
  test('is named at once with its reason, refused after three failures, and all others are written', async () => {
    set = await testPipeline(CHAIN, { sources })
    const { pipeline, database } = set
    await database.pool.query(`ALTER TABLE discovered_contract ADD CHECK (address NOT LIKE '0xbad%')`)
    const problems = new Problems(log)
    const blame = new Blame({ pipeline, problems, log, chain: 'toy' })
    const blocks = [block(1, '0xc1'), block(2, '0xc2', '0xbad1', '0xc3'), block(3, '0xbad2', '0xc4')]
    let failures = 0
    for (;;) {
      try {
        await pipeline.run([finalBatch(blocks)], () => blame.passed())
        break
      } catch (error) {
        failures++
        await blame.failed(error as BatchFailed)
        expect(problems.current).toMatch(
          failures <= 3
            ? /^log 1 of block 2 \(0xfa, transaction 0x2-1\) cannot be written: .*check constraint/
            : /^log 0 of block 3 \(0xfa, transaction 0x3-0\) cannot be written: .*check constraint/,
        )
      }
    }
    expect(failures).toBe(6)
    expect(problems.current).toBeNull()
    expect(await announced()).toEqual(['0xc1', '0xc2', '0xc3', '0xc4'])
    const { rows } = await database.pool.query(
      'SELECT block, log_index, protocol, data, reason FROM rejected_log ORDER BY block',
    )
    expect(rows).toMatchObject([
      {
        block: 2,
        log_index: 1,
        protocol: 'toy',
        data: '0xbad1',
        reason: expect.stringMatching(/check constraint/),
      },
      {
        block: 3,
        log_index: 0,
        protocol: 'toy',
        data: '0xbad2',
        reason: expect.stringMatching(/check constraint/),
      },
    ])
  })

  test('is not blamed for what passes: a batch that fails for another reason is only tried again', async () => {
    set = await testPipeline(CHAIN, { sources })
    const { pipeline, database } = set
    const problems = new Problems(log)
    const blame = new Blame({ pipeline, problems, log, chain: 'toy' })
    await database.pool.query('ALTER TABLE discovered_contract RENAME TO away')
    for (let i = 0; i < 4; i++) {
      const failure = await pipeline.run([finalBatch([block(1, '0xc1')])]).catch(error => error)
      await blame.failed(failure)
    }
    await database.pool.query('ALTER TABLE away RENAME TO discovered_contract')
    await pipeline.run([finalBatch([block(1, '0xc1')])])
    expect(await announced()).toEqual(['0xc1'])
  })
})

describe('what is kept for undoing', () => {
  test('reaches `maxRewind` back, and no further', async () => {
    set = await testPipeline(CHAIN, { sources }, 10)
    const { pipeline, store, database } = set
    const heights = Array.from({ length: 60 }, (_, i) => i + 1)
    await pipeline.run(heights.map(height => finalBatch([block(height, `0xc${height}`)])))
    const deepest = (await store.undoable())[0]!
    expect(deepest).toEqual({ height: 50, hash: '0x50' })
    const { rows } = await database.pool.query('SELECT min(height) AS least FROM squid_77.undo')
    expect(rows[0].least).toBe(51)
    await pipeline.undo(deepest)
    expect(await announced()).toHaveLength(50)
    await pipeline.run([finalBatch([block(51, '0xd51')])])
    expect(await announced()).toContain('0xd51')
  })

  test('ends at blocks that are written without', async () => {
    set = await testPipeline(CHAIN, { sources })
    const { pipeline, store } = set
    await pipeline.run([finalBatch([block(1, '0xc1')]), finalBatch([block(2, '0xc2')])])
    await pipeline.run([finalBatch([block(3, '0xc3')], false), finalBatch([block(4, '0xc4')])])
    expect(await store.undoable()).toEqual([
      { height: 3, hash: '0x3' },
      { height: 4, hash: '0x4' },
    ])
  })

  test('holds each of several hundred hot blocks, also after a restart', async () => {
    set = await testPipeline(CHAIN, { sources })
    const { pipeline, store } = set
    await pipeline.run([finalBatch([block(1)])])
    const heights = Array.from({ length: 300 }, (_, i) => i + 2)
    const hot = (height: number, address: string): Batch => {
      const one = block(height, address)
      return { blocks: [one.header], logs: [one], finalized: 1, undoable: true }
    }
    await pipeline.run(heights.map(height => hot(height, `0xc${height}`)))
    await store.close()
    await store.open()
    pipeline.restart()
    expect(store.position.top).toHaveLength(300)
    await pipeline.undo({ height: 81, hash: '0x81' })
    expect(await announced()).toHaveLength(80)
    await pipeline.run([hot(82, '0xd82')])
    expect(store.last).toEqual({ height: 82, hash: '0x82' })
  })
})

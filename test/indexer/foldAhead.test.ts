import type { Batch } from '@subsquid/util-internal-processor-tools'
import { describe, expect, test } from 'vitest'
import { FoldAhead } from '../../src/indexer/foldAhead'
import type { RangeBlock } from '../../src/rpc/chainLogs'

function batchOf(height: number): Batch<RangeBlock> {
  const hash = `0x${height}`
  return {
    blocks: [{ header: { height, hash, parentHash: `0x${height - 1}`, timestamp: height }, logs: [] }],
    isHead: false,
  }
}

/** A source of so many batches; says what is done when. `failAt`: the fold of that batch throws. */
function setUp(batches: number, { failAt, rollsBack = true }: { failAt?: number; rollsBack?: boolean } = {}) {
  const said: string[] = []
  const foldNow = (blocks: RangeBlock[]) => async () => {
    said.push(`fold ${blocks[0]!.header.height} now`)
    return blocks[0]!.header.height
  }
  const ahead = new FoldAhead<number>({
    source: {
      getFinalizedHeight: async () => batches,
      getBlockHash: async () => undefined,
      async *getFinalizedBlocks() {
        for (let height = 1; height <= batches; height++) yield batchOf(height)
      },
    },
    fold: async (blocks, settled) => {
      const { height } = blocks[0]!.header
      said.push(`fold ${height}`)
      void settled.then(() => said.push(`settled ${height}`))
      if (height === failAt) throw new Error('cannot fold')
      return height
    },
    rollsBack: () => rollsBack,
    waited: () => {},
    ended: () => said.push('ended'),
  })
  const take = (blocks: RangeBlock[]) => ahead.take(blocks, foldNow(blocks))
  return { said, ahead, take }
}

/** Long enough for everything that can go on to have gone on. */
async function idle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise(resolve => setImmediate(resolve))
}

async function consume(
  { said, ahead }: ReturnType<typeof setUp>,
  process: (blocks: RangeBlock[]) => Promise<unknown>,
): Promise<void> {
  for await (const { blocks } of ahead.getFinalizedBlocks([] as never)) {
    await process(blocks)
    said.push(`wrote ${blocks[0]!.header.height}`)
  }
}

describe('a backfill', () => {
  test('folds each batch while the one before is written, in order, and one ahead at most', async () => {
    const set = setUp(5)
    await consume(set, async blocks => {
      await idle()
      const folded = await set.take(blocks)
      set.said.push(`write ${folded}`)
      await idle()
    })
    const at = (what: string) => set.said.indexOf(what)
    for (const n of [2, 3, 4]) {
      expect(at(`fold ${n + 1}`)).toBeLessThan(at(`wrote ${n}`))
      expect(at(`fold ${n + 1}`)).toBeGreaterThan(at(`wrote ${n - 1}`))
    }
    expect(set.said.at(-1)).toBe('ended')
  })

  test('folds the first batch in its transaction, which may roll back, and nothing ahead of its commit', async () => {
    const set = setUp(3)
    await consume(set, async blocks => {
      await idle()
      await set.take(blocks)
      await idle()
    })
    const first = set.said.indexOf('wrote 1')
    expect(set.said.slice(0, first)).toEqual(['fold 1 now'])
    expect(set.said.filter(what => what.endsWith('now'))).toEqual(['fold 1 now', 'fold 2 now'])
  })

  test('folds the second while the first is written where there is nothing to roll back', async () => {
    const set = setUp(2, { rollsBack: false })
    await consume(set, async blocks => {
      await set.take(blocks)
      await idle()
    })
    expect(set.said.indexOf('fold 2')).toBeLessThan(set.said.indexOf('wrote 1'))
  })

  test('tells a fold that all before it is committed no sooner than that is so', async () => {
    const set = setUp(5)
    await consume(set, async blocks => {
      await set.take(blocks)
      await idle()
    })
    for (const n of [3, 4, 5]) {
      expect(set.said.indexOf(`settled ${n}`)).toBeGreaterThan(set.said.indexOf(`wrote ${n - 1}`))
    }
  })

  test('gives the same again where the store tries a batch again', async () => {
    const set = setUp(2)
    await consume(set, async blocks => {
      expect(await set.take(blocks)).toBe(await set.take(blocks))
    })
    expect(set.said.filter(what => what.startsWith('fold'))).toEqual(['fold 1 now', 'fold 2 now'])
  })

  test.each([
    ['is there already', idle],
    ['comes later', async () => {}],
  ])(
    'that begins with batches joined by the runner folds nothing twice, where the next %s',
    async (_, wait) => {
      const set = setUp(4)
      let joined: RangeBlock[] = []
      await consume(set, async blocks => {
        await wait()
        joined = [...joined, ...blocks]
        if (blocks[0]!.header.height < 3) return // as after a restart, below the height that was reached
        await set.take(blocks[0]!.header.height === 3 ? joined : blocks)
      })
      expect(set.said.filter(what => what.startsWith('fold'))).toEqual(['fold 1 now', 'fold 4 now'])
    },
  )

  test('fails where the batch that cannot be folded is taken, with all before it written', async () => {
    const set = setUp(4, { failAt: 3 })
    const consumed = consume(set, async blocks => {
      await set.take(blocks)
      await idle()
    })
    await expect(consumed).rejects.toThrow('cannot fold')
    expect(set.said).toContain('wrote 2')
    expect(set.said).not.toContain('ended')
  })
})

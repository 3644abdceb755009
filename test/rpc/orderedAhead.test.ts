import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { orderedAhead } from '../../src/rpc/orderedAhead'

async function* numbers(count: number, pauses: number[] = []): AsyncGenerator<number> {
  for (let n = 0; n < count; n++) {
    if (pauses[n % Math.max(1, pauses.length)]) await sleep(1)
    yield n
  }
}

async function collect(groups: AsyncIterable<number[]>): Promise<number[][]> {
  const all: number[][] = []
  for await (const group of groups) all.push(group)
  return all
}

test('results come whole and in order, whatever the pace of tasks, runs and consumer', async () => {
  const pace = fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 25 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 6 }),
      pace,
      pace,
      pace,
      async (count, concurrency, most, taskPace, runPace, consumerPace) => {
        let running = 0
        const seen: number[] = []
        const groups = orderedAhead(numbers(count, taskPace), {
          concurrency,
          most,
          weigh: () => 1,
          run: async n => {
            expect(++running).toBeLessThanOrEqual(concurrency)
            if (runPace[n % runPace.length]) await sleep(1)
            running--
            return n
          },
        })
        for await (const group of groups) {
          expect(group.length).toBeLessThanOrEqual(most)
          seen.push(...group)
          if (consumerPace[seen.length % consumerPace.length]) await sleep(1)
        }
        expect(seen).toEqual(Array.from({ length: count }, (_, n) => n))
      },
    ),
    { numRuns: 60 },
  )
})

test('what is done is given at once, up to the weight', async () => {
  const groups = await collect(
    orderedAhead(numbers(6), {
      concurrency: 6,
      most: 3,
      weigh: () => 1,
      run: async n => {
        if (n === 0) await sleep(20) // by then the others are done
        return n
      },
    }),
  )
  expect(groups[0]).toEqual([0, 1, 2])
  expect(groups.flat()).toEqual([0, 1, 2, 3, 4, 5])
})

test.each(['run', 'task'])('a failing %s is thrown after all that came before it', async where => {
  async function* failing(): AsyncGenerator<number> {
    yield* numbers(3)
    if (where === 'task') throw new Error('no more')
    yield 3
  }
  const seen: number[] = []
  const consume = async () => {
    for await (const group of orderedAhead(failing(), {
      concurrency: 4,
      most: 1,
      weigh: () => 1,
      run: async n => {
        if (n === 3) throw new Error('no more')
        return n
      },
    })) {
      seen.push(...group)
    }
  }
  await expect(consume()).rejects.toThrow('no more')
  expect(seen).toEqual([0, 1, 2])
})

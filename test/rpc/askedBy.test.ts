import { expect, test } from 'vitest'
import { AskedBy } from '../../src/rpc/askedBy'
import { wantedBy } from '../../src/rpc/chainLogs'
import type { Session } from '../../src/rpc/rpcPool'
import { word } from '../replay/recordings'

const byTopic = [{ topics: [word(1)], fromBlock: 0 }]

/** What is asked for of a range, where a block has so many logs of the topic. */
async function chosen(contracts: number, logs: number | Error, blocks: number) {
  const filters = [
    { addresses: Array.from({ length: contracts }, (_, i) => `0x${i}`), topics: [word(1)], fromBlock: 0 },
  ]
  let looks = 0
  const session = {
    settle: async () => {
      looks++
      return [logs instanceof Error ? logs : Array.from({ length: logs })]
    },
  } as unknown as Session
  const span = { from: 1000, to: 999 + blocks }
  const asked = await new AskedBy().choose(session, { ...wantedBy(filters), byTopic }, span)
  return { by: asked === byTopic ? 'topic' : 'address', looks }
}

test.each([
  [1_000, 0, 1, 'address', 0],
  [10_000, 2_000, 1, 'address', 1],
  [100_000, 2_000, 1, 'topic', 1],
  [100_000, 2_000, 10, 'address', 1],
  [10_000, 5, 1, 'topic', 1],
  [10_000, 5, 100_000, 'address', 1],
])(
  '%i contracts, beside %i logs a block, of %i blocks: by %s, after %i looks at the chain',
  async (contracts, logs, blocks, by, looks) => {
    expect(await chosen(contracts, logs, blocks)).toEqual({ by, looks })
  },
)

test('an endpoint that does not answer without an address is asked by address', async () => {
  expect(await chosen(100_000, new Error('specify an address'), 1)).toEqual({ by: 'address', looks: 1 })
})

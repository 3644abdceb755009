import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { loadRecording } from '../../src/replay/recording'
import { replayServer } from '../../src/replay/replayServer'
import { AENEID, line, rawLines, recordingOf, STORY, word } from './recordings'

const good = line({ blockNumber: 7, logIndex: 1 })

describe('a line that is wrong is named by file and line, with the fix', () => {
  test.each([
    ['cut short', '{"blockNumber":', /:2: not JSON: "\{\\"blockNumber\\":"\n {2}fix: .*jq/],
    ['an array', '[{}]', /:2: not an object[\s\S]*fix: .*jq/],
    [
      'without a block',
      { ...good, blockNumber: undefined },
      /:2: blockNumber is missing\n {2}fix: give a whole number/,
    ],
    ['a negative block', { ...good, blockNumber: -1 }, /:2: blockNumber is -1/],
    ['a fractional log index', { ...good, logIndex: 1.5 }, /:2: logIndex is 1.5/],
    [
      'a short address',
      { ...good, address: '0x12' },
      /:2: address is "0x12"\n {2}fix: give 0x and 40 hex digits/,
    ],
    ['half a byte of data', { ...good, data: '0x123' }, /:2: data is "0x123"/],
    [
      'five topics',
      { ...good, topics: Array(5).fill(word(1)) },
      /:2: topics is .*\n {2}fix: give a list of at most 4/,
    ],
    ['a topic that is too long', { ...good, topics: [`${word(1)}00`] }, /:2: topics\[0\] is/],
    ['a time that is none', { ...good, blockTime: 'yesterday' }, /:2: blockTime is "yesterday"/],
    ['a removed log', { ...good, removed: true }, /:2: the log was removed/],
  ])('%s', async (_what, bad, message) => {
    const file = recordingOf([line({ blockNumber: 6, logIndex: 0 }), bad])
    await expect(loadRecording([file])).rejects.toThrow(message)
  })
})

describe('logs that are not of one chain', () => {
  test.each([
    ['two logs in one place', { ...good, data: '0x01' }, /:2: log 1 of block 7 differs from the one in .*:1/],
    ['a transaction in two blocks', { ...good, blockNumber: 8 }, /:2: transaction .* is in .*:1 too/],
    [
      'two hashes of one block',
      { ...line({ blockNumber: 7, logIndex: 2 }), blockHash: word(9) },
      /:2: blockHash is .*, but .* in another log of the same block/,
    ],
    [
      'time that falls',
      { ...line({ blockNumber: 9, logIndex: 0 }), blockTime: 50 },
      /block 9 is older than block 7/,
    ],
    [
      'two chains',
      { ...line({ blockNumber: 9, logIndex: 0 }), chainId: 5 },
      /:2: chainId is 5, but .*:1 is of chain 4/,
    ],
    [
      'transactions out of order',
      { ...line({ blockNumber: 7, logIndex: 2 }), transactionIndex: 2 },
      /:2: transactionIndex is 2, but an earlier log's transaction has 3/,
    ],
  ])('%s', async (_what, second, message) => {
    const first = { ...good, blockHash: word(8), blockTime: 100, chainId: 4, transactionIndex: 3 }
    await expect(loadRecording([recordingOf([first, second])])).rejects.toThrow(message)
  })
})

test('files overlap and come in any order: each log is there once, in chain order', async () => {
  const lines = rawLines(STORY)
  const late = recordingOf(lines.slice(100))
  const early = recordingOf([...lines.slice(0, 200)].reverse())
  const { blocks } = await loadRecording([late, early])
  const logs = blocks.flatMap(block => block.transactions.flatMap(transaction => transaction.logs))
  expect(logs.map(log => [log.blockNumber, log.logIndex])).toEqual(
    lines.map(l => [l.blockNumber, l.logIndex]),
  )
})

describe('options that cannot be served', () => {
  test.each([
    [
      'a missing file',
      { files: ['/nowhere/logs.jsonl'] },
      /logs.jsonl cannot be read: ENOENT[\s\S]*fix: check the path/,
    ],
    ['an empty file', { files: [recordingOf([])] }, /no logs\n {2}fix: give a file/],
    ['no file', { files: [] }, /no recording is given/],
    ['no chain id anywhere', { files: [STORY] }, /does not say which chain[\s\S]*fix: give the chain id/],
    ['another chain id', { files: [AENEID], chainId: 1 }, /the recording is of chain 1315, not 1/],
    ['a pace of none', { files: [AENEID], pacing: { blocksPerSecond: 0 } }, /blocksPerSecond is 0/],
    ['an endless tail at once', { files: [AENEID], tailBlocks: Infinity }, /tailBlocks is without end/],
  ])('%s', async (_what, options, message) => {
    await expect(replayServer(options)).rejects.toThrow(message)
  })

  test('a port that is taken', async () => {
    const taken = createServer()
    await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as { port: number }
    await expect(replayServer({ files: [AENEID], port })).rejects.toThrow(
      /cannot listen on 127.0.0.1:\d+[\s\S]*fix:/,
    )
    taken.close()
  })
})

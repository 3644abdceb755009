import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { type Replay, type ReplayOptions, replayServer } from '../../src/replay/replayServer'
import { AENEID, type RawLine, rawLines, STORY } from './recordings'

const run = promisify(execFile)
let replay: Replay | undefined

afterEach(() => replay?.stop())

async function readWithSquid(options: ReplayOptions, from?: number): Promise<Record<string, unknown>[]> {
  replay = await replayServer(options)
  const script = path.join(__dirname, 'readWithSquid.ts')
  const range = [from ?? 0, replay.lastBlock].map(String)
  const { stdout } = await run(process.execPath, ['--import', 'tsx', script, replay.url, ...range], {
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, SQD_DEBUG: '' },
  })
  const lines = stdout.split('\n').filter(line => line.startsWith('{"blockNumber"'))
  return lines.map(line => JSON.parse(line) as Record<string, unknown>)
}

function recorded({ blockNumber, logIndex, transactionHash, address, topics, data }: RawLine) {
  return {
    blockNumber,
    logIndex,
    transactionHash,
    address,
    topics,
    data,
    transaction: { hash: transactionHash, status: 1 },
  }
}

test('a Squid processor reads every log of the Story recording, with its transaction and receipt', async () => {
  const read = await readWithSquid({
    files: [STORY],
    chainId: 1514,
    genesisTime: 1_700_000_000,
    blockTime: 3,
  })
  const times = read.map(log => [log.blockNumber, log.time])
  expect(read.map(({ blockHash, time, ...log }) => log)).toEqual(rawLines(STORY).map(recorded))
  for (const [block, time] of times) expect(time).toBe((1_700_000_000 + Number(block) * 3) * 1000)
})

test('so it does where the node refuses queries with many results', async () => {
  const read = await readWithSquid({ files: [STORY], chainId: 1514, maxResults: 3 })
  expect(read).toHaveLength(rawLines(STORY).length)
})

test('so it does at block 23 million, without the blocks before, and with the recorded hash', async () => {
  const lines = rawLines(AENEID)
  const read = await readWithSquid({ files: [AENEID] }, 23_425_300)
  expect(read.map(log => [log.blockHash, log.logIndex])).toEqual(
    lines.map(line => [line.blockHash, line.logIndex]),
  )
})

import { setTimeout as sleep } from 'node:timers/promises'
import { createLogger } from '@subsquid/logger'
import type { Store } from '@subsquid/typeorm-store'
import { Runner } from '@subsquid/util-internal-processor-tools'
import { expect, test } from 'vitest'
import { bulkStatements, bulkWrite, type Changes } from '../../src/indexer/bulkWrite'
import { ChainDatabase } from '../../src/indexer/database'
import { FoldAhead } from '../../src/indexer/foldAhead'
import { noMetrics, sdkParts } from '../../src/indexer/sources/sdkParts'
import { connectionOf, isFinal } from '../../src/indexer/storeConnection'
import { writeHot } from '../../src/indexer/writeHot'
import { RejectedLog } from '../../src/model'
import type { LogFilter, RangeBlock } from '../../src/rpc/chainLogs'
import { Prng } from '../../src/sandbox/scenario/prng'
import { type TestChain, testChain } from '../fixtures/chain'
import { freshDatabase } from '../fixtures/database'
import { sourcesOf } from '../fixtures/sources'
import { word } from '../replay/recordings'

const CHAIN = 4242
const FINALITY = 6
const filters: LogFilter[] = [{ topics: [word(1), word(2)], fromBlock: 1 }]
const log = createLogger('test:quiet')

/** A log of so many topics, from the code of a contract that is created for it. */
function emission(topic: number): object {
  return {
    from: '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
    data: `0x60${topic.toString(16).padStart(2, '0')}60006000a1`,
  }
}

/** Mines at random until the head is there: logs that are asked for and others, empty blocks, shallow reorganisations. */
async function mine(chain: TestChain, to: number, random: () => number): Promise<void> {
  for (;;) {
    const head = Number(await chain.rpc<string>('eth_blockNumber'))
    if (head >= to) return
    const dice = random()
    if (dice < 0.6) await chain.rpc('eth_sendTransaction', [emission(1 + Math.floor(random() * 3))])
    else if (dice < 0.9) await chain.rpc('anvil_mine', [`0x${(1 + Math.floor(random() * 4)).toString(16)}`])
    else if (head > 12) {
      await chain.rpc('anvil_reorg', [1 + Math.floor(random() * (FINALITY - 2)), []])
      await chain.rpc('anvil_mine', ['0x1'])
    }
    await sleep(random() * 8)
  }
}

/** Indexes up to a block, as `provenance index` does, with every log as a row; ends when that block is final. */
async function index(chain: TestChain, url: string, to: number): Promise<void> {
  const { pool, cold, hot } = sourcesOf({ urls: [chain.url], chainId: CHAIN, filters, finality: FINALITY })
  const config = {
    id: CHAIN,
    caip2: `eip155:${CHAIN}`,
    name: 'seam',
    endpoints: [{ url: chain.url }],
    rpcCacheMegabytes: 0,
    finality: FINALITY,
    pollIntervalMs: 20,
    protocols: {},
    tokens: {},
    metricsPort: 0,
  }
  const sdk = sdkParts(config, filters, 1)
  const database = new ChainDatabase(url, CHAIN)
  const fold = (blocks: RangeBlock[]) => bulkStatements(database.source, changesOf(blocks))
  const ahead = new FoldAhead({
    source: cold,
    fold,
    rollsBack: () => database.hasHotBlocks,
    waited: () => {},
    ended: () => {},
  })
  await new Runner<unknown, Store>({
    database,
    requests: sdk.requests.map(({ range, request }) => ({ range: { ...range, to }, request })),
    archive: ahead,
    hotDataSource: hot,
    prometheus: noMetrics,
    log,
    process: async (store, batch) => {
      const blocks = batch.blocks as RangeBlock[]
      if (isFinal(store))
        await bulkWrite(await connectionOf(store), await ahead.take(blocks, () => fold(blocks)))
      else await writeHot(store, changesOf(blocks))
    },
  }).run()
  await database.disconnect()
  pool.close()
}

/** Every log as a row that says which block it is of. */
function changesOf(blocks: RangeBlock[]): Changes {
  const facts = blocks.flatMap(({ header, logs }) =>
    logs.map(
      entry =>
        new RejectedLog({
          id: `${header.height}-${entry.logIndex}`,
          chain: `eip155:${CHAIN}`,
          protocol: 'seam',
          contract: entry.address,
          topics: entry.topics,
          data: entry.data,
          reason: header.hash,
          block: header.height,
          time: new Date(header.timestamp),
          transaction: entry.transactionHash,
          logIndex: entry.logIndex,
        }),
    ),
  )
  return facts.length > 0 ? [{ entity: RejectedLog, states: [], facts }] : []
}

test.each([1, 2, 3, 4, 5])(
  'history and hot blocks meet while the chain is mined at random and reorganised: each log once (seed %i)',
  async seed => {
    const chance = new Prng(`seam ${seed}`)
    const random = () => chance.next() / 2 ** 32
    const chain = await testChain({ chainId: CHAIN })
    const database = await freshDatabase()
    try {
      await mine(chain, 20 + Math.floor(random() * 60), random)
      const half = 100 + Math.floor(random() * 20)
      const end = 170 + Math.floor(random() * 20)
      await Promise.all([index(chain, database.url, half), mine(chain, half + FINALITY + 5, random)])
      // A second process goes on from what the first left, hot blocks among it.
      await Promise.all([index(chain, database.url, end), mine(chain, end + FINALITY + 5, random)])

      const { rows } = await database.pool.query(
        'SELECT block, log_index, transaction, topics, reason AS hash FROM rejected_log ORDER BY block, log_index',
      )
      const truth = await chain.rpc<Record<string, string>[]>('eth_getLogs', [
        { fromBlock: '0x1', toBlock: `0x${end.toString(16)}`, topics: [[word(1), word(2)]] },
      ])
      expect(truth.length).toBeGreaterThan(10)
      expect(rows).toEqual(
        truth.map(({ blockNumber, logIndex, transactionHash, topics, blockHash }) => ({
          block: Number(blockNumber),
          log_index: Number(logIndex),
          transaction: transactionHash,
          topics,
          hash: blockHash,
        })),
      )
    } finally {
      await chain.close()
      await database.drop()
    }
  },
  120_000,
)

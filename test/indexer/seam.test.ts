import { setTimeout as sleep } from 'node:timers/promises'
import { createLogger } from '@subsquid/logger'
import { Pool } from 'pg'
import { expect, test } from 'vitest'
import { entityTables } from '../../src/indexer/entities'
import { followChain } from '../../src/indexer/followChain'
import { Pipeline } from '../../src/indexer/pipeline/pipeline'
import { sdkParts } from '../../src/indexer/sources/sdkParts'
import { ChainStore } from '../../src/indexer/store/chainStore'
import type { Handler, Protocol } from '../../src/protocols/protocol'
import type { LogFilter } from '../../src/rpc/chainLogs'
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

/** An event that cannot be read, so that each log becomes a row that says which block it is of. */
const unreadable: Handler = {
  event: 'Emission()',
  handle: log => {
    throw new Error(log.blockHash)
  },
}
const seam: Protocol = {
  name: 'seam',
  revision: 1,
  deployments: {},
  roles: {},
  handlers: { '*': { [word(1)]: unreadable, [word(2)]: unreadable } },
  discovers: [],
}

/** Indexes up to a block, as `provenance index` does, with every log as a row; ends when that block is final. */
async function index(chain: TestChain, url: string, to: number): Promise<void> {
  const {
    pool: rpc,
    cold,
    hot,
    heads,
    problems,
  } = sourcesOf({ urls: [chain.url], chainId: CHAIN, filters, finality: FINALITY })
  const config = {
    id: CHAIN,
    caip2: `eip155:${CHAIN}`,
    name: 'seam',
    endpoints: [{ url: chain.url }],
    rpcCacheMegabytes: 0,
    finality: FINALITY,
    maxRewind: 100,
    pollIntervalMs: 20,
    protocols: {},
    tokens: {},
    metricsPort: 0,
  }
  const sdk = sdkParts(config, filters, 1)
  const entities = await entityTables()
  const store = new ChainStore({ url, chain: config, maxRewind: config.maxRewind, entities })
  const pool = new Pool({ connectionString: url, max: 2 })
  await followChain({
    store,
    pipeline: new Pipeline({
      store,
      entities,
      pool,
      context: {
        chain: config.caip2,
        sources: [{ protocol: seam, deployment: { contracts: {}, firstBlock: 1 } }],
        tokens: {},
      },
      written: () => {},
    }),
    history: cold,
    hot,
    heads,
    requests: sdk.requests.map(({ range, request }) => ({ range: { ...range, to }, request })),
    chain: 'seam',
    maxRewind: config.maxRewind,
    log,
    problems,
    settleSources: async () => {},
    rewound: async () => {},
    mustSettle: () => false,
    historyRead: () => {},
  })
  await store.close()
  await pool.end()
  rpc.close()
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
        'SELECT block, log_index, transaction, topics, substr(reason, 13) AS hash FROM rejected_log ORDER BY block, log_index',
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

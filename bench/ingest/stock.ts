/**
 * The same indexer as the Squid SDK's own parts make it: `EvmBatchProcessor` over JSON-RPC, rows loaded and written by
 * the store's `findBy`, `upsert` and `insert`. Decoding and ledger are ours.
 */
import { EvmBatchProcessor } from '@subsquid/evm-processor'
import { type Store, TypeormDatabase } from '@subsquid/typeorm-store'
import { type DataSource, type FindOptionsWhere, In } from 'typeorm'
import type { Source } from '../../src/indexer/contracts'
import { decode } from '../../src/indexer/decode'
import { openEntities } from '../../src/indexer/entities'
import { filtersOf } from '../../src/indexer/filters'
import { stateSchemaOf } from '../../src/indexer/store/stateTables'
import { fold, type Load } from '../../src/ledger/fold'
import { accountId } from '../../src/ledger/ids'
import type { EntityClass, Row } from '../../src/ledger/state'
import { DiscoveredContract } from '../../src/model'
import type { ProtocolLog } from '../../src/protocols/protocol'
import { reference } from '../../src/protocols/reference/reference'
import { serveJob } from './job'

/** Ids in one query; Postgres takes 65,535 parameters. */
const CHUNK = 10_000

/** The SDK's store, on our entities. */
class StockDatabase extends TypeormDatabase {
  constructor(
    private readonly url: string,
    chainId: number,
  ) {
    super({ supportHotBlocks: true, isolationLevel: 'READ COMMITTED', stateSchema: stateSchemaOf(chainId) })
  }

  protected override initializeDataSource(): Promise<DataSource> {
    return openEntities(this.url)
  }
}

serveJob(async job => {
  const { registry, poolFactory, router } = job.contracts
  const source: Source = {
    protocol: reference,
    deployment: { firstBlock: job.firstBlock, contracts: { registry, poolFactory, router } },
  }
  const processor = new EvmBatchProcessor()
    .setRpcEndpoint({ url: job.rpc, capacity: 8, maxBatchCallSize: 100 })
    .setFinalityConfirmation(job.finality)
    .setFields({ log: { topics: true, data: true, transactionHash: true }, block: { timestamp: true } })
    .setBlockRange({ from: job.firstBlock })
  for (const { addresses, topics, fromBlock } of filtersOf(source)) {
    processor.addLog({ address: addresses, topic0: topics, range: { from: fromBlock } })
  }
  processor.run(new StockDatabase(job.postgresUrl, job.chainId), async ctx => {
    const logs = ctx.blocks.flatMap(({ header, logs }) =>
      logs.map(
        (log): ProtocolLog => ({
          address: log.address,
          topics: log.topics,
          data: log.data,
          block: header.height,
          blockHash: header.hash,
          time: header.timestamp,
          transaction: log.transactionHash,
          logIndex: log.logIndex,
        }),
      ),
    )
    await processLogs(ctx.store, logs, `eip155:${job.chainId}`, source)
  })
})

async function processLogs(store: Store, logs: ProtocolLog[], chain: string, source: Source): Promise<void> {
  const addresses = [...new Set(logs.map(log => log.address))].map(address => accountId(chain, address))
  const known = new Map<string, { protocol: string; role: string }>()
  for (const ids of chunks(addresses)) {
    for (const row of await store.findBy(DiscoveredContract, { id: In(ids) })) known.set(row.address, row)
  }
  const state = await fold(decode(chain, [source], logs, known), loadFrom(store))
  if (state.rejections().length > 0) throw new Error(`rejected: ${state.rejections()[0]!.reason}`)
  for (const { states, facts } of state.changes()) {
    await store.upsert(states)
    await store.insert(facts)
  }
}

function loadFrom(store: Store): Load {
  return async (missing, state) => {
    for (const [entity, wanted] of missing.rows) {
      const of = entity as EntityClass<Row>
      for (const id of wanted) state.provide(of, id, null)
      for (const ids of chunks([...wanted])) {
        for (const row of await store.findBy(of, { id: In(ids) })) state.provide(of, row.id, row)
      }
    }
    for (const [entity, fields] of missing.lists) {
      for (const [field, wanted] of fields) {
        const found = new Map<string, Row[]>([...wanted].map(value => [value, []]))
        for (const values of chunks([...wanted])) {
          const where = { [field]: In(values) } as unknown as FindOptionsWhere<Row>
          for (const row of await store.findBy(entity as EntityClass<Row>, where)) {
            found.get((row as unknown as Record<string, string>)[field]!)!.push(row)
          }
        }
        for (const [value, rows] of found) {
          state.provideList(entity as EntityClass<Row>, field as keyof Row & string, value, rows)
        }
      }
    }
  }
}

function* chunks<T>(items: T[]): Generator<T[]> {
  for (let start = 0; start < items.length; start += CHUNK) yield items.slice(start, start + CHUNK)
}

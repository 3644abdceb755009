import { readFileSync } from 'node:fs'
import { decode, type Source } from '../../../src/indexer/decode'
import { fold } from '../../../src/ledger/fold'
import type { Entity, EntityClass, LedgerState, Row } from '../../../src/ledger/state'
import type { ProtocolLog } from '../../../src/protocols/protocol'
import { deployments } from '../../../src/protocols/story/deployments'
import { story } from '../../../src/protocols/story/story'

/**
 * Story's logs through the adapter and the ledger, batch by batch as the indexer does it, with maps where the
 * indexer has Postgres.
 */
export class MemoryStore {
  private tables = new Map<Entity, Map<string, Row>>()
  private discovered: Parameters<typeof decode>[3] = new Map()
  readonly rejections: string[] = []

  constructor(
    private chain = 'eip155:1514',
    private source: Source = { protocol: story, deployment: deployments[1514]! },
  ) {}

  /** @param blocksInBatch 0: all in one batch */
  async index(logs: ProtocolLog[], blocksInBatch = 0): Promise<this> {
    const batches = new Map<number, ProtocolLog[]>()
    for (const log of logs) {
      const batch = blocksInBatch === 0 ? 0 : Math.floor(log.block / blocksInBatch)
      batches.set(batch, [...(batches.get(batch) ?? []), log])
    }
    for (const batch of batches.values()) {
      const events = decode(this.chain, [this.source], batch, this.discovered)
      for (const event of events) {
        if (event.kind === 'contractDiscovered') {
          this.discovered.set(event.address, { protocol: 'story', role: event.role })
        }
      }
      this.keep(await fold(events, async (missing, state) => this.load(missing, state)))
    }
    return this
  }

  /** All rows of an entity, by id. */
  all<T extends Row>(entity: EntityClass<T>): T[] {
    const rows = [...(this.tables.get(entity)?.values() ?? [])] as T[]
    return rows.sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  get<T extends Row>(entity: EntityClass<T>, id: string): T | undefined {
    return this.tables.get(entity)?.get(id) as T | undefined
  }

  private load(missing: Parameters<Parameters<typeof fold>[1]>[0], state: LedgerState): void {
    for (const [entity, ids] of missing.rows) {
      for (const id of ids)
        state.provide(entity as EntityClass<Row>, id, this.tables.get(entity)?.get(id) ?? null)
    }
    for (const [entity, fields] of missing.lists) {
      for (const [field, values] of fields) {
        for (const value of values) {
          const rows = [...(this.tables.get(entity)?.values() ?? [])]
          const found = rows.filter(row => (row as unknown as Record<string, string>)[field] === value)
          state.provideList(entity as EntityClass<Row>, field, value, found)
        }
      }
    }
  }

  private keep(state: LedgerState): void {
    for (const { entity, states, facts } of state.changes()) {
      const table = this.tables.get(entity) ?? new Map<string, Row>()
      this.tables.set(entity, table)
      for (const row of states) table.set(row.id, row)
      for (const row of facts) {
        if (table.has(row.id)) throw new Error(`fact ${entity.name} ${row.id} is told twice`)
        table.set(row.id, row)
      }
    }
    for (const { origin, reason } of state.rejections()) {
      this.rejections.push(`${origin.block}-${origin.logIndex} ${reason}`)
    }
  }
}

interface RecordedLog {
  blockNumber: number
  logIndex: number
  transactionHash: string
  address: string
  topics: string[]
  data: string
}

/** The logs of a recording, with a time that grows with the block. */
export function recordedLogs(file: string): ProtocolLog[] {
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as RecordedLog)
    .map(log => ({
      address: log.address.toLowerCase(),
      topics: log.topics,
      data: log.data,
      block: log.blockNumber,
      blockHash: `0x${log.blockNumber.toString(16).padStart(64, '0')}`,
      time: 1_700_000_000_000 + log.blockNumber * 1000,
      transaction: log.transactionHash,
      logIndex: log.logIndex,
    }))
}

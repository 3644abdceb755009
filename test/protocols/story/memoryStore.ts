import { readFileSync } from 'node:fs'
import type { Source } from '../../../src/indexer/contracts'
import { decode } from '../../../src/indexer/decode'
import type { EntityClass, Row } from '../../../src/ledger/state'
import type { ProtocolLog } from '../../../src/protocols/protocol'
import { deployments } from '../../../src/protocols/story/deployments'
import { story } from '../../../src/protocols/story/story'
import { Memory } from '../../ledger/memory'

/**
 * Story's logs through the adapter and the ledger, batch by batch as the indexer does it, with maps where the
 * indexer has Postgres.
 */
export class MemoryStore {
  private memory = new Memory()
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
      const state = await this.memory.batch(events)
      for (const { origin, reason } of state.rejections()) {
        this.rejections.push(`${origin.block}-${origin.logIndex} ${reason}`)
      }
    }
    return this
  }

  /** All rows of an entity, by id. */
  all<T extends Row>(entity: EntityClass<T>): T[] {
    return this.memory.rows(entity)
  }

  get<T extends Row>(entity: EntityClass<T>, id: string): T | undefined {
    return this.memory.tables.get(entity)?.get(id) as T | undefined
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

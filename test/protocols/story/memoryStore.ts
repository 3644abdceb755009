import { readFileSync } from 'node:fs'
import type { Discovered, Source } from '../../../src/indexer/contracts'
import { decodeEach } from '../../../src/indexer/decode'
import { Answers, type Question } from '../../../src/indexer/reads/answers'
import type { DomainEvent } from '../../../src/ledger/events'
import type { EntityClass, Row } from '../../../src/ledger/state'
import type { Answer, ProtocolLog } from '../../../src/protocols/protocol'
import { deployments } from '../../../src/protocols/story/deployments'
import { story } from '../../../src/protocols/story/story'
import { Memory } from '../../ledger/memory'

const OWNER_OF = '0x6352211e'
const TRANSFER = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'

/**
 * Story's logs through the adapter and the ledger, batch by batch as the indexer does it, with maps where the
 * indexer has Postgres.
 */
export class MemoryStore {
  private memory = new Memory()
  private discovered: Discovered = new Map()
  private readonly seen: ProtocolLog[] = []
  readonly rejections: string[] = []

  constructor(
    private chain = 'eip155:1514',
    private source: Source = { protocol: story, deployment: deployments[1514]! },
  ) {}

  /** @param blocksInBatch 0: all in one batch */
  async index(logs: ProtocolLog[], blocksInBatch = 0): Promise<this> {
    this.seen.push(...logs)
    const batches = new Map<number, ProtocolLog[]>()
    for (const log of logs) {
      const batch = blocksInBatch === 0 ? 0 : Math.floor(log.block / blocksInBatch)
      batches.set(batch, [...(batches.get(batch) ?? []), log])
    }
    for (const batch of batches.values()) {
      const events = this.decoded(batch)
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

  private decoded(batch: ProtocolLog[]): DomainEvent[] {
    const answers = new Answers()
    for (;;) {
      const events = [
        ...decodeEach(this.chain, [this.source], batch, this.discovered, undefined, answers),
      ].flat()
      const missing = answers.takeMissing()
      if (missing.length === 0) return events
      for (const question of missing) answers.learn(question, this.ownerOf(question))
    }
  }

  /** As the NFT's contract answers at the end of the block, which emits a `Transfer` whenever the owner changes. */
  private ownerOf({ to, call, block }: Question): Answer {
    const token = `0x${call.slice(OWNER_OF.length)}`
    const moves = this.seen.filter(
      log =>
        log.address === to && log.topics[0] === TRANSFER && log.topics[3] === token && log.block <= block,
    )
    const owner = moves.at(-1)?.topics[2]
    return owner && BigInt(owner) > 0n ? { kind: 'returned', data: owner } : { kind: 'reverted' }
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
    .filter(({ topics }) => topics) // others are answers to calls
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

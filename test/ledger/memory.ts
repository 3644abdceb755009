import type { DomainEvent, Origin } from '../../src/ledger/events'
import { fold, type Load } from '../../src/ledger/fold'
import { type Entity, type EntityClass, type Guard, LedgerState, type Row } from '../../src/ledger/state'

/** Rows as a database would keep them, for tests of the pure ledger: by entity and id. */
export class Memory {
  readonly tables = new Map<Entity, Map<string, Row>>()
  /** loads asked for so far: what would have been round trips */
  rounds = 0

  constructor(private readonly guard?: Guard) {}

  /** Folds the events as one batch and keeps the outcome. */
  async batch(events: DomainEvent[]): Promise<LedgerState> {
    const load: Load = async (missing, target) => {
      this.rounds++
      for (const [entity, ids] of missing.rows) {
        for (const id of ids)
          target.provide(entity as EntityClass<Row>, id, this.table(entity).get(id) ?? null)
      }
      for (const [entity, ids] of missing.facts) {
        for (const id of ids) target.provideFact(entity, id, this.table(entity).has(id))
      }
      for (const [entity, fields] of missing.lists) {
        for (const [field, values] of fields) {
          for (const value of values) {
            const rows = [...this.table(entity).values()].filter(
              row => (row as unknown as Record<string, unknown>)[field] === value,
            )
            target.provideList(entity as EntityClass<Row>, field, value, rows)
          }
        }
      }
    }
    const state = await fold(events, load, new LedgerState(undefined, this.guard))
    for (const { entity, states, facts } of state.changes()) {
      for (const row of [...states, ...facts]) this.table(entity).set(row.id, row)
    }
    return state
  }

  rows<T extends Row>(entity: EntityClass<T>): T[] {
    return [...this.table(entity).values()].sort((a, b) => (a.id < b.id ? -1 : 1)) as T[]
  }

  /** All rows as text, for comparison. */
  dump(): string[] {
    return [...this.tables]
      .flatMap(([entity, rows]) => [...rows.values()].map(row => `${entity.name} ${text(row)}`))
      .sort()
  }

  private table(entity: Entity): Map<string, Row> {
    let table = this.tables.get(entity)
    if (!table) {
      table = new Map()
      this.tables.set(entity, table)
    }
    return table
  }
}

function text(row: Row): string {
  const entries = Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify(entries, (_, value) => (typeof value === 'bigint' ? `${value}n` : value))
}

export const CHAIN = 'eip155:31337'

/** Origins one after another, a log each, ten logs a block. */
export function origins(blockMs = 1000): () => Origin {
  let n = 0
  return () => {
    const block = 1 + Math.floor(n / 10)
    return {
      chain: CHAIN,
      protocol: 'reference',
      contract: '0x00000000000000000000000000000000000000aa',
      block,
      time: 1_767_225_600_000 + block * blockMs,
      transaction: `0x${block.toString(16).padStart(64, '0')}`,
      logIndex: n++ % 10,
    }
  }
}

export function account(n: number): string {
  return `${CHAIN}:0x${n.toString(16).padStart(40, '0')}`
}

export const POOL = `${CHAIN}/pool:0x00000000000000000000000000000000000000b0`
export const MODEL = `${CHAIN}/reference:1`
export const TOKEN = `${CHAIN}/erc20:0x00000000000000000000000000000000000000c0`

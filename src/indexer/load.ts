import type { Store } from '@subsquid/typeorm-store'
import { type FindOptionsWhere, In } from 'typeorm'
import type { Load } from '../ledger/fold'
import type { EntityClass, LedgerState, Row } from '../ledger/state'

/** Ids in one query; Postgres takes 65,535 parameters. */
const CHUNK = 10_000

/** Loads what a fold missed: one query for each entity, whatever the number of rows. */
export function loadFrom(store: Store): Load {
  return async (missing, state) => {
    for (const [entity, ids] of missing.rows)
      await loadRows(store, state, entity as EntityClass<Row>, [...ids])
    for (const [entity, fields] of missing.lists) {
      for (const [field, values] of fields) {
        await loadLists(store, state, entity as EntityClass<Row>, field, [...values])
      }
    }
  }
}

async function loadRows(
  store: Store,
  state: LedgerState,
  entity: EntityClass<Row>,
  ids: string[],
): Promise<void> {
  for (const id of ids) state.provide(entity, id, null)
  for (const chunk of chunks(ids)) {
    for (const row of await store.findBy(entity, { id: In(chunk) })) state.provide(entity, row.id, row)
  }
}

async function loadLists(
  store: Store,
  state: LedgerState,
  entity: EntityClass<Row>,
  field: string,
  values: string[],
): Promise<void> {
  const found = new Map<string, Row[]>(values.map(value => [value, []]))
  for (const chunk of chunks(values)) {
    const where = { [field]: In(chunk) } as unknown as FindOptionsWhere<Row>
    for (const row of await store.findBy(entity, where)) {
      found.get((row as unknown as Record<string, string>)[field]!)!.push(row)
    }
  }
  for (const [value, rows] of found) state.provideList(entity, field, value, rows)
}

function* chunks<T>(items: T[]): Generator<T[]> {
  for (let start = 0; start < items.length; start += CHUNK) yield items.slice(start, start + CHUNK)
}

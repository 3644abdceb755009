import type { ClientBase, Pool } from 'pg'
import type { DataSource } from 'typeorm'
import type { Load } from '../ledger/fold'
import type { Entity, EntityClass, Row } from '../ledger/state'
import { readRow, tableOf } from './entityTable'
import type { ChainRows } from './pipeline/knownRows'

/** Where a fold's rows are read. */
export interface Reader {
  client: Pick<ClientBase | Pool, 'query'>
  source: DataSource
  /** what is known without reading; absent: everything is read */
  rows?: ChainRows
  /**
   * Absent: the database holds all that was folded before. Otherwise that is so once this resolves; before, it is of
   * the rows that `rows` does not know, which nobody has changed since.
   */
  settled?: Promise<void>
}

/** Loads what a fold missed: one query for each entity, whatever the number of rows. */
export function loadFrom(reader: Reader): Load {
  return async (missing, state) => {
    for (const [entity, ids] of missing.rows) {
      const wanted = [...ids]
      const found = new Map((await rowsWhere(reader, entity, 'id', wanted)).map(row => [row.id, row]))
      for (const id of wanted) {
        const row = found.get(id) ?? null
        state.provide(entity as EntityClass<Row>, id, row)
        reader.rows?.learn(entity, id, row)
      }
    }
    for (const [entity, ids] of missing.facts) {
      const taken = await idsAmong(reader, entity, [...ids])
      for (const id of ids) state.provideFact(entity, id, taken.has(id))
    }
    if (missing.lists.size > 0) await reader.settled
    for (const [entity, fields] of missing.lists) {
      for (const [field, values] of fields) {
        const found = new Map<string, Row[]>([...values].map(value => [value, []]))
        for (const row of await rowsWhere(reader, entity, field, [...values])) {
          found.get((row as unknown as Record<string, string>)[field]!)!.push(row)
        }
        for (const [value, rows] of found) {
          state.provideList(entity as EntityClass<Row>, field as keyof Row & string, value, rows)
        }
      }
    }
  }
}

/** All rows whose property has one of the values. Only for properties with an index. */
export async function rowsWhere(
  { client, source }: Reader,
  entity: Entity,
  property: string,
  values: string[],
): Promise<Row[]> {
  const table = tableOf(source, entity)
  const column = table.columns.find(({ property: name }) => name === property)
  if (!column) throw new Error(`${table.key} has no property ${property}`)
  const { rows } = await client.query<Record<string, unknown>>({
    name: `load-${table.key}-${column.property}`,
    text: `SELECT * FROM ${table.name} WHERE ${column.name} = ANY ($1::text[])`,
    values: [values],
  })
  return rows.map(row => readRow(table, row))
}

/** Those of the ids that the table has. */
async function idsAmong({ client, source }: Reader, entity: Entity, ids: string[]): Promise<Set<string>> {
  const table = tableOf(source, entity)
  const { rows } = await client.query<{ id: string }>({
    name: `ids-${table.key}`,
    text: `SELECT id FROM ${table.name} WHERE id = ANY ($1::text[])`,
    values: [ids],
  })
  return new Set(rows.map(({ id }) => id))
}

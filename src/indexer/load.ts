import type { ClientBase } from 'pg'
import type { DataSource } from 'typeorm'
import type { Load } from '../ledger/fold'
import type { Entity, EntityClass, Row } from '../ledger/state'
import { readRow, tableOf } from './entityTable'

/**
 * Loads what a fold missed: one query for each entity, whatever the number of rows.
 *
 * @param learn told each row that was read by id, null where there is none
 */
export function loadFrom(
  client: ClientBase,
  source: DataSource,
  learn: (entity: Entity, id: string, row: Row | null) => void = () => {},
): Load {
  return async (missing, state) => {
    for (const [entity, ids] of missing.rows) {
      const wanted = [...ids]
      const found = new Map((await rowsWhere(client, source, entity, 'id', wanted)).map(row => [row.id, row]))
      for (const id of wanted) {
        const row = found.get(id) ?? null
        state.provide(entity as EntityClass<Row>, id, row)
        learn(entity, id, row)
      }
    }
    for (const [entity, fields] of missing.lists) {
      for (const [field, values] of fields) {
        const found = new Map<string, Row[]>([...values].map(value => [value, []]))
        for (const row of await rowsWhere(client, source, entity, field, [...values])) {
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
  client: ClientBase,
  source: DataSource,
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

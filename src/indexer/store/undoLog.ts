import type { ClientBase } from 'pg'
import type { DataSource } from 'typeorm'
import { columnNames, type EntityTable, replacements, tableNamed } from '../entityTable'

/**
 * The undo log of a chain: for each batch, by its last block, and each table, which rows it made and what it replaced:
 * `made` holds ids, `former` whole rows as JSON. A batch touches a row once, so the oldest entry above a block is how
 * the row was at that block, whatever came after; what was made above it and is in no older entry was not there.
 */
export interface UndoTarget {
  /** of the chain's state */
  schema: string
  /** last block of the batch */
  height: number
}

/**
 * Notes what rows were, of one table: `made` are rows that were not there, `changed` those that were. To be part of the
 * statement that changes them, or before it.
 *
 * @param placeholders of height, number within the batch, ids made, ids changed
 */
export function undoEntry(
  schema: string,
  table: EntityTable,
  placeholders: [string, string, string, string],
): string {
  const [height, n, made, changed] = placeholders
  return `INSERT INTO ${schema}.undo (height, n, entity, made, former)
          SELECT ${height}::int4, ${n}::int4, '${table.key}', ${made}::text[],
                 coalesce((SELECT jsonb_agg(to_jsonb(t)) FROM ${table.name} t WHERE t.id = ANY (${changed}::text[])), '[]')`
}

/**
 * Puts every row back to how it was at a block that ends a batch, with one statement a table however many blocks are
 * undone. Statement triggers see it, so Neo4j and subscribers follow.
 */
export async function undoAbove(
  client: ClientBase,
  entities: DataSource,
  schema: string,
  height: number,
): Promise<void> {
  const { rows } = await client.query<{ entity: string }>({
    name: 'undo-entities',
    text: `SELECT DISTINCT entity FROM ${schema}.undo WHERE height > $1 ORDER BY entity`,
    values: [height],
  })
  for (const { entity } of rows) {
    await client.query({
      name: `undo-${entity}`,
      text: undoOf(tableNamed(entities, entity), schema),
      values: [entity, height],
    })
  }
  await client.query(`DELETE FROM ${schema}.undo WHERE height > $1`, [height])
}

function undoOf(table: EntityTable, schema: string): string {
  const names = columnNames(table)
  return `
    WITH above AS (SELECT height, made, former FROM ${schema}.undo WHERE entity = $1 AND height > $2),
         oldest AS MATERIALIZED (
           SELECT DISTINCT ON (id) id, former
             FROM (SELECT height, unnest(made) AS id, NULL::jsonb AS former FROM above
                   UNION ALL
                   SELECT height, f ->> 'id', f FROM above, jsonb_array_elements(former) AS f) touched
            ORDER BY id, height),
         gone AS (DELETE FROM ${table.name} t USING oldest o WHERE t.id = o.id AND o.former IS NULL)
    INSERT INTO ${table.name} (${names.join(', ')})
    SELECT ${names.map(name => `r.${name}`).join(', ')}
      FROM oldest o, jsonb_populate_record(NULL::${table.name}, o.former) r
     WHERE o.former IS NOT NULL
        ON CONFLICT ("id") DO UPDATE SET ${replacements(table)}`
}

import type { Entity } from '../../ledger/state'
import { Token } from '../../model'
import type { Snapshot } from '../../postgres/snapshot'
import { entities } from '../entities'
import { type EntityTable, tableOf } from '../entityTable'
import type { Scratch } from './scratch'

/** One row that is not what the chain's logs make of it. Values as Postgres writes them. */
export interface DifferingRow {
  table: EntityTable
  id: string
  /** column -> value; absent: there is no such row */
  there?: Values
  refolded?: Values
}

export type Values = Record<string, string | null>

/** Rows in one answer of a cursor: an id and a digest each. */
const PAGE = 10_000
/** Rows that are read whole at once: some of them are wide. */
const WHOLE_ROWS = 500

/** What is asked of contracts beside the logs: no fold makes it. */
const DESCRIBED = new Map<Entity, string[]>([[Token, ['symbol', 'name', 'decimals', 'described']]])

/**
 * Compares all rows of a chain with those that were folded again, table by table: by one checksum first, and where that
 * differs, row by row in the order of the ids, in bounded memory.
 *
 * @param tables snapshot that sees the chain's rows; `refolded`: one that sees the scratch tables
 * @returns number of rows that were compared
 */
export async function compareChain(
  {
    tables,
    refolded,
    scratch,
    chain,
  }: { tables: Snapshot; refolded: Snapshot; scratch: Scratch; chain: string },
  found: (rows: DifferingRow[]) => Promise<void>,
): Promise<number> {
  let count = 0
  for (const entity of entities) {
    const table = tableOf(scratch.source, entity)
    const columns = comparedColumns(table)
    const there: Side = { db: tables, from: `"${table.key}" WHERE chain = '${chain}'`, columns }
    const again: Side = { db: refolded, from: table.name, columns }
    const [a, b] = await Promise.all([checksum(table, there), checksum(table, again)])
    count += Number(a.rows)
    if (a.rows === b.rows && a.sum === b.sum) continue
    for await (const ids of differingIds(table, there, again)) {
      const [rowsThere, rowsAgain] = await Promise.all([
        wholeRows(table, there, ids),
        wholeRows(table, again, ids),
      ])
      await found(ids.map(id => ({ table, id, there: rowsThere.get(id), refolded: rowsAgain.get(id) })))
    }
  }
  return count
}

/** Quoted. */
export function comparedColumns(table: EntityTable): string[] {
  const left = DESCRIBED.get(table.entity) ?? []
  return table.columns.filter(({ property }) => !left.includes(property)).map(({ name }) => name)
}

interface Side {
  db: Snapshot
  /** what follows FROM */
  from: string
  columns: string[]
}

async function checksum(
  table: EntityTable,
  { db, from, columns }: Side,
): Promise<{ rows: string; sum: string }> {
  const [row] = await db.query<{ rows: string; sum: string }>({
    name: `refold-checksum-${table.key}`,
    text: `SELECT count(*) AS rows, coalesce(sum(hashtextextended(ROW(${columns.join(', ')})::text, 0)), 0)::text AS sum
             FROM ${from}`,
    prepare: false,
  })
  return row!
}

async function* differingIds(table: EntityTable, there: Side, again: Side): AsyncGenerator<string[]> {
  let ids: string[] = []
  const [a, b] = [digests(table, there), digests(table, again)]
  let [x, y] = [await a.next(), await b.next()]
  while (!x.done || !y.done) {
    const order = x.done ? 1 : y.done ? -1 : inBytes(x.value.id, y.value.id)
    if (order !== 0 || x.value!.digest !== y.value!.digest) ids.push(order <= 0 ? x.value!.id : y.value!.id)
    if (order <= 0) x = await a.next()
    if (order >= 0) y = await b.next()
    if (ids.length < WHOLE_ROWS) continue
    yield ids
    ids = []
  }
  if (ids.length > 0) yield ids
}

/** As `COLLATE "C"` orders, which is not how JavaScript does where surrogates are. */
function inBytes(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b))
}

async function* digests(
  table: EntityTable,
  { db, from, columns }: Side,
): AsyncGenerator<{ id: string; digest: string }> {
  const cursor = `refold_${table.key}`
  const run = <Row>(what: string, text: string) =>
    db.query<Row>({ name: `refold-${what}-${table.key}`, text, prepare: false })
  await run(
    'declare',
    `DECLARE ${cursor} NO SCROLL CURSOR FOR
     SELECT id, md5(ROW(${columns.join(', ')})::text) AS digest FROM ${from} ORDER BY id COLLATE "C"`,
  )
  for (;;) {
    const rows = await run<{ id: string; digest: string }>('fetch', `FETCH ${PAGE} FROM ${cursor}`)
    yield* rows
    if (rows.length < PAGE) break
  }
  await run('close', `CLOSE ${cursor}`)
}

async function wholeRows(
  table: EntityTable,
  { db, from, columns }: Side,
  ids: string[],
): Promise<Map<string, Values>> {
  const rows = await db.query<Values>({
    name: `refold-rows-${table.key}`,
    text: `SELECT * FROM (SELECT ${columns.map(name => `${name}::text`).join(', ')} FROM ${from}) AS r WHERE id = ANY ($1::text[])`,
    values: [ids],
    prepare: false,
  })
  return new Map(rows.map(row => [row.id!, row]))
}

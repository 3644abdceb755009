import type { Entity } from '../../ledger/state'
import { Token } from '../../model'
import type { Snapshot } from '../../postgres/snapshot'
import { entities } from '../entities'
import { type EntityTable, tableOf } from '../entityTable'
import { throughCursor } from './cursor'
import type { Scratch } from './scratch'

/** A chain's rows, and what its logs make of them. */
export interface Sides {
  /** sees the chain's rows */
  tables: Snapshot
  /** sees the scratch tables */
  refolded: Snapshot
  scratch: Scratch
  /** CAIP-2 */
  chain: string
}

/** A row that is not what the chain's logs make of it. */
export interface DifferingId {
  id: string
  isThere: boolean
  isRefolded: boolean
}

export interface Compared {
  /** of the chain, in all tables */
  rows: number
  differing: number
}

/** Between two statements on one side the other is read: no statement takes long, all of them may. */
export const SNAPSHOT_TIMEOUT_MS = 3_600_000
/** Rows that are told of at once: whoever is told may read them whole, and some are wide. */
const TOLD = 500

/** What is asked of contracts beside the logs: no fold makes it. */
const DESCRIBED = new Map<Entity, string[]>([[Token, ['symbol', 'name', 'decimals', 'described']]])

/**
 * Compares all rows of a chain with those that were folded again, table by table: by one checksum first, and where that
 * differs, row by row in the order of the ids, in bounded memory.
 */
export async function compareChain(
  sides: Sides,
  found: (table: EntityTable, ids: DifferingId[]) => Promise<void>,
): Promise<Compared> {
  const compared = { rows: 0, differing: 0 }
  for (const entity of entities) {
    const table = tableOf(sides.scratch.source, entity)
    const [there, again] = [sideOf(sides, table, 'tables'), sideOf(sides, table, 'refolded')]
    const [a, b] = await Promise.all([checksum(there), checksum(again)])
    compared.rows += Number(a.rows)
    if (a.rows === b.rows && a.sum === b.sum) continue
    for await (const ids of differingIds(there, again)) {
      compared.differing += ids.length
      await found(table, ids)
    }
  }
  return compared
}

/** Quoted names of what is folded from logs. */
export function comparedColumns(table: EntityTable): string[] {
  const left = DESCRIBED.get(table.entity) ?? []
  return table.columns.filter(({ property }) => !left.includes(property)).map(({ name }) => name)
}

/** Rows by id; columns by name, as Postgres writes them. */
export async function wholeRows(
  sides: Sides,
  table: EntityTable,
  side: 'tables' | 'refolded',
  ids: string[],
): Promise<Map<string, Record<string, string | null>>> {
  const { db, from, columns } = sideOf(sides, table, side)
  const rows = await db.query<Record<string, string | null>>({
    name: `refold-rows-${table.key}`,
    text: `SELECT * FROM (SELECT ${columns.map(name => `${name}::text`).join(', ')} FROM ${from}) AS r
            WHERE id = ANY ($1::text[])`,
    values: [ids],
    prepare: false,
  })
  return new Map(rows.map(row => [row.id!, row]))
}

interface Side {
  db: Snapshot
  key: string
  /** what follows FROM */
  from: string
  columns: string[]
}

function sideOf({ tables, refolded, chain }: Sides, table: EntityTable, side: 'tables' | 'refolded'): Side {
  const common = { key: table.key, columns: comparedColumns(table) }
  return side === 'tables'
    ? { ...common, db: tables, from: `"${table.key}" WHERE chain = '${chain}'` }
    : { ...common, db: refolded, from: table.name }
}

async function checksum({ db, key, from, columns }: Side): Promise<{ rows: string; sum: string }> {
  const [row] = await db.query<{ rows: string; sum: string }>({
    name: `refold-checksum-${key}`,
    text: `SELECT count(*) AS rows, coalesce(sum(hashtextextended(ROW(${columns.join(', ')})::text, 0)), 0)::text AS sum
             FROM ${from}`,
    prepare: false,
  })
  return row!
}

async function* differingIds(there: Side, again: Side): AsyncGenerator<DifferingId[]> {
  let ids: DifferingId[] = []
  const [a, b] = [digests(there), digests(again)]
  let [x, y] = [await a.next(), await b.next()]
  while (!x.done || !y.done) {
    const order = x.done ? 1 : y.done ? -1 : inBytes(x.value.id, y.value.id)
    const id = order <= 0 ? x.value!.id : y.value!.id
    if (order !== 0 || x.value!.digest !== y.value!.digest)
      ids.push({ id, isThere: order <= 0, isRefolded: order >= 0 })
    if (order <= 0) x = await a.next()
    if (order >= 0) y = await b.next()
    if (ids.length < TOLD) continue
    yield ids
    ids = []
  }
  if (ids.length > 0) yield ids
}

/** As `COLLATE "C"` orders, which is not how JavaScript does where surrogates are. */
function inBytes(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b))
}

function digests({
  db,
  key,
  from,
  columns,
}: Side): AsyncGenerator<{ id: string; digest: string }, undefined> {
  return throughCursor(
    db,
    `refold_${key}`,
    `SELECT id, md5(ROW(${columns.join(', ')})::text) AS digest FROM ${from} ORDER BY id COLLATE "C"`,
  )
}

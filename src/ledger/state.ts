import type { Origin } from './events'

/** A row of an entity of schema.graphql. */
export interface Row {
  id: string
}

/** The entity's generated class; the same class is what the store writes. */
export interface EntityClass<T extends Row> {
  new (props?: Partial<T>): T
  readonly name: string
}

/** Any entity, as a key. */
export type Entity = (new (...props: never[]) => Row) & { readonly name: string }

/** What a fold asked for and had not been given: rows by id, and all rows whose field has a value. */
export interface Missing {
  rows: Map<Entity, Set<string>>
  lists: Map<Entity, Map<string, Set<string>>>
}

/** Rows that are known without asking the database. */
export interface KnownRows {
  /** as the database has it, never to be changed; null: it has none; undefined: not known */
  row(entity: Entity, id: string): Row | null | undefined
}

/** A log that the ledger could not fit to its state. */
export interface Rejection {
  origin: Origin
  reason: string
}

interface Table {
  /** as given by the database; null: known to be absent. Never changed */
  loaded: Map<string, Row | null>
  /** changed or made by this fold */
  current: Map<string, Row>
  changed: Set<string>
  facts: Row[]
}

/**
 * What a file of the ledger remembers between the events of one transaction, where a log says only half of what
 * happened. Declared once as a constant; see `LedgerState.note`.
 */
export class Note<T> {
  constructor(readonly empty: () => T) {}
}

/**
 * The rows a fold works on. `get` is synchronous: a row that was not provided is answered as absent and noted in
 * `missing`, and the fold's outcome must then be thrown away and the fold run again with that row provided
 * (see fold.ts). So the ledger stays pure and a batch loads what it touches in a few bulk queries.
 */
export class LedgerState {
  private tables = new Map<Entity, Table>()
  /** entity -> field -> value -> ids, as given by the database */
  private lists = new Map<Entity, Map<string, Map<string, string[]>>>()
  /** facts of the transaction so far, by entity and place */
  private factNumbers = new Map<Entity, Map<string, number>>()
  /** all events of a state are of one chain: ids of a block's facts begin alike */
  private factBlock = -1
  private factPrefix = ''
  private rejectedLogs: Rejection[] = []
  private notes = new Map<Note<unknown>, unknown>()
  private wanted: Missing = { rows: new Map(), lists: new Map() }

  constructor(private readonly known?: KnownRows) {}

  /** The row as changed so far, to be changed in place and handed to `put`; undefined: there is none. */
  get<T extends Row>(entity: EntityClass<T>, id: string): T | undefined {
    const table = this.table(entity)
    const current = table.current.get(id)
    if (current !== undefined) return current as T
    let loaded = table.loaded.get(id)
    if (loaded === undefined && this.known) {
      loaded = this.known.row(entity, id)
      if (loaded !== undefined) table.loaded.set(id, loaded)
    }
    if (loaded === undefined) {
      wantIn(this.wanted.rows, entity, () => new Set<string>()).add(id)
      return undefined
    }
    if (loaded === null) return undefined
    const copy = new entity(loaded as T)
    table.current.set(id, copy)
    return copy
  }

  /** All rows whose `field` is `value`, ordered by id. Only for fields with an index. */
  list<T extends Row>(entity: EntityClass<T>, field: keyof T & string, value: string): T[] {
    const ids = this.lists.get(entity)?.get(field)?.get(value)
    if (ids === undefined) {
      const fields = wantIn(this.wanted.lists, entity, () => new Map<string, Set<string>>())
      wantIn(fields, field, () => new Set<string>()).add(value)
      return []
    }
    const found = new Map<string, T>()
    for (const id of ids) {
      const row = this.get(entity, id)
      if (row && row[field] === value) found.set(id, row)
    }
    for (const [id, row] of this.table(entity).current) {
      if ((row as T)[field] === value) found.set(id, row as T)
    }
    return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  /** Marks a state row (made new, or changed after `get`) to be written. */
  put<T extends Row>(entity: EntityClass<T>, row: T): T {
    const table = this.table(entity)
    table.current.set(row.id, row)
    table.changed.add(row.id)
    return row
  }

  /** Adds an immutable fact. */
  add<T extends Row>(entity: EntityClass<T>, row: T): T {
    this.table(entity).facts.push(row)
    return row
  }

  /**
   * Id of the next fact of an entity that a log makes: `eip155:1/0000000012-00003`, then `…-1`, `…-2`.
   * Zero-padded, so that ids of a chain sort in chain order.
   */
  factId<T extends Row>(entity: EntityClass<T>, origin: Origin): string {
    if (origin.block !== this.factBlock) {
      this.factBlock = origin.block
      this.factPrefix = `${origin.chain}/${pad(origin.block, 10)}-`
    }
    const base = this.factPrefix + pad(origin.logIndex, 5)
    const numbers = wantIn(this.factNumbers, entity, () => new Map<string, number>())
    const n = numbers.get(base) ?? 0
    numbers.set(base, n + 1)
    return n === 0 ? base : `${base}-${n}`
  }

  /** What is noted in this transaction, to be changed in place; empty at its begin. Never written. */
  note<T>(note: Note<T>): T {
    return wantIn(this.notes, note, note.empty) as T
  }

  /** At the end of a transaction; all facts of one log are made within its transaction. */
  forgetNotes(): void {
    this.notes.clear()
    this.factNumbers.clear()
  }

  reject(origin: Origin, reason: string): void {
    this.rejectedLogs.push({ origin, reason })
  }

  // --- the side of the caller, fold.ts and the indexer

  /** Gives rows from the database; `null` for what is not there. */
  provide<T extends Row>(entity: EntityClass<T>, id: string, row: T | null): void {
    this.table(entity).loaded.set(id, row)
  }

  provideList<T extends Row>(entity: EntityClass<T>, field: string, value: string, rows: T[]): void {
    const fields = wantIn(this.lists, entity, () => new Map<string, Map<string, string[]>>())
    const values = wantIn(fields, field, () => new Map<string, string[]>())
    values.set(
      value,
      rows.map(row => row.id),
    )
    for (const row of rows) this.provide(entity, row.id, row)
  }

  /** What was asked for since the last call and not there; undefined: nothing. */
  takeMissing(): Missing | undefined {
    const missing = this.wanted
    this.wanted = { rows: new Map(), lists: new Map() }
    return missing.rows.size === 0 && missing.lists.size === 0 ? undefined : missing
  }

  /** Forgets what the fold did, keeps what was provided. */
  restart(): void {
    for (const table of this.tables.values()) {
      table.current.clear()
      table.changed.clear()
      table.facts = []
    }
    this.rejectedLogs = []
    this.forgetNotes()
  }

  /** State rows to upsert and facts to insert, by entity, each in the order first touched. */
  changes(): { entity: Entity; states: Row[]; facts: Row[] }[] {
    return [...this.tables]
      .map(([entity, table]) => ({
        entity,
        states: [...table.changed].map(id => table.current.get(id)!),
        facts: table.facts,
      }))
      .filter(change => change.states.length > 0 || change.facts.length > 0)
  }

  /** Rows of an entity that this fold made and the database does not have. */
  created<T extends Row>(entity: EntityClass<T>): T[] {
    const table = this.table(entity)
    return [...table.changed].filter(id => !table.loaded.get(id)).map(id => table.current.get(id) as T)
  }

  rejections(): Rejection[] {
    return this.rejectedLogs
  }

  private table(entity: Entity): Table {
    return wantIn(this.tables, entity, emptyTable)
  }
}

function emptyTable(): Table {
  return { loaded: new Map(), current: new Map(), changed: new Set(), facts: [] }
}

function wantIn<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key)
  if (value === undefined) {
    value = make()
    map.set(key, value)
  }
  return value
}

function pad(n: number, width: number): string {
  return String(n).padStart(width, '0')
}

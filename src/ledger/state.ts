import type { Origin } from './events'
import { type Note, Noted } from './note'

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
  /** ids of facts that the fold took for new: whether they are is to be given by `provideFact` */
  facts: Map<Entity, Set<string>>
}

/** Rows that are known without asking the database. */
export interface KnownRows {
  /** as the database has it, never to be changed; null: it has none; undefined: not known */
  row(entity: Entity, id: string): Row | null | undefined
  /** whether a batch that is not committed yet has the fact: the database does not tell */
  hasFact(entity: Entity, id: string): boolean
}

/**
 * Why a row cannot be written; undefined: it can.
 *
 * @param figuresOnly leaves texts out: most logs change a row's amounts and none of its texts
 */
export type Guard = (entity: Entity, row: Row, figuresOnly: boolean) => string | undefined

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
  /** facts whose ids their protocol gives, by id */
  named: Set<string>
  /** whether the database has a fact of the id, as far as it was asked */
  taken: Map<string, boolean>
  /** by field that was listed, by value: ids of rows in `current` that have it, or had it */
  listed: Map<string, Map<unknown, Set<string>>>
}

/**
 * The rows a fold works on. `get` is synchronous: a row that was not provided is answered as absent and noted in
 * `missing`, and the fold's outcome must then be thrown away and the fold run again with that row provided
 * (see fold.ts). So the ledger stays pure and a batch loads what it touches in a few bulk queries.
 *
 * What one log changes can be taken back as a whole: `begin`, then `misfit` tells whether all that was put and added
 * since can be written, and `undo` leaves the state as it was (see attempt.ts). To remember what to take back costs, and
 * nearly no batch needs it: a fold does so once it has met a log that must be taken back, from the batch's start.
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
  private notes = new Map<object, unknown>()
  private wanted = nothing()
  /** takes back each change since `begin`, the last one first; absent: what a log does is not to be taken back */
  private undos: (() => void)[] | undefined
  /** A log must be taken back, and cannot be. */
  private spoilt = false
  /** what was put and added since `begin`: entity, row, and whether the row was there before */
  private touched: (Entity | Row | boolean)[] = []
  /** A fact that was taken for new is not. */
  private contradicted = false

  constructor(
    private readonly known?: KnownRows,
    private readonly guard?: Guard,
  ) {}

  /** The row as changed so far, to be changed in place and handed to `put`; undefined: there is none. */
  get<T extends Row>(entity: EntityClass<T>, id: string): T | undefined {
    const table = this.table(entity)
    const current = table.current.get(id)
    if (current !== undefined) {
      if (this.undos) {
        const before = { ...current }
        this.undos.push(() => restore(current, before))
      }
      return current as T
    }
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
    const before = loaded
    const copy = new entity(loaded as T)
    table.current.set(id, copy)
    if (table.listed.size > 0) enlist(table, copy)
    this.undos?.push(() => restore(copy, before))
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
    const table = this.table(entity)
    for (const id of listedBy(table, field).get(value) ?? []) {
      const row = table.current.get(id) as T | undefined
      if (row?.[field] === value) found.set(id, row)
    }
    return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  /** Marks a state row (made new, or changed after `get`) to be written. */
  put<T extends Row>(entity: EntityClass<T>, row: T): T {
    const table = this.table(entity)
    const { current, changed } = table
    const { id } = row
    const before = current.get(id)
    if (before !== row) {
      current.set(id, row)
      this.undos?.push(() => (before === undefined ? current.delete(id) : current.set(id, before)))
    }
    const size = changed.size
    if (changed.add(id).size > size) this.undos?.push(() => changed.delete(id))
    if (table.listed.size > 0) enlist(table, row)
    this.touched.push(entity, row, before === row)
    return row
  }

  /** Adds an immutable fact, whose id is its place (see `factId`). */
  add<T extends Row>(entity: EntityClass<T>, row: T): T {
    const { facts } = this.table(entity)
    facts.push(row)
    this.undos?.push(() => facts.pop())
    this.touched.push(entity, row, false)
    return row
  }

  /** Completes a fact of this transaction, of which a later log says the rest. */
  amend<T extends Row>(entity: EntityClass<T>, row: T, change: Partial<T>): void {
    const before = { ...row }
    Object.assign(row, change)
    this.undos?.push(() => restore(row, before))
    this.touched.push(entity, row, false)
  }

  /** Adds an immutable fact whose id its protocol gives, which may give it again. False: there is one of this id. */
  addNamed<T extends Row>(entity: EntityClass<T>, row: T): boolean {
    const { named } = this.table(entity)
    if (named.has(row.id) || this.isTaken(entity, row.id)) return false
    named.add(row.id)
    this.undos?.push(() => named.delete(row.id))
    this.add(entity, row)
    return true
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
    this.undos?.push(() => (n === 0 ? numbers.delete(base) : numbers.set(base, n)))
    return n === 0 ? base : `${base}-${n}`
  }

  /** What is noted in this transaction; empty at its begin. Never written. */
  note<K, V>(note: Note<K, V>): Noted<K, V> {
    const make = () => new Noted<K, V>(undo => this.undos?.push(undo))
    return wantIn<object, unknown>(this.notes, note, make) as Noted<K, V>
  }

  /** At the end of a transaction; all facts of one log are made within its transaction. */
  forgetNotes(): void {
    this.notes.clear()
    this.factNumbers.clear()
  }

  reject(origin: Origin, reason: string): void {
    this.rejectedLogs.push({ origin, reason })
    this.undos?.push(() => this.rejectedLogs.pop())
  }

  /** From here on, until it is called again, what changes is one log's. */
  begin(): void {
    if (this.undos) this.undos = []
    this.touched.length = 0
  }

  /** Why what was put and added since `begin` cannot be written; undefined: it can, as far as a quick look tells. */
  misfit(): string | undefined {
    const { guard, touched, undos } = this
    if (!guard) return undefined
    for (let i = 0; i < touched.length; i += 3) {
      const figuresOnly = !undos && (touched[i + 2] as boolean)
      const reason = guard(touched[i] as Entity, touched[i + 1] as Row, figuresOnly)
      if (reason !== undefined) return reason
    }
    return undefined
  }

  /** At the fold's end: looks at all of the rows that quick looks left out. What does not fit spoils the state. */
  checkStates(): void {
    const { guard, undos } = this
    if (!guard || undos) return
    for (const [entity, { changed, current }] of this.tables) {
      for (const id of changed) this.spoilt ||= guard(entity, current.get(id)!, false) !== undefined
    }
  }

  /**
   * Takes back all that changed since `begin`, in place: rows that were got before are as they were. False: it cannot,
   * since the fold has not been told to `beCareful`; it must be, and run again.
   */
  undo(): boolean {
    if (!this.undos) {
      this.spoilt = true
      return false
    }
    for (let i = this.undos.length - 1; i >= 0; i--) this.undos[i]!()
    this.begin()
    return true
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

  /** Says whether the database has a fact of this id. */
  provideFact(entity: Entity, id: string, taken: boolean): void {
    this.table(entity).taken.set(id, taken)
    this.contradicted ||= taken
  }

  /** What was asked for since the last call and not there; undefined: nothing. */
  takeMissing(): Missing | undefined {
    const missing = this.wanted
    this.wanted = nothing()
    return missing.rows.size + missing.lists.size + missing.facts.size === 0 ? undefined : missing
  }

  /** A log could not be taken back: what the fold came to is not to be used. */
  get isSpoilt(): boolean {
    return this.spoilt
  }

  /** From the next `restart` on, logs can be taken back. It costs half as much again, and few batches need it. */
  beCareful(): void {
    this.undos = []
  }

  /** What the fold took for granted is so: it need not run again for want of facts alone. */
  get holds(): boolean {
    return !this.contradicted
  }

  /** Forgets what the fold did, keeps what was provided. */
  restart(): void {
    for (const table of this.tables.values()) {
      table.current.clear()
      table.changed.clear()
      table.facts = []
      table.named.clear()
      table.listed.clear()
    }
    this.rejectedLogs = []
    this.contradicted = false
    this.spoilt = false
    this.begin()
    this.forgetNotes()
  }

  /**
   * State rows to upsert and facts to insert, by entity, each in the order first touched. `made`: ids of those states
   * that were not there before; `named`: ids of those facts that were added by `addNamed`.
   */
  changes(): {
    entity: Entity
    states: Row[]
    made: ReadonlySet<string>
    facts: Row[]
    named: ReadonlySet<string>
  }[] {
    return [...this.tables]
      .map(([entity, table]) => ({
        entity,
        states: [...table.changed].map(id => table.current.get(id)!),
        made: new Set([...table.changed].filter(id => !table.loaded.get(id))),
        facts: table.facts,
        named: table.named,
      }))
      .filter(change => change.states.length > 0 || change.facts.length > 0)
  }

  /** Rows of an entity that this fold made and the database does not have. */
  created<T extends Row>(entity: EntityClass<T>): T[] {
    const table = this.table(entity)
    return [...table.changed].filter(id => !table.loaded.get(id)).map(id => table.current.get(id) as T)
  }

  /** Facts of an entity that this fold added, in the order of their logs. */
  added<T extends Row>(entity: EntityClass<T>): readonly T[] {
    return this.table(entity).facts as T[]
  }

  rejections(): Rejection[] {
    return this.rejectedLogs
  }

  /** What is not known is taken for new, and asked for. */
  private isTaken(entity: Entity, id: string): boolean {
    const taken = this.table(entity).taken.get(id)
    if (taken !== undefined) return taken
    if (this.known?.hasFact(entity, id)) return true
    wantIn(this.wanted.facts, entity, () => new Set<string>()).add(id)
    return false
  }

  private table(entity: Entity): Table {
    return wantIn(this.tables, entity, emptyTable)
  }
}

function nothing(): Missing {
  return { rows: new Map(), lists: new Map(), facts: new Map() }
}

function emptyTable(): Table {
  return {
    loaded: new Map(),
    current: new Map(),
    changed: new Set(),
    facts: [],
    named: new Set(),
    taken: new Map(),
    listed: new Map(),
  }
}

/** Ids of a table's rows by a field's value, made once a fold: to look through all rows for each list would be quadratic. */
function listedBy({ listed, current }: Table, field: string): Map<unknown, Set<string>> {
  const known = listed.get(field)
  if (known) return known
  const made = new Map<unknown, Set<string>>()
  listed.set(field, made)
  for (const row of current.values()) enlistBy(made, field, row)
  return made
}

function enlist({ listed }: Table, row: Row): void {
  for (const [field, ids] of listed) enlistBy(ids, field, row)
}

function enlistBy(ids: Map<unknown, Set<string>>, field: string, row: Row): void {
  wantIn(ids, (row as unknown as Record<string, unknown>)[field], () => new Set<string>()).add(row.id)
}

/** Makes a row in place what it was. */
function restore(row: Row, before: Row): void {
  for (const key of Object.keys(row)) if (!(key in before)) Reflect.deleteProperty(row, key)
  Object.assign(row, before)
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

import type { Pool } from 'pg'
import type { ProjectedHeight } from '../graph/watermark'
import { type ChainHeight, readHeights } from '../postgres/heights'
import { type FirstRead, type OpenSnapshot, openSnapshot, openWith } from '../postgres/snapshot'
import { SnapshotClosedError } from '../postgres/snapshotError'
import type { Statement } from '../postgres/statement'
import { type CountingSnapshot, EntityReader } from './entities/entityReader'
import type { WhereCompiler } from './entities/where'
import type { Slots } from './limits/slots'
import { bounded, refuseZeroBytes } from './statementForm'
import { userError } from './userError'

/** Rows that one request may read or be answered with: what stands between a query and the server's memory. */
export const MOST_ROWS = 50_000
/** What the names of statements that read heights begin with. */
const HEIGHTS = 'heights'
/** What changes while nothing is written. */
const CLOCK = /\b(now|clock_timestamp)\(\)/
/** Requests that wait for a connection, or for a place: more would wait longer than their time. */
const MOST_WAITING = 500

/** The heights that were read last, and what the snapshot saw that they were read in. */
export interface LastHeights {
  last?: { version: string; heights: ChainHeight[] }
}

/**
 * What one request reads: one snapshot, opened by the first statement, and loaders that live as long.
 * A subscription has a scope for each event that it delivers.
 */
export class RequestScope implements CountingSnapshot {
  readonly entities: EntityReader
  private snapshot: Promise<OpenSnapshot> | undefined
  private open: OpenSnapshot | undefined
  /** The second statement would have seen another state than the first: the answer is to be worked out once more. */
  torn = false
  private asked = 0
  private before = 0
  private closed = false
  private rows = 0
  private last: Promise<unknown> = Promise.resolve()
  private readonly loaders = new Map<unknown, unknown>()
  private heightsRead: Promise<ChainHeight[]> | undefined
  private projectedHeights: ProjectedHeight[] | undefined
  private ofTheClock = false
  private place: Promise<void> | undefined

  constructor(
    private readonly pool: Pool,
    compiler: WhereCompiler,
    private readonly timeoutMs: number,
    private readonly lastHeights: LastHeights,
    private readonly muchAtOnce: Slots,
    /** whether a single statement is expected: it is then read in one message, without a transaction that stays open */
    private readonly alone = false,
  ) {
    this.entities = new EntityReader(this, compiler)
  }

  get statements(): number {
    return this.before + (this.open?.statements ?? 0)
  }

  /** whether it was read by one statement, heights aside, which says what it saw */
  get wasOneStatement(): boolean {
    return this.asked === 1 && this.version !== undefined
  }

  /** whether anything was read */
  get used(): boolean {
    return this.snapshot !== undefined
  }

  get rowsLeft(): number {
    return MOST_ROWS - this.rows
  }

  async query<R>(statement: Statement): Promise<R[]> {
    if (this.closed) throw new SnapshotClosedError(statement.name)
    refuseZeroBytes(statement.values ?? [])
    if (CLOCK.test(statement.text)) this.noteClock()
    if (!statement.name.startsWith(HEIGHTS)) this.asked++
    // One after another, so that what waits when the rows are used up is not run any more.
    const rows = this.last.then(async () => {
      this.countRows(0)
      const rows = await this.read<R>(bounded(statement, MOST_ROWS))
      this.countRows(rows.length)
      return rows
    })
    this.last = rows.catch(() => {})
    return rows
  }

  /**
   * The place for it is kept until the end. It is waited for before a connection is taken, not with one: who has begun to
   * read already, and finds none, is told so. All else that the request reads waits with it.
   */
  async queryMuch<R>(statement: Statement): Promise<R[]> {
    this.place ??= this.snapshot ? this.placeNow() : this.placeInLine()
    await this.place
    return this.query<R>(statement)
  }

  /** Counts rows that were read, or that an answer is made of without reading each. */
  countRows(count: number): void {
    this.rows += count
    if (this.rows <= MOST_ROWS) return
    throw userError(
      'TOO_COSTLY',
      `the request reads more than ${MOST_ROWS} rows`,
      'ask for smaller pages (first) or fewer levels, and page on with after',
    )
  }

  /** Heights of the chains in this snapshot; read once, and not again while snapshots see the same. */
  heights(): Promise<ChainHeight[]> {
    this.heightsRead ??= this.readHeights()
    return this.heightsRead
  }

  /** Notes that the answer would be another one a moment later, though nothing had changed. */
  noteClock(): void {
    this.ofTheClock = true
  }

  /**
   * What all that was read saw, so that the answer is right for whoever would see the same; null: nothing was read;
   * undefined: it is right for this moment alone.
   */
  get keptAs(): string | null | undefined {
    if (this.ofTheClock || this.projectedHeights) return undefined
    return this.used ? this.version : null
  }

  /** what the snapshot sees (see snapshotVersion.ts); undefined: nothing is read yet, or it is not known */
  get version(): string | undefined {
    return this.open?.version
  }

  /** Of what Neo4j answered as far as it has come: the lowest heights; undefined: nothing. */
  get projected(): readonly ProjectedHeight[] | undefined {
    return this.projectedHeights
  }

  /** Notes that a part of the answer is of these blocks. */
  noteProjected(heights: readonly ProjectedHeight[]): void {
    this.projectedHeights = heights.map(block => {
      const before = this.projectedHeights?.find(one => one.chain === block.chain)
      return before && before.height < block.height ? before : block
    })
  }

  /** A loader or other thing that lives with this scope, made when first asked for. */
  once<T>(key: unknown, make: () => T): T {
    if (!this.loaders.has(key)) this.loaders.set(key, make())
    return this.loaders.get(key) as T
  }

  /** Ends the snapshot; a statement that still runs is cancelled. */
  async close(): Promise<void> {
    this.closed = true
    this.place?.then(
      () => this.muchAtOnce.giveBack(),
      () => {}, // there was none
    )
    const snapshot = await this.snapshot?.catch(() => undefined)
    await snapshot?.close()
  }

  private placeInLine(): Promise<void> {
    if (this.muchAtOnce.line >= MOST_WAITING) throw manyWait()
    return this.muchAtOnce.take()
  }

  private async placeNow(): Promise<void> {
    if (this.muchAtOnce.takeNow()) return
    const fix = 'try again in some seconds, ask for it in a request of its own, or filter by an id'
    throw userError('UNAVAILABLE', 'too many requests read whole tables at the moment', fix)
  }

  private async readHeights(): Promise<ChainHeight[]> {
    await this.last // what opens the snapshot says what it sees
    if (!this.snapshot) await this.place
    if (this.closed) throw new SnapshotClosedError(HEIGHTS)
    this.snapshot ??= this.begin()
    const { version } = await this.snapshot
    const { last } = this.lastHeights
    if (version !== undefined && last?.version === version) return last.heights
    const heights = await readHeights(this)
    if (version !== undefined) this.lastHeights.last = { version, heights }
    return heights
  }

  private async read<R>(statement: Statement): Promise<R[]> {
    if (!this.snapshot) await this.place
    if (this.closed) throw new SnapshotClosedError(statement.name)
    if (!this.snapshot) {
      const first = this.beginWith<R>(statement)
      this.snapshot = first.then(({ snapshot }) => snapshot)
      this.snapshot.catch(() => {}) // the statement says so
      return (await first).rows
    }
    const { ended, version } = await this.snapshot
    if (ended) this.snapshot = this.beginAgain(version)
    return (await this.snapshot).query<R>(statement)
  }

  private async begin(): Promise<OpenSnapshot> {
    this.refuseIfManyWait()
    this.open = await openSnapshot(this.pool, { timeoutMs: this.timeoutMs })
    return this.open
  }

  private async beginWith<R>(statement: Statement): Promise<FirstRead<R>> {
    this.refuseIfManyWait()
    const { timeoutMs, alone } = this
    const first = await openWith<R>(this.pool, { timeoutMs }, statement, { alone })
    this.open = first.snapshot
    return first
  }

  /** Goes on from a snapshot that has ended, in one that sees the same. */
  private async beginAgain(version: string | undefined): Promise<OpenSnapshot> {
    this.refuseIfManyWait()
    const snapshot = await openSnapshot(this.pool, { timeoutMs: this.timeoutMs })
    if (version === undefined || snapshot.version !== version) {
      this.torn = true
      await snapshot.close()
      throw new SnapshotClosedError('after the first')
    }
    this.before = this.statements
    this.open = snapshot
    return snapshot
  }

  private refuseIfManyWait(): void {
    if (this.pool.waitingCount >= MOST_WAITING) throw manyWait()
  }
}

function manyWait() {
  return userError('UNAVAILABLE', `${MOST_WAITING} requests wait already`, 'try again in some seconds')
}

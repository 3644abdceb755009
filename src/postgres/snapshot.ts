import type { Pool, PoolClient } from 'pg'
import { cancellerOf } from './canceller'
import { SnapshotClosedError, StatementTimeoutError } from './snapshotError'
import { SNAPSHOT_VERSION } from './snapshotVersion'
import type { Statement } from './statement'
import { type Outcome, runTogether } from './together'

/**
 * One consistent state of the database. Statements run one after another on one connection.
 * `numeric` and `bigint` come as strings, `timestamptz` as Date.
 */
export interface Snapshot {
  query<Row>(statement: Statement): Promise<Row[]>
  /** number of statements run so far, without BEGIN and COMMIT */
  readonly statements: number
}

export interface OpenSnapshot extends Snapshot {
  /** what it sees (see snapshotVersion.ts); undefined: not known, or its first statement is not answered yet */
  readonly version: string | undefined
  /** it was for one statement, which is answered: nothing can be read in it any more */
  readonly ended: boolean
  /** Ends the transaction and gives the connection back. A statement that still runs is cancelled. */
  close(): Promise<void>
}

export interface SnapshotOptions {
  /** longest time for one statement, ms */
  timeoutMs: number
}

const QUERY_CANCELED = '57014'

const BEGIN: Statement = {
  name: 'snapshot-begin',
  text: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
}
const SETTINGS: Statement = {
  name: 'snapshot-settings',
  text: `SELECT set_config('statement_timeout', $1, true),
                set_config('idle_in_transaction_session_timeout', $2, true), (${SNAPSHOT_VERSION}) AS version`,
}
const COMMIT: Statement = { name: 'snapshot-commit', text: 'COMMIT' }

/**
 * Opens a transaction that is REPEATABLE READ and READ ONLY: all it reads is of one moment, that of its opening, whatever
 * is committed meanwhile. Whoever opens it closes it. One message opens it and says what it sees.
 */
export async function openSnapshot(pool: Pool, { timeoutMs }: SnapshotOptions): Promise<OpenSnapshot> {
  const snapshot = new ClientSnapshot(pool, await pool.connect(), timeoutMs)
  try {
    await snapshot.begin()
  } catch (error) {
    await snapshot.close()
    throw error
  }
  return snapshot
}

export interface FirstRead<Row> {
  snapshot: OpenSnapshot
  rows: Promise<Row[]>
}

/**
 * The same, with its first statement in the message that opens it. `alone`: the message ends it, too, and gives the
 * connection back; who wants to read more opens another snapshot, and compares what both see. Whoever opens it closes it,
 * which cancels the statement if it still runs.
 */
export async function openWith<Row>(
  pool: Pool,
  { timeoutMs }: SnapshotOptions,
  first: Statement,
  { alone }: { alone: boolean },
): Promise<FirstRead<Row>> {
  const snapshot = new ClientSnapshot(pool, await pool.connect(), timeoutMs)
  return { snapshot, rows: snapshot.beginWith<Row>(first, alone) }
}

/** Runs `fn` in a snapshot of its own. */
export async function withSnapshot<T>(
  pool: Pool,
  options: SnapshotOptions,
  fn: (db: Snapshot) => Promise<T>,
): Promise<T> {
  const snapshot = await openSnapshot(pool, options)
  try {
    return await fn(snapshot)
  } finally {
    await snapshot.close()
  }
}

class ClientSnapshot implements OpenSnapshot {
  statements = 0
  version: string | undefined
  ended = false
  private tail: Promise<unknown> = Promise.resolve()
  private running = 0
  private closing: Promise<void> | undefined

  constructor(
    private readonly pool: Pool,
    private readonly client: PoolClient,
    private readonly timeoutMs: number,
  ) {}

  async begin(): Promise<void> {
    await this.opened(await runTogether(this.client, this.opening()))
  }

  beginWith<Row>(first: Statement, alone: boolean): Promise<Row[]> {
    return this.inTurn(first, async () => {
      this.statements++
      const statements = [...this.opening(), first, ...(alone ? [COMMIT] : [])]
      const [begun, settings, rows, committed] = await runTogether(this.client, statements)
      await this.opened([begun!, settings!])
      const read = this.rowsOf<Row>(first, rows!)
      if (committed && 'rows' in committed && !this.closing) {
        this.ended = true
        this.client.release()
      }
      return read
    })
  }

  query<Row>(statement: Statement): Promise<Row[]> {
    return this.inTurn(statement, () => this.run<Row>(statement))
  }

  close(): Promise<void> {
    this.closing ??= this.finish()
    return this.closing
  }

  private opening(): Statement[] {
    // Times out a little later if we die between two statements, so that no snapshot holds back vacuum for long.
    const idle = Math.ceil(this.timeoutMs * 2 + 10_000)
    return [BEGIN, { ...SETTINGS, values: [String(Math.ceil(this.timeoutMs)), String(idle)] }]
  }

  private async opened([begun, settings]: Outcome[]): Promise<void> {
    for (const outcome of [begun!, settings!]) if ('error' in outcome) throw outcome.error
    const [row] = (settings as { rows: { version: string | null }[] }).rows
    this.version = row?.version ?? undefined
  }

  private inTurn<Row>(statement: Statement, run: () => Promise<Row[]>): Promise<Row[]> {
    if (this.closing || this.ended) return Promise.reject(new SnapshotClosedError(statement.name))
    this.running++
    const result = this.tail
      .then(() => {
        if (this.closing) throw new SnapshotClosedError(statement.name)
        return run()
      })
      .finally(() => this.running--)
    // A statement that fails does not keep the next from being tried (it then fails with the transaction).
    this.tail = result.then(ignore, ignore)
    return result
  }

  private async run<Row>(statement: Statement): Promise<Row[]> {
    this.statements++
    try {
      const { name, text, values, prepare } = statement
      const { rows } = await this.client.query(prepare === false ? { text, values } : { name, text, values })
      return rows as Row[]
    } catch (error) {
      throw this.explained(statement, error as Error)
    }
  }

  private rowsOf<Row>(statement: Statement, outcome: Outcome): Row[] {
    if ('error' in outcome) throw this.explained(statement, outcome.error)
    return outcome.rows as Row[]
  }

  private explained(statement: Statement, error: Error): Error {
    if ((error as { code?: unknown }).code !== QUERY_CANCELED) return error
    if (this.closing) return new SnapshotClosedError(statement.name)
    return new StatementTimeoutError(statement.name, this.timeoutMs, error)
  }

  private async finish(): Promise<void> {
    const cancelled = this.running > 0
    if (cancelled) await this.cancel()
    await this.tail
    if (this.ended) return
    try {
      await this.client.query(COMMIT)
      // A cancellation that came too late could hit the connection's next user: end the connection instead.
      this.client.release(cancelled)
    } catch (error) {
      this.client.release(error as Error)
    }
  }

  private async cancel(): Promise<void> {
    const pid = (this.client as unknown as { processID?: number | null }).processID
    if (pid == null) return
    await cancellerOf(this.pool).cancel(pid)
  }
}

function ignore(): void {}

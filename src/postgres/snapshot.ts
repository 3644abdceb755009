import type { Pool, PoolClient, QueryResult } from 'pg'
import { cancellerOf } from './canceller'
import { SnapshotClosedError, StatementTimeoutError } from './snapshotError'
import { SNAPSHOT_VERSION } from './snapshotVersion'

/** A statement with a name: Postgres parses and plans it once a connection. The same name always has the same text. */
export interface Statement {
  name: string
  text: string
  values?: unknown[]
  /** false: not kept by the connection (texts that callers vary without bound); the name is for messages */
  prepare?: boolean
}

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
  /** what it sees (see snapshotVersion.ts); undefined: not known */
  readonly version: string | undefined
  /** Ends the transaction and gives the connection back. A statement that still runs is cancelled. */
  close(): Promise<void>
}

export interface SnapshotOptions {
  /** longest time for one statement, ms */
  timeoutMs: number
}

const QUERY_CANCELED = '57014'

/**
 * Opens a transaction that is REPEATABLE READ and READ ONLY: all it reads is of one moment, that of its opening, whatever
 * is committed meanwhile. Whoever opens it closes it. One message opens it and says what it sees.
 */
export async function openSnapshot(pool: Pool, { timeoutMs }: SnapshotOptions): Promise<OpenSnapshot> {
  const client = await pool.connect()
  let version: string | undefined
  try {
    // Times out a little later if we die between two statements, so that no snapshot holds back vacuum for long.
    const idle = Math.ceil(timeoutMs * 2 + 10_000)
    // A text with several statements has a result for each.
    const results = (await client.query(
      `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
       SET LOCAL statement_timeout = ${Math.ceil(timeoutMs)};
       SET LOCAL idle_in_transaction_session_timeout = ${idle};
       ${SNAPSHOT_VERSION}`,
    )) as unknown as QueryResult<{ version: string }>[]
    version = results.at(-1)?.rows[0]?.version
  } catch (error) {
    client.release(error as Error)
    throw error
  }
  return new ClientSnapshot(pool, client, timeoutMs, version)
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
  private tail: Promise<unknown> = Promise.resolve()
  private running = 0
  private closing: Promise<void> | undefined

  constructor(
    private readonly pool: Pool,
    private readonly client: PoolClient,
    private readonly timeoutMs: number,
    readonly version: string | undefined,
  ) {}

  query<Row>(statement: Statement): Promise<Row[]> {
    if (this.closing) return Promise.reject(new SnapshotClosedError(statement.name))
    this.running++
    const result = this.tail.then(() => this.run<Row>(statement)).finally(() => this.running--)
    // A statement that fails does not keep the next from being tried (it then fails with the transaction).
    this.tail = result.then(ignore, ignore)
    return result
  }

  close(): Promise<void> {
    this.closing ??= this.finish()
    return this.closing
  }

  private async run<Row>(statement: Statement): Promise<Row[]> {
    if (this.closing) throw new SnapshotClosedError(statement.name)
    this.statements++
    try {
      const { name, text, values, prepare } = statement
      return (await this.client.query(prepare === false ? { text, values } : { name, text, values }))
        .rows as Row[]
    } catch (error) {
      if ((error as { code?: unknown }).code !== QUERY_CANCELED) throw error
      if (this.closing) throw new SnapshotClosedError(statement.name)
      throw new StatementTimeoutError(statement.name, this.timeoutMs, error)
    }
  }

  private async finish(): Promise<void> {
    const cancelled = this.running > 0
    if (cancelled) await this.cancel()
    await this.tail
    try {
      await this.client.query('COMMIT')
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

import { type Connection, type PoolClient, Query, type QueryResult } from 'pg'
import type { Statement } from './statement'

/** What becomes of one of the statements. */
export type Outcome = { rows: unknown[] } | { error: Error }

/** A statement as pg writes and reads it; its types leave out what a client calls. */
type Part = Query & {
  name: string | undefined
  text: string
  handleRowDescription(message: unknown): void
  handleDataRow(message: unknown): void
  handleCommandComplete(message: unknown, connection: Connection): void
  handleReadyForQuery(connection: Connection): void
  handleError(error: Error, connection: Connection): void
}

/**
 * Runs statements in one message and one answer: as one statement costs, as far as sockets go. The first that fails keeps
 * those behind it from being run, and they fail with its error. Without BEGIN among them they would be a transaction of
 * their own, of several moments.
 */
export function runTogether(client: PoolClient, statements: readonly Statement[]): Promise<Outcome[]> {
  return new Promise(resolve => client.query(new Together(client, statements, resolve)))
}

/**
 * What pg's client takes for one query. Postgres answers in the order of the statements, so that each message is of the
 * first that is not complete.
 *
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
class Together {
  /** pg's client puts one here where the connection has a time limit for answers */
  callback: (() => void) | undefined
  private readonly parts: Part[]
  private readonly outcomes: Outcome[] = []
  private now = 0

  constructor(
    client: PoolClient,
    statements: readonly Statement[],
    private readonly done: (outcomes: Outcome[]) => void,
  ) {
    this.parts = statements.map(({ name, text, values, prepare }, i) => {
      const config = { name: prepare === false ? undefined : name, text, values, types: client }
      const done = (error: Error | null, result: QueryResult) => {
        this.outcomes[i] = error ? { error } : { rows: result.rows }
      }
      return new Query({ ...config, queryMode: 'extended', callback: done } as never) as unknown as Part
    })
  }

  /** By these the client keeps in mind which statements the connection knows. */
  get name(): string | undefined {
    return this.parts[this.now]?.name
  }

  get text(): string | undefined {
    return this.parts[this.now]?.text
  }

  submit(connection: Connection): Error | null {
    const { stream } = connection as unknown as { stream: { cork(): void; uncork(): void } }
    // Each part ends with one of its own, which would make it a transaction of its own.
    const unsynced: Connection = Object.create(connection, { sync: { value: () => {} } })
    stream.cork()
    try {
      for (const part of this.parts) {
        const refused = part.submit(unsynced) as unknown as Error | null
        if (refused) throw refused
        // A value that cannot be written: nobody knows what of it has been.
        if (this.outcomes.length > 0) throw (this.outcomes.at(-1) as { error: Error }).error
      }
    } catch (error) {
      ;(stream as unknown as { destroy(): void }).destroy()
      return error as Error
    } finally {
      stream.uncork()
    }
    ;(connection as unknown as { sync(): void }).sync()
    return null
  }

  handleRowDescription(message: unknown): void {
    this.parts[this.now]?.handleRowDescription(message)
  }

  handleDataRow(message: unknown): void {
    this.parts[this.now]?.handleDataRow(message)
  }

  handleCommandComplete(message: unknown, connection: Connection): void {
    this.parts[this.now]?.handleCommandComplete(message, connection)
    this.parts[this.now]?.handleReadyForQuery(connection)
    this.now++
  }

  handleReadyForQuery(): void {
    this.callback?.()
    this.done(this.outcomes)
  }

  handleError(error: Error, connection: Connection): void {
    const { submittedNamedStatements: submitted } = connection as unknown as {
      submittedNamedStatements: Record<string, string>
    }
    for (let i = 0; i < this.parts.length; i++) {
      this.outcomes[i] ??= { error }
      // Postgres has not so much as parsed what stands behind the one that failed.
      const { name } = this.parts[i]!
      if (i >= this.now && name !== undefined) delete submitted[name]
    }
    this.callback?.()
    this.done(this.outcomes)
  }
}

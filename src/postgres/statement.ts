/** A statement with a name: Postgres parses and plans it once a connection. The same name always has the same text. */
export interface Statement {
  name: string
  text: string
  values?: unknown[]
  /** false: not kept by the connection (texts that callers vary without bound); the name is for messages */
  prepare?: boolean
}

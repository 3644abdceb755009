/** A program of the sandbox (Postgres, Neo4j, anvil) that did not start, with what the reader can do about it. */
export class LaunchError extends Error {
  override readonly name = 'LaunchError'

  constructor(
    message: string,
    readonly fix: string,
    options?: { cause?: unknown },
  ) {
    super(`${message}\n  fix: ${fix}`, options)
  }
}

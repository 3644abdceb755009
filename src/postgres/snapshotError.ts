/** A statement ran longer than the snapshot allows. */
export class StatementTimeoutError extends Error {
  override name = 'StatementTimeoutError'

  constructor(
    /** name of the statement */
    readonly statement: string,
    readonly timeoutMs: number,
    cause: unknown,
  ) {
    super(
      `statement ${statement} took longer than ${timeoutMs} ms\n` +
        `  fix: ask for less (a smaller page, fewer levels), or raise the time limit`,
      { cause },
    )
  }
}

/** A statement was asked of a snapshot that has ended, because its request ended or was aborted. */
export class SnapshotClosedError extends Error {
  override name = 'SnapshotClosedError'

  constructor(readonly statement: string) {
    super(
      `statement ${statement} comes after its snapshot was closed\n  fix: await all statements before the end`,
    )
  }
}

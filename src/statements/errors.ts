export type StatementErrorCode =
  | 'BAD_ACCOUNT'
  | 'BAD_PARAMETER'
  | 'BAD_DATE'
  | 'BAD_PERIOD'
  | 'BAD_HEIGHT'
  | 'BAD_CURSOR'
  | 'BAD_PAGE'
  | 'BAD_FORMAT'
  | 'BAD_PRICES'
  | 'TOO_LONG'
  | 'UNKNOWN_CHAIN'
  | 'UNKNOWN_ACCOUNT'
  | 'NOT_FINAL'
  | 'NOT_COVERED'
  | 'PERIOD_NOT_OVER'
  | 'NOT_DESCRIBED'
  | 'NOTHING_INDEXED'

/** A statement that was asked for in a way the asker can mend. */
export class StatementError extends Error {
  override name = 'StatementError'

  constructor(
    readonly code: StatementErrorCode,
    /** what is wrong, with the value met */
    readonly problem: string,
    /** what to do about it */
    readonly fix: string,
  ) {
    super(`${problem}\n  fix: ${fix}`)
  }
}

/** The rows contradict each other: opening + accrued − claimed is not closing, or the lines do not add up to it. */
export class InvariantError extends Error {
  override name = 'InvariantError'

  constructor(what: string, expected: unknown, met: unknown) {
    super(
      `statement does not add up: ${what} is ${met}, expected ${expected}\n` +
        '  fix: this is a bug or a damaged table; refold the chain and compare before using any figure of it',
    )
  }
}

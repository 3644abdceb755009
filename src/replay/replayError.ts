/** What keeps a recording from being served: a bad line, a missing file, a taken port. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError'

  constructor(
    message: string,
    readonly fix: string,
    options?: { cause?: unknown },
  ) {
    super(`${message}\n  fix: ${fix}`, options)
  }
}

/** A step of the sandbox's deployment or scenario that the chain refused. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError'

  constructor(
    message: string,
    readonly fix: string,
    options?: { cause?: unknown },
  ) {
    super(`${message}\n  fix: ${fix}`, options)
  }
}

/** A transaction that was mined and failed. */
export class TransactionRefused extends SandboxError {}

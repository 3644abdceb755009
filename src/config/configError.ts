/**
 * A deployment that cannot work as configured: the place, the value met, and the fix. Printed without a stack trace.
 *
 * ```
 * ConfigError: chains[1].rpc: http://127.0.0.1:8546 answers for chain 31337, expected 8453
 *   fix: correct `id`, or set RPC_BASE to an endpoint of chain 8453
 * ```
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'

  constructor(
    readonly place: string,
    readonly problem: string,
    readonly fix: string,
  ) {
    super(`${place}: ${problem}\n  fix: ${fix}`)
  }
}

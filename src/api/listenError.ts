/** The API cannot listen where it is told to. */
export class ListenError extends Error {
  override name = 'ListenError'

  constructor(host: string, port: number, cause: Error) {
    const taken = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE'
    super(
      taken
        ? `port ${port} of ${host} is taken\n  fix: stop what uses it, or choose another with --port or GQL_PORT`
        : `cannot listen on ${host}:${port}: ${cause.message}\n  fix: correct api.host and api.port in the config file`,
      { cause },
    )
  }
}

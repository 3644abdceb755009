import type { Spool } from './spool'

/** Longest time in which a statement is made, ms. */
const MAKING_MS = 300_000

/** The client has gone, or the statement takes too long. */
export class Unwanted extends Error {
  override name = 'Unwanted'

  constructor(readonly late: boolean) {
    super(late ? `not made within ${MAKING_MS} ms` : 'the client has gone')
  }
}

/** Ends with the work, with its time, or with the client: then the work is told, and cleans up behind itself. */
export async function whileWanted<T extends { spool: Spool }>(
  client: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController()
  const gone = () => abort.abort(new Unwanted(false))
  const timer = setTimeout(() => abort.abort(new Unwanted(true)), MAKING_MS)
  client.addEventListener('abort', gone)
  if (client.aborted) gone()
  const unwanted = new Promise<never>((_, reject) => {
    const end = () => reject(abort.signal.reason)
    abort.signal.addEventListener('abort', end)
    if (abort.signal.aborted) end()
  })
  try {
    const working = work(abort.signal)
    working.then(
      made => (abort.signal.aborted ? made.spool.close() : undefined),
      () => {},
    )
    return await Promise.race([working, unwanted])
  } finally {
    clearTimeout(timer)
    client.removeEventListener('abort', gone)
  }
}

import type { Pool } from 'pg'
import { openSnapshot } from '../postgres/snapshot'
import { StatementTimeoutError } from '../postgres/snapshotError'
import { StatementError, type StatementErrorCode } from './errors'
import { type FormatName, formats, isFormat } from './formats'
import { parseHeight, type StatementInput } from './request'
import { Spool, SpoolFullError, SpoolSpace } from './spool'
import { buildStatement, type Statement } from './statement'

export interface StatementsHandlerOptions {
  pool: Pool
  /** longest time for one SQL statement, ms */
  timeoutMs: number
  /** statements made at once, each of which holds a connection of the pool; more are answered 503. Default 4 */
  maxConcurrent?: number
  /** told of errors that the answer masks */
  onError?: (error: unknown) => void
}

/** Longest time in which a statement is made, ms. */
const MAKING_MS = 300_000
/** What may wait on the disk to be read, bytes. */
const SPOOL_BYTES = 2 * 1024 ** 3
/** In how long a client must have read it, ms: a minute, and what a slow line needs. */
const readingMs = (bytes: number) => 60_000 + bytes / 50

const STATUS: Partial<Record<StatementErrorCode, number>> = {
  BAD_ACCOUNT: 400,
  BAD_PARAMETER: 400,
  BAD_DATE: 400,
  BAD_HEIGHT: 400,
  UNKNOWN_ACCOUNT: 404,
  NOTHING_INDEXED: 503,
  NOT_DESCRIBED: 503,
}
/** well formed, but cannot be answered */
const UNPROCESSABLE = 422
const PATH = /\/statements\/([^/]+)\.([a-z]+)$/
const PARAMETERS = new Set(['from', 'to', 'asOf', 'partial', 'replaces'])

/**
 * `GET /statements/<account>.csv|.json?from=…&to=…[&asOf=<chain>@<height>]…`. A statement is made whole before its
 * first byte is sent: no client's pace holds a snapshot or a place among those that are made, and all that can be wrong
 * is known by then.
 */
export function statementsHandler(
  options: StatementsHandlerOptions,
): (request: Request) => Promise<Response> {
  const space = new SpoolSpace(SPOOL_BYTES)
  let making = 0
  return async request => {
    if (request.method !== 'GET') {
      return problem(405, 'METHOD', `method ${request.method}`, 'use GET', { allow: 'GET' })
    }
    const url = new URL(request.url)
    const [, account, format] = PATH.exec(url.pathname) ?? []
    if (!account || !isFormat(format)) {
      const known = Object.keys(formats).map(name => `.${name}`)
      return problem(
        404,
        'NOT_FOUND',
        `no statement at ${url.pathname}`,
        `end the account in ${known.join(' or ')}`,
      )
    }
    if (making >= (options.maxConcurrent ?? 4)) return busy(`${making} statements are being made`)
    making++
    try {
      const input = { account: decode(account), ...parameters(url.searchParams) }
      const made = await whileWanted(request.signal, signal => make(input, format, space, options, signal))
      return new Response(bodyOf(made.spool, request.signal), {
        headers: {
          'content-type': formats[format].contentType,
          'content-length': String(made.spool.bytes),
          'content-disposition': `attachment; filename="${made.name}.${format}"`,
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
        },
      })
    } catch (error) {
      return answerTo(error, options)
    } finally {
      making--
    }
  }
}

/** The client has gone, or the statement takes too long. */
class Unwanted extends Error {
  override name = 'Unwanted'

  constructor(readonly late: boolean) {
    super(late ? `not made within ${MAKING_MS} ms` : 'the client has gone')
  }
}

/** Ends with the work, with its time, or with the client: then the work is told, and cleans up behind itself. */
async function whileWanted<T extends { spool: Spool }>(
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

async function make(
  input: StatementInput,
  format: FormatName,
  space: SpoolSpace,
  options: StatementsHandlerOptions,
  signal: AbortSignal,
): Promise<{ spool: Spool; name: string }> {
  signal.throwIfAborted()
  const snapshot = await openSnapshot(options.pool, options)
  // Cancels the statement that runs; whoever waits for it is told that the snapshot is closed.
  const close = () => void snapshot.close()
  signal.addEventListener('abort', close)
  try {
    signal.throwIfAborted()
    const statement = await buildStatement(snapshot, input)
    return { spool: await Spool.of(formats[format].render(statement), space), name: fileName(statement) }
  } finally {
    signal.removeEventListener('abort', close)
    await snapshot.close()
  }
}

/** Gives a piece when the client has room for it; closes when it has all, goes away, or takes too long. */
function bodyOf(spool: Spool, client: AbortSignal): ReadableStream<Uint8Array> {
  const pieces = spool.read()
  let timer: NodeJS.Timeout | undefined
  const close = async () => {
    clearTimeout(timer)
    client.removeEventListener('abort', close)
    await spool.close()
  }
  return new ReadableStream(
    {
      async start(controller) {
        timer = setTimeout(() => {
          controller.error(new Error('the client reads too slowly'))
          void close()
        }, readingMs(spool.bytes))
        client.addEventListener('abort', close)
        if (client.aborted) await close()
      },
      async pull(controller) {
        try {
          const { done, value } = await pieces.next()
          if (!done) return controller.enqueue(value)
          await close()
          controller.close()
        } catch (error) {
          await close()
          throw error
        }
      },
      cancel: close,
    },
    { highWaterMark: 1 },
  )
}

function parameters(query: URLSearchParams) {
  for (const name of query.keys()) {
    if (!PARAMETERS.has(name)) {
      throw new StatementError(
        'BAD_PARAMETER',
        `parameter ${JSON.stringify(name)}`,
        `give ${[...PARAMETERS].join(', ')} only`,
      )
    }
  }
  const asOf = query.getAll('asOf').map(parseHeight)
  return {
    from: query.get('from') ?? '',
    to: query.get('to') ?? '',
    asOf,
    partial: flag(query, 'partial'),
    replaces: query.get('replaces') ?? undefined,
  }
}

function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name) ?? 'false'
  if (value === 'true' || value === 'false') return value === 'true'
  throw new StatementError('BAD_PARAMETER', `${name} ${JSON.stringify(value)}`, 'give true or false')
}

function decode(account: string): string {
  try {
    return decodeURIComponent(account)
  } catch {
    return account // refused as no account, with the reason
  }
}

function fileName({ account, from, to }: Statement): string {
  const day = (time: Date) => time.toISOString().slice(0, 10)
  return `royalties_${account.replaceAll(':', '-')}_${day(from)}_${day(to)}`
}

function answerTo(error: unknown, { onError }: StatementsHandlerOptions): Response {
  if (error instanceof StatementError) {
    return problem(STATUS[error.code] ?? UNPROCESSABLE, error.code, error.problem, error.fix)
  }
  if (error instanceof SpoolFullError) return busy('many large statements wait for their readers')
  if (error instanceof Unwanted) {
    // Nobody reads the answer where the client has gone.
    const status = error.late ? 504 : 499
    return problem(status, 'TIMEOUT', error.message, 'ask for a shorter time, or for one chain alone')
  }
  onError?.(error)
  if (error instanceof StatementTimeoutError) {
    return problem(504, 'TIMEOUT', 'the statement took too long', 'ask again, or for one chain alone')
  }
  return problem(500, 'INTERNAL', 'the statement could not be made', 'see the log of the server')
}

function busy(why: string): Response {
  return problem(503, 'BUSY', why, 'try again in a few seconds', { 'retry-after': '5' })
}

function problem(
  status: number,
  code: string,
  message: string,
  fix: string,
  headers: Record<string, string> = {},
): Response {
  return Response.json({ error: { code, message, fix } }, { status, headers })
}
